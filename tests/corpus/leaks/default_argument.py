# SPDX-License-Identifier: GPL-2.0-or-later
"""A list as a default argument."""
import sys


def audit(event, trail=[]):
    trail.append(event)  # holder: trail
    return len(trail)


def describe(number, prefix="event"):
    return {"name": "%s %d" % (prefix, number), "tags": ["tag%d" % number]}


def main():
    for number in range(12000):
        audit(describe(number))


if __name__ == "__main__":
    main()
    print("ready", flush=True)
    sys.stdin.readline()
