# SPDX-License-Identifier: GPL-2.0-or-later
"""A price list is made by a class method out of rows, and asked afterwards."""
import sys


class PriceList:
    def __init__(self):
        self.prices = {}

    def add(self, article, price, unit):
        self.prices[article] = (price, unit, "%s at %.2f" % (article, price))

    @classmethod
    def from_rows(cls, rows):
        prices = cls()
        for article, price, unit in rows:
            prices.add(article, price, unit)
        return prices

    def price(self, article):
        return self.prices[article][0]


def rows():
    for number in range(16000):
        yield "article %d" % number, number * 0.05, "kg"


PRICES = PriceList.from_rows(rows())


def main():
    total = 0.0
    for number in range(60000):
        total += PRICES.price("article %d" % (number % 16000))
    return total


main()
print("ready", flush=True)
sys.stdin.readline()
