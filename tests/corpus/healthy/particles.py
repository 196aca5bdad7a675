# SPDX-License-Identifier: GPL-2.0-or-later
"""A simulation: particles made once, moved a thousand times."""
import sys


class Particle:
    def __init__(self, number):
        self.position = [number * 0.1, number * 0.2, 0.0]
        self.velocity = [0.01 * (number % 7), 0.02, 0.001]


class World:
    def __init__(self, count):
        self.particles = []
        self.time = 0.0
        for number in range(count):
            self.spawn(number)

    def spawn(self, number):
        self.particles.append(Particle(number))

    def step(self, dt):
        self.time += dt
        for particle in self.particles:
            for axis in range(3):
                particle.position[axis] += particle.velocity[axis] * dt


world = World(4000)
for _ in range(12):
    world.step(0.05)
print("ready", flush=True)
sys.stdin.readline()
