# SPDX-License-Identifier: MIT
"""A compressed snapshot says what a plain one says, and whoever can ask for a snapshot can ask for a compressed one."""

import json
import os
import subprocess

import pytest

import pythons
from program import PATIENCE, Program, run_python, snapshots
from test_dump import Bystander, dump, information
from test_trigger import READY

# Enough for several chunks of each table of objects; both are made by one line, so that the frames of both are the same.
TWICE = """
import gc, sys, whoholds

class Order:
    def __init__(self, number):
        self.number, self.lines, self.note = number, [(number, float(number))], 'note %d' % number

orders = {}

def fill(count):
    for number in range(count):
        orders['order-%d' % number] = Order(number)

whoholds.install(mode=sys.argv[1], record='holders')
fill(5000)
gc.collect()
gc.disable()
for name, compress in (('warm.whs', False), ('plain.whs', False), ('small.whs', True)):
    whoholds.dump(name, compress=compress)
"""

# Not those about duplicates: which ones are found differs, as the fingerprints have another key in each snapshot.
QUESTIONS = [("suspects", "--all"), ("top",), ("top", "--by", "holder"), ("path", "--type", "__main__.Order", "--limit", "3"),
             ("show", "--expr", "__main__.orders"), ("tree",), ("garbage",), ("alloc", "--live"), ("cut", "--expr", "__main__.orders"), ("retained", "--type", "__main__.Order")]

# What is another one's in two snapshots of one process: the moment, and what the process needs then.
OF_THE_MOMENT = ("snapshot", "file", "created_ns", "pause_ns", "dump_ns", "rss", "recorder", "allocated_per_second")


def without_moment(value):
    if isinstance(value, dict):
        return {key: without_moment(one) for key, one in value.items() if key not in OF_THE_MOMENT}
    return [without_moment(one) for one in value] if isinstance(value, list) else value


def answer(path, question):
    words = [question[0], str(path), *question[1:], "--json"]
    done = subprocess.run([pythons.whoholds_program(), *words], timeout=PATIENCE, stdout=subprocess.PIPE, check=True)
    return without_moment(json.loads(done.stdout.decode()))


@pytest.mark.parametrize("mode", ["fork", "inline"])
def test_every_answer_is_that_of_the_plain_snapshot(python, mode, tmp_path):
    assert run_python(python, TWICE, tmp_path, mode) == (0, "", "")
    plain, small = tmp_path / "plain.whs", tmp_path / "small.whs"
    found = information(plain), information(small)
    assert [one["compressed"] for one in found] == [False, True]
    for key in ("objects", "references", "types", "threads", "frames", "code_objects", "dangling", "bytes"):
        assert found[0][key] == found[1][key], key
    assert os.path.getsize(str(small)) < 0.6 * os.path.getsize(str(plain))
    for question in QUESTIONS if mode == "fork" else QUESTIONS[:1]:
        assert answer(small, question) == answer(plain, question), question


ASKS = READY + """
import sys, whoholds
whoholds.dump()
whoholds.dump(compress=sys.argv[1] != 'yes')
ready()
for line in sys.stdin:
    pass"""


def is_compressed(directory):
    return [information(path)["compressed"] for path in snapshots(directory)]


@pytest.mark.parametrize("options, environment, expected", [
    ((), {}, False), (("--compress",), {}, True), ((), {"WHOHOLDS_COMPRESS": "1"}, True), (("--compress",), {"WHOHOLDS_COMPRESS": "0"}, True)])
def test_those_that_are_asked_for_and_those_that_are_not(options, environment, expected, tmp_path):
    python = pythons.supported_interpreters()[-1]
    with Program(python, ASKS, tmp_path, options=[*options, "--at-exit"], environment=environment, arguments=["yes" if expected else "no"]) as program:
        program.await_line("ready")
        program.signal()
        program.await_snapshots(3)
        assert dump(program.pid)[0] == 0
        assert dump(program.pid, "--compress")[0] == 0
        assert program.await_end()[0] == 0
    #                                by itself           signal    dump PID            at exit
    assert is_compressed(tmp_path) == [expected, not expected, expected, expected, True, expected]


def test_a_process_without_the_dumper(python, tmp_path):
    with Bystander(python, READY + "ready(); input()", tmp_path) as program:
        program.await_line("ready")
        for options in ((), ("--compress",)):
            assert dump(program.pid, *options, cwd=str(tmp_path))[0] == 0
    assert is_compressed(tmp_path) == [False, True]


def test_a_word_that_is_none_is_refused(tmp_path):
    python = pythons.supported_interpreters()[-1]
    with Program(python, "print('on')", tmp_path, environment={"WHOHOLDS_COMPRESS": "zstd"}) as program:
        code, output, errors = program.await_end()
    assert (code, output) == (0, "on\n")
    assert "compress is 'zstd', not one of 0, 1" in errors
