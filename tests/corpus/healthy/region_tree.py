# SPDX-License-Identifier: GPL-2.0-or-later
"""A tree of regions over the shops of a country, made once: a region that is full splits itself into four and hands on what it has."""
# sign: replaced-whole
import sys


class Region:
    FULL = 10

    def __init__(self, left, top, size):
        self.left, self.top, self.size = left, top, size
        self.shops = []
        self.parts = None

    def part_of(self, shop):
        half = self.size / 2
        return self.parts[(shop[0] >= self.left + half) + 2 * (shop[1] >= self.top + half)]

    def insert(self, shop):
        if self.parts is not None:
            self.part_of(shop).insert(shop)
            return
        self.shops.append(shop)
        if len(self.shops) > self.FULL:
            self.split()

    def split(self):
        half = self.size / 2
        self.parts = [Region(self.left + x * half, self.top + y * half, half) for y in (0, 1) for x in (0, 1)]
        shops, self.shops = self.shops, []
        for shop in shops:
            self.part_of(shop).insert(shop)


def build(count):
    country = Region(0.0, 0.0, 1.0)
    for number in range(count):
        country.insert((number * 0.61803398875 % 1.0, number * 0.41421356237 % 1.0, "shop number %d" % number))
    return country


COUNTRY = build(40000)
print("ready", flush=True)
sys.stdin.readline()
