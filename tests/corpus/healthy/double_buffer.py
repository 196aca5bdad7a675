# SPDX-License-Identifier: GPL-2.0-or-later
"""One buffer is filled while the other one is written out, then they change places."""
import sys


class Journal:
    def __init__(self, limit):
        self.limit = limit
        self.current = []
        self.previous = []
        self.written = 0

    def add(self, record):
        self.current.append(record)
        if len(self.current) >= self.limit:
            self.flush()

    def flush(self):
        self.previous = self.current
        self.current = []
        self.written += len(self.previous)


journal = Journal(3000)
for n in range(20000):
    journal.add(("record %d" % n, n * 0.5, ["tag %d" % (n + m) for m in range(6)]))
print("ready", flush=True)
sys.stdin.readline()
