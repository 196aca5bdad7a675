# SPDX-License-Identifier: MIT
"""Whatever a view calls an object, --expr finds it by that name; and what one view says of objects, others say, too."""
import json
import subprocess

from program import PATIENCE, run_python
from pythons import supported_interpreters, whoholds_program

SOURCE = r"""
import asyncio, contextvars, enum, sys, threading, weakref
import whoholds
request = contextvars.ContextVar("request")
local = threading.local()
class Color(enum.Enum):
    RED = 1
class Base:
    shared = [0]
class Session(Base):
    def __init__(self, number):
        self.number, self.status, self.rows = number, "open" if number % 2 else "shut", [number] * number
class Slots:
    __slots__ = ("left", "right")
slots = Slots()
slots.left, slots.right = {"deep": [Slots()]}, [[1]]
def make(store, *, tag=[1]):
    seen = [[2]]
    def handle(event, memo={}, *, extra={"k": [3]}):
        seen.append(event)
        return store, tag
    return handle
handlers = [make([n]) for n in range(3)]
sessions = {n: Session(n) for n in range(12)}
keys = {"plain": [], "it's": [], 'both\'"': [], "new\nline": [], "\x1b[31m\t": [], "\u65e5\u672c": [], "": [], None: [], True: [], -5: [], 2 ** 70: [], 1.5: [], -1e300: [], b"\x00\xff": [],
        (1, "a"): [], (): [], ("a", ("b",), None): [], frozenset([1]): [], int: [], len: [], Session: [], sessions[1]: [], "x" * 90: [], "x" * 91: [], "a]b": [],
        "a['b']": [], "\u202e": [], "\ud800": [], 1 + 2j: [], make: [], Color.RED: [], "*": [], "back\\slash": [], "\\u202e": []}
globals()["odd name"] = [[4]]
elements = {("element", n) for n in range(5)}
weak = weakref.WeakValueDictionary({"k": sessions[1]})
class Kept(dict):
    pass
kept = Kept(a=[5])
kept.attribute = [6]
def numbers():
    batch = [[n] for n in range(5)]
    yield from batch
pair = [numbers(), numbers()]
def of_its_own_class():
    class Local:
        pass
    return Local()
alike = [of_its_own_class() for _ in range(4)]
for generator in pair:
    next(generator)
def dump_in_thread(path):
    local.mine = [[7]]
    mine, shared = [[8]], [[9]]
    whoholds.dump(path)
    return lambda: shared
async def wait(tasks):
    rows = [[10]]
    request.set([[11]])
    await asyncio.sleep(3600)
async def main():
    tasks = []
    tasks += [asyncio.ensure_future(wait(tasks)) for _ in range(2)]
    await asyncio.sleep(0)
    thread = threading.Thread(target=dump_in_thread, args=(sys.argv[1],), name="worker (1)")
    thread.start()
    thread.join()
    for task in tasks:
        task.cancel()
asyncio.new_event_loop().run_until_complete(main())
"""

TYPES = ["list", "dict", "tuple", "set", "coroutine", "generator", "function", "cell", "weakref*", "__main__.*", "_asyncio.*", "_contextvars.Context*", "frame",
         "_thread.*", "whoholds*"]


def ask(*words):
    done = subprocess.run([whoholds_program(), *map(str, words), "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=PATIENCE)
    return json.loads(done.stdout.decode()) if done.returncode == 0 else {"error": done.stderr.decode()}


def is_special(name):
    return any(mark in name for mark in (" (", "<", "ContextVar", "__main__.keys", "odd name"))


def some_names(path):
    rows = []
    for name in TYPES:
        rows += ask("find", path, "--type", name, "--limit", "3000").get("rows", [])
    special = [row for row in rows if is_special(row["name"])]
    plain = [row for row in rows if "… " not in row["name"] and not is_special(row["name"])]
    return special[::len(special) // 60 + 1] + plain[::len(plain) // 25 + 1]


def wrong_names(path):
    wrong = []
    for row in some_names(path):
        found = ask("find", path, "--expr", row["name"], "--limit", "100000")
        if row["address"] not in [other["address"] for other in found.get("rows", [])]:
            wrong.append((row["name"], row["type"], found.get("error", "%d others" % len(found.get("rows", [])))))
    return wrong


def numbers_of(path, words):
    """(live objects, their own bytes) as two views say."""
    found, retained = ask("find", path, *words), ask("retained", path, *words)
    return found["objects"] - found["garbage"], retained["members"]["objects"]


def test_every_name_is_found_again(tmp_path):
    for interpreter in supported_interpreters():
        path = tmp_path / (interpreter.version + ".whs")
        code, _, errors = run_python(interpreter, SOURCE, tmp_path, path)
        assert code == 0, errors
        assert wrong_names(path) == [], interpreter.version
        for name in ("['it\\'s']", '["it\'s"]', "[None]", "[1.5]", "[-1e+300]", "[int]", "[__main__.Session]", "[<function make>]", "[<Color RED>]", "[(1, 'a')]", "['\\u202e']"):
            assert ask("find", path, "--expr", "__main__.keys" + name).get("objects") == 1, (interpreter.version, name)
        assert ask("find", path, "--instances-of", "__main__.Base", "--where", ".status = open and len(.rows) > 5")["objects"] == 3
        assert ask("find", path, "--expr", "__main__.sessions[1].shared")["objects"] == 1
        for words in (["--type", "dict"], ["--where", "len > 3"], ["--package", "asyncio"]):
            objects, members = numbers_of(path, words)
            assert objects == members > 0, (interpreter.version, words)
        types = ask("top", path)["rows"]
        assert [row["count"] for row in types if row["name"] == "__main__.of_its_own_class.<locals>.Local"] == [4]
        for row in types[:15]:
            retained = ask("retained", path, "--type", row["name"])
            assert (retained["members"]["objects"], retained["top_sum"]["bytes"]) == (row["count"], row["retained_bytes"]), row
