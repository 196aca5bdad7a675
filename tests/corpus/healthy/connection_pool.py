# SPDX-License-Identifier: GPL-2.0-or-later
"""Connections are opened up to a limit, and used again."""
# sign: limit
import sys


class Connection:
    def __init__(self, number):
        self.number = number
        self.read_buffer = bytearray(200000)
        self.queries = 0

    def execute(self, query):
        self.queries += 1
        return len(query)


class ConnectionPool:
    def __init__(self, limit):
        self.limit = limit
        self.all = []
        self.idle = []

    def acquire(self):
        if self.idle:
            return self.idle.pop()
        if len(self.all) >= self.limit:
            raise RuntimeError("too many connections")
        connection = Connection(len(self.all))
        self.all.append(connection)
        return connection

    def release(self, connection):
        self.idle.append(connection)


pool = ConnectionPool(40)


def burst(count):
    taken = [pool.acquire() for _ in range(count)]
    for connection in taken:
        connection.execute("SELECT 1")
        pool.release(connection)


for n in range(300):
    burst(n % 40 + 1)
print("ready", flush=True)
sys.stdin.readline()
