# SPDX-License-Identifier: GPL-2.0-or-later
"""A healthy program: a large table is made once, when the module is imported, and only read from then on."""
import os
import time

SQUARES = {number: number * number for number in range(100_000)}
WORDS = ["word-%06d" % number for number in range(50_000)]


def answer(number):
    return SQUARES[number], WORDS[number % len(WORDS)]


def serve(requests):
    total = 0
    for number in range(requests):
        square, word = answer(number)
        total += square + len(word)
    return total


if __name__ == "__main__":
    serve(requests=20_000)
    print("ready", os.getpid(), flush=True)
    time.sleep(float(os.environ.get("DEMO_LINGER", "90")))
