# SPDX-License-Identifier: GPL-2.0-or-later
"""A parser's stack of contexts: an early return leaves what it has pushed."""
import sys

KEYWORDS = {"kw%d" % n: n for n in range(2000)}


class Parser:
    def __init__(self):
        self.contexts = ["file"]

    def enter(self, kind, data):
        self.contexts.append((kind, data))  # holder: contexts

    def leave(self):
        return self.contexts.pop()

    def statement(self, number):
        self.enter("statement", {"number": number, "tokens": [str(number + k) for k in range(8)]})
        if number % 2 == 0:
            return None
        self.leave()
        return number


parser = Parser()
for number in range(12000):
    parser.statement(number)
print("ready", flush=True)
sys.stdin.readline()
