# SPDX-License-Identifier: MIT
"""Every hop of the way from a root to an object has a name, whatever holds it."""
import re

import naming
import pytest

# Kind of holder -> the end of the way. [i] in a pattern means itself.
EXPECTED = {
    "inline attribute": "['plain'] .attribute",
    "attribute with materialised dict": "['materialised'] .attribute",
    "attribute among many": "['many'] .a20",
    "attribute after a deleted one": "['removed'] .late",
    "attribute of a replaced dict": "['replaced'] .attribute",
    "slot of base": "['slotted'] .first",
    "slot": "['slotted'] .third",
    "dict beside slots": "['slotted'] .free",
    "shadowing slot": "['shadow'] .first",
    "shadowed slot": "['shadow'] .first",
    "class attribute": "['WithMeta'] .attribute",
    "list item": "['a_list'] [1]",
    "item of a long list": "['long_list'] [4321]",
    "list subclass item": "['my_list'] [0]",
    "attribute of list subclass": "['my_list'] .attribute",
    "item of nested tuple": "['a_tuple'] [1] [1]",
    "tuple subclass item": "['my_tuple'] [0]",
    "dict value": "['a_dict'] ['key']",
    "int key": "['a_dict'] [7]",
    "tuple key": "['a_dict'] [('a', 1)]",
    "bytes key": "['a_dict'] [b'b']",
    "large key": "['a_dict'] [%d]" % (1 << 70),
    "negative key": "['a_dict'] [-5]",
    "value of a long dict": "['long_dict'] [<str>]",
    "value after deleted keys": "['deleted'] [99]",
    "dict key": "['key_dict'] key",
    "dict subclass value": "['my_dict'] ['x']",
    "slot of dict subclass": "['my_dict'] .slot",
    "default_factory": "['default'] .default_factory .args [0]",
    "defaultdict value": "['default'] ['k']",
    "OrderedDict value": "['ordered'] ['x']",
    "ChainMap value": "['chain'] .maps [0] ['x']",
    "set item": "['a_set'] {…}",
    "frozenset item": "['frozen_set'] {…}",
    "deque item": "['queue'] [5000]",
    "bounded deque item": "['bounded'] [0]",
    "mappingproxy value": "['proxy'] .mapping ['p']",
    "namespace value": "['space'] .a",
    "namedtuple item": "['named'] [1]",
    "value in a split dict": "['split'] [1] .shared",
    "closure variable": "['closure'] .__closure__ [0] .cell_contents",
    "default argument": "['defaults'] .__defaults__ [0]",
    "keyword-only default": "['defaults'] .__kwdefaults__ ['b']",
    "function attribute": "['defaults'] .attribute",
    "property": "['Methods'] .prop .fget .args [0]",
    "staticmethod": "['Methods'] .static .__func__ .args [0]",
    "classmethod": "['Methods'] .klass .__func__ .args [0]",
    "bound method's self": "['bound'] .__self__ .needle",
    "builtin method's self": "['builtin_bound'] .__self__ [0]",
    "partial argument": "['partial'] .args [0]",
    "partial keyword": "['partial'] .keywords ['key']",
    "lru_cache without bound": "['unbounded'] .cache [1]",
    "lru_cache": "['cached'] .cache [('argument', 2)] .result",
    "list iterator": "['list_iterator'] .it_seq [0]",
    "tuple iterator": "['tuple_iterator'] .it_seq [0]",
    "dict iterator": "['dict_iterator'] .di_dict ['x']",
    "zip": "['zipped'] .ittuple [0] .it_seq [0]",
    "map": "['mapped'] .iters [0] .it_seq [0]",
    "filter": "['filtered'] .it .it_seq [0]",
    "enumerate": "['enumerated'] .en_sit .it_seq [0]",
    "reversed": "['backwards'] .it_seq [0]",
    "itertools.chain": "['chained'] .source .it_seq [0] [0]",
    "generator argument": "['generator'] local argument",
    "generator local": "['generator'] local local",
    "delegated generator local": "['generator'] local inner local local",
    "generator not started": "['never_started'] local argument",
    "coroutine local": "['task'] ._coro local local",
    "async generator local": "['async_generator'] local local",
    "traceback local": "['saved'] .__traceback__ .tb_next .tb_frame local local",
    "exception argument": "['saved'] .args [0]",
    "exception attribute": "['chained_error'] .attribute",
    "thread local": "['local'] .localdicts [<*>] ['value']",
    "context variable default": "['variable'] .default",
    "context variable": "context .ctx_vars .h_root * [<ContextVar variable>]",
    "one of many context variables": "context .ctx_vars .h_root * [<ContextVar v50>]",
    "variable of a context": "['other_context'] .ctx_vars .h_root [<ContextVar variable>]",
    "variable of a task's context": "['task_with_variable'] ._context .ctx_vars .h_root [<ContextVar variable>]",
    "thread argument": "frame thread_function:* local argument",
    "local of a thread": "frame * local *",
    "thread local of a thread": "['local'] .localdicts [<*>] ['value']",
    "local of a thread's inner frame": "frame deep:* local inner",
    "local of a running generator": "frame running_generator:* local local",
    "weakly referenced": "['target']",
    "weakref callback": "['weak'] .__callback__ .args [0]",
    "cycle": "['cycle']",
    "attribute of int subclass": "['my_int'] .attribute",
    "attribute of str subclass": "['my_str'] .attribute",
    "slice": "['slicing'] .start",
    "ctypes py_object": "['ctypes_array'] ._objects ['0']",
}


def fold(path):
    """Labels alone; an instance's dict and generator frames (to 3.10) are bookkeeping."""
    labels = [hop.rpartition(" (")[0] for hop in path]
    text = " ".join(labels)
    text = re.sub(r" \.__dict__ \['(\w+)'\]", r" .\1", text)
    return re.sub(r" \.(gi|cr|ag)_frame local", " local", text)


def matches(text, expected):
    """A module's variable is reached by the module's dict or by a frame's globals."""
    pattern = re.escape(expected).replace(r"\*", ".*")
    pattern = re.sub(r"^\\\['(\w+)'\\\]", r"(\\['\1'\\]|\\.\1)", pattern)
    return re.search(pattern + "$", text)


@pytest.mark.parametrize("mode", ["fork", "inline"])
def test_every_hop_to_every_needle_has_its_name(snapshot_of, mode):
    snapshot = snapshot_of("zoo.py", mode)
    came_from = naming.ways(snapshot)
    found = naming.needles(snapshot)
    assert set(found) == set(EXPECTED)
    ways = {kind: fold(naming.path_to(snapshot, came_from, granule)) for kind, granule in found.items()}
    assert {kind: way for kind, way in ways.items() if not matches(way, EXPECTED[kind])} == {}
    assert all(target in snapshot.objects for one in snapshot.objects.values() for target in one.targets(weak=True))


def test_frames_have_their_lines(snapshot_of):
    snapshot = snapshot_of("zoo.py")
    with open(naming.__file__.replace("naming.py", "zoo.py")) as source:
        lines = {line.split("# MARK ")[1].strip(): number for number, line in enumerate(source, 1) if "# MARK " in line}
    frames = [name for kind, name, _ in snapshot.roots() if kind == "frame"]
    assert "deep:%d" % lines["wait"] in frames
    assert "running_generator:%d" % lines["running"] in frames
