# SPDX-License-Identifier: GPL-2.0-or-later
"""A unit of work: rows are looked up by their number once, and forgotten at each commit."""
# sign: taken-out
import sys


class Row:
    def __init__(self, number):
        self.number = number
        self.columns = ["column %d of row %d" % (column, number) for column in range(6)]
        self.changed = False


class Session:
    def __init__(self):
        self.rows = {}

    def find(self, number):
        row = self.rows.get(number)
        if row is None:
            row = self.rows[number] = Row(number)
        return row

    def commit(self):
        self.rows.clear()


def main():
    session = Session()
    for number in range(34000):
        session.find(number % 17000).changed = True
        if number % 4000 == 3999:
            session.commit()
    print("ready", flush=True)
    sys.stdin.readline()


main()
