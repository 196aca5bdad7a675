# SPDX-License-Identifier: GPL-2.0-or-later
class Session:
    def __init__(self):
        self.identity_map = {}
        self.dirty = set()

    def get(self, model, pk):
        key = (model, pk)
        found = self.identity_map.get(key)
        if found is None:
            found = model(pk)
            self._register(key, found)
        return found

    def _register(self, key, instance):
        identity = self.identity_map
        identity[key] = instance  # holder: identity_map

    def flush(self):
        self.dirty.clear()
