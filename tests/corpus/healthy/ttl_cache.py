# SPDX-License-Identifier: GPL-2.0-or-later
"""A cache with a time to live; each put throws out what is too old."""
import sys


class TTLCache:
    def __init__(self, ttl):
        self.ttl = ttl
        self.now = 0
        self.entries = {}

    def put(self, key, value):
        self.now += 1
        self.purge()
        self.entries[key] = (self.now + self.ttl, value)

    def purge(self):
        expired = [key for key, (due, _) in self.entries.items() if due <= self.now]
        for key in expired:
            del self.entries[key]


tokens = TTLCache(400)
for n in range(4000):
    tokens.put("token %d" % n, {"user": n, "claims": ["claim %d of %d" % (m, n) for m in range(60)]})
print("ready", flush=True)
sys.stdin.readline()
