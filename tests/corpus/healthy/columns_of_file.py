# SPDX-License-Identifier: GPL-2.0-or-later
"""Measurements are read from a file into columns, once."""
import array
import sys


class Measurements:
    def __init__(self):
        self.times = array.array("d")
        self.values = array.array("d")

    def read(self, lines):
        for line in lines:
            time, value = line.split(",")
            self.times.append(float(time))
            self.values.append(float(value))

    def mean(self, first, last):
        return sum(self.values[first:last]) / (last - first)


def main():
    measurements = Measurements()
    measurements.read("%d,%d" % (n, n * n % 1001) for n in range(150000))
    means = 0.0
    for number in range(1000):
        means += measurements.mean(number * 100, number * 100 + 100)
    print("ready", flush=True)
    sys.stdin.readline()


main()
