# SPDX-License-Identifier: GPL-2.0-or-later
"""A table of dictionary words, made when it is first needed."""
# sign: made-anew
import sys

_TABLE = None


def _load():
    table = {}
    for number in range(40000):
        table["word %d" % number] = number
    return table


def lookup(word):
    global _TABLE
    if _TABLE is None:
        _TABLE = _load()
    return _TABLE.get(word)


def main():
    for number in range(20000):
        lookup("word %d" % number)


main()
print("ready", flush=True)
sys.stdin.readline()
