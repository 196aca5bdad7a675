#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the recorder costs: CPU time of workloads in each of its modes, as a ratio to without, beside tracemalloc with 1 and 25 frames.

    recorder_bench.py [--python PYTHON] [--package DIRECTORY] [--rounds N] [--instructions] [--modes off,holders,...] [--workloads text,...]

Every measurement is a process of its own. The rounds of all modes are interleaved and the minimum counts, as the machine may have
other things to do (tracemalloc, whose ratios are far from 1, runs once); --instructions counts what no other load disturbs. `loops` are
little but allocations; `programs` do what programs do. Megabytes are the peak of the resident memory. DIRECTORY is .../lib/whoholds/python of a build. The output is Markdown.
"""

import argparse
import math
import os
import re
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
PACKAGE = os.path.join(HERE, "..", "..", "build", "release", "lib", "whoholds", "python")
MODES = ["off", "sample", "holders", "exact", "tracemalloc(1)", "tracemalloc(25)"]
SECONDS_AT_LEAST = 0.1
KEPT = []


def alloc1k():
    for _ in range(600000):
        bytearray(1024)


def json_documents():
    import json
    document = {"users": [{"id": i, "name": "user %d" % i, "tags": ["a", "b", str(i)], "score": i * 0.5} for i in range(200)]}
    for _ in range(60):
        json.loads(json.dumps(document))


class Node:
    def __init__(self, depth):
        self.left = Node(depth - 1) if depth else None
        self.right = Node(depth - 1) if depth else None


def tree_of_instances():
    for _ in range(8):
        Node(13)


def text():
    words = ("the quick brown fox jumps over the lazy dog " * 2000)
    for _ in range(12):
        counts = {}
        for word in words.upper().split():
            counts[word] = counts.get(word, 0) + 1
        "-".join(sorted(words.split()))


def deep_calls():
    def down(depth):
        if depth:
            return down(depth - 1)
        kept = []
        for i in range(4000):
            kept.append([i, str(i)])
        return kept

    def around(depth):
        return down(0) if depth == 0 else further(depth - 1)

    def further(depth):
        return around(depth)

    for _ in range(40):
        around(100)


def nbody():
    bodies = [[float(i), i * 0.5, i * 0.25, 1.0 + i] for i in range(5)]
    for _ in range(12000):
        for a in bodies:
            for b in bodies:
                distance = (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 + 0.01
                a[0] += (b[0] - a[0]) * b[3] / distance * 1e-6
                a[1] += (b[1] - a[1]) * b[3] / distance * 1e-6


def churn():
    for _ in range(300000):
        _ = bytearray(1024)


def strings_and_patterns():
    import io
    import re
    pattern = re.compile(r"(\w+)=(\d+)")
    for _ in range(30):
        out = io.StringIO()
        for i in range(1500):
            out.write("key%d=%d;" % (i, i))
        pattern.findall(out.getvalue())


def hold_objects():
    KEPT[:] = [[(i, str(i), [i]) for i in range(230000)]]


def small_lists():
    for _ in range(60):
        lists = [[] for _ in range(3000)]
        for each in lists:
            each.append(1)


def syntax_trees():
    import ast
    source = open(ast.__file__, encoding="utf-8").read()
    for _ in range(4):
        list(ast.walk(ast.parse(source)))


def differences():
    import difflib
    a = ["line %d" % (i * 7 % 100) for i in range(500)]
    b = ["line %d" % (i * 11 % 100) for i in range(500)]
    for _ in range(3):
        list(difflib.unified_diff(a, b))


def pickles():
    import pickle
    data = [{"id": i, "values": list(range(10)), "name": "x%d" % i} for i in range(3000)]
    for _ in range(15):
        pickle.loads(pickle.dumps(data))


def graph_search():
    import collections
    neighbours = collections.defaultdict(list)
    for i in range(20000):
        neighbours[i].append((i * 7 + 1) % 20000)
        neighbours[i].append((i * 3 + 2) % 20000)
    for start in range(6):
        seen, queue = {start}, collections.deque([start])
        while queue:
            for other in neighbours[queue.popleft()]:
                if other not in seen:
                    seen.add(other)
                    queue.append(other)


def log_records():
    import io
    import logging
    logger = logging.Logger("bench")
    logger.addHandler(logging.StreamHandler(io.StringIO()))
    for i in range(15000):
        logger.info("request %d took %s", i, i * 0.1)


def tables():
    import csv
    import io
    for _ in range(15):
        out = io.StringIO()
        csv.writer(out).writerows([i, "name %d" % i, i * 0.5] for i in range(2000))
        sum(len(row) for row in csv.reader(io.StringIO(out.getvalue())))


def business_objects():
    import dataclasses

    @dataclasses.dataclass
    class Order:
        number: int
        lines: list
        total: float

    for _ in range(6):
        orders = [Order(i, [(i, j) for j in range(4)], i * 1.5) for i in range(6000)]
        by_total = {}
        for order in orders:
            by_total.setdefault(int(order.total) % 50, []).append(order)


def templates():
    import string
    template = string.Template("Dear $name, your order $number of $date is on its way to $city.")
    for i in range(15000):
        template.substitute(name="N%d" % i, number=i, date="today", city="here")


LOOPS = [alloc1k, json_documents, tree_of_instances, text, deep_calls, nbody, churn, strings_and_patterns, hold_objects, small_lists]
PROGRAMS = [syntax_trees, differences, pickles, graph_search, log_records, tables, business_objects, templates]


def resident_bytes():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))


def start_mode(mode):
    if mode.startswith("tracemalloc"):
        import tracemalloc
        tracemalloc.start(int(mode[len("tracemalloc("):-1]))
    elif mode != "off":
        import whoholds
        os.environ["WHOHOLDS_RECORD"] = mode
        whoholds._install_from_environment()  # as `whoholds run` has it


def count_instructions(on):
    os.system("callgrind_control --instr=%s %d >/dev/null" % ("on" if on else "off", os.getpid()))


def run_child(mode, workload, times, counted):
    """In the child: prints CPU seconds and the peak of its memory; or lets callgrind count, after a first round that fills caches."""
    start_mode(mode)
    if counted:
        workload()
        count_instructions(True)
    begun = time.process_time()
    for _ in range(times):
        workload()
    if counted:
        count_instructions(False)
    print(time.process_time() - begun, resident_bytes())


def child_command(arguments, mode, workload, times):
    return [arguments.python, os.path.abspath(__file__), "--child", mode, workload.__name__, str(times), str(int(arguments.instructions))]


def child_environment(arguments):
    return dict(os.environ, PYTHONPATH=arguments.package, PYTHONHASHSEED="0")


def measure_time(arguments, mode, workload, times):
    """Seconds and bytes."""
    done = subprocess.run(child_command(arguments, mode, workload, times), env=child_environment(arguments), stdout=subprocess.PIPE, check=True)
    seconds, resident = done.stdout.split()
    return float(seconds), int(resident)


def measure_instructions(arguments, mode, workload, _times):
    """Millions of instructions, which no other load of the machine disturbs, and no bytes."""
    command = ["valgrind", "--tool=callgrind", "--instr-atstart=no", "--callgrind-out-file=/dev/null"]
    done = subprocess.run(command + child_command(arguments, mode, workload, 1), env=child_environment(arguments), stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=True)
    return int(re.search(rb"Collected : (\d+)", done.stderr).group(1)) / 1e6, 0


def geometric_mean(ratios):
    return math.exp(sum(map(math.log, ratios)) / len(ratios))


def print_row(cells):
    print("| " + " | ".join(cells) + " |", flush=True)


def cell(value, resident, form="%.2f"):
    return form % value + (", %d MB" % (resident >> 20) if resident else "")


def compare(arguments, title, workloads, modes):
    measure = measure_instructions if arguments.instructions else measure_time
    ratios = {mode: [] for mode in modes}
    print_row([title, "off, M instr." if arguments.instructions else "off, s"] + modes[1:])
    print_row(["---"] + ["---:" for _ in modes])
    for workload in workloads:
        times = 1 if arguments.instructions else math.ceil(SECONDS_AT_LEAST / measure(arguments, "off", workload, 1)[0])
        best = {mode: (math.inf, 0) for mode in modes}
        for turn in range(arguments.rounds):
            in_turn = [mode for mode in modes if turn == 0 or not mode.startswith("tracemalloc")]
            for mode in in_turn if turn % 2 == 0 else reversed(in_turn):
                best[mode] = min(best[mode], measure(arguments, mode, workload, times))
        for mode in modes:
            ratios[mode].append(best[mode][0] / best["off"][0])
        print_row([workload.__name__, cell(*best["off"])] + [cell(ratios[mode][-1], best[mode][1]) for mode in modes[1:]])
    print_row(["**geometric mean**", ""] + ["**%.3f**" % geometric_mean(ratios[mode]) for mode in modes[1:]])
    print()


def main():
    by_name = {workload.__name__: workload for workload in LOOPS + PROGRAMS}
    if len(sys.argv) == 6 and sys.argv[1] == "--child":
        return run_child(sys.argv[2], by_name[sys.argv[3]], int(sys.argv[4]), int(sys.argv[5]))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--package", default=PACKAGE)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--instructions", action="store_true", help="count instructions with valgrind's callgrind instead of seconds")
    parser.add_argument("--modes", type=lambda text: text.split(","), default=MODES)
    parser.add_argument("--workloads", type=lambda text: text.split(","), default=list(by_name))
    arguments = parser.parse_args()
    modes = ["off"] + [mode for mode in arguments.modes if mode != "off"]
    arguments.rounds = 1 if arguments.instructions else arguments.rounds
    for title, workloads in (("loops", LOOPS), ("programs", PROGRAMS)):
        chosen = [workload for workload in workloads if workload.__name__ in arguments.workloads]
        if chosen:
            compare(arguments, title, chosen, modes)


if __name__ == "__main__":
    main()
