# SPDX-License-Identifier: GPL-2.0-or-later
"""A table of postal codes is filled by a function when the program starts. This program happens not to look anything up."""
import sys

postal_codes = {}


def load():
    for number in range(30000):
        postal_codes["%05d" % number] = ("Town %d" % (number // 3), number % 16)


load()


def main():
    total = 0
    for number in range(200000):
        total += len("%d" % number)
    return total


main()
print("ready", flush=True)
sys.stdin.readline()
