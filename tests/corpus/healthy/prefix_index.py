# SPDX-License-Identifier: GPL-2.0-or-later
"""A constructor groups all words by their prefix; nothing adds to the groups later."""
# sign: constructor
import sys


class Index:
    def __init__(self, words):
        self.postings = {}
        for n, word in enumerate(words):
            self.postings.setdefault(word[:3], []).append((n, word))

    def search(self, prefix):
        return self.postings.get(prefix[:3], [])


def main():
    index = Index("%05d-word" % i for i in range(60000))
    hits = 0
    for i in range(1000):
        hits += len(index.search("%05d" % i))
    print("ready", flush=True)
    sys.stdin.readline()


if __name__ == "__main__":
    main()
