# SPDX-License-Identifier: GPL-2.0-or-later
class Customer:
    def __init__(self, pk):
        self.pk = pk
        self.name = "customer %d" % pk


class Order:
    def __init__(self, pk):
        self.pk = pk
        self.total = pk * 1.25
        self.lines = [(pk, n, "item %d-%d" % (pk, n)) for n in range(3)]
