# SPDX-License-Identifier: GPL-2.0-or-later
"""Counts of log lines by minute, service and message; old minutes are never dropped, and messages have ids in them."""
import collections
import sys


class Statistics:
    __slots__ = ("_minutes", "total")

    def __init__(self):
        self._minutes = {}
        self.total = 0

    def count(self, minute, service, message):
        self.total += 1
        services = self._minutes.get(minute)
        if services is None:
            services = self._minutes[minute] = {}
        if service not in services:
            services[service] = collections.Counter()
        services[service][message] += 1  # holder: _minutes


class Reader:
    def __init__(self, statistics):
        self.statistics = statistics
        self.services = ("web", "db", "mail")

    def feed(self, number):
        self.statistics.count(number // 1000, self.services[number % 3], "request %d took %d ms" % (number, number % 17))


reader = Reader(Statistics())
for n in range(30000):
    reader.feed(n)
print("ready", flush=True)
sys.stdin.readline()
