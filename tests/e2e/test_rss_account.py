# SPDX-License-Identifier: GPL-2.0-or-later
"""A snapshot explains the process' memory: what objects are, what allocators add to them, and the rest by the kernel's account."""

import os
import sys

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "bench"))

import rss_account


@pytest.mark.parametrize("mode", ["fork", "inline"])
def test_nearly_all_of_what_a_growing_service_takes_is_explained(python, mode):
    before, after = rss_account.measure(python, 200000, mode)
    whole, growth = rss_account.explained(before, after)
    assert 0.90 < whole < 1 and 0.95 < growth < 1.02
    lines = {line["name"]: line for line in after["account"]}
    parts = sum(line["bytes"] for line in lines.values() if line.get("of") == "rss")
    assert after["accounted"] == after["bytes"] - lines["static_objects"]["bytes"] + parts  # nothing was cut off: no part counts twice
    assert 0 < lines["static_objects"]["bytes"] < lines["library_data"]["bytes"] + lines["file"]["bytes"]
    assert 0 < lines["rounding"]["bytes"] < after["bytes"] / 5
    assert 8192 <= lines["thread_stacks"]["bytes"] < 4 << 20
    assert ("pymalloc_free" in lines) == (python.hexversion >= 0x030C0000)


def test_memory_that_only_extensions_know_is_explained(python):
    before, after = rss_account.measure(python, 4, "fork", "grow_buffers")
    whole, growth = rss_account.explained(before, after)
    assert 0.90 < whole <= 1 and 0.93 < growth < 1.06  # what pymalloc has free is known from 3.12 on
