# SPDX-License-Identifier: GPL-2.0-or-later
"""Few large sessions, each of which registers its method with atexit."""
import atexit
import sys


class Session:
    def __init__(self, n):
        self.buffer = bytearray(500000)
        atexit.register(self.close)  # holder: atexit

    def close(self):
        self.buffer = None


def main():
    for n in range(30):
        Session(n)
    print("ready", flush=True)
    sys.stdin.readline()


main()
