# SPDX-License-Identifier: GPL-2.0-or-later
"""Entities of a simulation in a list: the places of those that are gone are used again, and only then new ones come."""
# sign: taken-out
import sys


class World:
    def __init__(self):
        self.bodies = []
        self.vacant = []

    def spawn(self, mass):
        body = [mass, mass * 0.5, "body of mass %d" % mass]
        if self.vacant:
            place = self.vacant.pop()
            self.bodies[place] = body
        else:
            place = len(self.bodies)
            self.bodies.append(body)
        return place

    def vanish(self, place):
        self.bodies[place] = None
        self.vacant.append(place)


def main():
    world = World()
    alive = [world.spawn(mass) for mass in range(15000)]
    for turn in range(60000):
        world.vanish(alive[turn % 15000])
        alive[turn % 15000] = world.spawn(turn)
    print("ready", flush=True)
    sys.stdin.readline()


main()
