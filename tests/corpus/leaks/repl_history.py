# SPDX-License-Identifier: GPL-2.0-or-later
"""A calculator service which, like a REPL, keeps each result under a name of its own."""
import sys


class Repl:
    def __init__(self):
        self.namespace = {"pi": 3.14159, "scale": lambda values, factor: [value * factor for value in values]}
        self.counter = 0

    def execute(self, source):
        value = eval(source, {"__builtins__": {}, "range": range, "list": list}, self.namespace)
        self.counter += 1
        self.namespace["_%d" % self.counter] = value  # holder: namespace
        self.namespace["_"] = value
        return value


class Service:
    def __init__(self):
        self.repl = Repl()
        self.requests = {}

    def calculate(self, user, source):
        self.requests[user] = self.requests.get(user, 0) + 1
        return self.repl.execute(source)


service = Service()
for n in range(2500):
    service.calculate("user %d" % (n % 12), "scale([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, %d], %d)" % (n, n))
print("ready", flush=True)
sys.stdin.readline()
