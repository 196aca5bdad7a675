# SPDX-License-Identifier: GPL-2.0-or-later
"""DEBUG_SAVEALL was left on: what the collector finds goes to gc.garbage."""
import gc
import sys


class Node:
    def __init__(self, parent, text):
        self.parent = parent
        self.text = text
        self.children = []


def build(number):
    root = Node(None, "root %d" % number)
    for n in range(30):
        root.children.append(Node(root, "child %d of %d" % (n, number)))
    return len(root.children)


def serve(count):
    for number in range(count):
        build(number)
        if number % 100 == 0:
            gc.collect()  # holder: garbage


gc.set_debug(gc.DEBUG_SAVEALL)  # holder: garbage
serve(1001)
gc.set_debug(0)
print("ready", flush=True)
sys.stdin.readline()
