# SPDX-License-Identifier: GPL-2.0-or-later
"""A loader collects rows in a local, writes a thousand at a time, and clears it."""
import sys


class Warehouse:
    def __init__(self):
        self.written = 0

    def write(self, rows):
        self.written += len(rows)


def load(warehouse, count):
    batch = []
    for number in range(count):
        batch.append({"number": number, "payload": "row %d " % number * 100})
        if len(batch) >= 3000:
            warehouse.write(batch)
            batch.clear()
    print("ready", flush=True)
    sys.stdin.readline()
    warehouse.write(batch)


load(Warehouse(), 20900)
