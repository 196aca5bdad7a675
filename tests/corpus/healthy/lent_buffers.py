# SPDX-License-Identifier: GPL-2.0-or-later
"""A queue of buffers is filled at the start; a request borrows one and gives it back."""
# sign: pool
import queue
import sys

BUFFERS = 32


class Buffer:
    def __init__(self, number):
        self.number = number
        self.room = bytearray(200_000)


free = queue.Queue()
for number in range(BUFFERS):
    free.put(Buffer(number))


def handle(request):
    buffer = free.get()
    try:
        buffer.room[0] = request % 256
    finally:
        free.put(buffer)


for request in range(5000):
    handle(request)
print("ready", flush=True)
sys.stdin.readline()
