# SPDX-License-Identifier: GPL-2.0-or-later
"""A view connects a receiver each time it is called; the dispatcher is a library in site-packages."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib", "site-packages"))

from views import handle


def main():
    for number in range(2500):
        handle({"id": number, "user": "user %d" % (number % 40)})
    print("ready", flush=True)
    sys.stdin.readline()


if __name__ == "__main__":
    main()
