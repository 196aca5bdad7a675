# SPDX-License-Identifier: GPL-2.0-or-later
"""An LRU cache by hand which evicts."""
# sign: makes-room
import collections
import sys


class LRU:
    def __init__(self, size):
        self.size = size
        self._data = collections.OrderedDict()

    def __getitem__(self, key):
        self._data.move_to_end(key)
        return self._data[key]

    def __setitem__(self, key, value):
        self._data[key] = value
        self._evict()

    def _evict(self):
        while len(self._data) > self.size:
            self._data.popitem(last=False)


thumbnails = LRU(200)


def request(number):
    thumbnails["image %d" % number] = b"%06d" % number * 3000


for n in range(2000):
    request(n)
print("ready", flush=True)
sys.stdin.readline()
