# SPDX-License-Identifier: GPL-2.0-or-later
"""Versions of a document, each with the one before it, made by a function."""
import sys

WORDS = ["word %d" % n for n in range(3000)]


class Version:
    def __init__(self, text, before):
        self.text = text
        self.before = before


def make_version(text, before):
    return Version(text, before)


class Document:
    def __init__(self):
        self.version = None

    def edit(self, number):
        self.version = make_version("text of version %d " % number * 30, self.version)  # holder: version


document = Document()
for number in range(3000):
    document.edit(number)
print("ready", flush=True)
sys.stdin.readline()
