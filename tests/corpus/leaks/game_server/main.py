# SPDX-License-Identifier: GPL-2.0-or-later
"""An entity component system: entities that are despawned leave their row in one of the component tables."""
import sys

from world import World
from systems import Combat, Movement


def main():
    world = World()
    movement, combat = Movement(world), Combat(world)
    for tick in range(2500):
        entities = [world.spawn(tick, n) for n in range(6)]
        movement.step()
        combat.step(tick)
        for entity in entities:
            world.despawn(entity)
    print("ready", flush=True)
    sys.stdin.readline()


main()
