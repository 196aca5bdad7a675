# SPDX-License-Identifier: GPL-2.0-or-later
"""The latest quote of each symbol is kept, which is fine; so is each quote that was off the market, which is not."""
import sys


class Board:
    def __init__(self):
        self.latest = {}
        self.outliers = {}

    def on_quote(self, number, quote):
        self.latest[quote["symbol"]] = quote
        if number % 6 == 1:
            self.outliers[number] = quote  # holder: outliers


board = Board()


def feed(count):
    for number in range(count):
        board.on_quote(number, {"symbol": "SYM%03d" % (number % 400), "bid": number * 0.5, "depth": [(number + n, n) for n in range(8)]})


feed(30000)
print("ready", flush=True)
sys.stdin.readline()
