# SPDX-License-Identifier: GPL-2.0-or-later
"""A crawler's set of seen URLs, joined with |=."""
import sys


class Frontier:
    def __init__(self):
        self.todo = ["https://example.org/"]
        self.seen = set()

    def links(self, url, number):
        return {"%sitem/%d/%d" % (url, number, n) for n in range(30)}

    def step(self, number):
        url = self.todo.pop() if self.todo else "https://example.org/"
        found = self.links(url[:20], number)
        self.todo = sorted(found)[:5]
        self.seen |= found  # holder: seen


frontier = Frontier()
for n in range(1500):
    frontier.step(n)
print("ready", flush=True)
sys.stdin.readline()
