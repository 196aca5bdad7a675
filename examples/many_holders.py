# SPDX-License-Identifier: GPL-2.0-or-later
"""Ten places that hold things, each in another way: a global, an attribute, a closure, a default argument, a cache and so on."""
import collections
import functools
import os
import time

COUNT = 2000


def make():
    return bytearray(500)


in_list = []
in_dict = {}
in_set = set()
in_deque = collections.deque()
passed_in = []
aliased = []


def fill_list():
    for _ in range(COUNT):
        in_list.append(make())  # HOLD in_list


def fill_dict():
    for number in range(COUNT):
        value = make()
        in_dict[number] = value  # HOLD in_dict


def fill_set():
    for number in range(COUNT):
        in_set.add((number, "%0400d" % number))  # HOLD in_set


def fill_deque():
    for _ in range(COUNT):
        in_deque.append(make())  # HOLD in_deque


class Registry:
    def __init__(self):
        self.entries = []

    def register(self, entry):
        self.entries.append(entry)  # HOLD registry


registry = Registry()


def push(destination, value):
    destination.append(value)  # HOLD passed_in


def fill_alias():
    other_name = aliased
    for _ in range(COUNT):
        value = make()
        other_name.append(value)  # HOLD aliased


def make_collector():
    collected = []

    def collect(value):
        collected.append(value)  # HOLD collect
    return collect


collect = make_collector()


def remember(value, memory=[]):
    memory.append(value)  # HOLD remember


@functools.lru_cache(maxsize=None)
def looked_up(number):
    return make()


def fill_all():
    fill_list()
    fill_dict()
    fill_set()
    fill_deque()
    fill_alias()
    for number in range(COUNT):
        registry.register(make())
        push(passed_in, make())
        collect(make())
        remember(make())
        looked_up(number)  # HOLD looked_up


if __name__ == "__main__":
    fill_all()
    print("ready", os.getpid(), flush=True)
    time.sleep(float(os.environ.get("DEMO_LINGER", "90")))
