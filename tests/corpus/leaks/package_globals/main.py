# SPDX-License-Identifier: GPL-2.0-or-later
"""A package with its state in one module and the code that fills it in another."""
import sys

from shop import pricing


def main():
    for number in range(16000):
        pricing.quote("sku-%06d" % number, number % 13)


main()
print("ready", flush=True)
sys.stdin.readline()
