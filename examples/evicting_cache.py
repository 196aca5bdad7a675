# SPDX-License-Identifier: GPL-2.0-or-later
"""A healthy program: a cache written by hand, which throws out the oldest page when it holds too many."""
import collections
import os
import time


class RecentPages:
    def __init__(self, capacity):
        self.capacity = capacity
        self.pages = collections.OrderedDict()

    def get(self, number):
        if number in self.pages:
            self.pages.move_to_end(number)
        else:
            self.pages[number] = bytearray(50_000)
            if len(self.pages) > self.capacity:
                self.pages.popitem(last=False)
        return self.pages[number]


recent = RecentPages(capacity=64)


def serve(requests):
    for number in range(requests):
        recent.get(number % 1000)


if __name__ == "__main__":
    serve(requests=5000)
    print("ready", os.getpid(), flush=True)
    time.sleep(float(os.environ.get("DEMO_LINGER", "90")))
