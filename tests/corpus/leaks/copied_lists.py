# SPDX-License-Identifier: GPL-2.0-or-later
"""d[k] = d.get(k, []) + [x]: each write makes a longer list."""
import sys


class Ledger:
    def __init__(self):
        self.entries = {}
        self.balance = {}

    def book(self, account, amount, text):
        self.balance[account] = self.balance.get(account, 0) + amount
        self.entries[account] = self.entries.get(account, []) + [(amount, text)]  # holder: entries


ledger = Ledger()
for n in range(12000):
    ledger.book("account %d" % (n % 120), n, "invoice %d of customer %d" % (n, n * 3))
print("ready", flush=True)
sys.stdin.readline()
