# SPDX-License-Identifier: GPL-2.0-or-later
"""A heap with one object in each kind of place that Python has for it."""

import asyncio
import collections
import contextvars
import functools
import threading
import types
import weakref


class Thing:
    def __init__(self, place):
        self.place = place


class Slotted:
    __slots__ = ("slot", "feedback_cell")


class Dictionary(dict):
    pass


class Window:
    """Its name means something to tools for JavaScript."""


slotted = Slotted()
slotted.slot = Thing("slot")
slotted.feedback_cell = Thing("slot with a special name")
listed = [None, Thing("list"), (Thing("tuple"),), {Thing("set")}, frozenset({Thing("frozenset")})]
keyed = {7: Thing("int key"), ("a", 1): Thing("tuple key"), Thing("key"): 1, "naïve \U0001f40d \ud800 \"quoted\"\n": Thing("odd key"),
         "1 / part of key (a @1) -> value (b @2) pair in WeakMap (table @3)": Thing("special key")}
queue = collections.deque([Thing("deque")])
ordered = collections.OrderedDict(x=Thing("OrderedDict"))
default = collections.defaultdict(list, k=[Thing("defaultdict")])
partial = functools.partial(print, Thing("partial"))
namespace = types.SimpleNamespace(a=Thing("namespace"))
proxy = types.MappingProxyType({"p": Thing("mappingproxy")})
iterator = iter([Thing("iterator")])
subclass = Dictionary(z=Thing("dict subclass"))
Window.attribute = Thing("class attribute")
special = [type("Object(1)", (), {"__module__": "builtins"})(), type("Window", (), {"__module__": "builtins"})(), Window()]
weak = weakref.WeakValueDictionary(k=listed[1])
reference = weakref.ref(slotted.slot, lambda _: None) if hasattr(Slotted, "__weakref__") else weakref.ref(listed[1])
lonely = weakref.ref(queue)
large = bytearray(100000)
views = [memoryview(large), memoryview(large)[10:]]
cycle = Thing("cycle")
cycle.self = cycle
local = threading.local()
local.thing = Thing("thread local")
variable = contextvars.ContextVar("variable")
variable.set(Thing("context variable"))


def make_closure():
    captured = Thing("closure")
    return lambda: captured


def with_default(argument=Thing("default"), *, keyword=Thing("keyword default")):
    return argument, keyword


@functools.lru_cache(None)
def cached(number):
    return Thing("lru_cache %d" % number)


def generate():
    held = Thing("generator")
    yield 1
    print(held)


async def wait():
    held = Thing("coroutine")
    await asyncio.sleep(1000)
    print(held)


def fail():
    held = Thing("traceback")
    raise ValueError(held)


closure = make_closure()
method = cycle.__init__
generator = generate()
next(generator)
for i in range(5):
    cached(i)
try:
    fail()
except ValueError as error:
    saved = error
loop = asyncio.new_event_loop()
task = loop.create_task(wait())
loop.run_until_complete(asyncio.sleep(0))
started, stop = threading.Event(), threading.Event()


def work():
    held, shared = Thing("local of a thread"), listed[1]
    started.set()
    stop.wait()
    print(held, shared)


thread = threading.Thread(target=work, name="worker \U0001f40d", daemon=True)
thread.start()
started.wait()
print("ready", flush=True)
stop.wait()
