# SPDX-License-Identifier: GPL-2.0-or-later
"""Heaps that want to harm whoever looks at them: the program does not notice, and the snapshot is there and can be analysed."""

import json
import os
import subprocess

import pythons
from program import run_python

HERE = os.path.dirname(os.path.abspath(__file__))

SOURCE = """
import gc, os, sys, threading, time, types
import whoholds
large = sys.argv[1] == 'large'
called = []

# ---- Classes whose every method notes that it was called, and does harm.
def harm(name):
    def method(self, *arguments):
        if armed:
            called.append(name)
            time.sleep(1000)
        return NotImplemented
    return method
armed = False
NAMES = ['__repr__', '__str__', '__sizeof__', '__eq__', '__len__', '__iter__', '__bool__', '__getattr__', '__dir__', '__reduce_ex__', '__format__']
class Meta(type):
    __repr__ = harm('type.__repr__')
    def __instancecheck__(cls, other): return harm('__instancecheck__')(cls)
Hostile = Meta('Hostile', (), dict({name: harm(name) for name in NAMES}, __hash__=lambda self: 1))
class Lying:
    __class__ = property(harm('__class__'))
    __dict__ = property(harm('__dict__'))
    __slots__ = ('held',)
class DictSubclass(dict):
    __getitem__ = keys = values = items = __iter__ = __len__ = harm('dict')
hostile = [Hostile() for _ in range(10)]
as_keys = {hostile[0]: 'value', 1: hostile[1]}
lying = Lying()
lying.held = ['held by a liar']
in_dict = DictSubclass(key=['held by a dict'])

# ---- Names.
setattr(hostile[2], '\\udc80\\ud800 <b>&', ['named by surrogates'])
surrogates = ['\\ud800' * 50, '\\udfff', 'a\\udc80b' * 1000, {'\\ud83d\\ude00': 1}]
sys.modules['\\udcff'] = types.ModuleType('\\udcff')

# ---- Sizes.
huge = bytearray(1 << 26)
deep = None
for _ in range(2000000 if large else 50000):
    deep = [deep]
modules = {}
for number in range(100000 if large else 1000):
    name = 'generated_%d' % number
    sys.modules[name] = modules[number] = types.ModuleType(name)
classes = [type('Class%d' % number, (), {'number': number}) for number in range(100000 if large else 1000)]

# ---- Mutators.
stop = threading.Event()
shared = {}
def mutate(offset):
    while not stop.is_set():
        for number in range(100):
            shared[number * offset] = [number]
        shared.clear()
threads = [threading.Thread(target=mutate, args=(offset,)) for offset in (1, 2, 3)]
[thread.start() for thread in threads]

# ---- Half-built things: dumps from within what is being made.
def dumping(mode):
    whoholds.install(mode=mode, output=mode + '-half-{n}.whs')
    def items():
        yield ['first']
        whoholds.dump()
        yield ['last']
    class Attribute:
        def __set_name__(self, owner, name):
            whoholds.dump()
    class New:
        def __new__(cls):
            made = super().__new__(cls)
            whoholds.dump()
            return made
    tuple(items()); [*items()]; {key: None for key in map(str, items())}; set(map(str, items())); ''.join(map(str, items()))
    class Unfinished:
        attribute = Attribute()
    New()

armed = True
sizes = []
for mode in 'fork', 'inline':
    whoholds.install(mode=mode, values='full' if mode == 'fork' else 'short')
    whoholds.dump(mode + '.whs')
    if not large:
        dumping(mode)
armed = False
stop.set()
[thread.join() for thread in threads]
print(called, whoholds.status()['failed'], len(os.listdir('.')), len(deep), flush=True)
os._exit(0)
"""


def ask(*arguments):
    done = subprocess.run([pythons.whoholds_program(), *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=300)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def check_hostile(python, directory, size):
    code, output, errors = run_python(python, SOURCE, directory, size)
    assert (code, output, errors) == (0, "[] 0 %d 1\n" % (2 if size == "large" else 16), "")
    for mode in ("fork", "inline"):
        path = str(directory / (mode + ".whs"))
        info = ask("info", "--json", path)
        assert info["bytes"] > 1 << 26 and info["dangling"] == 0
        found = ask("suspects", "--all", "--json", path)["suspects"]
        assert "__main__.huge" in [one["holder"]["name"] for one in found]
        if mode == "fork":
            chain = ask("path", "--json", "--expr", "__main__.deep", path)["paths"][0]
            assert chain["hops"][-1]["retained_bytes"] >= 64 * (2000000 if size == "large" else 50000)
    for path in sorted(directory.glob("*-half-*.whs")):
        assert ask("info", "--json", str(path))["dangling"] == 0


def test_hostile_objects(python, tmp_path):
    check_hostile(python, tmp_path, "small")


def test_hostile_objects_in_large_numbers(tmp_path):
    """With one interpreter: 100,000 classes and modules take their time."""
    check_hostile(pythons.supported_interpreters()[-1], tmp_path, "large")


BROKEN = """
import gc, json, os, sys, time
sys.path.insert(0, '.')
import hostile_types, whoholds
gc.disable()
kept = []
for name in 'Crashes', 'VisitsNull', 'Nonsense', 'TooOften', 'MuchStack', 'NeverEnds':
    kind = getattr(hostile_types, name)
    kept += [[kind([name, number]) for number in range(3 if name != 'NeverEnds' else 1)]]
after = [object() for _ in range(1000)]
whoholds.install()
hostile_types.arm(1)
whoholds.dump('broken.whs')
hostile_types.arm(0)
gc.collect()
print(whoholds.status()['failed'], len(after), [part for part in os.listdir('.') if part.endswith('.part')])
"""


def build_hostile_types(python, directory):
    include = subprocess.run([python.path, "-c", "import sysconfig; print(sysconfig.get_paths()['include'])"], stdout=subprocess.PIPE, check=True)
    subprocess.run(["cc", "-O1", "-shared", "-fPIC", "-I", include.stdout.decode().strip(), os.path.join(HERE, "hostile_types.c"), "-o",
                    str(directory / "hostile_types.so")], check=True)


def test_extension_types_with_a_wrong_traverse_cost_their_objects(python, tmp_path):
    build_hostile_types(python, tmp_path)
    assert run_python(python, BROKEN, tmp_path) == (0, "0 1000 []\n", "")
    info = ask("info", "--json", str(tmp_path / "broken.whs"))
    lines = {line["name"] for line in info["account"]}
    assert {"unreadable_count", "unreadable:hostile_types.Crashes_count", "unreadable:hostile_types.NeverEnds_count",
            "unreadable:hostile_types.MuchStack_count"} >= {name for name in lines if name.startswith("unreadable")} >= {
                "unreadable_count", "unreadable:hostile_types.Crashes_count", "unreadable:hostile_types.NeverEnds_count"}
    assert info["dangling"] == 3 * 0x100 / 8  # what is no object
