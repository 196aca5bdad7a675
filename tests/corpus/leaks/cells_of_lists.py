# SPDX-License-Identifier: GPL-2.0-or-later
"""A grid of fixed size, but each cell remembers every click."""
import sys


class ClickMap:
    def __init__(self, width, height):
        self.cells = [[[] for _ in range(width)] for _ in range(height)]

    def click(self, x, y, when):
        self.cells[y][x].append((when, "click at %d" % when))  # holder: cells


clicks = ClickMap(10, 12)


def handle(number):
    clicks.click(number * 7 % 10, number * 13 % 12, number)


def serve():
    for number in range(30000):
        handle(number)


if __name__ == "__main__":
    serve()
    print("ready", flush=True)
    sys.stdin.readline()
