# SPDX-License-Identifier: GPL-2.0-or-later
"""Native code that does not let go of the GIL is interrupted for a moment, and a snapshot is made all the same."""

import os

import pytest

import pythons
from program import Program, children, leftovers, run_python, wait_until

# read(2) by PyDLL: the GIL is held until there is something to read. While a list is sorted, its items are out of sight.
SOURCE = """
import ctypes, gc
read = ctypes.PyDLL(None, use_errno=True).read
buffer = ctypes.create_string_buffer(100)
def read_with_gil(*unused):
    ctypes.set_errno(0)
    print('reads', flush=True)
    got = read(0, buffer, 100)
    print(got, ctypes.get_errno(), buffer.value, flush=True)
    return 0
class AtCollection:
    def __del__(self):
        read_with_gil()
kept = [[number] for number in range(1000)]
kept.append([['sorted']])
kept[-1].sort(key=read_with_gil)
print('went on', flush=True)
input()
cycle = AtCollection()
cycle.itself = cycle
del cycle
gc.collect()
input()
"""

INTERRUPTED, AT_REST = b"\xabinterrupted\xc3", b"\xabinterrupted\xc2"


def header(path):
    with open(path, "rb") as file:
        return file.read(1000)


def threads(pid):
    return len(os.listdir("/proc/%d/task" % pid))


def await_read(program):
    """The call itself comes a little later than the line."""
    program.await_line("reads")

    def sleeps():
        with open("/proc/%d/task/%d/stat" % (program.pid, program.pid)) as file:
            return file.read().rpartition(")")[2].split()[0] == "S"
    wait_until(sleeps, "the program to sleep")


def check(python, directory, mode):
    with Program(python, SOURCE, directory, options=["--gil-timeout", "1", "--mode", mode]) as program:
        await_read(program)
        before = threads(program.pid)
        for number in (1, 2):  # for the second one nobody waits again
            program.signal()
            found = program.await_snapshots(number)
            assert INTERRUPTED in header(found[-1]) and os.path.getsize(found[-1]) < 10000000
        assert b"\xa4fork" in header(found[-1])
        wait_until(lambda: not children(program.pid), "the end of the child")
        program.tell("go")
        program.await_line("3 0 b'go\\n'")
        program.await_line("went on")
        wait_until(lambda: threads(program.pid) == before, "the end of the thread that waited for the GIL")
        program.signal()
        assert AT_REST in header(program.await_snapshots(3)[-1])
        program.tell("collect")
        await_read(program)
        program.signal()
        program.tell("end")  # not before the collection is over
        program.await_line("4 0 b'end\\n'")
        assert AT_REST in header(program.await_snapshots(4)[-1])
        program.tell("end")
        assert program.await_end() == (0, "", "")
        assert leftovers(directory) == [] and len(program.await_snapshots(4)) == 4


def test_native_code_is_interrupted(python, tmp_path):
    check(python, tmp_path, "fork")


def test_in_inline_mode_too_a_child_writes_then(tmp_path):
    check(pythons.supported_interpreters()[-1], tmp_path, "inline")


def test_nothing_is_interrupted_if_that_is_not_wanted(tmp_path):
    python = pythons.supported_interpreters()[0]
    with Program(python, SOURCE, tmp_path, options=["--gil-timeout", "0"]) as program:
        await_read(program)
        program.signal()
        program.tell("go")
        assert AT_REST in header(program.await_snapshots(1)[0])


@pytest.mark.parametrize("mistake", ["-1", "soon", ""])
def test_a_wrong_time_is_refused(mistake, tmp_path):
    python = pythons.supported_interpreters()[0]
    source = "import whoholds\ntry:\n    whoholds.install(gil_timeout=%r)\nexcept ValueError as error:\n    print(error)" % mistake
    assert run_python(python, source, tmp_path) == (0, "gil_timeout is '%s', not a whole number of seconds\n" % mistake, "")
