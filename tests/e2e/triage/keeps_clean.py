# SPDX-License-Identifier: MIT
"""Does what shows.py does without what is wrong with it: no rule of `whoholds triage` applies, although as much memory is in use."""
import asyncio
import functools
import gc
import sys
import threading

import twin

KILO = 1000


# an exception that is kept without its frames
def fail():
    payload = bytearray(300 * KILO)
    raise ValueError(len(payload))


errors = []
try:
    fail()
except ValueError as error:
    errors.append(error.with_traceback(None))


# a cache on a method with a bound, and one without on a function
class Query:
    def __init__(self, n):
        self.n = n
        self.payload = bytearray(30 * KILO)

    @functools.lru_cache(maxsize=4)
    def run(self, argument):
        return self.n + argument


@functools.lru_cache(maxsize=None)
def page(n):
    return bytearray(30 * KILO + n)


for number in range(10):
    Query(number).run(1)
    page(number)


# functions without closures in a registry, and few with some
def handler(payload):
    return len(payload)


def handler_of(n):
    payload = bytearray(100 * KILO)
    return lambda: len(payload) + n


handlers = {"on %d" % n: functools.partial(handler, bytearray(10 * KILO)) for n in range(40)}
few = [handler_of(n) for n in range(3)]

# a thread whose function keeps nothing while it waits, and whose data is small
leave = threading.Event()
entered = threading.Event()
local = threading.local()


def work():
    return len(bytearray(200 * KILO))


def wait_without_a_job():
    local.scratch = work()
    entered.set()
    leave.wait()


worker = threading.Thread(target=wait_without_a_job, name="idle worker", daemon=True)
worker.start()
entered.wait()


# generators that have ended
def lines_of(n):
    text = bytearray(20 * KILO)
    for line in range(n):
        yield line, len(text)


read = [lines_of(3) for _ in range(20)]
for generator in read:
    list(generator)


# tasks that are gone, their results kept
async def fetch(n):
    return bytearray(20 * KILO + n)


async def fetch_all():
    return await asyncio.gather(*[fetch(n) for n in range(20)])


loop = asyncio.new_event_loop()
results = loop.run_until_complete(fetch_all())

# strings that are all different, dicts with different keys, containers that are full, or grew as they do
rows = ["the city of number %d in the north" % n for n in range(4000)]
tables = [{"column %d of %d" % (n, m): m for m in range(5)} for n in range(1000)]
filled = {n: None for n in range(20 * KILO)}
grown = []
for n in range(40 * KILO):
    grown.append(n)
distinct = set(range(10 * KILO))


# instances with __slots__
class Point:
    __slots__ = ("x", "y")

    def __init__(self, n):
        self.x = self.y = n


points = [Point(n) for n in range(3000)]

# views that show what they keep, and a small one of what is in use anyway
view = memoryview(bytearray(500 * KILO))
buffer = bytearray(500 * KILO)
small = memoryview(buffer)[100:120]

# a module under two names that is loaded once
sys.modules["twin_by_another_name"] = twin


# a finalizer that brings nothing back, and one in a cycle that is alive
class Closing:
    def __init__(self):
        self.me = self
        self.payload = bytearray(100 * KILO)

    def __del__(self):
        pass


closing = Closing()
Closing()
gc.collect()
del n

# a heap that was frozen for a while, a collector that was off for a while, gc.garbage that was looked through
gc.freeze()
gc.disable()
gc.unfreeze()
gc.enable()
gc.garbage.append(bytearray(KILO))
gc.garbage.clear()

# texts as many as shows.py interns, which are not
labels = ["label of the customer whose number is %d" % n for n in range(5000)]

# native code that gave back what it held
import ctypes  # noqa: E402

held = [bytearray(300 * KILO)]
ctypes.pythonapi.Py_IncRef(ctypes.py_object(held))
ctypes.pythonapi.Py_DecRef(ctypes.py_object(held))
