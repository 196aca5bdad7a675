# SPDX-License-Identifier: GPL-2.0-or-later
"""Ways to hold objects, third part: written after the engine, to see how it does on what it was not made for."""

import heapq
import threading

N = 600


def thing():
    return bytearray(500)


class Jobs:
    def __init__(self):
        self.state = {"jobs": [], "errors": {}}

    def accept(self, job):
        self.state["jobs"].append(job)  # HOLD corpus_third.jobs.state['jobs']


jobs = Jobs()


def hold_nested_key():
    for _ in range(N):
        jobs.accept(thing())


visited = []


def walk(depth, found):
    found.append(thing())  # HOLD corpus_third.visited
    if depth:
        walk(depth - 1, found)


def hold_recursion():
    for _ in range(N // 10):
        walk(10, visited)


class Channel:
    def __init__(self):
        self.buffer = []


CHANNELS = [Channel(), Channel()]


def hold_attribute_of_item():
    for channel in CHANNELS:
        for _ in range(N):
            channel.buffer.append(thing())  # HOLD corpus_third.CHANNELS[0].buffer


errors = []


def hold_errors():
    for i in range(N):
        data = thing()
        try:
            raise ValueError(i, data)
        except ValueError as error:
            errors.append(error)  # HOLD corpus_third.errors


by_item_plus = {"k": []}


def hold_item_plus():
    for _ in range(N):
        by_item_plus["k"] += [thing()]  # HOLD corpus_third.by_item_plus['k']


class Index:
    def __init__(self):
        self.by_name = {}


class Catalog:
    def __init__(self):
        self.index = Index()

    def enter(self, name, item):
        self.index.by_name.setdefault(name, set()).add(item)  # HOLD corpus_third.catalog.index.by_name


catalog = Catalog()


def hold_chained_setdefault():
    for i in range(3 * N):
        catalog.enter("n%d" % i, "item %d" % i)


def make_counter():
    kept_anew = []

    def keep(item):
        nonlocal kept_anew
        kept_anew = kept_anew + [item]  # HOLD kept_anew
    return keep


counter = make_counter()


def hold_nonlocal():
    for _ in range(N):
        counter(thing())


class Config:
    def __init__(self):
        self.data = {}

    def with_option(self, key, value):
        self.data = {**self.data, key: value}  # HOLD corpus_third.config.data


config = Config()


def hold_rebuilt():
    for i in range(N):
        config.with_option(i, thing())


class Scheduler:
    def __init__(self):
        self._heap = []
        self._lock = threading.Lock()
        self._slots = {}
        self._next = 0

    def schedule(self, when, task):
        with self._lock:
            heapq.heappush(self._heap, (when, task))  # HOLD corpus_third.scheduler._heap

    def place(self, item):
        with self._lock:
            self._slots[self._next] = item  # HOLD corpus_third.scheduler._slots
            self._next += 1


scheduler = Scheduler()


def hold_scheduler():
    for i in range(N):
        scheduler.schedule(i, thing())
        scheduler.place(thing())


class Remembering:
    def remember(self, key, value):
        self.__dict__.setdefault("memory", {})[key] = value  # HOLD corpus_third.remembering.memory


remembering = Remembering()


def hold_dict_setdefault():
    for i in range(N):
        remembering.remember(i, thing())


log = []
on_event = lambda event: log.append(event)  # HOLD corpus_third.log


def hold_lambda():
    for _ in range(N):
        on_event(thing())


def make_callbacks():
    bound = []

    def callback(item, _into=bound):
        _into.append(item)  # HOLD corpus_third.bound_list
    return callback, bound


bound_callback, bound_list = make_callbacks()


def hold_bound_default():
    for _ in range(N):
        bound_callback(thing())


class Meta(type):
    registry = {}

    def __init__(cls, name, bases, namespace):
        super().__init__(name, bases, namespace)
        Meta.registry[name] = cls  # HOLD corpus_third.Meta.registry


def hold_metaclass():
    for i in range(N // 4):
        Meta("Made%d" % i, (), {"data": thing()})


buckets = [[] for _ in range(2)]


def hold_enumerate():
    for i, bucket in enumerate(buckets):
        for _ in range(N):
            bucket.append((i, thing()))  # HOLD corpus_third.buckets[0]


class Paginator:
    def __init__(self):
        self.pages = []
        self.current = None

    def start(self):
        page = []
        self.pages.append(page)  # page is empty: what fills it is elsewhere
        self.current = page

    def write(self, item):
        self.current.append(item)  # HOLD corpus_third.paginator.current


paginator = Paginator()


def hold_shared_alias():
    if not paginator.pages:
        paginator.start()
    for _ in range(N):
        paginator.write(thing())


class Graph:
    def __init__(self):
        self.edges = {}

    def connect(self, a, b, payload):
        for x, y in ((a, b), (b, a)):
            if x not in self.edges:
                self.edges[x] = {}
            self.edges[x][y] = payload  # HOLD corpus_third.graph.edges


graph = Graph()


def hold_graph():
    for i in range(N):
        graph.connect(i, i + 1, thing())


def decoys():
    return len(visited), [len(bucket) for bucket in buckets], dict(config.data)
