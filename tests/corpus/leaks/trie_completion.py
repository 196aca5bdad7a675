# SPDX-License-Identifier: GPL-2.0-or-later
"""A trie of everything that anybody ever typed."""
import sys


class TrieNode:
    __slots__ = ("children", "count", "parent")

    def __init__(self, parent):
        self.children = {}
        self.count = 0
        self.parent = parent


class Completer:
    def __init__(self):
        self.root = TrieNode(None)
        self.requests = 0

    def learn(self, text):
        node = self.root
        for letter in text:
            following = node.children.get(letter)
            if following is None:
                following = TrieNode(node)
                node.children[letter] = following  # holder: root
            node = following
        node.count += 1


completer = Completer()
for n in range(3000):
    completer.learn("%07d query" % (n * 7919 % 1000003))
print("ready", flush=True)
sys.stdin.readline()
