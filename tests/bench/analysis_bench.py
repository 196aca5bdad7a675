#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""From the file to the answer: processor time, peak memory and wall time of each command on a snapshot, the first time and with kept results.

    analysis_bench.py [--objects N] [--python PYTHON] [--runs N] [SNAPSHOT]

Without a snapshot one is made of a program with about N objects (1,000,000). Times are user and system together, of the fastest run;
memory is the largest resident set, a byte count for each object in the snapshot. Every command runs in 64 KiB of stack. Writes nothing but to a directory of its own.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
WHOHOLDS = os.environ.get("WHOHOLDS_BIN", os.path.join(ROOT, "build/release/bin/whoholds"))

# Sessions (instances with a __dict__), orders in a dict, JSON-like records, a tree with references back, points in slots.
PROGRAM = """
import sys, gc
class Session:
    def __init__(self, number):
        self.number, self.user, self.seen = number + 10**6, 'user-%d' % number, number * 1.5
class Point:
    __slots__ = ('x', 'y', 'label')
class Node:
    def __init__(self, parent, name):
        self.parent, self.name, self.children = parent, name, []
sessions, orders, points, tree = [], {}, [], Node(None, 'root')
gc.disable()
for i in range(int(sys.argv[1]) // 29):
    sessions.append(Session(i))
    orders['order-%d' % i] = {'id': i + 10**6, 'lines': [(i + 10**7, i * 0.5), (i + 10**8, i * 0.25)], 'note': 'note %d' % i}
    point = Point()
    point.x, point.y, point.label = i * 1.25, i * 2.5, 'p%d' % i
    points.append(point)
    tree.children.append(Node(tree, 'n%d' % i))
"""

COMMANDS = (["info"], ["top"], ["suspects"], ["tree"], ["threads"], ["path", "--type", "dict"], ["show", "--type", "dict"],
            ["retained", "--type", "dict"], ["strings"], ["garbage"], ["waste"], ["triage"], ["cut", "--type", "dict"], ["cut", "--suspect", "1"])
STACK_BYTES = 64 << 10   # nothing recurses over input


def make_snapshot(directory, python, objects):
    subprocess.run([WHOHOLDS, "run", "--record", "off", "--at-exit", "-o", os.path.join(directory, "bench.whs"), "--",
                    python, "-c", PROGRAM, str(objects)], check=True)
    return os.path.join(directory, "bench.whs")


def measure(command, snapshot, *more):
    """CPU seconds, wall seconds, bytes resident at most."""
    started = time.monotonic()
    process = subprocess.Popen([WHOHOLDS, command[0], snapshot, *command[1:], *more], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                               preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_STACK, (STACK_BYTES, STACK_BYTES)))
    complaint = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.stderr.close()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit("%s: %s" % (" ".join(command), complaint.decode()))
    return usage.ru_utime + usage.ru_stime, time.monotonic() - started, usage.ru_maxrss * 1024


def best(runs):
    return min(run[0] for run in runs), min(run[1] for run in runs), max(run[2] for run in runs)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("snapshot", nargs="?")
    parser.add_argument("--objects", type=int, default=1000000)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="whoholds-bench-") as directory:
        snapshot = options.snapshot or make_snapshot(directory, options.python, options.objects)
        if options.snapshot:   # kept results go beside a name of our own
            snapshot = os.path.join(directory, "bench.whs")
            try:
                os.link(options.snapshot, snapshot)
            except OSError:
                shutil.copy(options.snapshot, snapshot)
        info = json.loads(subprocess.run([WHOHOLDS, "info", snapshot, "--json", "--no-cache"], stdout=subprocess.PIPE, check=True).stdout)
        objects = info["objects"]
        print("%d objects, %d references, %d bytes of snapshot (%.1f an object)"
              % (objects, info["references"], os.path.getsize(snapshot), os.path.getsize(snapshot) / objects))
        print("%-32s %10s %10s %10s | %10s %10s %10s" % ("", "CPU s", "wall s", "B/object", "kept: CPU", "wall s", "B/object"))
        os.environ["WHOHOLDS_CACHE"] = "always"
        measure(["info"], snapshot)
        for command in COMMANDS:
            cold = best([measure(command, snapshot, "--no-cache") for _ in range(options.runs)])
            kept = best([measure(command, snapshot) for _ in range(options.runs)])
            print("%-32s %10.3f %10.3f %10.1f | %10.3f %10.3f %10.1f"
                  % (" ".join(command), *cold[:2], cold[2] / objects, *kept[:2], kept[2] / objects))
        os.unlink(snapshot + ".whx")
        written = best([measure(["info"], snapshot)])
        print("%-32s %10.3f %10.3f %10.1f | %10s %10s %10.1f  (the file)" % ("info, which keeps its results", *written[:2], written[2] / objects, "", "",
                                                                  os.path.getsize(snapshot + ".whx") / objects))


if __name__ == "__main__":
    main()
