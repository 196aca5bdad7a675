# SPDX-License-Identifier: GPL-2.0-or-later
"""Timers of a game: each that fires sets the next one; the heap keeps its size."""
import heapq
import sys


class Timer:
    def __init__(self, due, name):
        self.due = due
        self.name = name
        self.options = {"period": due % 13 + 1, "label": "timer of " + name}

    def __lt__(self, other):
        return self.due < other.due


class Loop:
    def __init__(self):
        self.timers = []
        self.fired = 0

    def at(self, due, name):
        heapq.heappush(self.timers, Timer(due, name))

    def run_one(self):
        timer = heapq.heappop(self.timers)
        self.fired += 1
        self.at(timer.due + timer.options["period"], timer.name)


loop = Loop()
for number in range(2500):
    loop.at(number, "npc %d" % number)
for _ in range(30000):
    loop.run_one()
print("ready", flush=True)
sys.stdin.readline()
