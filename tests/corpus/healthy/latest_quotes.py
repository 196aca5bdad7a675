# SPDX-License-Identifier: GPL-2.0-or-later
"""The latest quote of each of two thousand symbols: many updates, always the same keys."""
import sys


class Quote:
    def __init__(self, symbol, bid, ask):
        self.symbol = symbol
        self.bid = bid
        self.ask = ask
        self.depth = [(bid - n, ask + n) for n in range(10)]


class Board:
    def __init__(self):
        self.latest = {}
        self.updates = 0

    def on_quote(self, quote):
        self.updates += 1
        self.latest[quote.symbol] = quote

    def spread(self, symbol):
        return self.latest[symbol].ask - self.latest[symbol].bid


board = Board()


def feed(count):
    for number in range(count):
        symbol = "SYM%04d" % (number * 7 % 2000)
        board.on_quote(Quote(symbol, number * 0.5, number * 0.5 + 0.25))
        board.spread(symbol)


feed(40000)
print("ready", flush=True)
sys.stdin.readline()
