# SPDX-License-Identifier: GPL-2.0-or-later
"""An append-only log as nested pairs, newest first."""
import sys


class Store:
    def __init__(self):
        self.log = None
        self.version = 0

    def commit(self, event):
        self.version += 1
        self.log = (event, self.log)  # holder: log
        return self.version


class Account:
    def __init__(self, store, name):
        self.store = store
        self.name = name
        self.balance = 0

    def deposit(self, amount):
        self.balance += amount
        self.store.commit({"account": self.name, "amount": amount, "balance": self.balance})


store = Store()
accounts = [Account(store, "account %d" % n) for n in range(10)]
for n in range(12000):
    accounts[n % 10].deposit(n)
print("ready", flush=True)
sys.stdin.readline()
