# SPDX-License-Identifier: GPL-2.0-or-later
"""A ring in a list that was made long enough at start."""
import sys


class Ring:
    def __init__(self, size):
        self.slots = [None] * size
        self.position = 0

    def put(self, item):
        self.slots[self.position % len(self.slots)] = item
        self.position += 1


trace = Ring(3000)


def step(number):
    trace.put({"step": number, "registers": [number + n for n in range(30)]})


for n in range(12000):
    step(n)
print("ready", flush=True)
sys.stdin.readline()
