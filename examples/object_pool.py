# SPDX-License-Identifier: GPL-2.0-or-later
"""A healthy program: a pool of buffers, made full at the start, lent out and taken back."""
import os
import time


class BufferPool:
    def __init__(self, count, size):
        self.free = [bytearray(size) for _ in range(count)]

    def borrow(self):
        return self.free.pop()

    def give_back(self, buffer):
        self.free.append(buffer)


pool = BufferPool(count=40, size=100_000)


def serve(requests):
    for _ in range(requests):
        buffer = pool.borrow()
        buffer[0] = 1
        pool.give_back(buffer)


if __name__ == "__main__":
    serve(requests=1000)
    print("ready", os.getpid(), flush=True)
    time.sleep(float(os.environ.get("DEMO_LINGER", "90")))
