# SPDX-License-Identifier: GPL-2.0-or-later
class Dimensions:
    def __init__(self):
        self.customers = {}
        self.regions = {}

    def load_customers(self, count):
        for number in range(count):
            self._add(number, {"name": "customer %d" % number, "region": number % 40, "street": "street %d" % number})

    def _add(self, number, row):
        self.customers[number] = row

    def load_regions(self):
        for number in range(40):
            self.regions[number] = "region %d" % number

    def customer(self, number):
        return self.customers[number]
