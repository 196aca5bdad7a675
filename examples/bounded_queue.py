# SPDX-License-Identifier: GPL-2.0-or-later
"""A healthy program: a deque with a bound forgets its oldest entry by itself."""
import collections
import os
import time

last_pages = collections.deque(maxlen=200)


def serve(requests):
    for number in range(requests):
        last_pages.append(bytes([number % 256]) * 20_000)


if __name__ == "__main__":
    serve(requests=5000)
    print("ready", os.getpid(), flush=True)
    time.sleep(float(os.environ.get("DEMO_LINGER", "90")))
