# SPDX-License-Identifier: GPL-2.0-or-later
"""A large configuration is parsed once, and read for each request."""
import json
import sys


class Config:
    def __init__(self, text):
        self.values = json.loads(text)

    def get(self, section, key):
        return self.values[section][key]


def make_text():
    return json.dumps({"section %d" % n: {"key %d" % m: "value %d of %d" % (m, n) for m in range(40)} for n in range(800)})


config = Config(make_text())
for n in range(5000):
    config.get("section %d" % (n % 800), "key %d" % (n % 40))
print("ready", flush=True)
sys.stdin.readline()
