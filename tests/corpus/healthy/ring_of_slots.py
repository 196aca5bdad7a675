# SPDX-License-Identifier: GPL-2.0-or-later
"""A flight recorder: ten thousand slots, each written over when the index comes round."""
import sys


class FlightRecorder:
    def __init__(self, size):
        self.size = size
        self.slots = [None] * size
        self.next = 0

    def record(self, entry):
        self.slots[self.next % self.size] = entry
        self.next += 1


recorder = FlightRecorder(10000)


def fly():
    for second in range(45000):
        recorder.record({"second": second, "height": second % 3000, "note": "all well at %d" % second})


fly()
print("ready", flush=True)
sys.stdin.readline()
