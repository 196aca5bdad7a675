# SPDX-License-Identifier: GPL-2.0-or-later
"""A cache without a bound on a function of user input."""
import functools
import sys


def tokenize(text):
    return text.lower().split()


@functools.lru_cache(None)  # holder: search
def search(query, page=1):  # holder: search
    words = tokenize(query)
    return {"words": words, "hits": [(word, n, page) for word in words for n in range(10)]}


@functools.lru_cache(maxsize=128)
def suggest(prefix):
    return [prefix + letter for letter in "abcdefghij"]


class SearchView:
    def get(self, query):
        suggest(query[:3])
        return search(query)  # holder: search


def main():
    view = SearchView()
    for number in range(4000):
        view.get("find thing %d in place %d" % (number, number * 7))
    print("ready", flush=True)
    sys.stdin.readline()


if __name__ == "__main__":
    main()
