# SPDX-License-Identifier: MIT
"""A program with many busy threads whose live heap stays the same: see soak.py.

Lines of standard input: "rest" (all threads wait, garbage is collected, free memory given back; answers "resting TURNS BLOCKS
BYTES": how often threads went round, blocks that Python's allocator has lent, bytes that malloc has), "go", "end".
"""

import asyncio
import ctypes
import gc
import subprocess
import sys
import threading
import weakref

stop = threading.Event()
gate = threading.Event()
parked = threading.Semaphore(0)
turns = 0


class Node:
    def __init__(self, other=None):
        self.other = other
        self.data = {"key": [1, 2.5, "three"], "set": {1, 2, 3}}


class Finalized(Node):
    def __del__(self):
        self.data.clear()


class Slotted:
    __slots__ = ("left", "right", "__weakref__")


def build_cycles():
    """A few with finalizers: while one of these waits for the GIL, nobody can collect."""
    last = Finalized()
    last.other = last
    for _ in range(10):
        one = Node()
        one.other = Node(one)
        two = Slotted()
        two.left = two.right = two


def churn_attributes(shared):
    for number in range(100):
        setattr(shared, "a%d" % (number % 40), [number] * (number % 17))
        shared.__dict__.pop("a%d" % ((number + 20) % 40), None)


def run_generators():
    def count(limit):
        try:
            for number in range(limit):
                yield number, [number]
        finally:
            limit = None
    kept = [count(20) for _ in range(20)]
    for generator in kept:
        next(generator)
    for generator in kept[::2]:
        sum(number for number, _ in generator)


def raise_exceptions():
    def deep(level):
        big = list(range(level))
        if level == 0:
            raise ValueError(big)
        deep(level - 1)
    for _ in range(10):
        try:
            deep(10)
        except ValueError as error:
            kept = [error, weakref.ref(deep)]
            kept.append(kept)


def grow_and_shrink(queue=[], table={}):
    queue.extend(bytes(100) for _ in range(500))
    del queue[:]
    table.update((("key", number), str(number)) for number in range(500))
    table.clear()


async def tasks():
    async def one(number):
        await asyncio.sleep(0)
        return [number]
    await asyncio.gather(*[one(number) for number in range(20)])


def repeat(action, *arguments):
    global turns
    while not stop.is_set():
        if not gate.is_set():
            parked.release()
            gate.wait()
        action(*arguments)
        turns += 1


def start_threads():
    threads = [threading.Thread(target=build_cycles) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def collect():
    gc.collect()
    stop.wait(0.01)


def start_process():
    subprocess.run(["/bin/true"], check=True)
    stop.wait(0.2)


class MallocFacts(ctypes.Structure):
    """struct mallinfo2 of malloc.h, glibc 2.33"""
    _fields_ = [(name, ctypes.c_size_t) for name in "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost".split()]


def malloc_bytes():
    """What is lent, of all arenas; 0 where malloc does not tell."""
    mallinfo = getattr(ctypes.CDLL(None), "mallinfo2", None)
    if not mallinfo:
        return 0
    mallinfo.restype = MallocFacts
    facts = mallinfo()
    return facts.uordblks + facts.hblkhd


def rest(count):
    gate.clear()
    for _ in range(count):
        parked.acquire()
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    print("resting", turns, sys.getallocatedblocks(), malloc_bytes(), flush=True)


def main():
    gc.set_threshold(500, 5, 2)  # so that garbage does not pile up, which would hide what the snapshots leave behind
    shared = Node()
    live = [Node() for _ in range(2000)]
    actions = [(build_cycles,), (churn_attributes, shared), (run_generators,), (raise_exceptions,), (grow_and_shrink,), (start_threads,),
               (collect,), (start_process,), (lambda: asyncio.run(tasks()),)]
    threads = [threading.Thread(target=repeat, args=action) for action in actions]
    gate.set()
    for thread in threads:
        thread.start()
    print("ready", flush=True)
    for line in sys.stdin:
        if line == "rest\n":
            rest(len(threads))
        elif line == "go\n":
            gate.set()
        else:
            break
    stop.set()
    gate.set()
    for thread in threads:
        thread.join()
    print(turns, len(live))


main()
