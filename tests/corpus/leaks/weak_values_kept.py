# SPDX-License-Identifier: GPL-2.0-or-later
"""A weak-valued cache that frees nothing: a debugging list keeps each value alive."""
import sys
import weakref


class Image:
    def __init__(self, name):
        self.name = name
        self.data = name.encode() * 2000


class ImageCache:
    def __init__(self):
        self._images = weakref.WeakValueDictionary()
        self._loaded = []

    def load(self, name):
        image = self._images.get(name)
        if image is None:
            image = Image(name)
            self._images[name] = image
            self._loaded.append(image)  # holder: _loaded
        return image


cache = ImageCache()
for n in range(500):
    cache.load("image %d" % n)
print("ready", flush=True)
sys.stdin.readline()
