# SPDX-License-Identifier: MIT
"""Snapshots that nobody asks for at the moment: by memory, by time, at exit and on a MemoryError, and not too many of them."""

import json
import os
import subprocess

import pytest

import pythons
from program import PATIENCE, Program, is_complete, leftovers, run_python, snapshots, wait_until
from test_trigger import READY

ENOUGH = "whoholds: %d snapshots were made without being asked for, as many as may be: there will be no more"

# Grows by so many MiB whenever it is told to.
GROWS = READY + """
import sys
ready()
memory = []
for line in sys.stdin:
    memory.append(b'x' * (int(line) << 20))
    print('grown', flush=True)"""

WAITS = READY + "import time; ready(); time.sleep(1000)"


def triggers(directory):
    found = []
    for path in snapshots(directory):
        done = subprocess.run([pythons.whoholds_program(), "info", "--json", path], timeout=PATIENCE, stdout=subprocess.PIPE, check=True)
        found.append(json.loads(done.stdout.decode())["trigger"])
    return found


def waits_begun(pid):
    """How often the thread that waits for the signal has begun to wait; None before it has its name."""
    for thread in os.listdir("/proc/%d/task" % pid):
        with open("/proc/%d/task/%s/comm" % (pid, thread)) as name:
            if name.read() == "whoholds\n":
                with open("/proc/%d/task/%s/status" % (pid, thread)) as status:
                    return int([line for line in status if line.startswith("voluntary")][0].split()[1])
    return None


def test_memory_that_grows_makes_a_snapshot_at_each_step(python, tmp_path):
    with Program(python, GROWS, tmp_path, options=["--on-rss", "200M"]) as program:
        program.await_line("ready")
        for step, count in ((200, 1), (60, 2), (60, 3)):   # a quarter is 50 MiB
            assert len(snapshots(tmp_path)) == count - 1
            program.tell(str(step))
            program.await_line("grown")
            program.await_snapshots(count)
        assert triggers(tmp_path) == ["rss"] * 3
        program.signal()
        program.await_snapshots(4)
        assert triggers(tmp_path) == ["rss"] * 3 + ["signal"]


def test_seconds_that_pass_make_snapshots_and_no_more_than_allowed(python, tmp_path):
    with Program(python, WAITS, tmp_path, options=["--every", "1", "--max-snapshots", "2"]) as program:
        program.await_line("ready")
        program.await_snapshots(2)
        assert program.read_error_line() == ENOUGH % 2
        assert triggers(tmp_path) == ["interval"] * 2
        program.signal()   # what is asked for is made nevertheless
        program.await_snapshots(3)
        assert triggers(tmp_path) == ["interval"] * 2 + ["signal"]


def test_the_end_makes_a_snapshot_after_the_program_s_own_exit_functions(python, tmp_path):
    source = """
import atexit, os
def count(): print(len([name for name in os.listdir('.') if name.endswith('.whs')]))
atexit.register(count)
kept = []
raise ValueError('the end')"""
    with Program(python, source, tmp_path, options=["--at-exit"]) as program:
        code, output, errors = program.await_end()
    assert (code, output) == (1, "0\n")
    assert errors.endswith("ValueError: the end\n")
    assert triggers(tmp_path) == ["exit"]
    assert leftovers(tmp_path) == []


def test_forked_processes_make_their_own_at_their_end(python, tmp_path):
    source = """
import os, sys
child = os.fork()
if child: os.waitpid(child, 0)
sys.exit(7)"""
    with Program(python, source, tmp_path, options=["--at-exit"]) as program:
        assert program.await_end() == (7, "", "")
    assert triggers(tmp_path) == ["exit"] * 2


MEMORY_ERRORS = {
    "in_the_program": "raise MemoryError('none left')",
    "in_a_thread": """
import threading
def fail(): raise MemoryError('none left')
thread = threading.Thread(target=fail); thread.start(); thread.join()""",
    "of_a_real_shortage": """
import resource
resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
kept = []
while True: kept.append(bytearray(64 << 20))""",
}


@pytest.mark.parametrize("place", MEMORY_ERRORS)
def test_a_memory_error(python, place, tmp_path):
    source = "try: raise MemoryError\nexcept MemoryError: pass\n" + MEMORY_ERRORS[place]
    with Program(python, source, tmp_path, options=["--on-memory-error", "--max-snapshots", "3"]) as program:
        code, output, errors = program.await_end()
    assert (code, output) == (0 if place == "in_a_thread" else 1, "")
    assert "MemoryError" in errors.splitlines()[-1]
    assert triggers(tmp_path) == ["memory-error"]


def test_another_error_makes_none_and_is_reported_as_ever(python, tmp_path):
    source = """
import sys
sys.excepthook = lambda *arguments: print('mine', arguments[0].__name__)
raise ValueError"""
    with Program(python, source, tmp_path, options=["--on-memory-error"]) as program:
        assert program.await_end() == (1, "mine ValueError\n", "")
    assert snapshots(tmp_path) == []


def test_the_environment_asks_as_the_options_do(python, tmp_path):
    environment = {"WHOHOLDS_EVERY": "1", "WHOHOLDS_AT_EXIT": "1", "WHOHOLDS_MAX_SNAPSHOTS": "2"}
    with Program(python, READY + "ready(); input()", tmp_path, environment=environment) as program:
        program.await_line("ready")
        program.await_snapshots(1)
        program.tell("end")
        code, output, errors = program.await_end()
    assert (code, output, errors) == (0, "", ENOUGH % 2 + "\n")
    assert len(snapshots(tmp_path)) == 2


def test_install_asks_as_the_options_do(python, tmp_path):
    source = """
import whoholds
whoholds.install(on_rss=1, every=1000, at_exit=True, max_snapshots=1000)
import os, time
deadline = time.monotonic() + 60
while not os.listdir('.') and time.monotonic() < deadline: time.sleep(0.01)
whoholds.uninstall()"""
    assert run_python(python, source, tmp_path) == (0, "", "")
    assert "rss" in triggers(tmp_path) and "exit" not in triggers(tmp_path)   # as uninstall has said
    assert all(map(is_complete, snapshots(tmp_path)))


@pytest.mark.parametrize("arguments, sentence", [
    ("on_rss='much'", "on_rss is 'much', not a size such as 500M or 2G"),
    ("on_rss=-1", "on_rss is '-1', not a size such as 500M or 2G"),
    ("on_rss='99999999999G'", "on_rss is '99999999999G', not a size such as 500M or 2G"),
    ("every=0.5", "every is '0.5', not a whole number of seconds"),
    ("max_snapshots=0", "max_snapshots is '0', not a number of snapshots"),
])
def test_what_makes_no_sense_is_refused(arguments, sentence, tmp_path):
    python = pythons.supported_interpreters()[-1]
    code, output, errors = run_python(python, "import whoholds; whoholds.install(%s)" % arguments, tmp_path)
    assert (code, errors.splitlines()[-1]) == (1, "ValueError: " + sentence)


@pytest.mark.parametrize("option, sentence", [
    (["--on-rss", "x"], "--on-rss takes a size such as 500M or 2G, not 'x'"),
    (["--every", "0"], "--every takes a whole number of seconds, not '0'"),
    (["--max-snapshots", "-1"], "--max-snapshots takes a number, not '-1'"),
])
def test_options_that_make_no_sense_are_refused(option, sentence):
    done = subprocess.run([pythons.whoholds_program(), "run", *option, "true"], timeout=PATIENCE, stderr=subprocess.PIPE)
    assert done.returncode == 2
    assert done.stderr.decode().splitlines()[0].endswith(": " + sentence)


def test_a_forked_process_counts_for_itself(python, tmp_path):
    source = READY + """
import os, time
child = os.fork()
print(child, flush=True)
time.sleep(1000)"""
    with Program(python, source, tmp_path, options=["--every", "1", "--max-snapshots", "1"]) as program:
        program.await_snapshots(2)
        assert triggers(tmp_path) == ["interval"] * 2


def test_nothing_wakes_the_thread_if_nothing_was_asked_for(python, tmp_path):
    with Program(python, WAITS, tmp_path) as program:
        program.await_line("ready")
        before = wait_until(lambda: waits_begun(program.pid), "the thread to wait")
        with pytest.raises(subprocess.TimeoutExpired):
            program.process.wait(1)
        assert waits_begun(program.pid) <= before + 1   # five if it looked at the memory
