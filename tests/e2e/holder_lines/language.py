# SPDX-License-Identifier: GPL-2.0-or-later
"""Kinds of holders that the language itself has. Each hold_… function makes one; it is called once, and what it returns is kept.

A comment marks a line that must be named for a holder, with the end of the holder's name: FIRST before all others, ALSO with that evidence.
"""

import asyncio
import functools
import threading

N = 400
going_on = threading.Event()      # what waits for it waits until the end


def thing():
    return bytearray(700)


def load():
    return [thing() for _ in range(N)]  # FIRST language.rebound  # FIRST local whole of load_whole


# ---- local variables of running functions ----

def start(target, *arguments):
    reached = threading.Event()
    thread = threading.Thread(target=target, args=(reached, *arguments), daemon=True)
    thread.start()
    reached.wait(60)


def collect_in_list(reached):
    rows = []
    for _ in range(N):
        rows.append(thing())  # FIRST local rows of collect_in_list
    reached.set()
    going_on.wait()  # ALSO frame local rows of collect_in_list


def hold_local_list():
    start(collect_in_list)


def load_whole(reached):
    whole = load()  # ALSO definition local whole of load_whole
    reached.set()
    going_on.wait()  # ALSO frame local whole of load_whole
    return whole


def hold_local_assigned():
    start(load_whole)


def read_buffer(reached):
    buffer = bytearray(300000)  # FIRST local buffer of read_buffer
    reached.set()
    going_on.wait()  # ALSO frame local buffer of read_buffer
    return buffer


def hold_local_buffer():
    start(read_buffer)


def hold_nested_calls():
    def outer(reached):
        by_outer = {}
        inner(reached, by_outer)

    def inner(reached, filled):
        for i in range(N):
            filled[i] = thing()  # FIRST local filled of inner
        reached.set()
        going_on.wait()  # ALSO frame local filled of inner
    start(outer)


# ---- generators and coroutines ----

def numbers_from_buffer():
    pending = []
    for _ in range(N):
        pending.append(thing())  # FIRST local pending of numbers_from_buffer
    yield 1  # ALSO suspended local pending of numbers_from_buffer
    print(pending)


running_generator = numbers_from_buffer()


def hold_generator():
    next(running_generator)


def rows_of(source):
    yield len(source)  # FIRST local source of rows_of  # ALSO suspended local source of rows_of
    print(source)


def hold_generator_parameter():
    global given_generator
    given_generator = rows_of([thing() for _ in range(N)])
    next(given_generator)


async def wait_for(future, payload):
    await future  # FIRST local payload of wait_for  # ALSO suspended local payload of wait_for
    print(payload)


class Never:
    def __await__(self):
        yield


def hold_coroutine():
    global given_coroutine
    given_coroutine = wait_for(Never(), [thing() for _ in range(N)])
    given_coroutine.send(None)


async def pages():
    page = [thing() for _ in range(N)]
    yield len(page)  # FIRST local page of pages  # ALSO suspended local page of pages
    print(page)


asynchronous = pages()


def hold_asynchronous_generator():
    try:
        asynchronous.__anext__().send(None)
    except StopIteration:
        pass


async def serve(name):
    session = []
    for _ in range(N):
        session.append(thing())  # FIRST local session of serve
    await asyncio.sleep(1000)  # ALSO suspended local session of serve
    print(name, session)


def hold_task():
    global loop, task
    loop = asyncio.new_event_loop()
    task = loop.create_task(serve("a"))
    loop.run_until_complete(asyncio.sleep(0))


def not_started(data):  # FIRST local data of not_started  # ALSO suspended local data of not_started
    yield data


def hold_unstarted_generator():
    global unstarted
    unstarted = not_started([thing() for _ in range(N)])


# ---- exceptions ----

def fail():
    failed_data = [thing() for _ in range(N)]
    raise ValueError(len(failed_data))  # FIRST local failed_data  # ALSO traceback local failed_data


def hold_traceback():
    global last_error
    try:
        fail()
    except ValueError as error:
        last_error = error  # ALSO traceback local failed_data


errors = []


def check(i):
    checked = [thing() for _ in range(4)]
    raise KeyError(i, len(checked))  # ALSO traceback language.errors


def hold_errors():
    for i in range(N // 4):
        try:
            check(i)
        except KeyError as error:
            errors.append(error)  # FIRST language.errors


# ---- functions ----

@functools.lru_cache(maxsize=None)
def remembered(i):  # ALSO definition language.remembered
    return thing()


def hold_lru_cache():
    for i in range(N):
        remembered(i)  # FIRST language.remembered


class Repository:
    @functools.lru_cache(maxsize=None)
    def branch(self, i):  # ALSO definition language.Repository.branch
        return thing()


def hold_lru_cache_of_method():
    repository = Repository()
    for i in range(N):
        repository.branch(i)  # FIRST language.Repository.branch


def make_adder():
    seen = []

    def add(item):
        seen.append(item)  # FIRST closure variable seen
    return add


adder = make_adder()


def hold_closure():
    for _ in range(N):
        adder(thing())


def make_reader():
    rows_read = [thing() for _ in range(N)]  # FIRST closure variable rows_read

    def read(i):
        return rows_read[i]
    return read


def hold_closure_made_full():
    global reader
    reader = make_reader()


def make_handler(payload_given):
    return lambda: payload_given


def hold_closure_parameter():
    global handler
    handler = make_handler([thing() for _ in range(N)])  # FIRST closure variable payload_given


def with_default(item, into=[]):  # ALSO definition default argument into
    into.append(item)  # FIRST default argument into


def hold_default():
    for _ in range(N):
        with_default(thing())


def with_keyword_default(*, table=[thing() for _ in range(N)]):  # FIRST default argument table
    return table


def hold_partial():
    global bound
    bound = functools.partial(print, [thing() for _ in range(N)])  # FIRST language.bound.args[0]


# ---- classes and instances ----

class Shared:
    items = []
    loaded = list(map(bytearray, [700] * N))  # FIRST language.Shared.loaded

    def add(self, item):
        self.items.append(item)  # FIRST language.Shared.items


def hold_class_attribute():
    for _ in range(N):
        Shared().add(thing())


class Configured:
    table = None


def hold_class_attribute_set_later():
    Configured.table = [thing() for _ in range(N)]  # FIRST language.Configured.table


class Service:
    def __init__(self):
        self.cache = {}
        self.static = [thing() for _ in range(N)]  # FIRST language.service.static

    def put(self, key, value):
        self.cache[key] = value  # FIRST language.service.cache


service = Service()


def hold_instance():
    for i in range(N):
        service.put(i, thing())


class Slotted:
    __slots__ = ("rows",)


slotted = Slotted()


def hold_slot():
    slotted.rows = [thing() for _ in range(N)]  # FIRST language.slotted.rows


class Lazy:
    @functools.cached_property
    def table(self):  # ALSO definition language.lazy.table
        return [thing() for _ in range(N)]


lazy = Lazy()


def hold_cached_property():
    return len(lazy.table)


class Plain:
    pass


plain = Plain()


def hold_attributes_by_name():
    for i in range(N):
        setattr(plain, "field%d" % i, thing())  # FIRST language.plain


# ---- modules ----

constant = list(map(bytearray, [700] * N))  # FIRST language.constant
comprehended = [thing() for _ in range(N)]  # FIRST language.comprehended
by_loop = {}
for number in range(N):
    by_loop[number] = thing()  # FIRST language.by_loop


def hold_global_statement():
    global rebound
    rebound = load()  # ALSO definition language.rebound


# ---- threads ----

local = threading.local()


def keep_in_thread(reached):
    local.rows = []
    for _ in range(N):
        local.rows.append(thing())  # FIRST .local.rows
    reached.set()
    going_on.wait()


def hold_thread_local():
    start(keep_in_thread)


def work_on(reached, batch):
    reached.set()
    going_on.wait()
    print(batch)


def keep_going(reached):
    kept_by_thread = {}
    for i in range(N):
        kept_by_thread[i] = thing()  # FIRST local kept_by_thread of keep_going
    reached.set()
    going_on.wait()


def hold_local_of_thread():
    reached = threading.Event()
    threading.Thread(target=keep_going, args=(reached,), daemon=True).start()  # ALSO definition local kept_by_thread of keep_going
    reached.wait(60)


def hold_thread_argument():
    reached = threading.Event()
    threading.Thread(target=work_on, args=(reached, [thing() for _ in range(N)]), daemon=True).start()  # ALSO line ._args[1]
    reached.wait(60)


class Worker(threading.Thread):
    def run(self):
        self.backlog = [thing() for _ in range(N)]  # FIRST .backlog
        self.ready.set()
        going_on.wait()


def hold_thread_attribute():
    worker = Worker(daemon=True)
    worker.ready = threading.Event()
    worker.start()
    worker.ready.wait(60)
