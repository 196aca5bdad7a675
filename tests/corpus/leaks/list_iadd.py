# SPDX-License-Identifier: GPL-2.0-or-later
"""A tail reader that keeps all lines it ever read."""
import sys


class Tail:
    def __init__(self, path):
        self.path = path
        self.lines = []
        self.offsets = [0]

    def poll(self, number):
        fresh = ["%s:%d: message %d" % (self.path, number, n) for n in range(50)]
        self.lines += fresh  # holder: lines
        self.offsets.append(number)
        if len(self.offsets) > 10:
            del self.offsets[0]
        return len(fresh)


tails = [Tail("/var/log/app.log"), Tail("/var/log/db.log")]


def main():
    for number in range(900):
        tails[0].poll(number)
        if number % 100 == 0:
            tails[1].poll(number)


main()
print("ready", flush=True)
sys.stdin.readline()
