# SPDX-License-Identifier: GPL-2.0-or-later
"""An undo stack as a linked list."""
import sys


class Cell:
    def __init__(self, value, below):
        self.value = value
        self.below = below


class Stack:
    def __init__(self):
        self.top = None
        self.size = 0

    def push(self, value):
        self.top = Cell(value, self.top)  # holder: top
        self.size += 1

    def peek(self):
        return self.top.value if self.top else None


class Canvas:
    def __init__(self):
        self.undo = Stack()

    def stroke(self, number):
        self.undo.push([(number, n) for n in range(5)])


canvas = Canvas()
for n in range(15000):
    canvas.stroke(n)
print("ready", flush=True)
sys.stdin.readline()
