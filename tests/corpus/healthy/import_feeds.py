# SPDX-License-Identifier: GPL-2.0-or-later
"""Two feeds of one base class, which a catalogue reads as it is made: a table for each."""
# sign: loaded-once
import sys


class Feed:
    def __init__(self):
        self.rows = []

    def pull(self):
        for line in self.lines():
            self.take(line)
        return self

    def take(self, line):
        self.rows.append(tuple(line.split(";")))


class Prices(Feed):
    def lines(self):
        return ("article %d;%d;EUR" % (number, number % 900) for number in range(24000))


class Stock(Feed):
    def lines(self):
        return ("article %d;store %d;%d" % (number, number % 40, number % 77) for number in range(20000))


class Catalogue:
    def __init__(self, *feeds):
        self.feeds = {type(feed).__name__: feed.pull() for feed in feeds}


CATALOGUE = Catalogue(Prices(), Stock())
print("ready", flush=True)
sys.stdin.readline()
