# SPDX-License-Identifier: GPL-2.0-or-later
"""A healthy program: the results of a function are kept, but never more than 128 of them. Large is not leaking."""
import functools
import os
import time


@functools.lru_cache(maxsize=128)
def render(number):
    return "%d: " % number + "x" * 20_000


def serve(requests):
    for number in range(requests):
        render(number % 1000)


if __name__ == "__main__":
    serve(requests=5000)
    print("ready", os.getpid(), flush=True)
    time.sleep(float(os.environ.get("DEMO_LINGER", "90")))
