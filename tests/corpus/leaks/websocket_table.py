# SPDX-License-Identifier: GPL-2.0-or-later
"""A table of websocket connections; only a clean close removes one."""
import sys


class Connection:
    def __init__(self, cid):
        self.cid = cid
        self.receive_buffer = bytearray(8192)
        self.subscriptions = set()
        self.open = True

    def feed(self, data):
        self.receive_buffer[:len(data)] = data


class Hub:
    def __init__(self):
        self.connections = {}
        self.rooms = {"room %d" % n: set() for n in range(20)}

    def on_open(self, cid):
        connection = Connection(cid)
        self.connections[cid] = connection  # holder: connections
        connection.subscriptions.add("room %d" % (cid % 20))
        return connection

    def on_close(self, connection, code):
        connection.open = False
        if code == 1000:
            del self.connections[connection.cid]


def simulate(hub, count):
    for cid in range(count):
        connection = hub.on_open(cid)
        connection.feed(b"hello")
        hub.on_close(connection, 1000 if cid % 4 == 0 else 1006)


hub = Hub()
simulate(hub, 2500)
print("ready", flush=True)
sys.stdin.readline()
