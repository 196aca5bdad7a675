# SPDX-License-Identifier: MIT
"""Holders of many kinds. The line that fills a holder is marked: HOLD, and the holder's name as a suspect has it."""

import array
import collections
import functools
import heapq
import queue

COUNT = 1500


def payload():
    return bytearray(200)


def fill_list():
    for _ in range(COUNT):
        plain_list.append(payload())  # HOLD plain_list


def fill_dict():
    for i in range(COUNT):
        plain_dict[i] = payload()  # HOLD plain_dict


def fill_names():
    for i in range(COUNT):
        by_name.setdefault("key%d" % i, payload())  # HOLD by_name


def fill_set():
    for i in range(COUNT):
        plain_set.add((i, "text %d" % i))  # HOLD plain_set


def fill_deque():
    for _ in range(COUNT):
        plain_deque.append(payload())  # HOLD plain_deque


def push(where, what):
    where.append(what)  # HOLD passed_in


def fill_passed_in():
    for _ in range(COUNT):
        push(passed_in, payload())


def fill_heap():
    for i in range(COUNT):
        heapq.heappush(heap, (i, payload()))  # HOLD heap


def fill_queue():
    for _ in range(COUNT):
        waiting.put(payload())  # HOLD waiting.queue


class Registry:
    def __init__(self):
        self.items = []

    def add(self, item):
        self.items.append(item)  # HOLD registry.items


def fill_registry():
    for _ in range(COUNT):
        registry.add(payload())


@functools.lru_cache(maxsize=None)
def remembered(i):
    return payload()


def fill_cache():
    for i in range(COUNT):
        remembered(i)  # HOLD remembered


def fill_groups():
    for i in range(COUNT):
        groups[i] += [payload()]  # HOLD groups


def fill_ordered():
    for i in range(COUNT):
        ordered[i] = payload()  # HOLD ordered


def fill_by_extend():
    extended.extend(payload() for _ in range(COUNT))  # HOLD extended


def most_to_list():
    for _ in range(COUNT):
        late_list.append(payload())  # HOLD late_list


def most_to_dict():
    for i in range(COUNT):
        late_dict[i] = payload()  # HOLD late_dict


def add_until_it_grows(add):
    """A harmless latecomer: its few items make the store grow once."""
    for i in range(COUNT // 7):
        add(i)


def shrink():
    while len(popped) > COUNT // 2:
        popped.pop()


def fill_popped():
    for _ in range(COUNT):
        popped.append(payload())  # HOLD popped


def fill_numbers():
    for i in range(COUNT * 20):
        numbers.append(i)  # HOLD numbers


plain_list, passed_in, heap, extended, late_list, popped = [], [], [], [], [], []
plain_dict, by_name, late_dict = {}, {}, {}
plain_set = set()
plain_deque = collections.deque()
groups = collections.defaultdict(list)
ordered = collections.OrderedDict()
waiting = queue.Queue()
registry = Registry()
numbers = array.array("q")


def fill_all():
    for fill in (fill_list, fill_dict, fill_names, fill_set, fill_deque, fill_passed_in, fill_heap, fill_queue, fill_registry, fill_cache,
                 fill_groups, fill_ordered, fill_by_extend, most_to_list, most_to_dict, fill_popped, fill_numbers):
        fill()
    add_until_it_grows(late_list.append)
    add_until_it_grows(lambda i: late_dict.setdefault(COUNT + i, None))
    shrink()
