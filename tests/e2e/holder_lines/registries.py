# SPDX-License-Identifier: GPL-2.0-or-later
"""Registries of the standard library, filled by an application: its line must be named before the library's. Marks as in language.py."""

import abc
import asyncio
import atexit
import codecs
import collections
import concurrent.futures
import contextlib
import contextvars
import copyreg
import functools
import gc
import http.cookiejar
import io
import linecache
import logging
import logging.handlers
import pickle
import queue
import sched
import selectors
import signal
import socket
import sys
import threading
import types
import unittest
import unittest.mock
import warnings
import weakref

N = 300
going_on = threading.Event()


class Big:
    """What is registered: a callable with data."""

    def __init__(self):
        self.data = bytearray(1000)

    def __call__(self, *arguments):
        return self

    def method(self, *arguments):
        return self


def hold_atexit():
    for _ in range(N):
        atexit.register(print, Big())


class Temporary:
    pass


temporaries = [Temporary() for _ in range(N)]


def hold_finalize():
    for temporary in temporaries:
        weakref.finalize(temporary, print, Big())  # FIRST since 10 ._registry


class Quiet(logging.Handler):
    def __init__(self):
        super().__init__()
        self.data = bytearray(1000)

    def emit(self, record):
        pass


logger = logging.getLogger("application")


def hold_handlers():
    for _ in range(N):
        logger.addHandler(Quiet())  # FIRST .handlers


buffering = logging.handlers.MemoryHandler(1000000)
buffered = logging.getLogger("buffered")
buffered.addHandler(buffering)
buffered.propagate = False


def hold_memory_handler():
    for i in range(N):
        buffered.warning("%d %s", i, bytearray(1000))  # FIRST .buffer


log_queue = queue.Queue()
queued = logging.getLogger("queued")
queued.addHandler(logging.handlers.QueueHandler(log_queue))
queued.propagate = False


def hold_queue_handler():
    for i in range(N):
        queued.warning("%s", bytearray(1000))  # FIRST since 9 .log_queue.queue


def hold_logger_names():
    for i in range(N):
        logging.getLogger("request.%d.%s" % (i, "x" * 500))  # FIRST .loggerDict


class Filter(logging.Filter):
    def __init__(self):
        super().__init__()
        self.data = bytearray(1000)


filtered = logging.getLogger("filtered")


def hold_filters():
    for _ in range(N):
        filtered.addFilter(Filter())  # FIRST .filters


variable = contextvars.ContextVar("variable")


def hold_context_variable():
    variable.set([bytearray(1000) for _ in range(N)])  # FIRST ContextVar 'variable'


scheduler = sched.scheduler()


def hold_sched():
    for i in range(N):
        scheduler.enter(1000 + i, 1, print, (bytearray(1000),))  # FIRST scheduler._queue


selector = selectors.SelectSelector()
pairs = []


def hold_selector():
    for _ in range(N // 3):
        pair = socket.socketpair()
        pairs.append(pair)
        selector.register(pair[0], selectors.EVENT_READ, bytearray(3000))  # FIRST selector._fd_to_key


loop = asyncio.new_event_loop()


def hold_call_later():
    for _ in range(N):
        loop.call_later(1000, print, bytearray(1000))  # FIRST loop._scheduled


ready_loop = asyncio.new_event_loop()


def hold_call_soon():
    for _ in range(N):
        ready_loop.call_soon(print, bytearray(1000))  # FIRST ready_loop._ready


task_loop = asyncio.new_event_loop()


async def wait_for_ever(data):
    await task_loop.create_future()
    print(data)


tasks = set()


def hold_tasks():
    for _ in range(N):
        tasks.add(task_loop.create_task(wait_for_ever(bytearray(1000))))  # FIRST registries.tasks
    task_loop.run_until_complete(asyncio.sleep(0))


future = concurrent.futures.Future()


def hold_future_callbacks():
    for _ in range(N):
        future.add_done_callback(Big())  # FIRST future._done_callbacks


asyncio_future = task_loop.create_future()


def hold_asyncio_callbacks():
    for _ in range(N):
        asyncio_future.add_done_callback(Big())  # FIRST asyncio_future._callbacks


pool = concurrent.futures.ThreadPoolExecutor(1)


def hold_pool():
    pool.submit(going_on.wait)
    for _ in range(N):
        pool.submit(print, bytearray(1000))  # FIRST since 9 pool._work_queue


mock = unittest.mock.Mock()


def hold_mock():
    for _ in range(N):
        mock.send(bytearray(1000))  # FIRST registries.mock


patched = unittest.mock.MagicMock()


def hold_mock_itself():
    for _ in range(N):
        patched(bytearray(1000))  # FIRST registries.patched


def hold_warnings():
    warnings.simplefilter("default")
    sys.stderr, stderr = io.StringIO(), sys.stderr
    for i in range(N):
        warnings.warn("warning %d %s" % (i, "y" * 500))  # FIRST since 12 registries.__warningregistry__
    sys.stderr = stderr


def hold_linecache():
    for i in range(N):
        linecache.cache["<generated %d>" % i] = (1000, None, ["z%d" % i * 100], "<generated %d>" % i)  # FIRST linecache.cache


pickler = pickle.Pickler(io.BytesIO())


def hold_pickle_memo():
    for i in range(N):
        pickler.dump(["%d" % i * 200])  # FIRST since 12 registries.pickler


unstarted = []


def hold_threads():
    for _ in range(N):
        unstarted.append(threading.Thread(target=print, args=(bytearray(1000),)))  # FIRST registries.unstarted


def hold_running_threads():
    for _ in range(20):
        threading.Thread(target=going_on.wait, args=(), daemon=True, kwargs={"timeout": Number(1000)}).start()


class Number(int):
    def __init__(self, value):
        self.data = bytearray(20000)


simple = queue.SimpleQueue()


def hold_simple_queue():
    for _ in range(N):
        simple.put(bytearray(1000))  # FIRST registries.simple


priorities = queue.PriorityQueue()


def hold_priority_queue():
    for i in range(N):
        priorities.put((i, bytearray(1000)))  # FIRST priorities.queue


def on_signal(data):
    return lambda number, frame: data


def hold_signal_handler():
    signal.signal(signal.SIGUSR1, on_signal([bytearray(1000) for _ in range(N)]))  # FIRST closure variable data


def hold_modules():
    for i in range(N):
        module = types.ModuleType("plugin_%d" % i)
        module.data = bytearray(1000)
        sys.modules[module.__name__] = module


def hold_copyreg():
    for i in range(N):
        copyreg.pickle(type("Pickled%d" % i, (), {"data": bytearray(1000)}), print)  # FIRST _pickle


def hold_codecs():
    for _ in range(N):
        codecs.register(Big())  # FIRST codec search path


def hold_gc_callbacks():
    for _ in range(N):
        gc.callbacks.append(Big())  # FIRST gc.callbacks


@functools.singledispatch
def show(value):
    return value


def hold_singledispatch():
    for i in range(N):
        show.register(type("Shown%d" % i, (), {"data": bytearray(1000)}), print)  # FIRST show.registry.mapping


jar = http.cookiejar.CookieJar()


def hold_cookies():
    for i in range(N):
        jar.set_cookie(http.cookiejar.Cookie(0, "name%d" % i, "v%d" % i * 300, None, False, "host%d" % i, True, False, "/", True, False,  # FIRST jar._cookies
                                             None, False, None, None, {}))


stack = contextlib.ExitStack()


def hold_exit_stack():
    for _ in range(N):
        stack.callback(print, bytearray(1000))  # FIRST stack._exit_callbacks


counter = collections.Counter()


def hold_counter():
    for i in range(N):
        counter.update(["%d" % i * 300])  # FIRST registries.counter


chained = collections.ChainMap()


def hold_chain_map():
    for i in range(N):
        chained[i] = bytearray(1000)  # FIRST chained.maps[0]


user_dict = collections.UserDict()


def hold_user_dict():
    for i in range(N):
        user_dict[i] = bytearray(1000)  # FIRST user_dict.data


user_list = collections.UserList()


def hold_user_list():
    for _ in range(N):
        user_list.append(bytearray(1000))  # FIRST user_list.data


weak_values = weakref.WeakKeyDictionary()


def hold_weak_keys():
    for temporary in temporaries:
        weak_values[temporary] = bytearray(1000)  # FIRST weak_values.data


class Case(unittest.TestCase):
    def runTest(self):
        pass


case = Case()


def hold_cleanups():
    for _ in range(N):
        case.addCleanup(print, bytearray(1000))  # FIRST case._cleanups


stream = io.BytesIO()


def hold_bytes_io():
    for _ in range(N):
        stream.write(bytes(1000))  # FIRST registries.stream


class Shape(abc.ABC):
    pass


def hold_abc():
    for i in range(N):
        Shape.register(type("Circle%d" % i, (), {"data": bytearray(1000)}))


ordered = collections.OrderedDict()


def hold_ordered():
    for i in range(N):
        ordered[i] = bytearray(1000)  # FIRST registries.ordered


grouped = collections.defaultdict(list)


def hold_defaultdict():
    for i in range(N):
        grouped[i].append(bytearray(1000))  # FIRST registries.grouped
