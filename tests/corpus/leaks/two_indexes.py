# SPDX-License-Identifier: GPL-2.0-or-later
"""A catalogue indexed twice: both tables hold all of it."""
import sys


class Product:
    def __init__(self, number, name):
        self.number = number
        self.name = name
        self.description = "a long text about %s. " % name * 20


class Catalogue:
    def __init__(self):
        self.by_number = {}
        self.by_name = {}
        self.popular = []

    def add(self, product):
        self.by_number[product.number] = product  # holder: by_number
        self.by_name[product.name] = product  # holder: by_name
        if product.number % 500 == 0:
            self.popular.append(product)


catalogue = Catalogue()
for n in range(7000):
    catalogue.add(Product(n, "product %d" % n))
print("ready", flush=True)
sys.stdin.readline()
