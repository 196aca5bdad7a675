# SPDX-License-Identifier: GPL-2.0-or-later
"""A package with a table that its module makes when it is imported."""
import sys

from geo import nearest


def main():
    total = 0
    for number in range(3000):
        total += nearest(number)["population"]
    return total


main()
print("ready", flush=True)
sys.stdin.readline()
