# SPDX-License-Identifier: GPL-2.0-or-later
"""`whoholds cut` says which references to remove; here they are removed, in the live program, and another snapshot shows what is gone.

Each program makes objects of the class Target that several holders share, then runs the statements that it is told.
"""

import json
import os
import re
import subprocess
import sys

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "support"))

from program import Program
from pythons import whoholds_program
from schemas import schema_errors

SERVE = """
import gc, sys
def serve():
    print("ready", flush=True)
    for line in sys.stdin:
        exec(line, globals())
        gc.collect()
        print("done", flush=True)
serve()
"""

TARGET = """
class Target:
    def __init__(self, n):
        self.n = n
        self.payload = bytearray(3000)
"""

# Of each: the program, and how many references the smallest cut has.
PROGRAMS = {
    "list, dict, closure, instance and class": (TARGET + """
class Registry:
    last = None
    def __init__(self):
        self.by_id = {}
def make(seen):
    return lambda: seen
objects = [Target(n) for n in range(20)]
registry = Registry()
for each in objects:
    registry.by_id[each.n] = each
handlers = {"on load": make(list(objects)), "on save": print}
Registry.last = objects[7]
del each
""", 4),
    "tuples and partials, which cannot be changed": (TARGET + """
import collections, functools
Pair = collections.namedtuple("Pair", "left right")
target = Target(1)
pairs = [Pair(target, 2), Pair(3, 4)]
callbacks = {"later": functools.partial(print, target), "never": len}
frozen = {"all": (frozenset([target]), 5)}
method = [target.__init__]
del target
""", 4),
    "cycles and a traceback": (TARGET + """
class Node(Target):
    def __init__(self, n, parent):
        Target.__init__(self, n)
        self.parent = parent
        self.children = []
        if parent:
            parent.children.append(self)
root = Node(0, None)
for n in range(6):
    Node(n, root)
    Node(n + 100, root.children[n])
def fail(node):
    local = node
    raise ValueError(str(local.n))
errors = []
try:
    fail(root.children[2].children[0])
except ValueError as error:
    errors.append(error)
bookmarks = {"here": root.children[4]}
""", 3),
    "default arguments, a cache, a set and slots": (TARGET + """
import functools
@functools.lru_cache(maxsize=None)
def load(n):
    return Target(n)
class Slotted:
    __slots__ = ("held", "other")
def use(n, target=load(1)):
    return n
def keyed(*, target=load(1)):
    return target
everything = {load(1), load(2)}
slotted = Slotted()
slotted.held = load(2)
slotted.other = "text"
""", 5),
    "generators, deques, keys and weak references": (TARGET + """
import collections, weakref
def walk(targets):
    for each in targets:
        yield each
targets = [Target(n) for n in range(5)]
walking, plain, mapped = walk(list(targets)), iter(targets), map(str, targets)
next(walking)
recent = collections.deque(targets[1:3])
counts = collections.OrderedDict((target, target) for target in targets[3:4])
weak = weakref.WeakValueDictionary((target.n, target) for target in targets)
weakly = [weakref.ref(target) for target in targets]
del targets
""", 5),
    "closures in a registry": (TARGET + """
callbacks = {}
def register(name, target):
    def on_event(*arguments):
        return target, arguments
    callbacks[name] = on_event
    return on_event
for n in range(5):
    register("event %d" % n, Target(n))
class Bus:
    subscribers = []
Bus.subscribers.append(callbacks["event 2"])
def subscribe(listener):
    Bus.subscribers.append(lambda: listener)
subscribe(callbacks["event 3"])
""", 2),
    "two caches and an index": (TARGET + """
import functools
@functools.lru_cache(maxsize=None)
def parse(n):
    return Target(n)
class Pages:
    def __init__(self):
        self.by_number, self.recent = {}, []
pages = Pages()
for n in range(12):
    pages.by_number[n] = parse(n)
pages.recent.extend(pages.by_number[n] for n in range(3))
Pages.last = pages.by_number[11]
""", 3),
    "one owner of many holders": (TARGET + """
class Wrapper:
    def __init__(self, target):
        self.inner = {"target": target, "again": [target, target]}
class Owner:
    def __init__(self):
        self.wrappers = [Wrapper(Target(n)) for n in range(300)]
owner = Owner()
spare = owner.wrappers[3]
""", 2),
}


def whoholds(*arguments):
    done = subprocess.run([whoholds_program(), *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def cut(path, *arguments):
    code, output, errors = whoholds("cut", path, "--json", *arguments)
    assert code == 0, errors
    document = json.loads(output)
    assert schema_errors(document) == []
    return document


def target_count(path):
    """Live objects of the class or of one that is derived from it."""
    total = 0
    for name in ("__main__.Target", "__main__.Node"):
        code, output, errors = whoholds("cut", path, "--json", "--type", name)
        assert code == 0 or (code == 3 and "no object of type" in errors), errors
        total += json.loads(output)["targets"] if code == 0 else 0
    return total


def as_python(reference):
    """`__main__.f → closure variable seen[3]` as an expression of the module __main__."""
    first, *steps = reference.split(" → ")
    assert first.startswith("__main__."), reference
    expression = first[len("__main__."):]
    for step in steps:
        kind, name, rest = re.match(r"(closure variable|default argument) (\w+)(.*)$", step).groups()
        if kind == "default argument":
            expression = "%s.__kwdefaults__[%r]%s" % (expression, name, rest)
        else:
            expression = "%s.__closure__[%s.__code__.co_freevars.index(%r)].cell_contents%s" % (expression, expression, name, rest)
    return expression


def removal(item):
    """A statement that removes a reference, as a programmer would."""
    if item["label"].startswith(("set element", "key ")):
        container = as_python(item["reference"].rpartition(" → ")[0])
        verb = "discard" if item["label"].startswith("set") else "pop"
        return "%s.%s(next(each for each in %s if id(each) == %s))" % (container, verb, container, item["to"]["address"])
    expression = as_python(item["reference"])
    if item["label"] == ".cache":
        return expression[:-len(".cache")] + ".cache_clear()"
    if item["label"].startswith("closure variable") or expression.endswith(("__defaults__", "__kwdefaults__", "__traceback__")):
        return expression + " = None"
    if re.search(r"\[(<|\()", item["label"]):    # a key that is an object
        container = expression[:-len(item["label"])]
        return "%s.pop(next(key for key, value in %s.items() if id(value) == %s))" % (container, container, item["to"]["address"])
    return "del " + expression


def in_order(references):
    """Items of a list from the end, so that the others keep their numbers."""
    def number(item):
        found = re.search(r"\[(\d+)\]$", item["reference"])
        return int(found.group(1)) if found else -1
    return sorted(references, key=number, reverse=True)


class Session:
    def __init__(self, program):
        self.program = program
        self.count = 0

    def snapshot(self):
        self.count += 1
        self.program.signal()
        return self.program.await_snapshots(self.count)[-1]

    def execute(self, statement):
        self.program.tell(statement)
        self.program.await_line("done")


@pytest.mark.parametrize("name", sorted(PROGRAMS))
def test_what_the_cut_names_frees_the_objects_and_nothing_less_does(python, tmp_path, name):
    source, expected = PROGRAMS[name]
    kind = "__main__.Node" if "class Node" in source else "__main__.Target"
    with Program(python, source + SERVE, tmp_path) as program:
        program.await_line("ready")
        session = Session(program)
        before = session.snapshot()
        document = cut(before, "--type", kind, "--limit", "1000")
        references = in_order(document["cut"])
        assert document["complete"]
        assert document["fixed_targets"] == 0
        assert document["targets"] == document["freed_targets"] == target_count(before)
        assert document["references"] == len(references) == expected, [item["reference"] for item in references]
        for item in references[:-1]:
            session.execute(removal(item))
        assert target_count(session.snapshot()) > 0
        session.execute(removal(references[-1]))
        assert target_count(session.snapshot()) == 0


@pytest.mark.parametrize("name", sorted(PROGRAMS))
def test_what_if_the_holders_go_is_what_the_program_then_has(python, tmp_path, name):
    """What one reference less frees, by the first snapshot, is what the second no longer has."""
    source, _ = PROGRAMS[name]
    kind = "__main__.Node" if "class Node" in source else "__main__.Target"
    with Program(python, source + SERVE, tmp_path) as program:
        program.await_line("ready")
        session = Session(program)
        before = session.snapshot()
        left = target_count(before)
        for item in in_order(cut(before, "--type", kind)["cut"]):
            if "→" in item["reference"] or item["label"].startswith(".__") or item["label"] == ".cache":
                continue
            document = cut(before, "--type", kind, "--without", item["reference"])
            session.execute(removal(item))
            assert document["targets"] - document["freed_targets"] == target_count(session.snapshot()), item["reference"]
            assert document["targets"] == left
            break
        else:
            pytest.skip("no reference of this cut can be named by an expression")


HELD_BY_FRAMES = TARGET + """
def hold(target):
    serve()
import gc, sys
def serve():
    print("ready", flush=True)
    sys.stdin.readline()
kept = [Target(1)]
hold(kept[0])
"""


def test_a_local_variable_holds_and_is_named(python, tmp_path):
    with Program(python, HELD_BY_FRAMES, tmp_path) as program:
        program.await_line("ready")
        program.signal()
        document = cut(program.await_snapshots(1)[0], "--type", "__main__.Target")
        names = sorted(item["reference"] for item in document["cut"])
        assert document["freed_targets"] == 1
        assert [re.sub(r" at \S*:\d+", "", name) for name in names] == ["__main__.kept[0]", "target (local of hold, thread MainThread)"]


HELD_BY_A_THREAD_AND_A_GLOBAL = TARGET + """
import threading
go_on, holding = threading.Event(), threading.Event()
def work(target):
    holding.set()
    go_on.wait()
kept = {"a": Target(1)}
def start():
    work(kept["a"])
worker = threading.Thread(target=start, name="worker")
worker.start()
holding.wait()
"""


def test_a_frame_and_a_global_hold_until_both_are_gone(python, tmp_path):
    """A local variable goes when its function returns, not by a statement."""
    with Program(python, HELD_BY_A_THREAD_AND_A_GLOBAL + SERVE, tmp_path) as program:
        program.await_line("ready")
        session = Session(program)
        document = cut(session.snapshot(), "--type", "__main__.Target")
        names = [item["reference"] for item in document["cut"]]
        frames = [name for name in names if re.match(r"target \(local of work at \S*:\d+, thread worker\)$", name)]
        assert document["freed_targets"] == 1 and "__main__.kept['a']" in names and len(frames) == 1, names
        session.execute("del kept['a']")
        left = session.snapshot()
        assert target_count(left) == 1
        session.execute("go_on.set(); worker.join()")
        assert target_count(session.snapshot()) == 0


def test_what_the_freed_objects_share_with_others_stays(python, tmp_path):
    source = TARGET + "shared = {'k': bytearray(100000)}\ntarget = Target(1)\ntarget.shared = shared['k']\n" + SERVE
    with Program(python, source, tmp_path) as program:
        program.await_line("ready")
        program.signal()
        document = cut(program.await_snapshots(1)[0], "--expr", "__main__.target")
        assert [item["reference"] for item in document["cut"]] == ["__main__.target"]
        assert [(row["object"]["type"], row["held_by"], row["target"]) for row in document["remains"]] == [
            ("bytearray", "__main__.shared['k']", False)]
        assert document["freed"]["bytes"] > 3000 and document["freed"]["bytes"] < 100000


def test_each_holder_has_a_share_and_the_rest_is_shared(python, tmp_path):
    source = TARGET + "both = [Target(n) for n in range(10)]\nfirst = both + [bytearray(50000)]\nsecond = dict(enumerate(both))\n" \
        "second['own'] = bytearray(70000)\ndel both\n" + SERVE
    with Program(python, source, tmp_path) as program:
        program.await_line("ready")
        program.signal()
        document = cut(program.await_snapshots(1)[0], "--type", "__main__.Target")
        shares = {share["holder"]: share["exclusive_bytes"] for share in document["shares"]}
        assert list(shares) == ["__main__.second", "__main__.first"]
        assert 70000 < shares["__main__.second"] < 73000
        assert 50000 < shares["__main__.first"] < 52000
        assert 30000 < document["shared_bytes"] < 40000
        assert document["freed"]["bytes"] == sum(shares.values()) + document["shared_bytes"]


def test_what_nobody_can_remove_is_said_to_stay(python, tmp_path):
    with Program(python, TARGET + SERVE, tmp_path) as program:
        program.await_line("ready")
        program.signal()
        path = program.await_snapshots(1)[0]
        document = cut(path, "--expr", "sys")
        assert document["cut"] == [] and document["fixed_targets"] == 1 and document["freed"] == {"objects": 0, "bytes": 0}
        assert [row["target"] for row in document["remains"]] == [True]
        assert "no reference to remove" in whoholds("cut", path, "--expr", "sys")[1]


def test_views_of_paths_and_sets_keep_to_their_schemas(python, tmp_path):
    with Program(python, PROGRAMS["one owner of many holders"][0] + SERVE, tmp_path) as program:
        program.await_line("ready")
        program.signal()
        path = program.await_snapshots(1)[0]
        for arguments in (["path", path, "--type", "__main__.Target", "--merged"], ["retained", path, "--package", "__main__"],
                          ["path", path, "--type", "__main__.Target", "--independent", "3"],
                          ["path", path, "--expr", "__main__.spare", "--ignore", "__main__.spare"]):
            code, output, errors = whoholds(*arguments, "--json")
            assert code == 0, errors
            assert schema_errors(json.loads(output)) == []
        merged = json.loads(whoholds("path", path, "--type", "__main__.Target", "--merged", "--json")[1])
        assert [row["count"] >= 299 for row in merged["rows"] if row["name"] == "__main__.owner.wrappers"] == [True]


WITHOUT_A_HOLDER = TARGET + """
import ctypes, gc
gc.disable()
class Given(Target):
    pass
class Knotted(Target):
    def __init__(self, n):
        super().__init__(n)
        self.me = self
for n in range(400):
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(Given(n)))
    Knotted(n)
    Knotted(n)
print("ready", flush=True)
input()
"""


def test_of_suspects_that_nothing_in_python_holds_all_members_are_meant(python, tmp_path):
    with Program(python, WITHOUT_A_HOLDER, tmp_path) as program:
        program.await_line("ready")
        program.signal()
        path = program.await_snapshots(1)[0]
    code, output, errors = whoholds("suspects", path, "--all", "--json")
    assert code == 0, errors
    document = json.loads(output)
    assert schema_errors(document) == []
    kinds = [suspect["kind"] for suspect in document["suspects"][:2]]
    assert kinds == ["cycle", "native"]
    assert sum(suspect["share"] for suspect in document["suspects"][:2]) < 1  # of all objects: garbage is no part of the live ones
    cycles, natives = (cut(path, "--suspect", str(number)) for number in (1, 2))
    assert (cycles["targets"], cycles["garbage_targets"], cycles["cut"]) == (0, 800, [])
    assert (natives["targets"], natives["fixed_targets"], natives["cut"]) == (400, 400, [])
    assert "a gc.collect() frees them" in whoholds("cut", path, "--suspect", "1")[1]
