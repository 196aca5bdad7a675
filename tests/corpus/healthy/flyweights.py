# SPDX-License-Identifier: GPL-2.0-or-later
"""Glyphs are shared: one object for each letter, font and size, made when it is first drawn."""
# gap at times: the last growth is among few samples
import sys


class Glyph:
    def __init__(self, letter, font, size):
        self.letter = letter
        self.font = font
        self.size = size
        self.outline = [(n * size, n * n) for n in range(12)]


class GlyphFactory:
    _glyphs = {}

    @classmethod
    def get(cls, letter, font, size):
        return cls._glyphs.setdefault((letter, font, size), Glyph(letter, font, size))


FONTS = ["serif", "sans", "mono"]


def draw(page):
    width = 0
    for n in range(200):
        glyph = GlyphFactory.get(chr(97 + (page + n) % 26), FONTS[page % 3], 8 + page % 5)
        width += glyph.size
    return width


for page in range(600):
    draw(page)
print("ready", flush=True)
sys.stdin.readline()
