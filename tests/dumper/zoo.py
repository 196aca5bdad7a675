# SPDX-License-Identifier: MIT
"""A needle for each way to hold an object. Run as module `program`; the tests know the way to each needle by its name."""
import array
import asyncio
import collections
import contextvars
import ctypes
import datetime
import functools
import io
import itertools
import mmap
import os
import threading
import time
import types
import weakref
from xml.etree import ElementTree


class N:
    def __init__(self, k):
        self.k = k


class Plain:
    pass


class Slotted:
    __slots__ = ("first", "second")


class SlottedChild(Slotted):
    __slots__ = ("third", "__dict__")


class Shadow(Slotted):
    __slots__ = ("first",)


class MyList(list):
    pass


class MyDict(dict):
    __slots__ = ("slot",)


class MyInt(int):
    pass


class MyStr(str):
    pass


class MyTuple(tuple):
    pass


class Meta(type):
    pass


class WithMeta(metaclass=Meta):
    pass


# Instances
plain = Plain()
plain.attribute = N("inline attribute")
plain.other = 1
materialised = Plain()
materialised.attribute = N("attribute with materialised dict")
vars(materialised)
many = Plain()
for number in range(40):
    setattr(many, "a%d" % number, number)
many.a20 = N("attribute among many")
removed = Plain()
removed.attribute = None
removed.late = N("attribute after a deleted one")
del removed.attribute
replaced = Plain()
replaced.__dict__ = {"attribute": N("attribute of a replaced dict")}
slotted = SlottedChild()
slotted.first = N("slot of base")
slotted.third = N("slot")
slotted.free = N("dict beside slots")
shadow = Shadow()
shadow.first = N("shadowing slot")
Slotted.first.__set__(shadow, N("shadowed slot"))
WithMeta.attribute = N("class attribute")

# Sequences and mappings
a_list = [None, N("list item")]
long_list = [0.5] * 5000
long_list[4321] = N("item of a long list")
my_list = MyList([N("list subclass item")])
my_list.attribute = N("attribute of list subclass")
a_tuple = (1, (2, N("item of nested tuple")))
untracked_tuple = (1, ("leaf", (2.5, "deep")))
my_tuple = MyTuple((N("tuple subclass item"),))
a_dict = {"key": N("dict value"), 7: N("int key"), ("a", 1): N("tuple key"), b"b": N("bytes key"), 1 << 70: N("large key"), -5: N("negative key")}
long_dict = {"k%d" % number: number for number in range(5000)}
long_dict["k4321"] = N("value of a long dict")
deleted = {number: number for number in range(100)}
for number in range(99):
    del deleted[number]
deleted[99] = N("value after deleted keys")
key_dict = {N("dict key"): None}
my_dict = MyDict(x=N("dict subclass value"))
my_dict.slot = N("slot of dict subclass")
default = collections.defaultdict(functools.partial(list, N("default_factory")))
default["k"] = N("defaultdict value")
ordered = collections.OrderedDict((number, number) for number in range(3000))
ordered["x"] = N("OrderedDict value")
del ordered[10]
ordered.move_to_end(0)
counter = collections.Counter(a=2)
chain = collections.ChainMap({"x": N("ChainMap value")})
a_set = {N("set item"), 1, 2}
for number in range(5000):
    a_set.add(number)
for number in range(3, 3000):
    a_set.discard(number)
frozen_set = frozenset([N("frozenset item")])
queue = collections.deque(range(5000))
queue.rotate(77)
queue.append(N("deque item"))
bounded = collections.deque([N("bounded deque item")], maxlen=3)
proxy = types.MappingProxyType({"p": N("mappingproxy value")})
space = types.SimpleNamespace(a=N("namespace value"))
named = collections.namedtuple("named", "x y")(1, N("namedtuple item"))
split = [Plain() for _ in range(3)]
for one in split:
    one.__dict__["shared"] = 1
split[1].__dict__["shared"] = N("value in a split dict")

# Functions and methods
def make_closure():
    captured = N("closure variable")

    def inner():
        return captured
    return inner


closure = make_closure()
empty_closure = (lambda: (lambda: later))()


def defaults(a=N("default argument"), *, b=N("keyword-only default")):
    pass


defaults.attribute = N("function attribute")


class Methods:
    def method(self):
        pass

    prop = property(functools.partial(lambda n, self: 1, N("property")))
    static = staticmethod(functools.partial(print, N("staticmethod")))
    klass = classmethod(functools.partial(print, N("classmethod")))


bound_to = Methods()
bound_to.needle = N("bound method's self")
bound = bound_to.method
del bound_to
builtin_bound = [N("builtin method's self")].append
partial = functools.partial(print, N("partial argument"), key=N("partial keyword"))


@functools.lru_cache(None)
def unbounded(x):
    return N("lru_cache without bound")


@functools.lru_cache(100)
def cached(*x):
    return N("lru_cache")


unbounded(1)
cached("argument", 2)

# Iterators
list_iterator = iter([N("list iterator")])
tuple_iterator = iter((N("tuple iterator"),))
dict_iterator = iter({"x": N("dict iterator")}.values())
zipped = zip([N("zip")])
mapped = map(print, [N("map")])
filtered = filter(None, [N("filter")])
enumerated = enumerate([N("enumerate")])
backwards = reversed([N("reversed")])
chained = itertools.chain([N("itertools.chain")])

# Generators, coroutines, frames
def generator_function(argument):
    local = N("generator local")
    inner = generator_two()
    yield from inner
    print(local, argument)


def generator_two():
    local = N("delegated generator local")
    yield 1
    print(local)


generator = generator_function(N("generator argument"))
next(generator)
finished = generator_two()
list(finished)
never_started = generator_function(N("generator not started"))


async def coroutine_function():
    local = N("coroutine local")
    await asyncio.sleep(100)
    print(local)


async def async_generator_function():
    local = N("async generator local")
    yield 1
    print(local)


async def start():
    await async_generator.asend(None)


async_generator = async_generator_function()
loop = asyncio.new_event_loop()
task = loop.create_task(coroutine_function())
loop.run_until_complete(asyncio.wait_for(asyncio.sleep(0), 1))
loop.run_until_complete(start())


def fail():
    local = N("traceback local")
    raise ValueError(N("exception argument"))


try:
    fail()
except ValueError as error:
    saved = error
    try:
        raise KeyError from error
    except KeyError as second:
        chained_error = second
        second.attribute = N("exception attribute")

# Threads and contexts
local = threading.local()
local.value = N("thread local")
variable = contextvars.ContextVar("variable", default=N("context variable default"))
variable.set(N("context variable"))
many_variables = [contextvars.ContextVar("v%d" % number) for number in range(100)]
for number, each in enumerate(many_variables):
    each.set(number)
many_variables[50].set(N("one of many context variables"))
other_context = contextvars.Context()
other_context.run(variable.set, N("variable of a context"))


def start_with_a_variable():
    variable.set(N("variable of a task's context"))
    return loop.create_task(asyncio.sleep(100))


task_with_variable = contextvars.Context().run(start_with_a_variable)
loop.run_until_complete(asyncio.sleep(0))


def thread_function(argument):
    thread_local = N("local of a thread")
    local.value = N("thread local of a thread")
    deep(thread_local)


def deep(argument):
    inner = N("local of a thread's inner frame")
    started.set()
    stop.wait()  # MARK wait
    print(inner)


def running_generator():
    local = N("local of a running generator")
    running.set()
    stop.wait()  # MARK running
    yield local


def consume():
    for _ in running_generator():
        pass


started, running, stop = threading.Event(), threading.Event(), threading.Event()
thread = threading.Thread(target=thread_function, args=(N("thread argument"),), daemon=True, name="worker")
thread.start()
started.wait()
consumer = threading.Thread(target=consume, daemon=True)
consumer.start()
running.wait()
time.sleep(0.1)  # both have left Event.set and are in Event.wait, or as good as: their frames below are the same

# Weak references and cycles
target = N("weakly referenced")
weak = weakref.ref(target, functools.partial(print, N("weakref callback")))
weak_values = weakref.WeakValueDictionary(x=target)
cycle = N("cycle")
cycle.me = cycle

# Buffers and other C objects
buffer = bytearray(b"x" * 1000)
view = memoryview(buffer)[10:20]
numbers = array.array("d", range(100))
bytes_io = io.BytesIO(b"y" * 5000)
bytes_io.write(b"z")
text_io = io.StringIO("text" * 1000)
text_io_written = io.StringIO()
text_io_written.write("%s text" % id(text_io))
text_io_written.write(" and more" * 300)
document = ElementTree.fromstring("<a b='c'><x/><y>z</y>" + "<z/>" * 9 + "</a>")
zone = datetime.timezone(datetime.timedelta(seconds=4711))
moment = datetime.datetime(2020, 1, 1, tzinfo=zone)
clock = datetime.time(1, tzinfo=zone)
naive = datetime.datetime(2020, 1, 1)
span = range(1 << 40, 1 << 50, 3)
my_int = MyInt(1 << 100)
my_int.attribute = N("attribute of int subclass")
my_str = MyStr("text \u20ac")
my_str.attribute = N("attribute of str subclass")
odd_text = ["\u00e4" * 50, "\u20ac" * 50, "\U0001F40D" * 50, "\udc80"]
slicing = slice(N("slice"), None)
status = os.stat(".")
ctypes_array = (ctypes.py_object * 2)(N("ctypes py_object"))
ctypes_structure = (ctypes.c_int * 10)()
ctypes_bytes = (ctypes.c_char * 50000)()
pages = mmap.mmap(-1, 1 << 20)
pages[:100000] = b"p" * 100000
