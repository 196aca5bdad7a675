# SPDX-License-Identifier: GPL-2.0-or-later
"""Plugins are "reloaded" under a new module name each time; the old modules stay in sys.modules."""
import sys
import types

SOURCE = """
TABLE = [number * 3 for number in range(2000)]
def run(x):
    return TABLE[x % len(TABLE)]
"""


def load_plugin(name, generation):
    qualified = "plugins_%s_%d" % (name, generation)
    module = types.ModuleType(qualified)
    exec(compile(SOURCE, qualified, "exec"), module.__dict__)
    sys.modules[qualified] = module  # holder: modules
    return module


class Host:
    def __init__(self):
        self.plugins = {}

    def reload(self, generation):
        for name in ("audit", "billing"):
            self.plugins[name] = load_plugin(name, generation)


host = Host()
for n in range(150):
    host.reload(n)
    host.plugins["audit"].run(n)
print("ready", flush=True)
sys.stdin.readline()
