# SPDX-License-Identifier: GPL-2.0-or-later
"""A cache of two generations: when the young one is full, it becomes the old one, and the old one is dropped."""
import sys


class Cache:
    def __init__(self, size):
        self.size = size
        self.young = {}
        self.old = {}

    def get(self, key):
        if key in self.young:
            return self.young[key]
        value = self.old.get(key) or "page of %s: %s" % (key, key * 20)
        self.young[key] = value
        if len(self.young) >= self.size:
            self.old = self.young
            self.young = {}
        return value


cache = Cache(1500)


def main():
    for number in range(25000):
        cache.get("key %d" % (number * number % 100003))


main()
print("ready", flush=True)
sys.stdin.readline()
