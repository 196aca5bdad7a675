# SPDX-License-Identifier: GPL-2.0-or-later
"""Ways to hold objects. The mark HOLD stands on the line that must be named first, and says how the holder is reached.

Each hold_… function fills one holder. Decoys read, empty or copy holders, or fill others that look alike.
"""

import array
import collections
import concurrent.futures
import functools
import heapq
import queue
import threading

import shared_state

N = 600


def thing():
    return bytearray(500)


# ---- names ----

by_append = []


def hold_append():
    for _ in range(N):
        by_append.append(thing())  # HOLD corpus.by_append


by_alias = []


def hold_alias():
    target = by_alias
    for _ in range(N):
        item = thing()
        target.append(item)  # HOLD corpus.by_alias


by_choice, not_chosen = [], []


def hold_choice(chosen=True):
    target = by_choice if chosen else not_chosen
    for _ in range(N):
        target.append(thing())  # HOLD corpus.by_choice


by_or = []


def hold_or(target=None):
    target = target or by_or
    for _ in range(N):
        target.append(thing())  # HOLD corpus.by_or


by_bound_method = []


def hold_bound_method():
    add = by_bound_method.append
    for _ in range(N):
        add(thing())  # HOLD corpus.by_bound_method


by_global_bound_method = []
push_global = by_global_bound_method.append


def hold_global_bound_method():
    for _ in range(N):
        push_global(thing())  # HOLD corpus.by_global_bound_method


by_map = []


def hold_map():
    for _ in map(by_map.append, (thing() for _ in range(N))):  # HOLD corpus.by_map
        pass


def hold_module_attribute():
    for _ in range(N):
        shared_state.of_module.append(thing())  # HOLD shared_state.of_module


def hold_imported_inside():
    from shared_state import imported_inside as other
    for _ in range(N):
        other.append(thing())  # HOLD shared_state.imported_inside


def hold_attribute_of_module_object():
    for _ in range(N):
        shared_state.settings.plugins.append(thing())  # HOLD shared_state.settings.plugins


# ---- wrappers ----

by_helper = []


def add_to(destination, item):
    destination.append(item)  # HOLD corpus.by_helper


def hold_helper():
    for _ in range(N):
        add_to(by_helper, thing())


by_keyword = []


def add_by_keyword(item, *, into=None):
    into.append(item)  # HOLD corpus.by_keyword


def hold_keyword():
    for _ in range(N):
        add_by_keyword(thing(), into=by_keyword)


by_two_wrappers = []


def inner_wrapper(there, item):
    there.append(item)  # HOLD corpus.by_two_wrappers


def outer_wrapper(where, item):
    inner_wrapper(where, item)


def hold_two_wrappers():
    for _ in range(N):
        outer_wrapper(by_two_wrappers, thing())


by_getter = []


def get_by_getter():
    return by_getter


def hold_getter():
    for _ in range(N):
        get_by_getter().append(thing())  # HOLD corpus.by_getter


by_partial = []


def add_partially(collected, item):
    collected.append(item)  # HOLD corpus.by_partial


def hold_partial():
    add = functools.partial(add_partially, by_partial)
    for _ in range(N):
        add(thing())


by_executor = []


def work(results):
    for _ in range(N):
        results.append(thing())  # HOLD corpus.by_executor


def hold_executor():
    with concurrent.futures.ThreadPoolExecutor(1) as executor:
        executor.submit(work, by_executor).result()


# ---- instances and classes ----

class Registry:
    shared = []
    by_class = {}

    def __init__(self):
        self.entries = []
        self.names = {}
        self.emit = None

    def add(self, item):
        self.entries.append(item)  # HOLD corpus.registry.entries

    def add_shared(self, item):
        self.shared.append(item)  # HOLD corpus.Registry.shared

    @classmethod
    def register(cls, key, item):
        cls.by_class[key] = item  # HOLD corpus.Registry.by_class

    def read(self):
        return [entry for entry in self.entries] + list(self.names)

    def forget(self):
        self.entries.clear()


class Lookalike:
    def __init__(self):
        self.entries = []

    def add(self, item):
        self.entries.append(item)


registry = Registry()
lookalike = Lookalike()


def hold_self_attribute():
    for _ in range(N):
        registry.add(thing())
    lookalike.add(1)


def hold_class_attribute():
    for i in range(N):
        registry.add_shared(thing())
        Registry.register(i, thing())


class Outside:
    def __init__(self):
        self.pages = {}


outside = Outside()


def hold_attribute_from_outside():
    for i in range(N):
        outside.pages[i] = thing()  # HOLD corpus.outside.pages


class WithProperty:
    def __init__(self):
        self._rows = []

    @property
    def rows(self):
        return self._rows


with_property = WithProperty()


def hold_property():
    for _ in range(N):
        with_property.rows.append(thing())  # HOLD corpus.with_property._rows


class WithSlots:
    __slots__ = ("slot",)

    def __init__(self):
        self.slot = []

    def put_away(self, item):
        self.slot.append(item)  # HOLD corpus.with_slots.slot


with_slots = WithSlots()


def hold_slots():
    for _ in range(N):
        with_slots.put_away(thing())


class Nested:
    def __init__(self):
        self.seen_inside = []

    def run(self):
        def visit(item):
            self.seen_inside.append(item)  # HOLD corpus.nested.seen_inside
        for _ in range(N):
            visit(thing())


nested = Nested()


def hold_self_of_closure():
    nested.run()


class Emitter:
    def __init__(self):
        self.emitted = []
        self.emit = self.emitted.append


emitter = Emitter()


def hold_bound_method_attribute():
    for _ in range(N):
        emitter.emit(thing())  # HOLD corpus.emitter.emitted


class Base:
    def __init__(self):
        self.inherited = []

    def keep(self, item):
        self.inherited.append(item)  # HOLD corpus.derived.inherited


class Derived(Base):
    pass


derived = Derived()


def hold_inherited():
    for _ in range(N):
        derived.keep(thing())


class Stack(list):
    def push_down(self, item):
        super().append(item)  # HOLD corpus.stack


stack = Stack()


def hold_list_subclass():
    for _ in range(N):
        stack.push_down(thing())


class Table(dict):
    def enter(self, key, item):
        self[key] = item  # HOLD corpus.table


table = Table()


def hold_dict_subclass():
    for i in range(N):
        table.enter(i, thing())


class Document:
    pass


document = Document()


def hold_instance_attribute():
    document.payload = [thing() for _ in range(N)]  # HOLD corpus.document.payload


setattr_target = Document()


def hold_setattr():
    for i in range(N):
        setattr(setattr_target, "field_%d" % i, thing())  # HOLD corpus.setattr_target.__dict__


class Node:
    def __init__(self, value):
        self.value = value
        self.next = None


chain = Node(None)


def hold_linked_list():
    last = chain
    for _ in range(N):
        node = Node(thing())
        last.next = node  # HOLD corpus.chain
        last = node


class App:
    def __init__(self):
        self.sessions = Sessions()


class Sessions:
    def __init__(self):
        self._cache = {}

    def store(self, key, value):
        self._cache[key] = value  # HOLD corpus.app.sessions._cache


app = App()


def hold_deep_attribute():
    for i in range(N):
        app.sessions.store(i, thing())


# ---- functions' own state ----

def make_collector():
    collected = []

    def collect(item):
        collected.append(item)  # HOLD collected
    return collect


collector = make_collector()


def hold_closure():
    for _ in range(N):
        collector(thing())


def remember(item, memory=[]):
    memory.append(item)  # HOLD memory


def hold_default_argument():
    for _ in range(N):
        remember(thing())


def memoize(function):
    remembered = {}

    @functools.wraps(function)
    def wrapper(*args):
        if args not in remembered:
            remembered[args] = function(*args)  # HOLD remembered
        return remembered[args]
    return wrapper


@memoize
def memoized(i):
    return thing()


def hold_memoize():
    for i in range(N):
        memoized(i)


@functools.lru_cache(maxsize=None)
def cached(i):
    return thing()


def hold_lru_cache():
    for i in range(N):
        cached(i)  # HOLD corpus.cached


def hold_function_attribute():
    hold_function_attribute.kept = kept = []
    for _ in range(N):
        kept.append(thing())  # HOLD corpus.hold_function_attribute.kept


# ---- dicts ----

by_key = {}


def hold_key():
    for i in range(N):
        value = thing()
        by_key[i] = value  # HOLD corpus.by_key


by_setdefault = {}


def hold_setdefault():
    for i in range(N):
        by_setdefault.setdefault(i % 200, []).append(thing())  # HOLD corpus.by_setdefault


by_few = {}


def hold_few():
    for i in range(N):
        by_few.setdefault(i % 2, []).append(thing())  # HOLD corpus.by_few[1]


by_update = {}


def hold_update():
    for i in range(N):
        by_update.update({i: thing()})  # HOLD corpus.by_update


by_default = collections.defaultdict(list)


def hold_defaultdict():
    for i in range(N):
        by_default[i % 200].append(thing())  # HOLD corpus.by_default


by_group = {}


def hold_group():
    for i in range(N):
        if i % 200 not in by_group:
            by_group[i % 200] = []
        by_group[i % 200].append(thing())  # HOLD corpus.by_group


by_variable = {}


def hold_variable():
    for i in range(N):
        rows = by_variable.get(i % 200)
        if rows is None:
            rows = by_variable[i % 200] = []
        rows.append(thing())  # HOLD corpus.by_variable


by_order = collections.OrderedDict()


def hold_ordered_dict():
    for i in range(N):
        by_order[i] = thing()  # HOLD corpus.by_order


by_count = collections.Counter()


def hold_counter():
    for i in range(10 * N):
        by_count["word %d" % i] += 1  # HOLD corpus.by_count


by_two_levels = {}


def hold_two_levels():
    for i in range(N):
        level = by_two_levels.setdefault(i % 200, {})
        level[i] = thing()  # HOLD corpus.by_two_levels


by_known_key = {"queue": [], "done": []}


def hold_known_key():
    for _ in range(N):
        by_known_key["queue"].append(thing())  # HOLD corpus.by_known_key['queue']


# ---- lists ----

by_plus = []


def hold_plus():
    global by_plus
    for _ in range(N):
        by_plus += [thing()]  # HOLD corpus.by_plus


by_extend = []


def hold_extend():
    by_extend.extend(thing() for _ in range(N))  # HOLD corpus.by_extend


by_insert = []


def hold_insert():
    for _ in range(N):
        by_insert.insert(0, thing())  # HOLD corpus.by_insert


by_slice = []


def hold_slice():
    for _ in range(N):
        by_slice[len(by_slice):] = [thing()]  # HOLD corpus.by_slice


by_place = [None] * N


def hold_place():
    for i in range(N):
        by_place[i] = thing()  # HOLD corpus.by_place


by_comprehension = None


def hold_comprehension():
    global by_comprehension
    by_comprehension = [thing() for _ in range(N)]  # HOLD corpus.by_comprehension


by_result = None


def build_result():
    rows = []
    for _ in range(N):
        rows.append(thing())  # HOLD corpus.by_result
    return rows


def hold_result():
    global by_result
    by_result = build_result()


by_tuple = ()


def hold_tuple():
    global by_tuple
    for _ in range(N):
        by_tuple = by_tuple + (thing(),)  # HOLD corpus.by_tuple


small_lists = [[] for _ in range(50)]


def hold_small_lists():
    for one in small_lists:
        for _ in range(8):
            one.append(thing())  # HOLD corpus.small_lists


# ---- others ----

by_set = set()


def hold_set():
    for i in range(3 * N):
        by_set.add((i, "k%d" % i))  # HOLD corpus.by_set


by_union = set()


def hold_union():
    global by_union
    for i in range(3 * N):
        by_union |= {(i, "u%d" % i)}  # HOLD corpus.by_union


by_deque = collections.deque()


def hold_deque():
    for _ in range(N):
        by_deque.appendleft(thing())  # HOLD corpus.by_deque


by_heap = []


def hold_heap():
    for i in range(N):
        heapq.heappush(by_heap, (i, thing()))  # HOLD corpus.by_heap


by_queue = queue.Queue()


def hold_queue():
    for _ in range(N):
        by_queue.put(thing())  # HOLD corpus.by_queue.queue


by_bytes = bytearray()


def hold_bytes():
    global by_bytes
    for _ in range(N):
        by_bytes += bytes(500)  # HOLD corpus.by_bytes


by_array = array.array("q")


def hold_array():
    for i in range(50 * N):
        by_array.append(i)  # HOLD corpus.by_array


# ---- control flow ----

guarded = []
lock = threading.Lock()


def hold_guarded():
    for i in range(N):
        try:
            with lock:
                if i >= 0:
                    guarded.append(thing())  # HOLD corpus.guarded
        except ValueError as error:
            print(error)
        finally:
            i += 1


in_handler = []


def hold_in_handler():
    for i in range(N):
        try:
            raise KeyError(i)
        except KeyError:
            in_handler.append(thing())  # HOLD corpus.in_handler


in_finally = []


def hold_in_finally():
    for i in range(N):
        try:
            i += 1
        finally:
            in_finally.append(thing())  # HOLD corpus.in_finally


two_writers = []


def hold_two_writers(rarely=False):
    for _ in range(N):
        two_writers.append(thing())  # HOLD corpus.two_writers


def never_called():
    two_writers.append(thing())


def decoys():
    """They read holders, empty others, or fill a local."""
    by_append.count(1)
    other = list(by_append)
    other.append(thing())
    copy = by_key.copy()
    copy[1] = 2
    registry.read()
    lookalike.entries.clear()
    return sorted(by_set), [len(by_append), by_alias[:1]], len(other)


in_unpacking = {"a": [], "b": []}


def hold_in_unpacking():
    for name, rows in in_unpacking.items():
        for _ in range(N // 2):
            rows.append((name, thing()))  # HOLD corpus.in_unpacking['a']
