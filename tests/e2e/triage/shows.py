# SPDX-License-Identifier: MIT
"""Shows everything that the rules of `whoholds triage` look for, each with some hundred kilobytes at stake. See keeps_clean.py."""
import asyncio
import functools
import gc
import sys
import threading

import twin  # this very folder's module, also loaded under another name below

KILO = 1000
gc.disable()
gc.freeze()  # what is here now: the frozen heap


# exceptions that hold frames
def fail():
    payload = bytearray(300 * KILO)
    raise ValueError(len(payload))


errors = []
try:
    fail()
except ValueError as error:
    errors.append(error)


# an unbounded cache on a method
class Query:
    def __init__(self, n):
        self.n = n
        self.payload = bytearray(30 * KILO)

    @functools.lru_cache(maxsize=None)
    def run(self, argument):
        return self.n + argument


for number in range(10):
    [query.run(1) for query in [Query(number)] * 3]


# closures in a registry
def handler_of(n):
    payload = bytearray(10 * KILO)
    return lambda: len(payload) + n


handlers = {"on %d" % n: handler_of(n) for n in range(40)}

# threads: a local of one that waits, and threading.local data
leave = threading.Event()
entered = threading.Event()
local = threading.local()


def wait_with_a_job():
    job = bytearray(200 * KILO)
    local.scratch = bytearray(100 * KILO)
    entered.set()
    leave.wait()
    return job


worker = threading.Thread(target=wait_with_a_job, name="idle worker", daemon=True)
worker.start()
entered.wait()


# suspended generators
def lines_of(n):
    page = bytearray(20 * KILO)
    for line in range(n):
        yield line, len(page)


half_read = [lines_of(10) for _ in range(20)]
for generator in half_read:
    next(generator)

# a generator that is exhausted keeps nothing
read = lines_of(0)
list(read)


# finished tasks
async def fetch(n):
    return bytearray(20 * KILO + n)


async def fetch_all():
    found = [asyncio.ensure_future(fetch(n)) for n in range(20)]
    await asyncio.gather(*found)
    return found


loop = asyncio.new_event_loop()
tasks = loop.run_until_complete(fetch_all())

# duplicate strings, records, containers with room to spare, empty ones
rows = [{"city": "the city of number %d in the north" % (n % 10), "code": n} for n in range(4000)]
dropped = {n: None for n in range(40 * KILO)}
for n in range(20, 40 * KILO):
    del dropped[n]
shrunken = list(range(60 * KILO))
del shrunken[40 * KILO:]
nothing = [[] for _ in range(2000)]


class Lonely(list):  # one that is empty, too, and nothing beside those
    pass


lonely = Lonely()


# instances that __slots__ would make smaller
class Point:
    def __init__(self, n):
        self.x = self.y = n


points = [Point(n) for n in range(3000)]
for point in points:
    point.__dict__  # up to 3.12 the dict is made now

# interned data
labels = [sys.intern("label of the customer whose number is %d" % n) for n in range(5000)]

# views
view = memoryview(bytearray(500 * KILO))[100:120]

# a module loaded twice
import importlib.util  # noqa: E402

specification = importlib.util.spec_from_file_location("twin_by_another_name", twin.__file__)
again = importlib.util.module_from_spec(specification)
sys.modules["twin_by_another_name"] = again
specification.loader.exec_module(again)

# brought back by a finalizer
risen = []


class Phoenix:
    def __init__(self):
        self.me = self

    def __del__(self):
        risen.append(self)


phoenix = Phoenix()
del phoenix
gc.collect()


# cycles that wait for the collector, some with finalizers
class Node:
    def __init__(self, parent):
        self.parent = parent
        self.children = []
        self.payload = bytearray(4 * KILO)


class Closing(Node):
    def __del__(self):
        pass


for kind in (Node, Closing):
    for n in range(30):
        top = kind(None)
        top.children.append(kind(top))
del top, n

# gc.garbage
gc.garbage.append(bytearray(KILO))

# held by native code alone
import ctypes  # noqa: E402

held = [bytearray(300 * KILO)]
ctypes.pythonapi.Py_IncRef(ctypes.py_object(held))
del held

