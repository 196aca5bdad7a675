# SPDX-License-Identifier: GPL-2.0-or-later
"""Rows are collected and written when there are five thousand; the list is a new one each time."""
import sys


class Writer:
    def __init__(self):
        self.rows = []
        self.written = 0

    def add(self, row):
        self.rows.append(row)
        if len(self.rows) >= 5000:
            self.flush()

    def flush(self):
        self.written += len(self.rows)
        self.rows = []


writer = Writer()


def main():
    for number in range(38500):
        writer.add({"id": number, "name": "row %d" % number, "value": number * 0.5})


main()
print("ready", flush=True)
sys.stdin.readline()
