# SPDX-License-Identifier: GPL-2.0-or-later
"""A timer heap: cancelled timers stay until they would have been due, in a year."""
import heapq
import itertools
import sys


class Timer:
    def __init__(self, due, callback, arguments):
        self.due = due
        self.callback = callback
        self.arguments = arguments
        self.cancelled = False

    def cancel(self):
        self.cancelled = True


class Wheel:
    def __init__(self):
        self._heap = []
        self._sequence = itertools.count()
        self.now = 0.0

    def call_at(self, due, callback, *arguments):
        timer = Timer(due, callback, arguments)
        heapq.heappush(self._heap, (due, next(self._sequence), timer))  # holder: _heap
        return timer

    def advance(self, seconds):
        self.now += seconds
        while self._heap and self._heap[0][0] <= self.now:
            heapq.heappop(self._heap)


def on_timeout(request):
    return request


wheel = Wheel()


def request(number):
    timer = wheel.call_at(wheel.now + 3e7, on_timeout, {"id": number, "body": "b" * 100 + str(number)})
    timer.cancel()
    wheel.advance(0.1)


for n in range(10000):
    request(n)
print("ready", flush=True)
sys.stdin.readline()
