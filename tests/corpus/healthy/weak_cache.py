# SPDX-License-Identifier: GPL-2.0-or-later
"""A cache of weak values; the strong ones are the last fifty."""
import sys
import weakref


class Tile:
    def __init__(self, key):
        self.key = key
        self.pixels = bytearray(65536)


class TileCache:
    RECENT = 50

    def __init__(self):
        self._tiles = weakref.WeakValueDictionary()
        self._recent = []

    def get(self, key):
        tile = self._tiles.get(key)
        if tile is None:
            tile = self._tiles[key] = Tile(key)
        self._recent.append(tile)
        if len(self._recent) > self.RECENT:
            self._recent.pop(0)
        return tile


cache = TileCache()
for n in range(1500):
    cache.get((n % 200, n // 200))
print("ready", flush=True)
sys.stdin.readline()
