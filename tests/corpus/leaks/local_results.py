# SPDX-License-Identifier: GPL-2.0-or-later
"""The main loop keeps what it should only have counted."""
import sys


class Source:
    def __init__(self, name):
        self.name = name

    def poll(self, number):
        return {"source": self.name, "number": number, "values": [number * 0.5, number * 1.5]}


def run(rounds):
    sources = [Source("a"), Source("b"), Source("c")]
    results = []
    errors = []
    for number in range(rounds):
        for source in sources:
            results.append(source.poll(number))  # holder: results
        if number % 1000 == 999:
            errors.append(number)
    print("ready", flush=True)
    sys.stdin.readline()
    return results, errors


run(5000)
