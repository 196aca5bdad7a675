# SPDX-License-Identifier: MIT
"""A snapshot has what the interpreter itself shows: every object, every reference, every size."""
import collections
import os

import completeness
import pytest
import stranger_reader

HERE = os.path.dirname(os.path.abspath(__file__))

# Where sys.getsizeof is wrong on purpose or by accident (sizes.h), and where an object owns a buffer that only its C code knows.
OTHER_SIZES = {"builtins.type", "abc.ABCMeta", "program.Meta", "builtins.code", "builtins.frame", "builtins.generator",
               "builtins.StgDict", "_io.BytesIO", "_struct.Struct", "_ctypes.PyCPointerType",
               "_ctypes.PyCArrayType", "_ctypes.PyCSimpleType", "_ctypes.PyCStructType", "_ctypes.PyCFuncPtrType",
               "program.c_int_Array_10", "program.py_object_Array_2", "program.c_char_Array_50000", "mmap.mmap"}


@pytest.fixture(params=["fork", "inline"])
def comparison(request, run, tmp_path):
    output = run("truth.py", tmp_path / "out", request.param, os.path.join(HERE, "zoo.py"))
    snapshot = stranger_reader.read(str(tmp_path / "out.whs"))
    result = completeness.Comparison(snapshot, completeness.read_truth(str(tmp_path / "out.truth")))
    result.output = output
    return result


def of_type(snapshot, name):
    return [one for one in snapshot.objects.values() if str(one.type) == name]


def test_memory_that_only_an_extension_knows_is_counted(comparison, python):
    """The types whose sizes getsizeof knows too are compared above."""
    snapshot = comparison.snapshot
    page = os.sysconf("SC_PAGESIZE")
    small, = of_type(snapshot, "program.c_int_Array_10")
    large, = of_type(snapshot, "program.c_char_Array_50000")
    assert large.size - small.size == 50000 - 40
    pages, = of_type(snapshot, "mmap.mmap")
    assert 0 < pages.size - -(-100000 // page) * page < 200
    accumulated = of_type(snapshot, "_io.StringIO")
    assert sorted(one.size > 16000 for one in accumulated) == [False, True]  # 4 bytes for each of 4,000 characters; and none yet


def has_attributes(one):
    """Of values kept apart from the instance getsizeof knows nothing (3.11+), or counts them twice."""
    return bool(one.attrs) or "__dict__" in one.members


def test_every_object_reference_and_size_is_there(comparison, python):
    assert comparison.objects > 20000
    assert not comparison.missing
    assert not comparison.tracked
    # The links of a cache show their keys and results themselves; the wrapper shows them for them.
    assert set(comparison.edges) <= {"functools._lru_cache_wrapper"}
    types = {str(one): one for one in comparison.snapshot.types}
    different = {name for name in comparison.sizes if not (name[len("builtins."):] in types and name.startswith("builtins."))
                 and name not in OTHER_SIZES and not (name in types and has_attributes(types[name]))}
    assert not different
    wrong = {name: comparison.size_examples[name] for name in comparison.sizes
             if name.startswith("builtins.") and name not in OTHER_SIZES | {"builtins.dict"}}
    assert not wrong


def test_a_dump_leaves_reference_counts_and_the_collector_alone(comparison):
    lines = comparison.output.splitlines()
    assert not [line for line in lines if line.startswith("reference count changed") and "'str'" not in line]
    assert int(lines[-1].split()[-1]) <= 0


def test_references_explain_the_counts_of_containers(comparison):
    """But for a few dozen that C code holds (facts about the interpreter, not about us)."""
    snapshot = comparison.snapshot
    held = collections.Counter()
    for granule, excess in completeness.unexplained(snapshot).items():
        one = snapshot.objects[granule]
        if one.form & stranger_reader.TRACKED and one.type.name not in ("type", "module"):
            held["more" if excess > 0 else "less"] += 1
    assert held["more"] < 200
    assert held["less"] < 10
