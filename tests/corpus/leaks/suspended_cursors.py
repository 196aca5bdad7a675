# SPDX-License-Identifier: GPL-2.0-or-later
"""Paged reading: each client gets a generator; clients that go away leave theirs, with a page in it."""
import sys

STATUS = {"open": 0, "finished": 0}


def read_pages(name):
    for number in range(100):
        page = ["%s, page %d, row %d" % (name, number, row) for row in range(100)]
        yield from page


class CursorTable:
    def __init__(self):
        self._cursors = {}

    def open(self, client):
        cursor = read_pages("table of " + client)
        self._cursors[client] = cursor  # holder: _cursors
        STATUS["open"] += 1
        return cursor

    def fetch(self, client, count):
        cursor = self._cursors[client]
        return [row for row, _ in zip(cursor, range(count))]


def main():
    table = CursorTable()
    for number in range(900):
        client = "client %d" % number
        table.open(client)
        table.fetch(client, 5)
    print("ready", flush=True)
    sys.stdin.readline()


if __name__ == "__main__":
    main()
