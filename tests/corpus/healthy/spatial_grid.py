# SPDX-License-Identifier: GPL-2.0-or-later
"""A game's grid is built anew in each tick; bullets come out of a pool."""
import sys


class Bullet:
    __slots__ = ("x", "y", "alive", "trail")

    def __init__(self):
        self.x = self.y = 0.0
        self.alive = False
        self.trail = [0.0] * 30


class Grid:
    def __init__(self, size):
        self.size = size
        self.cells = {}

    def rebuild(self, bullets):
        self.cells.clear()
        for bullet in bullets:
            key = (int(bullet.x) // self.size, int(bullet.y) // self.size)
            self.cells.setdefault(key, []).append(bullet)


class Game:
    def __init__(self):
        self.spare = [Bullet() for _ in range(4000)]
        self.flying = []
        self.grid = Grid(10)

    def fire(self, number):
        bullet = self.spare.pop()
        bullet.x, bullet.y, bullet.alive = float(number % 500), float(number % 300), True
        self.flying.append(bullet)

    def tick(self, number):
        for shot in range(10):
            self.fire(number * 10 + shot)
        self.grid.rebuild(self.flying)
        while len(self.flying) > 300:
            bullet = self.flying.pop(0)
            bullet.alive = False
            self.spare.append(bullet)


game = Game()
for n in range(200):
    game.tick(n)
print("ready", flush=True)
sys.stdin.readline()
