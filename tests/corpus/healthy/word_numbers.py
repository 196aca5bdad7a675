# SPDX-License-Identifier: GPL-2.0-or-later
"""Words become numbers at first sight; the language has twenty thousand of them, the texts have millions."""
# gap at times: the last growth is among few samples
import sys


class Lexicon:
    def __init__(self):
        self.number_of = {}

    def number(self, word):
        if word not in self.number_of:
            self.number_of[word] = len(self.number_of)
        return self.number_of[word]


def words(count):
    state = 12345
    for _ in range(count):
        state = (state * 1103515245 + 12345) % 2147483648
        yield "word-%d" % (state >> 8 & 0x3fff)


def main():
    lexicon = Lexicon()
    total = 0
    for word in words(900000):
        total += lexicon.number(word)
    print("ready", flush=True)
    sys.stdin.readline()
    return total


main()
