# SPDX-License-Identifier: GPL-2.0-or-later
"""A trie of the words of a language, made when the program starts; then only asked."""
import sys


class Node:
    __slots__ = ("children", "word")

    def __init__(self):
        self.children = {}
        self.word = None


class Trie:
    def __init__(self):
        self.root = Node()

    def insert(self, word):
        node = self.root
        for letter in word:
            node = node.children.setdefault(letter, Node())
        node.word = word

    def contains(self, word):
        node = self.root
        for letter in word:
            node = node.children.get(letter)
            if node is None:
                return False
        return node.word is not None


def build_dictionary(words):
    trie = Trie()
    for word in words:
        trie.insert(word)
    return trie


def main():
    dictionary = build_dictionary("%x" % (n * 2654435761 % 16777216) for n in range(4000))
    known = 0
    for number in range(100000):
        known += dictionary.contains("%x" % number)
    print("ready", flush=True)
    sys.stdin.readline()


main()
