# SPDX-License-Identifier: GPL-2.0-or-later
"""The tax rules of a country for a kind of goods, made once each: there are 64 countries and 16 kinds, and each line of an invoice asks for one."""
# sign: asked-again
import functools
import sys
import zlib

COUNTRIES = ["country %s%s" % (a, b) for a in "ABCDEFGH" for b in "STUVWXYZ"]
KINDS = ["kind %s" % letter for letter in "abcdefghijklmnop"]


@functools.lru_cache(maxsize=None)
def rules(country, kind):
    return ["%s, %s: step %d, %d per cent" % (country, kind, step, (len(country) * step) % 25) for step in range(20)]


class Invoice:
    def __init__(self, number, country):
        self.number = number
        self.country = country
        self.total = 0

    def add(self, kind, amount):
        self.total += amount * len(rules(self.country, kind))


def main():
    sold = 0
    for number in range(3000):
        invoice = Invoice(number, COUNTRIES[zlib.crc32(b"invoice %d" % number) & 63])
        for line in range(12):
            invoice.add(KINDS[zlib.crc32(b"line %d of %d" % (line, number)) & 15], line)
        sold += invoice.total
    print("ready", flush=True)
    sys.stdin.readline()


main()
