# SPDX-License-Identifier: GPL-2.0-or-later
"""A batch job turned the collector off for speed; its connections refer to themselves."""
# cycle: Connection
import gc
import sys

gc.disable()


class Connection:
    def __init__(self, number):
        self.number = number
        self.received = bytearray(400_000)
        self.on_close = self.close

    def close(self):
        self.received.clear()


def fetch(number):
    connection = Connection(number)
    return len(connection.received)


for number in range(40):
    fetch(number)
print("ready", flush=True)
sys.stdin.readline()
