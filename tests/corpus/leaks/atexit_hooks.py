# SPDX-License-Identifier: GPL-2.0-or-later
"""Each temporary file registers its removal with atexit."""
import atexit
import sys


class TemporaryFile:
    def __init__(self, number):
        self.name = "/tmp/file-%d" % number
        self.content = b"%d" % number * 2000

    def remove(self):
        self.content = None


def make(number):
    temporary = TemporaryFile(number)
    atexit.register(temporary.remove)  # holder: atexit
    return temporary.name


for n in range(1200):
    make(n)
print("ready", flush=True)
sys.stdin.readline()
