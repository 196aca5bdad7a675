# SPDX-License-Identifier: GPL-2.0-or-later
"""Jobs that fail are put back into the queue a few times, then dropped; a window of recent ones is bounded by what it drops."""
import collections
import sys


class Runner:
    def __init__(self, limit):
        self.recent = collections.deque()
        self.limit = limit
        self.dropped = 0

    def run(self, number):
        self.recent.append({"number": number, "log": "log of job %d " % number * 20})
        while len(self.recent) > self.limit:
            oldest = self.recent.popleft()
            self.dropped += oldest["number"] >= 0

    def rotate(self):
        self.recent.append(self.recent.popleft())


runner = Runner(3000)
for n in range(12000):
    runner.run(n)
    runner.rotate()
print("ready", flush=True)
sys.stdin.readline()
