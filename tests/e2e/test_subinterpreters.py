# SPDX-License-Identifier: MIT
"""Programs with more than one interpreter: those that share the main one's GIL are in the snapshot, others are named as left out."""
import json
import subprocess

import pytest
from program import PATIENCE, Program, run_python
from pythons import whoholds_program

# The module of the tests of Python itself.
HEAD = """
import os, sys, threading
if sys.version_info >= (3, 13):
    import _interpreters as interpreters
else:
    import _xxsubinterpreters as interpreters
def create(own_gil):
    if sys.version_info >= (3, 13):
        return interpreters.create("isolated" if own_gil else "legacy")
    return interpreters.create(isolated=own_gil) if sys.version_info >= (3, 12) else interpreters.create()
"""

PROGRAM = HEAD + """
shared = create(False)  # up to 3.12 an interpreter ends with the object that has its number
interpreters.run_string(shared, '''
cache = []
def fill():
    for i in range(2000):
        cache.append(bytearray(1000))
fill()
''')
if sys.version_info >= (3, 12):
    busy = '''
import time
end = time.monotonic() + 60
while time.monotonic() < end:
    kept = [[] for _ in range(1000)]
'''
    threading.Thread(target=interpreters.run_string, args=(create(True), busy), daemon=True).start()
print("ready", flush=True)
input()
os._exit(0)
"""


def ask(*words):
    done = subprocess.run([whoholds_program(), *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=PATIENCE)
    assert (done.returncode, done.stderr) == (0, b"")
    return json.loads(done.stdout.decode())


@pytest.mark.parametrize("mode", ["fork", "inline"])
def test_each_interpreter_is_written_or_named_as_left_out(python, tmp_path, mode):
    with Program(python, PROGRAM, tmp_path, options=["--mode", mode, "--record", "off"]) as program:
        program.await_line("ready")
        for count in (1, 2, 3):
            program.signal()
            paths = program.await_snapshots(count)
        program.tell("")
        assert program.await_end() == (0, "", "")
    for path in paths:
        others = ask("info", "--json", path)["interpreters"][1:]
        assert [one["left_out"] for one in others] == ([False, True] if python.hexversion >= 0x030C0000 else [False])
    suspect = ask("suspects", "--json", paths[-1])["suspects"][0]
    assert suspect["holder"]["name"] == "subinterpreter %d: __main__.cache" % others[0]["id"]
    assert suspect["path"][0]["label"] == "sys.modules of subinterpreter %d['__main__']" % others[0]["id"]
    assert suspect["retained_bytes"] > 2000000


def test_a_subinterpreter_is_told_where_to_import_the_dumper(python, tmp_path):
    source = HEAD + """
code = '''
import sys
sys.path[:] = %r
try:
    import whoholds
except ImportError as error:
    print(error, flush=True)
''' % sys.path
own = create(True)
interpreters.run_string(own, code)
os._exit(0)
"""
    sentence = "whoholds works from the main interpreter, which sees the subinterpreters that share its GIL, too: import it there\n"
    assert run_python(python, source, tmp_path) == (0, sentence, "")
