# SPDX-License-Identifier: GPL-2.0-or-later
"""A matching engine: filled orders are forgotten, cancelled ones stay in the table of orders."""
import collections
import itertools
import sys


class Order:
    __slots__ = ("oid", "side", "price", "quantity", "owner", "tags")

    def __init__(self, oid, side, price, quantity, owner):
        self.oid, self.side, self.price, self.quantity, self.owner = oid, side, price, quantity, owner
        self.tags = {"strategy": owner % 7, "venue": "XETR"}


class Level:
    def __init__(self):
        self.orders = collections.deque()

    def total(self):
        return sum(order.quantity for order in self.orders)


class Book:
    def __init__(self):
        self.bids = collections.defaultdict(Level)
        self.asks = collections.defaultdict(Level)
        self.by_id = {}
        self.ids = itertools.count(1)

    def submit(self, side, price, quantity, owner):
        order = Order(next(self.ids), side, price, quantity, owner)
        self.by_id[order.oid] = order  # holder: by_id
        levels = self.bids if side == "B" else self.asks
        levels[price].orders.append(order)
        return order.oid

    def cancel(self, oid):
        order = self.by_id[oid]
        levels = self.bids if order.side == "B" else self.asks
        levels[order.price].orders.remove(order)

    def fill(self, oid):
        order = self.by_id.pop(oid)
        levels = self.bids if order.side == "B" else self.asks
        levels[order.price].orders.remove(order)


class Gateway:
    def __init__(self, book):
        self.book = book
        self.rejected = 0

    def new_order(self, number):
        return self.book.submit("BS"[number % 2], 100 + number % 10, 10, number % 50)


def run(gateway, count):
    for number in range(count):
        oid = gateway.new_order(number)
        if number % 5 == 0:
            gateway.book.fill(oid)
        else:
            gateway.book.cancel(oid)


engine = Gateway(Book())
run(engine, 15000)
print("ready", flush=True)
sys.stdin.readline()
