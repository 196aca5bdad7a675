# SPDX-License-Identifier: GPL-2.0-or-later
"""Compiled patterns are cached; a full cache is cleared."""
import re
import sys

_MAX = 500
_cache = {}


class Pattern:
    def __init__(self, source):
        self.source = source
        self.program = [(letter, ord(letter)) for letter in source * 20]

    def matches(self, text):
        return text.startswith(self.source[0])


def compile_cached(source):
    try:
        return _cache[source]
    except KeyError:
        pattern = Pattern(source)
        if len(_cache) >= _MAX:
            _cache.clear()
        _cache[source] = pattern
        return pattern


for n in range(1900):
    compile_cached("a%db" % n).matches("abc")
re.compile("x+")
print("ready", flush=True)
sys.stdin.readline()
