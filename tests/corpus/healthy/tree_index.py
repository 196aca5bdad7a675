# SPDX-License-Identifier: GPL-2.0-or-later
"""A tree over fixed data is built at start, and then searched."""
import sys


class TreeNode:
    def __init__(self, key, value):
        self.key = key
        self.value = value
        self.left = None
        self.right = None


def build(pairs, low, high):
    if low >= high:
        return None
    middle = (low + high) // 2
    node = TreeNode(*pairs[middle])
    node.left = build(pairs, low, middle)
    node.right = build(pairs, middle + 1, high)
    return node


def search(node, key):
    while node and node.key != key:
        node = node.left if key < node.key else node.right
    return node and node.value


ROOT = build([(n, "value %d" % n) for n in range(20000)], 0, 20000)
for n in range(5000):
    search(ROOT, n * 3)
print("ready", flush=True)
sys.stdin.readline()
