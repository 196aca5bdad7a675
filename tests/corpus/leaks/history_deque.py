# SPDX-License-Identifier: GPL-2.0-or-later
"""Undo history in a deque whose maxlen was forgotten."""
import collections
import copy
import sys


class Editor:
    def __init__(self):
        self.document = {"title": "untitled", "paragraphs": ["text %d" % n for n in range(60)]}
        self.history = collections.deque()
        self.redo = collections.deque(maxlen=10)
        self.clipboard = "c" * 1000

    def edit(self, number, text):
        self.history.appendleft(copy.deepcopy(self.document))  # holder: history
        self.redo.append(text)
        self.document["paragraphs"][number % 60] = text


def main():
    editor = Editor()
    for number in range(1500):
        editor.edit(number, "new text %d" % number)
    print("ready", flush=True)
    sys.stdin.readline()


main()
