# SPDX-License-Identifier: GPL-2.0-or-later
"""Each step of an undo history refers to the one before it."""
import sys


class Link:
    __slots__ = ("prev", "value")

    def __init__(self, prev, value):
        self.prev = prev
        self.value = value


class Undo:
    last = None

    def push(self, value):
        self.last = Link(self.last, value)  # holder: last


undo = Undo()


def main():
    for n in range(40000):
        undo.push("typed text %d" % n)
    print("ready", flush=True)
    sys.stdin.readline()


main()
