# SPDX-License-Identifier: GPL-2.0-or-later
"""Sparks of a firework: each turn a list of those that still glow takes the place of the old one."""
# sign: taken-out
import sys


class Spark:
    def __init__(self, turn):
        self.dies = turn + 40 + turn % 30
        self.trail = [turn + step * 0.25 for step in range(24)]


class Sky:
    def __init__(self):
        self.sparks = []

    def shoot(self, turn):
        for _ in range(60):
            self.sparks.append(Spark(turn))

    def advance(self, turn):
        glowing = []
        for spark in self.sparks:
            if spark.dies > turn:
                glowing.append(spark)
        self.sparks = glowing


def main():
    sky = Sky()
    for turn in range(600):
        sky.shoot(turn)
        sky.advance(turn)
    print("ready", flush=True)
    sys.stdin.readline()


main()
