# SPDX-License-Identifier: GPL-2.0-or-later
"""A WeakKeyDictionary whose values refer to their keys: nothing in it can die."""
import sys
import weakref


class Plugin:
    def __init__(self, name):
        self.name = name


class State:
    def __init__(self, plugin):
        self.plugin = plugin
        self.settings = {"setting-%d" % n: "%s %d" % (plugin.name, n) for n in range(20)}


class Host:
    def __init__(self):
        self._states = weakref.WeakKeyDictionary()
        self.loaded = 0

    def attach(self, plugin):
        state = State(plugin)
        self._states[plugin] = state  # holder: _states
        self.loaded += 1


host = Host()


def load(number):
    host.attach(Plugin("plugin %d" % number))


for n in range(2500):
    load(n)
print("ready", flush=True)
sys.stdin.readline()
