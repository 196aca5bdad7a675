# SPDX-License-Identifier: GPL-2.0-or-later
"""A service records warnings for ever."""
import sys
import warnings

RULES = {"rule%d" % n: "text %d" % n for n in range(2000)}


class Monitor:
    def __init__(self):
        self.manager = warnings.catch_warnings(record=True)
        self.caught = self.manager.__enter__()  # holder: caught
        warnings.simplefilter("always")

    def work(self, number):
        warnings.warn("request %d is slow: %s" % (number, "x" * 200))  # holder: caught


monitor = Monitor()
for number in range(3000):
    monitor.work(number)
print("ready", flush=True)
sys.stdin.readline()
