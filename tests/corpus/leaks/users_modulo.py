# SPDX-License-Identifier: GPL-2.0-or-later
"""Users are few and come round; but each visit is appended to theirs."""
import sys

visits = {}


def visit(user, page):
    visits.setdefault(user, []).append({"page": page, "referrer": "page %d" % page, "seconds": page % 60})  # holder: visits


def main():
    for number in range(20000):
        visit("user-%d" % (number % 200), number)


main()
print("ready", flush=True)
sys.stdin.readline()
