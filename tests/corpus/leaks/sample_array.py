# SPDX-License-Identifier: GPL-2.0-or-later
"""Latencies of all requests since the start, in an array, to compute percentiles."""
import array
import sys

LATENCIES = array.array("d")
RECENT = array.array("d", [0.0] * 1000)


def observe(seconds):
    LATENCIES.append(seconds)  # holder: LATENCIES
    RECENT[len(LATENCIES) % 1000] = seconds


class Endpoint:
    def __init__(self, path):
        self.path = path

    def call(self, number):
        observe(len(self.path) * 0.001 + number * 1e-9)


endpoints = [Endpoint("/a"), Endpoint("/b")]
for n in range(250000):
    endpoints[n % 2].call(n)
print("ready", flush=True)
sys.stdin.readline()
