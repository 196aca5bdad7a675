# SPDX-License-Identifier: GPL-2.0-or-later
"""A settings service that keeps each version of its state."""
import json
import sys


class Settings:
    def __init__(self):
        self.state = {"option %d" % n: [n, n + 1] for n in range(80)}
        self.versions = {}
        self.version = 0

    def set(self, key, value):
        self.state[key] = value
        self.version += 1
        self._archive()

    def _archive(self):
        snapshot = json.loads(json.dumps(self.state))
        versions = self.versions
        versions.update({self.version: snapshot})  # holder: versions


settings = Settings()
for n in range(700):
    settings.set("option %d" % (n % 80), [n])
print("ready", flush=True)
sys.stdin.readline()
