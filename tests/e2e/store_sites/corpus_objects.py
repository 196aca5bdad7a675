# SPDX-License-Identifier: GPL-2.0-or-later
"""Ways to hold objects, second part: through the object model, the standard library and other people's conventions."""

import abc
import asyncio
import collections
import contextlib
import contextvars
import dataclasses
import enum
import functools
import io
import logging
import operator
import queue
import threading
import types
import weakref

N = 600


def thing():
    return bytearray(500)


# ---- classes ----

@dataclasses.dataclass
class Order:
    lines: list = dataclasses.field(default_factory=list)

    def add_line(self, line):
        self.lines.append(line)  # HOLD corpus_objects.order.lines


order = Order()


def hold_dataclass():
    for _ in range(N):
        order.add_line(thing())


class Private:
    def __init__(self):
        self.__hidden = {}

    def keep(self, key, value):
        self.__hidden[key] = value  # HOLD corpus_objects.private._Private__hidden


private = Private()


def hold_private():
    for i in range(N):
        private.keep(i, thing())


class ThroughType:
    instances = []
    by_class = []

    def __init__(self):
        type(self).instances.append((self, thing()))  # HOLD corpus_objects.ThroughType.instances
        self.__class__.by_class.append(thing())  # HOLD corpus_objects.ThroughType.by_class


def hold_through_type():
    for _ in range(N):
        ThroughType()


class Abstract(abc.ABC):
    def __init__(self):
        self.results = []

    @abc.abstractmethod
    def compute(self):
        """What a subclass says."""

    def run(self):
        self.results.append(self.compute())  # HOLD corpus_objects.concrete.results


class Concrete(Abstract):
    def compute(self):
        return thing()


concrete = Concrete()


def hold_template_method():
    for _ in range(N):
        concrete.run()


class Mixin:
    def note(self, item):
        self.notes.append(item)  # HOLD corpus_objects.mixed.notes


class Mixed(Mixin):
    def __init__(self):
        self.notes = []


mixed = Mixed()


def hold_mixin():
    for _ in range(N):
        mixed.note(thing())


class Memoize:
    def __init__(self, function):
        self.function = function
        self.answers = {}

    def __call__(self, *args):
        try:
            return self.answers[args]
        except KeyError:
            value = self.answers[args] = self.function(*args)  # HOLD corpus_objects.by_callable.answers
            return value


@Memoize
def by_callable(i):
    return thing()


def hold_callable():
    for i in range(N):
        by_callable(i)


class Store:
    def __init__(self):
        self._items = {}

    def __setitem__(self, key, value):
        self._items[key] = value  # HOLD corpus_objects.store._items

    def __getitem__(self, key):
        return self._items[key]


store = Store()


def hold_setitem():
    for i in range(N):
        store[i] = thing()


class Log:
    def __init__(self):
        self.entries = []

    def __iadd__(self, entry):
        self.entries.append(entry)  # HOLD corpus_objects.log.entries
        return self


log = Log()


def hold_iadd():
    global log
    for _ in range(N):
        log += thing()


class Managed:
    def __init__(self):
        self.opened = []

    @contextlib.contextmanager
    def session(self):
        self.opened.append(thing())  # HOLD corpus_objects.managed.opened
        yield self


managed = Managed()


def hold_context_manager():
    for _ in range(N):
        with managed.session():
            pass


class Setter:
    def __init__(self):
        self._values = []

    @property
    def value(self):
        return self._values[-1]

    @value.setter
    def value(self, value):
        self._values.append(value)  # HOLD corpus_objects.setter._values


setter = Setter()


def hold_property_setter():
    for _ in range(N):
        setter.value = thing()


class Color(enum.Enum):
    RED = 1

    def __init__(self, _):
        self.uses = []

    def use(self):
        self.uses.append(thing())  # HOLD RED.uses


def hold_enum():
    for _ in range(N):
        Color.RED.use()


class Lazy:
    @functools.cached_property
    def loaded(self):
        return {}


lazy = Lazy() if hasattr(functools, "cached_property") else None


def hold_cached_property():
    for i in range(N):
        lazy.loaded[i] = thing()  # HOLD corpus_objects.lazy.loaded


class Listeners:
    def __init__(self):
        self.handlers = collections.defaultdict(list)

    def on(self, event):
        def register(handler):
            self.handlers[event].append(handler)  # HOLD corpus_objects.listeners.handlers['tick']
            return handler
        return register


listeners = Listeners()


def hold_listeners():
    for _ in range(N):
        data = thing()

        @listeners.on("tick")
        def handler():
            return data


class TreeNode:
    def __init__(self, parent=None):
        self.children = []
        self.data = thing()
        if parent is not None:
            parent.children.append(self)  # HOLD corpus_objects.tree_root.children


tree_root = TreeNode()


def hold_tree():
    for _ in range(N):
        TreeNode(tree_root)


# ---- singletons, registries, plain functions ----

_instance = None


class Service:
    def __init__(self):
        self.requests = []


def get_service():
    global _instance
    if _instance is None:
        _instance = Service()
    return _instance


def hold_singleton():
    for _ in range(N):
        get_service().requests.append(thing())  # HOLD corpus_objects._instance.requests


PLUGINS = {}


def plugin(name):
    def decorate(function):
        PLUGINS[name] = function  # HOLD corpus_objects.PLUGINS
        return function
    return decorate


def hold_decorator_registry():
    for i in range(N):
        data = thing()
        plugin("p%d" % i)(lambda data=data: data)


by_globals = []


def hold_globals():
    for _ in range(N):
        globals()["by_globals"].append(thing())  # HOLD corpus_objects.by_globals


class Dynamic:
    def __init__(self):
        self.left = []


dynamic = Dynamic()


def hold_getattr():
    for _ in range(N):
        getattr(dynamic, "left").append(thing())  # HOLD corpus_objects.dynamic.left


namespace = types.SimpleNamespace(items=[])


def hold_simple_namespace():
    for _ in range(N):
        namespace.items.append(thing())  # HOLD corpus_objects.namespace.items


by_setitem_function = {}


def hold_operator():
    for i in range(N):
        operator.setitem(by_setitem_function, i, thing())  # HOLD corpus_objects.by_setitem_function


by_unbound = []


def hold_unbound():
    for _ in range(N):
        list.append(by_unbound, thing())  # HOLD corpus_objects.by_unbound


by_stacked = []


def hold_conditional_expression(flag=True):
    for _ in range(N):
        (by_stacked if flag else PLUGINS).append(thing())  # HOLD corpus_objects.by_stacked


by_star = []


def forward(*args, **kwargs):
    return receive(*args, **kwargs)


def receive(rows, item):
    rows.append(item)  # HOLD corpus_objects.by_star


def hold_through_star():
    for _ in range(N):
        forward(by_star, thing())


def logged(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)
    return wrapper


def silently(function):
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)
    return wrapper


by_decorated = []


@logged
def add_decorated(rows, item):
    rows.append(item)  # HOLD corpus_objects.by_decorated


def hold_decorated():
    for _ in range(N):
        add_decorated(by_decorated, thing())


class Decorated:
    def __init__(self):
        self.first = []
        self.second = []

    @logged
    def add_first(self, item):
        self.first.append(item)  # HOLD corpus_objects.decorated.first

    @silently
    def add_second(self, item):
        self.second.append(item)  # HOLD corpus_objects.decorated.second


class Namesake:
    def __init__(self):
        self.first = []
        self.second = []

    def add_first(self, item):
        self.first.append(item)
        self.second.append(item)


decorated = Decorated()


def hold_decorated_method():
    for _ in range(N):
        decorated.add_first(thing())
        decorated.add_second(thing())


# ---- evidence ----

by_branch = []


def hold_branch(rare=False):
    for _ in range(N):
        if rare:
            by_branch.append(thing())
        else:
            by_branch.append(thing())  # HOLD since 11 corpus_objects.by_branch


def not_called():
    by_later.append(thing())


by_later = []


def hold_later():
    for _ in range(N):
        by_later.append(thing())  # HOLD since 11 corpus_objects.by_later


by_unpacking = []


def hold_unpacking():
    rows, count = by_unpacking, N
    for _ in range(count):
        rows.append(thing())  # HOLD corpus_objects.by_unpacking


by_tuple_argument = []


def two_things(pair):
    rows, item = pair
    rows.append(item)


def hold_tuple_argument():
    for _ in range(N):
        two_things((by_tuple_argument, thing()))  # WISH corpus_objects.by_tuple_argument


by_while = []


def hold_while():
    left = N
    while left:
        left -= 1
        if left % 2:
            continue
        by_while.append(thing())  # HOLD corpus_objects.by_while


by_generator_sink = []


def sink():
    while True:
        item = yield
        by_generator_sink.append(item)  # HOLD corpus_objects.by_generator_sink


def hold_generator_sink():
    target = sink()
    next(target)
    for _ in range(N):
        target.send(thing())


by_thread = {}


def worker(number, results):
    for i in range(N):
        results[number, i] = thing()  # HOLD corpus_objects.by_thread


def hold_thread():
    threads = [threading.Thread(target=worker, args=(number, by_thread)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


by_callback = []


def called_back(rows, item):
    rows.append(item)  # HOLD corpus_objects.by_callback


def hold_callback():
    async def main():
        for _ in range(N):
            asyncio.get_running_loop().call_later(0, called_back, by_callback, thing())
        await asyncio.sleep(0.05)
    asyncio.run(main())


class Bus:
    def __init__(self):
        self._subscribers = {}

    def subscribe(self, topic, callback):
        self._subscribers.setdefault(topic, []).append(callback)  # HOLD corpus_objects.bus._subscribers['t']

    def unsubscribe(self, topic, callback):
        self._subscribers[topic].remove(callback)

    def publish(self, topic, message):
        for callback in self._subscribers.get(topic, ()):
            callback(message)


class Listener:
    def __init__(self, on):
        self.data = thing()
        on.subscribe("t", self.receive)

    def receive(self, message):
        self.last = message


bus = Bus()


def hold_bus():
    for _ in range(N):
        Listener(bus)
    bus.publish("t", 1)


class SessionStore:
    def __init__(self):
        self.sessions = {}

    def get_or_create(self, key):
        session = self.sessions.get(key)
        if session is None:
            session = Document(key)
            self.sessions[key] = session  # HOLD corpus_objects.session_store.sessions
        session.touched = True
        return session


class Document:
    def __init__(self, key):
        self.key = key
        self.body = thing()


session_store = SessionStore()


def hold_sessions():
    for i in range(N):
        session_store.get_or_create(i)


class Metrics:
    def __init__(self):
        self._series = {}

    def increment(self, name, **labels):
        key = (name, tuple(sorted(labels.items())))
        self._series[key] = self._series.get(key, 0) + 1  # HOLD corpus_objects.metrics._series


metrics = Metrics()


def hold_metrics():
    for i in range(3 * N):
        metrics.increment("requests", path="/user/%d" % i)


class Audit:
    history = []

    @staticmethod
    def note(event):
        Audit.history.append(event)  # HOLD corpus_objects.Audit.history


def hold_static_method():
    for _ in range(N):
        Audit.note(thing())


class Pipeline:
    def __init__(self, sink):
        self.sink = sink

    def feed(self, items):
        for item in items:
            self.sink(item)  # HOLD corpus_objects.by_sink


by_sink = []
pipeline = Pipeline(by_sink.append)


def hold_sink():
    pipeline.feed(thing() for _ in range(N))


# ---- standard library ----

user_dict = collections.UserDict()


def hold_user_dict():
    for i in range(N):
        user_dict[i] = thing()  # HOLD corpus_objects.user_dict.data


user_list = collections.UserList()


def hold_user_list():
    for _ in range(N):
        user_list.append(thing())  # HOLD corpus_objects.user_list.data


class Records(logging.Handler):
    def __init__(self):
        super().__init__()
        self.records = []

    def emit(self, record):
        self.records.append(record)  # HOLD handler.records


handler = Records()
logger = logging.getLogger("corpus")
logger.addHandler(handler)
logger.propagate = False


def hold_logging():
    for _ in range(N):
        logger.warning("%s", thing())


local = threading.local()
local.kept = []


def hold_thread_local():
    for _ in range(N):
        local.kept.append(thing())  # HOLD corpus_objects.local.kept


variable = contextvars.ContextVar("variable")
variable.set([])


def hold_context_variable():
    for _ in range(N):
        variable.get().append(thing())  # WISH variable


priority = queue.PriorityQueue()


def hold_priority_queue():
    for i in range(N):
        priority.put((i, thing()))  # HOLD corpus_objects.priority.queue


simple = queue.SimpleQueue()


def hold_simple_queue():
    for _ in range(N):
        simple.put(thing())  # HOLD corpus_objects.simple


buffer = io.BytesIO()


def hold_bytes_io():
    for _ in range(N):
        buffer.write(thing())  # HOLD corpus_objects.buffer


class Key:
    pass


weak_keys = weakref.WeakKeyDictionary()
alive = [Key() for _ in range(2 * N)]


def hold_weak_keys():
    for key in alive:
        weak_keys[key] = thing()  # HOLD corpus_objects.weak_keys.data


chain_map = collections.ChainMap({}, {})


def hold_chain_map():
    for i in range(N):
        chain_map[i] = thing()  # HOLD corpus_objects.chain_map.maps[0]


# ---- asyncio ----

async_results = []


async def fetch(results):
    await asyncio.sleep(0)
    results.append(thing())  # HOLD corpus_objects.async_results


def hold_async():
    async def main():
        await asyncio.gather(*[fetch(async_results) for _ in range(N)])
    asyncio.run(main())


class Consumer:
    def __init__(self):
        self.processed = []

    async def consume(self, source):
        async for item in source:
            async with contextlib.AsyncExitStack():
                self.processed.append(item)  # HOLD corpus_objects.consumer.processed


consumer = Consumer()


def hold_async_for():
    async def source():
        for _ in range(N):
            yield thing()
    asyncio.run(consumer.consume(source()))


def decoys():
    """They read."""
    return len(PLUGINS), [len(entry) for entry in by_globals], order.lines[:1], sorted(store._items)
