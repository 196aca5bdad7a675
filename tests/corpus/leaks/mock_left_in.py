# SPDX-License-Identifier: GPL-2.0-or-later
"""A client was replaced by a Mock, for a demo; it remembers each call."""
import sys
from unittest import mock


class Shop:
    def __init__(self, client):
        self.client = client
        self.orders = 0

    def order(self, number):
        self.orders += 1
        lines = [("item %d" % n, number * n) for n in range(10)]
        self.client.submit({"id": number, "lines": lines})  # holder: client


def main():
    shop = Shop(mock.Mock(name="payment client"))
    for number in range(700):
        shop.order(number)
    print("ready", flush=True)
    sys.stdin.readline()


main()
