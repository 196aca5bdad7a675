# SPDX-License-Identifier: GPL-2.0-or-later
class Movement:
    def __init__(self, world):
        self.world = world

    def step(self):
        positions = self.world.positions
        for entity, (x, y) in list(positions.items()):
            positions[entity] = (x + 1.0, y - 1.0)


class Combat:
    def __init__(self, world):
        self.world = world
        self.log = []

    def step(self, tick):
        self.log.append(tick)
        if len(self.log) > 100:
            self.log = self.log[-50:]
