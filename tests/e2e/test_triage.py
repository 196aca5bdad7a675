# SPDX-License-Identifier: GPL-2.0-or-later
"""Each rule of `whoholds triage` has a part of two programs: one that shows what the rule looks for, and one that does the same as it should be done.

Both programs of an interpreter are looked at once; what single rules find is held against what the programs say.
"""

import json
import os
import re
import shlex
import subprocess
import sys

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "support"))

from program import run_python
from pythons import whoholds_program
from schemas import schema_errors

DUMP = """
import os, sys
sys.path.insert(0, os.path.dirname(sys.argv[1]))
source = open(sys.argv[1]).read()
exec(compile(source, sys.argv[1], "exec"), globals())
import whoholds
whoholds.dump(sys.argv[2])
os._exit(0)
"""

# Rule -> bytes at stake in shows.py, from and to; objects that it counts; a pattern of the worst offender's name and detail.
KILO = 1000
EXPECTED = {
    "tracebacks": (300 * KILO, 330 * KILO, 2, r"__main__\.errors\[0\]\.__traceback__ "),
    "method-caches": (300 * KILO, 320 * KILO, 1, r"__main__\.Query\.run 10 entries"),
    "closures": (400 * KILO, 450 * KILO, 40, r"__main__\.handlers 40 functions"),
    "thread-locals": (300 * KILO, 330 * KILO, None, r"locals of wait_with_a_job in thread idle worker "),
    "generators": (400 * KILO, 430 * KILO, None, r"lines_of at .*shows\.py:\d+ 20 generators"),
    "finished-tasks": (400 * KILO, 430 * KILO, 20, r"__main__\.tasks\[19\] .*fetch"),
    "duplicates": (270 * KILO, 500 * KILO, None, r"'the city of number \d in the north' 400 copies"),
    "spare-room": (1300 * KILO, 1700 * KILO, None, r"__main__\.dropped 20 of \d+ places in use"),
    "empty": (100 * KILO, 200 * KILO, None, r"list 2\d\d\d objects"),
    "instance-dicts": (100 * KILO, 500 * KILO, None, r"__main__\.Point 3000 instances, 2 attributes"),
    "record-dicts": (400 * KILO, 800 * KILO, 4000, r"\{'city', 'code'\} 4000 dicts"),
    "interned": (400 * KILO, 700 * KILO, None, r".* interned.*"),
    "views": (500 * KILO, 501 * KILO, 1, r"__main__\.view a view of 20 bytes; the buffer: bytearray"),
    "twin-modules": (100 * KILO, 120 * KILO, 1, r"twin_by_another_name .*/twin\.py"),
    "cycles": (480 * KILO, 560 * KILO, None, r"__main__\.(Node|Closing) 30 entries"),
    "finalizers": (240 * KILO, 500 * KILO, 60, r"__main__\.Closing 60 objects"),
    "resurrected": (50, 1000, 1, r"__main__\.risen\[0\] "),
    "collector-off": (480 * KILO, 560 * KILO, None, r"__main__\.(Node|Closing) 30 entries"),
    "frozen": (500 * KILO, 20000 * KILO, None, r"\w+ \d+ objects"),
    "garbage-list": (1 * KILO, 2 * KILO, 1, r".*\[0\] "),
    "native": (300 * KILO, 1000 * KILO, None, r"list held by native code: 1 reference unaccounted for"),
}
# What no program of a few seconds shows: here the thresholds are out of reach.
LATE = """
import gc
gc.collect()
gc.set_threshold(%s)
class Node:
    def __init__(self):
        self.me = self
for n in range(500):
    Node()
import whoholds, os, sys
whoholds.dump(sys.argv[1])
os._exit(0)
"""


def ask(*arguments):
    done = subprocess.run([whoholds_program(), *arguments, "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)
    assert done.returncode == 0, done.stderr.decode()
    document = json.loads(done.stdout.decode())
    assert schema_errors(document) == []
    return document


def findings_of(document):
    return {finding["id"]: finding for finding in document["findings"]}


def snapshot_of(python, name, directory):
    path = os.path.join(str(directory), name + ".whs")
    code, _, errors = run_python(python, DUMP, directory, os.path.join(HERE, "triage", name + ".py"), path)
    assert code == 0, errors
    return path


def test_each_rule_finds_what_is_wrong_and_nothing_where_it_is_right(python, tmp_path):
    path = snapshot_of(python, "shows", tmp_path)
    document = ask("triage", path)
    found = findings_of(document)
    assert set(found) == set(EXPECTED)
    for rule, (least, most, count, pattern) in EXPECTED.items():
        finding = found[rule]
        worst = finding["offenders"][0]
        assert least <= finding["bytes"] <= most, (rule, finding["bytes"])
        assert count is None or finding["count"] == count, (rule, finding["count"])
        assert re.fullmatch(pattern, "%s %s" % (worst["name"], worst["detail"])), (rule, worst)
        assert finding["sentence"].startswith("%d " % finding["count"])
    assert [finding["bytes"] for finding in document["findings"]] == sorted((one["bytes"] for one in found.values()), reverse=True)
    check_queries(path, document)
    check_printed_queries(path, tmp_path)
    check_small_rows(path, document)
    check_garbage(path)
    check_strings(path)
    check_calls(path)
    clean = findings_of(ask("triage", snapshot_of(python, "keeps_clean", tmp_path)))
    assert clean == {}, {rule: (finding["bytes"], finding["offenders"][:2]) for rule, finding in clean.items()}


def check_queries(path, document):
    """The command that a finding names is one, and shows at least what the finding shows."""
    for query in sorted({finding["query"] for finding in document["findings"]}):
        words = query.replace("SNAPSHOT", path).split()
        shown = ask(*words)
        assert shown["schema"].startswith("whoholds.")
        if words[0] == "triage":
            (finding,) = shown["findings"]
            assert len(finding["offenders"]) >= len(findings_of(document)[finding["id"]]["offenders"]) and words[3] == finding["id"]


def check_printed_queries(path, directory):
    """What is printed can be pasted into a shell, whatever the snapshot is called."""
    odd = os.path.join(str(directory), "the shop's $HOME.whs")
    os.symlink(path, odd)
    printed = subprocess.run([whoholds_program(), "triage", odd], stdout=subprocess.PIPE, timeout=120).stdout.decode()
    lines = [line.split("more:", 1)[1] for line in printed.splitlines() if line.lstrip().startswith("more:")]
    assert len(lines) == len(EXPECTED)
    for line in sorted(set(lines)):
        words = shlex.split(line)
        assert words[0] == "whoholds" and words[2] == odd, line
        done = subprocess.run([whoholds_program(), *words[1:]], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)
        assert done.returncode == 0 and done.stdout, (line, done.stderr)


def check_small_rows(path, document):
    """Rows that are nothing beside the worst one are told to whoever asks for the rule."""
    for finding in document["findings"]:
        sizes = [offender["bytes"] for offender in finding["offenders"]]
        assert min(sizes) >= max(sizes) // 100, finding["id"]
    (empty,) = ask("triage", path, "--rule", "empty", "--limit", "100")["findings"]
    (lonely,) = [offender for offender in empty["offenders"] if offender["name"] == "__main__.Lonely"]
    assert lonely["bytes"] < empty["offenders"][0]["bytes"] // 100


def check_garbage(path):
    garbage = ask("garbage", path)
    groups = {group["type"]: group for group in garbage["groups"]}
    assert groups["__main__.Node"]["entries"] == 30 and not groups["__main__.Node"]["finalizer"]
    assert groups["__main__.Closing"]["finalizer"]
    assert groups["__main__.Node"]["cycle"] == ".children[0].parent"
    assert garbage["garbage"]["bytes"] >= sum(group["bytes"] for group in garbage["groups"])
    assert garbage["collector"]["known"] and not garbage["collector"]["enabled"] and garbage["collector"]["garbage_list"] == 1
    assert len(garbage["collector"]["generations"]) >= 2 and garbage["collector"]["frozen"]["objects"] > 1000
    held = garbage["native_objects"][0]
    assert (held["object"]["type"], held["unaccounted"], held["sentence"]) == ("list", 1, "held by native code: 1 reference unaccounted for")


def check_strings(path):
    strings = ask("strings", path)
    assert len(strings["largest"]) == 10
    sizes = [string["shallow_bytes"] for string in strings["largest"]]
    assert sizes == sorted(sizes, reverse=True)
    groups = [group for group in strings["duplicates"]["groups"] if group["copies"] == 400]
    assert len(groups) == 10
    for group in groups:
        assert re.fullmatch(r"'the city of number \d in the north'", group["example"]["preview"])
        assert group["holders"][0] == {"name": "['city'] of dict", "count": 400}


def check_calls(path):
    """An lru_cache tells how often it was asked."""
    assert ask("show", path, "--expr", "__main__.Query.run")["calls"] == {"hits": 20, "misses": 10}
    assert ask("show", path, "--expr", "__main__.errors")["calls"] is None
    shown = [subprocess.check_output([whoholds_program(), "show", path, "--expr", name]).decode() for name in ("__main__.Query.run", "__main__.errors")]
    assert "\n20 hits, 10 misses\n" in shown[0] and "hits" not in shown[1]


@pytest.mark.parametrize("thresholds, late", [("2000000, 10, 10", True), ("0, 10, 10", True), ("700, 10, 10", False)])
def test_a_collector_that_its_thresholds_keep_away_is_told(python, tmp_path, thresholds, late):
    path = os.path.join(str(tmp_path), "late.whs")
    code, _, errors = run_python(python, LATE % thresholds, tmp_path, path)
    assert code == 0, errors
    found = findings_of(ask("triage", path))
    assert ("collector-late" in found) == late
    assert "collector-off" not in found
