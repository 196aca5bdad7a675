# SPDX-License-Identifier: MIT
"""The walk in odd circumstances: frozen objects, a collection under way, objects that cannot be read, no values wanted."""
import collections

import pytest
import stranger_reader

HEAD = "import gc, sys, os\n"


def instances(snapshot, name):
    return [one for one in snapshot.objects.values() if one.type.name == name]


def dangling(snapshot):
    return sum(1 for one in snapshot.objects.values() for target in one.targets(weak=True) if target not in snapshot.objects)


@pytest.mark.parametrize("mode", ["fork", "inline"])
def test_frozen_objects_are_there(snapshot_of, mode):
    snapshot = snapshot_of(HEAD + "class Frozen: pass\nkept = [Frozen() for _ in range(1000)]\ngc.freeze()\n", mode)
    found = instances(snapshot, "Frozen")
    assert len(found) == 1000
    assert all(one.form & stranger_reader.FROZEN and one.form & stranger_reader.TRACKED for one in found)
    assert dangling(snapshot) == 0


EVERYTHING_ONCE = HEAD + """
import collections
class Tiny:
    __slots__ = ()
class Plain: pass
frozen = [Tiny() for _ in range(1500)]
gc.freeze()
tiny = [Tiny() for _ in range(1500)]
plain = [Plain() for _ in range(9000)]   # more than are looked for at once
smallest = [object() for _ in range(1500)]
ordered = collections.OrderedDict((str(i), [i]) for i in range(2000))
ordered.move_to_end("0")
chain = []
for _ in range(3000):
    chain = [chain]
cycle = Plain()
cycle.me = [cycle]
gc.disable()
del cycle
"""


@pytest.mark.parametrize("mode", ["fork", "inline"])
def test_every_object_is_there_once(snapshot_of, mode):
    snapshot = snapshot_of(EVERYTHING_ONCE, mode)
    ids = snapshot.tables["objects"]["id"]
    assert len(ids) == len(set(ids)) and dangling(snapshot) == 0
    tiny = instances(snapshot, "Tiny")
    assert sorted(collections.Counter(bool(one.form & stranger_reader.FROZEN) for one in tiny).values()) == [1500, 1500]
    assert len(instances(snapshot, "Plain")) == 9001 and len(instances(snapshot, "object")) >= 1500
    (ordered,) = [one for one in instances(snapshot, "OrderedDict") if len(one.targets()) >= 6000]
    order, pairs = ordered.targets()[-6000:-4000], ordered.targets()[-4000:]
    assert order[:-1] == pairs[2::2] and order[-1] == pairs[0]


def test_a_broken_list_of_the_collector_costs_no_object_that_is_referred_to(snapshot_of, tmp_path):
    import pythons
    snapshot_of(HEAD + """
import ctypes
sys.path.insert(0, {package!r})
import whoholds
class Kept: pass
kept = [Kept() for _ in range(2000)]
gc.disable()
gc.collect()
links = (ctypes.c_size_t * 2).from_address(id(kept[1000]) - 16)   # the collector's head is in front of the object
right = list(links)
links[:] = [64, 64]
whoholds.dump("broken.whs")
links[:] = right
""".format(package=pythons.package_directory()))
    snapshot = stranger_reader.read(str(tmp_path / "broken.whs"))
    ids = snapshot.tables["objects"]["id"]
    assert len(ids) == len(set(ids)) and dangling(snapshot) == 0
    assert len(instances(snapshot, "Kept")) == 2000
    assert dict(zip(snapshot.tables["account"]["name"], snapshot.tables["account"]["value"]))[b"unreadable_count"] >= 1


DURING_COLLECTION = HEAD + """
sys.path.insert(0, {package!r})
import whoholds
class Garbage:
    def __init__(self):
        self.me = [self, ("a tuple", 1.5)]
    def __del__(self):
        whoholds.install(mode={mode!r})
        if not os.path.exists("during.whs"):
            whoholds.dump("during.whs")
class Live: pass
live = [Live() for _ in range(100)]
cycle = Garbage()
cycle.other = Garbage()
cycle.other.back = cycle
del cycle
gc.collect()
"""


@pytest.mark.parametrize("mode", ["fork", "inline"])
def test_nothing_referenced_is_lost_during_a_collection(snapshot_of, tmp_path, mode):
    import pythons
    snapshot_of(DURING_COLLECTION.format(mode=mode, package=pythons.package_directory()))
    snapshot = stranger_reader.read(str(tmp_path / "during.whs"))
    assert snapshot.header["collecting"] is True
    assert len(instances(snapshot, "Live")) == 100
    assert instances(snapshot, "Garbage")  # the one whose __del__ runs is in a frame
    assert dangling(snapshot) == 0


# The slots of a PyTypeObject are words; tp_traverse is word 23.
UNREADABLE = HEAD + """
import ctypes
class Bad:
    def __init__(self):
        self.x = ["held by the bad one"]
class After: pass
bad = [Bad() for _ in range(5)]
after = [After() for _ in range(10)]
ctypes.c_void_p.from_address(id(Bad) + 23 * 8).value = 0x10
items = [object() for _ in range(10)]
address = ctypes.c_void_p.from_address(id(items) + 24).value
ctypes.c_void_p.from_address(address + 4 * 8).value = 0x70
"""


def test_an_object_that_crashes_costs_that_object(snapshot_of):
    snapshot = snapshot_of(UNREADABLE)
    assert len(instances(snapshot, "Bad")) == 5
    assert len(instances(snapshot, "After")) == 10
    account = dict(zip(snapshot.tables["account"]["name"], snapshot.tables["account"]["value"]))
    assert account[b"unreadable_count"] >= 5
    assert b"unreadable:Bad_count" in account


def picture(snapshot):
    """What does not depend on when it was taken."""
    return collections.Counter((str(one.type), one.form, one.size, len(one.targets())) for one in snapshot.objects.values())


def test_two_dumps_of_one_process_show_the_same(snapshot_of, tmp_path):
    source = HEAD + "import whoholds\nwhoholds.install()\nwhoholds.dump('first.whs')\nwhoholds.dump('second.whs')\n"
    snapshot_of(source)
    first, second = (picture(stranger_reader.read(str(tmp_path / name))) for name in ("first.whs", "second.whs"))
    assert sum(((first - second) + (second - first)).values()) < 20


SECRETS = HEAD + """
import whoholds
class Holder: pass
holder = Holder()
holder.secret = "".join(["pass", "word ", "x" * 100])
holder.number = 1234567890123
by_key = {"".join(["key ", "of dict"]): 1}
in_list = ["".join(["in ", "a list"])]
for mode in "none", "short", "full":
    whoholds.install(values=mode)
    whoholds.dump(mode + ".whs")
"""


def test_values_are_written_as_far_as_asked(snapshot_of, tmp_path):
    snapshot_of(SECRETS)
    texts = {mode: set(map(repr, stranger_reader.read(str(tmp_path / (mode + ".whs"))).texts.values())) for mode in ("none", "short", "full")}
    secret = "password " + "x" * 100
    assert not {repr(secret), repr((secret[:64], len(secret))), "'key of dict'", "'in a list'", "1234567890123"} & texts["none"]
    assert {repr((secret[:64], len(secret))), "'key of dict'", "1234567890123"} <= texts["short"]
    assert not {repr(secret), "'in a list'"} & texts["short"]
    assert {repr(secret), "'key of dict'", "'in a list'", "1234567890123"} <= texts["full"]
    assert all("'secret'" in found for found in texts.values())


def test_a_file_name_is_whole_though_something_else_showed_it_first(snapshot_of):
    """importlib gives a code object whose file has moved the very string that is the module's __spec__.origin, too."""
    snapshot = snapshot_of(HEAD + """
class Spec: pass
spec = Spec()
spec.origin = "/" + "directory/" * 12 + "file.py"
def function(): pass
function.__code__ = function.__code__.replace(co_filename=spec.origin)
""")
    names = {snapshot.texts.get(member(snapshot.objects[row["id"]], "co_filename")) for row in rows(snapshot, "code")}
    assert "/" + "directory/" * 12 + "file.py" in names


KEYS = HEAD + """
import whoholds
contents = {"".join(["pass", "word of x"]): 1, ("".join(["in a", " tuple"]), 2): 3, "".join(["bytes ", "key"]).encode(): 4, 987654321987: 5,
            "".join(["an", "_identifier"]): 6}
frozen = frozenset(["".join(["in a ", "set"])])
shown_first = ["/a file"]
def function(): pass
function.__code__ = function.__code__.replace(co_filename=sys.intern(shown_first[0]))
class Holder: pass
holder = Holder()
setattr(holder, "".join(["attribute", " with spaces"]), 7)
whoholds.install(values="none", mode="MODE")
whoholds.dump("keys.whs")
"""


@pytest.mark.parametrize("mode", ["fork", "inline"])
def test_without_values_no_key_is_in_the_file_that_is_no_identifier(snapshot_of, mode, tmp_path):
    snapshot_of(KEYS.replace("MODE", mode))
    content = (tmp_path / "keys.whs").read_bytes()
    words = [b"password of x", b"in a tuple", b"bytes key", b"987654321987", b"in a set", b"attribute with spaces"]
    assert [word for word in words if word in content] == []
    assert b"contents" in content and b"Holder" in content and b"/a file" in content  # a file name, whatever else it is


def test_code_objects_and_opcodes_are_whole(snapshot_of, python):
    snapshot = snapshot_of(HEAD + "def function(a, b, *, c):\n    return [a, b, c]\n")
    names = {row["id"]: row for row in rows(snapshot, "code")}
    function = next(one for one in snapshot.objects.values() if one.type.name == "function"
                    and snapshot.texts.get(member(one, "__name__")) == "function")
    code = names[member(function, "__code__")]
    assert (code["argcount"], code["kwonly"], code["firstlineno"]) == (2, 1, 2)
    assert snapshot.texts[member(snapshot.objects[code["id"]], "co_filename")].endswith("program.py")
    numbers = {row["number"]: row for row in rows(snapshot, "opcodes")}
    assert {numbers[byte]["name"] for byte in code["bytecode"][::2] if byte in numbers} & {b"BUILD_LIST"}
    assert all(row["base"] in numbers for row in numbers.values())


def rows(snapshot, table):
    columns = snapshot.tables[table]
    return [dict(zip(columns, values)) for values in zip(*columns.values())]


def member(one, name):
    return dict(zip(one.type.members, one.members))[name]
