# SPDX-License-Identifier: GPL-2.0-or-later
"""Many snapshots of a busy process with many threads: none may fail, and the process must not grow by them.

    soak.py [--count 1000] [--mode fork|inline|none] [--python PATH]...      all interpreters found, unless some are named

The program under `whoholds run` has threads that build and drop cycles, slots, generators, exceptions with frames, attributes, caches,
threads that start and end, asyncio tasks, a subprocess now and then; its live heap stays the same. It is signalled, and each file
must be whole. After each tenth the program rests, and what it has then of its own is printed. Mode `none` takes no snapshot, but lets the
threads go round: what the program's memory does by itself. Its resident memory grows, as many threads that take and give back leave
holes in the allocators' arenas; what the allocators have lent at rest does not.
"""

import argparse
import os
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "support"))

import pythons  # noqa: E402
from program import Program, is_complete, leftovers, snapshots, wait_until  # noqa: E402

PROGRAM = os.path.join(HERE, "busy.py")
SECONDS_WITHOUT = 0.15


def status_bytes(pid, key):
    with open("/proc/%d/status" % pid) as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith(key + ":"))


def footprint(program):
    """At rest: own memory (without pages of files), what is lent by the allocators, what is mapped and open, threads."""
    program.tell("rest")
    turns, blocks, malloc = (int(word) for word in program.read_line().split()[1:])
    facts = {"anonymous": status_bytes(program.pid, "RssAnon"), "descriptors": len(os.listdir("/proc/%d/fd" % program.pid)),
             "mappings": sum(1 for _ in open("/proc/%d/maps" % program.pid)), "threads": len(os.listdir("/proc/%d/task" % program.pid)),
             "turns": turns, "blocks": blocks, "malloc": malloc}
    program.tell("go")
    return facts


def one_dump(program, directory):
    program.signal()
    (path,) = wait_until(lambda: snapshots(directory), "a snapshot")
    size = os.path.getsize(path)
    whole = is_complete(path)
    os.unlink(path)
    assert whole, "an incomplete snapshot"
    wait_until(lambda: not leftovers(directory), "the end of the dump")
    return size


def no_dump(*_):
    time.sleep(SECONDS_WITHOUT)
    return 0


def soak(interpreter, count, mode, directory):
    """[(snapshots made, footprint, bytes of the last one)]"""
    options = [] if mode == "none" else ["--mode", mode]
    dump = no_dump if mode == "none" else one_dump
    with Program(interpreter, None, directory, options=options, script=PROGRAM, flags=["-W", "ignore"]) as program:
        program.await_line("ready")
        marks = []
        for number in range(1, count + 1):
            size = dump(program, directory)
            if number * 10 % count == 0:
                marks.append((number, footprint(program), size))
        program.tell("end")
        code, _, errors = program.await_end()
        assert (code, errors) == (0, ""), (code, errors)
        assert marks[0][1]["turns"] < marks[-1][1]["turns"], "the program stood still"
        return marks


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--count", type=int, default=1000)
    options.add_argument("--mode", choices=["fork", "inline", "none"], default="fork")
    options.add_argument("--python", action="append")
    arguments = options.parse_args()
    if arguments.python:
        os.environ["WHOHOLDS_PYTHONS"] = ":".join(arguments.python)
    for interpreter in pythons.supported_interpreters():
        with tempfile.TemporaryDirectory() as directory:
            begun = time.monotonic()
            marks = soak(interpreter, arguments.count, arguments.mode, directory)
            print("%s, %s: %d snapshots in %.0f s, the program's threads went round %d times" % (
                interpreter.version, arguments.mode, arguments.count, time.monotonic() - begun, marks[-1][1]["turns"]))
            for number, facts, size in marks:
                print("  after %5d: %d blocks and %.2f MiB of malloc lent, %6.2f MiB resident, %d mappings, %d descriptors, %d threads; the last snapshot %.2f MB" % (
                    number, facts["blocks"], facts["malloc"] / 2**20, facts["anonymous"] / 2**20, facts["mappings"], facts["descriptors"], facts["threads"], size / 1e6), flush=True)


if __name__ == "__main__":
    main()
