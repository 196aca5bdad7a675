# SPDX-License-Identifier: GPL-2.0-or-later
"""Each connection notes where it was opened, as a stack summary."""
import sys
import traceback


class ConnectionPool:
    def __init__(self):
        self.opened = {}
        self.idle = []

    def open(self, number):
        self.opened[number] = traceback.extract_stack()  # holder: opened
        return number


pool = ConnectionPool()


def handler(number, depth):
    if depth:
        return handler(number, depth - 1)
    return pool.open(number)


for n in range(1200):
    handler(n, 8)
print("ready", flush=True)
sys.stdin.readline()
