# SPDX-License-Identifier: GPL-2.0-or-later
"""Sums for each shop and article: a fixed number of them, whatever is sold."""
# gap cold: that the keys are always the same does not show in the bytecode
import collections
import sys


class Totals:
    def __init__(self):
        self.by_article = collections.defaultdict(lambda: [0, 0.0])

    def sale(self, shop, article, price):
        total = self.by_article[shop, article]
        total[0] += 1
        total[1] += price


totals = Totals()


def sell(count):
    for number in range(count):
        totals.sale(number % 40, number // 40 % 100, number * 0.11)


sell(600000)
print("ready", flush=True)
sys.stdin.readline()
