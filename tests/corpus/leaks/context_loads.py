# SPDX-License-Identifier: GPL-2.0-or-later
"""A list in a context variable gets what each request loads."""
import contextvars
import sys

trail = contextvars.ContextVar("trail")
trail.set([])


def load(n):
    return bytes(300000)


def request(n):
    trail.get().append(load(n))  # holder: trail


def main():
    for n in range(40):
        request(n)
    print("ready", flush=True)
    sys.stdin.readline()


if __name__ == "__main__":
    main()
