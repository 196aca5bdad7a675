# SPDX-License-Identifier: GPL-2.0-or-later
"""A memo table keyed by id(): the objects die, their results stay, and the ids are recycled seldom."""
import sys

_layout_memo = {}
_font_metrics = {name: [n * 0.5 for n in range(256)] for name in ("sans", "serif", "mono")}


class Paragraph:
    __slots__ = ("text", "width")

    def __init__(self, text, width):
        self.text = text
        self.width = width


def measure(paragraph, font):
    metrics = _font_metrics[font]
    return [metrics[ord(letter) % 256] for letter in paragraph.text]


def layout(paragraph):
    key = (id(paragraph), paragraph.width)
    if key not in _layout_memo:
        boxes = measure(paragraph, "sans")
        _layout_memo[key] = boxes  # holder: _layout_memo
    return _layout_memo[key]


def main():
    for number in range(6000):
        layout(Paragraph("paragraph %d of the book" % number * 4, number))


if __name__ == "__main__":
    main()
    print("ready", flush=True)
    sys.stdin.readline()
