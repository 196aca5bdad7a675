# SPDX-License-Identifier: GPL-2.0-or-later
"""Identifiers are numbered at first sight; but they are sessions, and there is no end of them."""
import sys


class Numbers:
    def __init__(self):
        self.number_of = {}

    def number(self, name):
        if name not in self.number_of:
            self.number_of[name] = len(self.number_of)  # holder: number_of
        return self.number_of[name]


def names(count):
    for number in range(count):
        session = number // 4
        yield "session-%08x" % (session * 2654435761 % 4294967296)


def main():
    numbers = Numbers()
    total = 0
    for name in names(160000):
        total += numbers.number(name)
    print("ready", flush=True)
    sys.stdin.readline()


main()
