# SPDX-License-Identifier: GPL-2.0-or-later
"""Memory that stays and memory that only passes: 32 MB are kept in a list, then ten times as much is allocated and freed at once.

By bytes allocated the churn is far ahead; nothing of it is left in the snapshot.
"""
import os
import time

bag = []


def grow_heap():
    for _ in range(8):
        bag.append(bytearray(4_000_000))
        time.sleep(float(os.environ.get("DEMO_STEP", "0.05")))


def heavy_churn(rounds=300_000):
    for _ in range(rounds):
        _ = bytearray(1024)


if __name__ == "__main__":
    grow_heap()
    print("grown", os.getpid(), flush=True)
    heavy_churn()
    print("ready", os.getpid(), flush=True)
    time.sleep(float(os.environ.get("DEMO_LINGER", "90")))
