# SPDX-License-Identifier: GPL-2.0-or-later
"""A deque without a bound of its own loses its oldest items when it is too long."""
import collections
import sys

recent = collections.deque()


def remember(item):
    recent.append(item)
    while len(recent) > 50:
        recent.popleft()


def main():
    for i in range(1000):
        remember(b"%d" % i * 50000)
    print("ready", flush=True)
    sys.stdin.readline()


main()
