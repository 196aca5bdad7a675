# SPDX-License-Identifier: GPL-2.0-or-later
"""A simulation which keeps each step as a dataclass."""
import dataclasses
import sys


@dataclasses.dataclass
class Step:
    number: int
    energy: float
    note: str


@dataclasses.dataclass
class Simulation:
    steps: list = dataclasses.field(default_factory=list)
    parameters: dict = dataclasses.field(default_factory=dict)

    def advance(self, number):
        self.parameters["t"] = number
        self.steps.append(Step(number, number * 0.37, "step %d" % number))  # holder: steps


def main():
    simulation = Simulation()
    for number in range(60000):
        simulation.advance(number)
    print("ready", flush=True)
    sys.stdin.readline()


if __name__ == "__main__":
    main()
