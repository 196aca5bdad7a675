# SPDX-License-Identifier: GPL-2.0-or-later
"""Edges of a hub are only ever added: followers who leave are marked, not removed."""
import sys


class Edge:
    def __init__(self, source, target, since):
        self.source = source
        self.target = target
        self.since = since
        self.active = True


class Vertex:
    def __init__(self, name):
        self.name = name
        self.outgoing = []
        self.incoming = []

    def follow(self, other, now):
        edge = Edge(self, other, now)
        self.outgoing.append(edge)
        other.incoming.append(edge)  # holder: incoming
        return edge


class Network:
    def __init__(self):
        self.hub = Vertex("hub")
        self.regulars = {name: Vertex(name) for name in ("ann", "bob", "cid")}

    def visit(self, number):
        guest = Vertex("guest %d" % number)
        edge = guest.follow(self.hub, number)
        edge.active = False
        self.regulars["ann"].follow(self.regulars["bob"], number) if number % 500 == 0 else None


network = Network()
for n in range(12000):
    network.visit(n)
print("ready", flush=True)
sys.stdin.readline()
