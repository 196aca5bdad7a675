# SPDX-License-Identifier: GPL-2.0-or-later
"""A class gets an attribute for each customer that has asked for a report."""
import sys


class Reports:
    COLUMNS = ["column%d" % n for n in range(1000)]

    @classmethod
    def of(cls, customer):
        name = "report_" + customer
        if not hasattr(cls, name):
            setattr(cls, name, ["%s, line %d" % (customer, line) for line in range(20)])  # holder: Reports
        return getattr(cls, name)


for number in range(1500):
    Reports.of("customer%d" % number)
print("ready", flush=True)
sys.stdin.readline()
