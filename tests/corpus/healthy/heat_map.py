# SPDX-License-Identifier: GPL-2.0-or-later
"""Clicks are counted on a grid of fixed size, in place."""
import sys


class HeatMap:
    def __init__(self, width, height):
        self.cells = [[0.0] * width for _ in range(height)]

    def click(self, x, y, weight):
        self.cells[y][x] += weight


heat = HeatMap(300, 400)


def handle(number):
    heat.click(number * 7 % 300, number * 13 % 400, number * 0.37)


def serve():
    for number in range(200000):
        handle(number)


if __name__ == "__main__":
    serve()
    print("ready", flush=True)
    sys.stdin.readline()
