# SPDX-License-Identifier: GPL-2.0-or-later
"""The collector is off "for speed"; parents and children refer to each other."""
# cycle: Document
import gc
import sys


class Document:
    def __init__(self, number):
        self.number = number
        self.text = "text of %d " % number * 30
        self.root = Element(self, None)


class Element:
    def __init__(self, document, parent):
        self.document = document
        self.parent = parent
        self.children = []
        self.attributes = {"id": "e", "class": "c"}

    def append(self):
        child = Element(self.document, self)
        self.children.append(child)
        return child


def parse(number):
    document = Document(number)
    for _ in range(5):
        document.root.append().append()
    return document.text[:10]


gc.disable()
for n in range(3000):
    parse(n)
print("ready", flush=True)
sys.stdin.readline()
