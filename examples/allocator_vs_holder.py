# SPDX-License-Identifier: GPL-2.0-or-later
"""Who allocates memory and who holds it are two questions: the buffers are born in one function and kept by another.

An allocation profiler names the line with `bytearray(`; the line that has to change is the one with `append`.
"""
import os
import time

cache = []  # nobody ever takes anything out of it


def allocate_then_return(n_bytes):
    return bytearray(n_bytes)


def make_and_hold(items, size):
    for _ in range(items):
        obj = allocate_then_return(size)
        cache.append(obj)
        time.sleep(float(os.environ.get("DEMO_STEP", "0.05")))


if __name__ == "__main__":
    make_and_hold(items=6, size=5_000_000)
    print("ready", os.getpid(), flush=True)
    time.sleep(float(os.environ.get("DEMO_LINGER", "90")))
