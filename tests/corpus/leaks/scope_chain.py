# SPDX-License-Identifier: GPL-2.0-or-later
"""An interpreter opens a scope for each statement and forgets to leave it."""
import collections
import sys


class Interpreter:
    def __init__(self):
        self.globals = {"pi": 3.14159}
        self.scope = collections.ChainMap(self.globals)
        self.depth = 0

    def enter(self, names):
        self.scope = self.scope.new_child(names)  # holder: scope
        self.depth += 1

    def execute(self, number):
        self.enter({"variable_%d" % n: number * n for n in range(10)})
        return self.depth


interpreter = Interpreter()
for n in range(900):
    interpreter.execute(n)
print("ready", flush=True)
sys.stdin.readline()
