# SPDX-License-Identifier: GPL-2.0-or-later
import itertools


class World:
    def __init__(self):
        self._ids = itertools.count()
        self.positions = {}
        self.health = {}
        self.tables = {}
        self.terrain = [[(x * y) % 7 for x in range(120)] for y in range(120)]

    def table(self, name):
        return self.tables.setdefault(name, {})

    def spawn(self, tick, number):
        entity = next(self._ids)
        self.positions[entity] = (float(number), float(tick))
        self.health[entity] = 100
        self.attach("contacts", entity, [("ground", tick), ("wall", number)])
        return entity

    def attach(self, name, entity, component):
        table = self.table(name)
        table[entity] = component  # holder: tables

    def despawn(self, entity):
        del self.positions[entity]
        del self.health[entity]
