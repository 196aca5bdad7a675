# SPDX-License-Identifier: GPL-2.0-or-later
"""Orders come and are cancelled or filled by another method: two thousand are open at any time."""
import sys


class Order:
    def __init__(self, number, price, amount):
        self.number = number
        self.price = price
        self.amount = amount
        self.history = [("new", number, price)] * 3


class Book:
    def __init__(self):
        self.open = {}
        self.filled = 0

    def place(self, order):
        self.open[order.number] = order

    def fill(self, number):
        order = self.open.pop(number)
        self.filled += order.amount


book = Book()


def trade(count):
    for number in range(count):
        book.place(Order("order %d" % number, number * 0.01, number % 17))
        if number >= 2000:
            book.fill("order %d" % (number - 2000))


trade(50000)
print("ready", flush=True)
sys.stdin.readline()
