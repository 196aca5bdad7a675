# SPDX-License-Identifier: GPL-2.0-or-later
"""The last fifty readings of each of four hundred sensors."""
import collections
import sys

windows = {}


def reading(sensor, value):
    window = windows.get(sensor)
    if window is None:
        window = windows[sensor] = collections.deque(maxlen=50)
    window.append((value, value * 1.8 + 32))


def main():
    for number in range(900000):
        reading("sensor-%03d" % (number % 400), number * 0.01)


main()
print("ready", flush=True)
sys.stdin.readline()
