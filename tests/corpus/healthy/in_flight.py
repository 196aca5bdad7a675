# SPDX-License-Identifier: GPL-2.0-or-later
"""A table of requests in flight: each leaves it when it is done; at the moment there are 300."""
import collections
import sys


class Balancer:
    def __init__(self):
        self.in_flight = {}
        self.waiting = collections.deque()

    def begin(self, number):
        self.in_flight[number] = {"body": "b" * 10000 + str(number), "began": number}
        self.waiting.append(number)

    def finish(self):
        number = self.waiting.popleft()
        request = self.in_flight.pop(number)
        return request["began"]


balancer = Balancer()
for n in range(5000):
    balancer.begin(n)
    if n >= 300:
        balancer.finish()
print("ready", flush=True)
sys.stdin.readline()
