# SPDX-License-Identifier: GPL-2.0-or-later
"""lru_cache without a bound on a method: it keeps each self, too."""
import functools
import sys


class Report:
    def __init__(self, number):
        self.number = number
        self.rows = ["row %d of report %d" % (n, number) for n in range(100)]

    @functools.lru_cache(maxsize=None)  # holder: Report.total
    def total(self, column):  # holder: Report.total
        return sum(len(row) for row in self.rows) + column

    @functools.lru_cache(maxsize=64)
    def title(self):
        return "Report %d" % self.number


def serve(number):
    report = Report(number)
    return report.title(), report.total(number % 3)  # holder: Report.total


if __name__ == "__main__":
    for n in range(1500):
        serve(n)
    print("ready", flush=True)
    sys.stdin.readline()
