# SPDX-License-Identifier: GPL-2.0-or-later
"""Generated code puts its source into linecache, so that tracebacks show it; each rule makes another."""
import linecache
import sys


def compile_rule(number):
    source = "def rule(x):\n" + "".join("    if x == %d: return %d\n" % (n, number) for n in range(80))
    name = "<rule %d>" % number
    linecache.cache[name] = (len(source), None, source.splitlines(True), name)  # holder: cache
    namespace = {}
    exec(compile(source, name, "exec"), namespace)
    return namespace["rule"]


class Engine:
    def __init__(self):
        self.active = None

    def replace(self, number):
        self.active = compile_rule(number)
        return self.active(3)


engine = Engine()
for n in range(400):
    engine.replace(n)
print("ready", flush=True)
sys.stdin.readline()
