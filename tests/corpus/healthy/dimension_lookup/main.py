# SPDX-License-Identifier: GPL-2.0-or-later
"""An ETL job loads its dimension tables first, then looks up in them for each row."""
import sys

from dimensions import Dimensions


def transform(dimensions, number):
    customer = dimensions.customer(number % 9000)
    return {"customer": customer["name"], "amount": number * 1.1, "region": customer["region"]}


def main():
    dimensions = Dimensions()
    dimensions.load_customers(9000)
    dimensions.load_regions()
    total = 0
    for number in range(40000):
        total += len(transform(dimensions, number))
    print("ready", flush=True)
    sys.stdin.readline()


main()
