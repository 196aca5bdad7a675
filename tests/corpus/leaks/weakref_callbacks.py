# SPDX-License-Identifier: GPL-2.0-or-later
"""Weak references with callbacks are collected in a list; their object lives as long as the program, and so does what the callbacks need."""
import sys
import weakref

_trackers = []


class Texture:
    def __init__(self, number):
        self.number = number


def track(texture, pixels):
    def released(reference):
        return len(pixels)
    _trackers.append(weakref.ref(texture, released))  # holder: _trackers


atlas = Texture(0)


def draw(number):
    track(atlas, b"%d" % number * 4000)


if __name__ == "__main__":
    for n in range(800):
        draw(n)
    print("ready", flush=True)
    sys.stdin.readline()
