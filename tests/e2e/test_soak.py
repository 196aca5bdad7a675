# SPDX-License-Identifier: GPL-2.0-or-later
"""A short form of tests/soak/soak.py: no snapshot of a busy process fails, and none leaves anything open."""

import os
import sys

import pythons

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "soak"))

import soak

ALL = pythons.supported_interpreters()


def test_thirty_snapshots_of_a_busy_process(tmp_path):
    """The oldest interpreter by children, the newest by itself; all in soak.py."""
    for number, interpreter in enumerate((ALL[0], ALL[-1])):
        directory = tmp_path / str(number)
        directory.mkdir()
        marks = soak.soak(interpreter, 30, ("fork", "inline")[number], directory)
        first, last = marks[1][1], marks[-1][1]
        assert [number for number, _, _ in marks] == list(range(3, 31, 3))
        assert (first["descriptors"], first["threads"]) == (last["descriptors"], last["threads"])
        # less than one mapping, twenty blocks or 16 KiB a snapshot; by itself the program adds 300 blocks and 12 KiB in that time
        assert last["mappings"] < first["mappings"] + 24
        assert last["blocks"] < first["blocks"] + 480 and last["malloc"] < first["malloc"] + (384 << 10)
