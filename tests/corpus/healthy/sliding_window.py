# SPDX-License-Identifier: GPL-2.0-or-later
"""Statistics of the last minutes; older minutes are deleted."""
import sys


class Window:
    def __init__(self, minutes):
        self.minutes = minutes
        self.buckets = {}

    def add(self, minute, value):
        if minute not in self.buckets:
            self.buckets[minute] = []
            old = minute - self.minutes
            if old in self.buckets:
                del self.buckets[old]
        self.buckets[minute].append((value, "value %d" % value))


window = Window(20)
for n in range(60000):
    window.add(n // 1000, n)
print("ready", flush=True)
sys.stdin.readline()
