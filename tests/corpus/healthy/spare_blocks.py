# SPDX-License-Identifier: GPL-2.0-or-later
"""A free list that begins empty: blocks are made when there is none, and come back after each transfer."""
# sign: taken-out
import sys


class Spares:
    def __init__(self):
        self.idle = []

    def take(self):
        if self.idle:
            return self.idle.pop()
        return bytearray(32768)

    def give_back(self, block):
        self.idle.append(block)


def transfer(spares, number):
    blocks = [spares.take() for _ in range(60 + number % 140)]
    for block in blocks:
        block[0] = number % 256
    for block in blocks:
        spares.give_back(block)


def main():
    spares = Spares()
    for number in range(800):
        transfer(spares, number)
    print("ready", flush=True)
    sys.stdin.readline()


main()
