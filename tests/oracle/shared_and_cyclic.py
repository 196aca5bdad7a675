# SPDX-License-Identifier: GPL-2.0-or-later
"""A heap in which dominators are not obvious: at random, from a seed. Chains, knots, what many share, and garbage."""

import gc
import random
import sys
import threading

gc.disable()
chance = random.Random(20240229)


class Node:
    def __init__(self, number):
        self.number = number
        self.others = []


def knot(count, links):
    """A random graph; what it returns is what holds all of it."""
    nodes = [Node(i) for i in range(count)]
    for _ in range(links):
        chance.choice(nodes).others.append(chance.choice(nodes))
    return nodes[0]


def chain(length):
    first = []
    last = first
    for _ in range(length):
        last.append([])
        last = last[0]
    return first


knots = [knot(1000, links) for links in (900, 1500, 3000, 10000)]
shared = [b"x" * chance.randrange(1000) for _ in range(500)]
sharers = [chance.sample(shared, 20) for _ in range(200)]
owners = {"%d" % i: {"only": sharers.pop(), "also": chance.choice(sharers)} for i in range(100)}
chains = [chain(3000), chain(3000)]
chains[0].append(chains[1])
ring = knot(500, 2000)
ring.others.append(shared)
garbage = knot(300, 1000)
garbage.others.append(knots[0])
del garbage
values = {i: str(i) * 3 for i in range(sys.maxsize, sys.maxsize + 2000)}
print("ready", flush=True)
threading.Event().wait()
