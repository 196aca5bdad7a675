# SPDX-License-Identifier: GPL-2.0-or-later
"""A pool of buffers made at start; they are lent and given back."""
import sys


class BufferPool:
    def __init__(self, count, size):
        self._free = [bytearray(size) for _ in range(count)]
        self._lent = 0

    def acquire(self):
        self._lent += 1
        return self._free.pop()

    def release(self, buffer):
        self._lent -= 1
        self._free.append(buffer)


pool = BufferPool(64, 100000)


def copy(number):
    buffer = pool.acquire()
    try:
        buffer[:8] = b"%08d" % number
        return bytes(buffer[:8])
    finally:
        pool.release(buffer)


for n in range(5000):
    copy(n)
print("ready", flush=True)
sys.stdin.readline()
