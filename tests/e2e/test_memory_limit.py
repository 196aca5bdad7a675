# SPDX-License-Identifier: MIT
"""In a memory cgroup that is nearly full no child is made that could bring it to its end."""

import os
import re
import uuid

import pytest

from program import Program, wait_until
from test_trigger import READY

ROOT = "/sys/fs/cgroup/memory"   # version 1; version 2 differs in names alone

FILLS = READY + """
import sys
memory = b'x' * (int(sys.argv[1]) << 20)
ready()
input()"""


@pytest.fixture
def group():
    path = os.path.join(ROOT, "whoholds-test-" + uuid.uuid4().hex)
    try:
        os.mkdir(path)
        with open(os.path.join(path, "memory.limit_in_bytes"), "w") as limit:
            limit.write(str(200 << 20))
    except OSError:
        pytest.skip("no memory cgroup of version 1 can be made here")
    yield path
    wait_until(lambda: try_to_remove(path), "the end of the group's processes")


def try_to_remove(path):
    try:
        os.rmdir(path)
    except OSError:
        return False
    return True


@pytest.mark.parametrize("mebibytes, room", [(20, True), (165, False)])
def test_the_program_writes_itself_where_a_child_would_have_too_little_room(python, mebibytes, room, group, tmp_path):
    def enter():
        with open(os.path.join(group, "cgroup.procs"), "w") as processes:
            processes.write(str(os.getpid()))

    with Program(python, FILLS, tmp_path, arguments=[str(mebibytes)], options=["--record", "off"], before=enter) as program:
        program.await_line("ready")
        program.signal()
        (path,) = program.await_snapshots(1)
        program.tell("end")
        code, output, errors = program.await_end()
        assert (code, output) == (0, "")
        expected = "" if room else ("whoholds: the program stood still while the snapshot was written, as its memory cgroup has "
                                    r"\d+ MiB left, and a child process could need \d+ MiB\n")
        assert re.fullmatch(expected, errors), errors
        with open(path, "rb") as file:
            assert (b"\xa4fork" if room else b"\xa6inline") in file.read(400)
