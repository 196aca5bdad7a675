# SPDX-License-Identifier: GPL-2.0-or-later
"""Requests that are gone have had one table of defaults as an attribute; what each adds is in a dict of its own, which it takes the place of."""
import sys

DEFAULTS = {"option%d" % n: "default %d" % n for n in range(10000)}


class Request:
    def __init__(self, number, options=None):
        self.number = number
        self.options = options if options is not None else DEFAULTS

    def with_option(self, key, value):
        self.options = dict(list(self.options.items())[:50])
        self.options[key] = value
        return self

    def handle(self):
        return self.options.get("option%d" % self.number)


for number in range(400):
    Request(number).handle()
    Request(number).with_option("user", number).handle()
print("ready", flush=True)
sys.stdin.readline()
