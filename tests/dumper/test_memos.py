# SPDX-License-Identifier: MIT
"""How often functions that remember their results were asked, as cache_info() tells."""
import ast

PROGRAM = """
import functools
@functools.lru_cache(maxsize=None)
def unbounded(n):
    return [n]
@functools.lru_cache(maxsize=8)
def bounded(n):
    return [n]
@functools.lru_cache(maxsize=0)
def forgetful(n):
    return [n]
@functools.lru_cache(maxsize=None, typed=True)
def typed(n):
    return [n]
@functools.lru_cache(maxsize=None)
def cleared(n):
    return [n]
@functools.lru_cache(maxsize=None)
def idle(n):
    return [n]
try:
    class Counter(type(unbounded)):
        pass
except TypeError:  # from 3.10 on
    Counter = type(unbounded)
derived = Counter(lambda n: [n], None, False, functools._CacheInfo)
for i in range(1000):
    unbounded(i % 10)
    bounded(i % 11)
    forgetful(i % 3)
    typed(i % 2 * 1.0), typed(i % 2)
    cleared(i % 5)
    derived(i % 7)
cleared.cache_clear()
cleared(1), cleared(1), cleared(2)
told = {name: tuple(one.cache_info()[:2]) for name, one in list(globals().items()) if isinstance(one, type(unbounded))}
with open("told", "w") as out:
    out.write(repr(told))
"""


def test_hits_and_misses_are_those_of_cache_info(snapshot_of, tmp_path):
    for mode in ("fork", "inline"):
        snapshot = snapshot_of(PROGRAM, mode)
        (tmp_path / "out.whs").unlink()
        told = ast.literal_eval((tmp_path / "told").read_text())
        (names,) = [labels for labels in map(dict, map(snapshot.labelled, snapshot.objects)) if "['told']" in labels and "['unbounded']" in labels]
        memos = snapshot.tables["memos"]
        found = dict(zip(memos["id"], zip(memos["hits"], memos["misses"])))
        assert {name: found[names["['%s']" % name]] for name in told} == told
        assert told["unbounded"] == (990, 10) and told["cleared"] == (1, 2) and told["idle"] == (0, 0) and told["derived"] == (993, 7)
        assert len(found) == len(memos["id"]) and list(found) == [granule for granule in snapshot.objects if granule in found]
        wrappers = {granule for granule, one in snapshot.objects.items() if one.type.name in ("_lru_cache_wrapper", "Counter")}
        assert set(found) == wrappers
