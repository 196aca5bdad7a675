# SPDX-License-Identifier: GPL-2.0-or-later
"""A decorator of one's own remembers every page that was ever rendered."""
import sys


def memoize(fn):
    memo = {}

    def wrapper(*args):
        if args not in memo:
            memo[args] = fn(*args)  # holder: memo
        return memo[args]

    return wrapper


@memoize
def render(page, width):
    return "<p>%d</p>" % page * width


def main():
    for i in range(3000):
        render(i, 300)
    print("ready", flush=True)
    sys.stdin.readline()


if __name__ == "__main__":
    main()
