# SPDX-License-Identifier: GPL-2.0-or-later
"""Two arrays of a slotted object, of one size, grow with each step."""
import array
import sys

WAYPOINTS = [(n / 3, n / 7, n % 120) for n in range(3000)]


class Telemetry:
    __slots__ = ("altitude", "speed")

    def __init__(self):
        self.altitude = array.array("d")
        self.speed = array.array("d")

    def sample(self, altitude, speed):
        self.altitude.append(altitude)  # holder: altitude
        self.speed.append(speed)  # holder: speed


class Drone:
    def __init__(self):
        self.telemetry = Telemetry()

    def step(self, n):
        x, y, z = WAYPOINTS[n % len(WAYPOINTS)]
        self.telemetry.sample(z, x - y)


drone = Drone()
for n in range(150000):
    drone.step(n)
print("ready", flush=True)
sys.stdin.readline()
