# SPDX-License-Identifier: GPL-2.0-or-later
"""A vocabulary of fixed words is interned once; texts become numbers."""
# sign: constructor
import sys


class Vocabulary:
    def __init__(self, words):
        self.number_of = {}
        self.words = []
        for word in words:
            self.number_of[sys.intern(word)] = len(self.words)
            self.words.append(word)

    def encode(self, text):
        return [self.number_of.get(word, 0) for word in text.split()]


vocabulary = Vocabulary("word%d" % n for n in range(40000))


def main():
    total = 0
    for number in range(20000):
        total += sum(vocabulary.encode("word%d word%d other" % (number, number * 3)))
    return total


main()
print("ready", flush=True)
sys.stdin.readline()
