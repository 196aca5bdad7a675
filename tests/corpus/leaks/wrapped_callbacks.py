# SPDX-License-Identifier: GPL-2.0-or-later
"""A plugin hook list behind two layers of wrappers."""
import sys


class Hooks:
    def __init__(self):
        self._by_name = {}

    def _slot(self, name):
        return self._by_name.setdefault(name, [])

    def add(self, name, hook, priority):
        _insert(self._slot(name), (priority, hook))


def _insert(slot, item):
    slot.insert(len(slot), item)  # holder: _by_name


hooks = Hooks()


class Plugin:
    def __init__(self, number):
        self.number = number
        self.options = ["option %d" % n for n in range(30)]

    def install(self):
        hooks.add("render", lambda page: (self.number, page), 10)


def load(number):
    plugin = Plugin(number)
    plugin.install()


for n in range(3000):
    load(n)
print("ready", flush=True)
sys.stdin.readline()
