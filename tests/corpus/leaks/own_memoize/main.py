# SPDX-License-Identifier: GPL-2.0-or-later
"""A memoize decorator of one's own; one of its keys has the time in it."""
import sys

from images import banner, thumbnail


def main():
    for number in range(3000):
        thumbnail("photo-%d.jpg" % (number % 40), 128, number * 0.25)
        banner("summer" if number % 2 else "winter")
    print("ready", flush=True)
    sys.stdin.readline()


main()
