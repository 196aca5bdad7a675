# SPDX-License-Identifier: GPL-2.0-or-later
"""An order book that keeps every tick as a slots object."""
import sys


class Tick:
    __slots__ = ("price", "size", "time")

    def __init__(self, price, size, time):
        self.price = price
        self.size = size
        self.time = time


class Book:
    def __init__(self, symbol):
        self.symbol = symbol
        self.best = None
        self.ticks = []

    def on_tick(self, tick):
        self.best = tick if self.best is None or tick.price > self.best.price else self.best
        self.ticks.append(tick)  # holder: ticks


class Feed:
    def __init__(self):
        self.books = {symbol: Book(symbol) for symbol in ("AAA", "BBB", "CCC")}

    def replay(self, count):
        for number in range(count):
            self.books["BBB"].on_tick(Tick(number * 0.01, number, number + 1e9))


feed = Feed()
feed.replay(70000)
print("ready", flush=True)
sys.stdin.readline()
