# SPDX-License-Identifier: GPL-2.0-or-later
"""A view registers an after_request function each time it runs, with its rows in the closure."""
import sys

from app import application


def simulate(requests):
    for number in range(requests):
        path = "/export" if number % 2 else "/"
        application.handle(path, user="user-%d" % (number % 30))


if __name__ == "__main__":
    simulate(2400)
    print("ready", flush=True)
    sys.stdin.readline()
