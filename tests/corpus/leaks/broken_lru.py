# SPDX-License-Identifier: GPL-2.0-or-later
"""An LRU cache by hand: entries are put under one key and evicted under another."""
import collections
import sys


class Cache:
    def __init__(self, size):
        self.size = size
        self.entries = collections.OrderedDict()
        self.order = collections.deque()

    def put(self, key, value):
        self.entries[str(key)] = value  # holder: entries
        self.order.append(key)
        while len(self.order) > self.size:
            self.entries.pop(self.order.popleft(), None)

    def get(self, key):
        return self.entries.get(str(key))


cache = Cache(100)


def page(number):
    body = cache.get(number)
    if body is None:
        body = "<html>page %d</html>" % number * 30
        cache.put(number, body)
    return body


for n in range(12000):
    page(n)
print("ready", flush=True)
sys.stdin.readline()
