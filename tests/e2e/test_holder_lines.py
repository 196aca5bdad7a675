# SPDX-License-Identifier: GPL-2.0-or-later
"""The lines of every kind of holder, with and without the recorder, on every interpreter found."""

import collections
import itertools
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "support"))

from pythons import package_directory, supported_interpreters, whoholds_program
from schemas import schema_errors

CORPUS = os.path.join(HERE, "holder_lines")
PARTS = {"language": 3, "registries": 4}   # a holder among too many others is no suspect
MODES = ("off", "holders")

# FIRST [recorded] [since MINOR] HOLDER: this line comes first. ALSO EVIDENCE HOLDER: it is among the lines, with that
# evidence (`line`: with any).
# HOLDER: how the suspect's name ends. recorded: only the recorder can know it.
FIRST = re.compile(r"# FIRST (?P<recorded>recorded )?(since (?P<since>\d+) )?(?P<holder>.+)$")
ALSO = re.compile(r"# ALSO (?P<evidence>[a-z-]+) (?P<holder>.+)$")

Mark = collections.namedtuple("Mark", "holder line evidence recorded since")


def marks(module):
    found = []
    with open(os.path.join(CORPUS, module + ".py"), encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            for part in line.rstrip().split("  # ")[1:]:
                first, also = FIRST.match("# " + part), ALSO.match("# " + part)
                if first:
                    found.append(Mark(first.group("holder"), number, None, bool(first.group("recorded")), int(first.group("since") or 8)))
                elif also:
                    found.append(Mark(also.group("holder"), number, also.group("evidence"), False, 8))
    return found


def snapshot(interpreter, module, part, mode, path):
    environment = dict(os.environ, PYTHONPATH=package_directory() + os.pathsep + CORPUS)
    subprocess.run([interpreter.path, os.path.join(CORPUS, "fill_and_dump.py"), module, str(part), str(PARTS[module]), mode, path],
                   env=environment, check=True, timeout=120)


def suspects(path):
    output = subprocess.run([whoholds_program(), "suspects", "--json", "--all", "--limit=1000", path], stdout=subprocess.PIPE, check=True,
                            timeout=120)
    document = json.loads(output.stdout.decode())
    assert schema_errors(document) == []
    return document["suspects"]


def suspects_of(interpreter, module, mode):
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for part in range(PARTS[module]):
            path = os.path.join(folder, "%d.whs" % part)
            snapshot(interpreter, module, part, mode, path)
            found += suspects(path)
    return sorted(found, key=lambda suspect: -suspect["retained_bytes"])


def is_named(holder, suspect):
    """Does the suspect's name end as the mark says? Of a thread, of what follows a variable, and of a C object's member nothing is asked; until 3.10 a
    function has no qualified name."""
    name = re.sub(r" → reference \d+$|\.__dict__$", "", suspect["holder"]["name"])
    name = re.sub(r"^(\w+).* \(local of (?:the \w+ )?(?:\S+\.<locals>\.)?(\S+) (?:at|in) .*\)$", r"local \1 of \2", name)
    name = re.sub(r" \((?:thread .*|.* in (?:a|the) context.*|held by native code)\)$", "", name)
    return name.replace("__dict__[<str>]", "__warningregistry__").endswith(holder)


def lines_of(suspect):
    return [(os.path.basename(line["file"]), line["line"], line["evidence"]) for line in suspect["held_at"]]


def agrees(mark, module, lines):
    if mark.evidence == "line":
        return (module + ".py", mark.line) in [line[:2] for line in lines]
    if mark.evidence:
        return (module + ".py", mark.line, mark.evidence) in lines
    return lines[:1] and lines[0][:2] == (module + ".py", mark.line)


def answers(interpreters=None):
    """(version, mode, mark, whether it is right, the lines of the largest suspect of that name)"""
    rows = []
    for interpreter, module, mode in itertools.product(interpreters or supported_interpreters(), PARTS, MODES):
        found = suspects_of(interpreter, module, mode)
        for mark in marks(module):
            if interpreter.hexversion >> 16 & 255 < mark.since or (mark.recorded and mode == "off"):
                continue
            named = [suspect for suspect in found if is_named(mark.holder, suspect)]
            lines = lines_of(named[0]) if named else "no suspect"
            rows.append((interpreter.version, mode, mark, bool(named) and bool(agrees(mark, module, lines)), lines))
    return rows


class HolderLines(unittest.TestCase):
    def test_each_kind_of_holder_has_its_lines(self):
        rows = answers()
        self.assertGreater(len(rows), 100)
        for version, mode, mark, right, lines in rows:
            with self.subTest(version=version, record=mode, holder=mark.holder, line=mark.line, evidence=mark.evidence):
                self.assertTrue(right, lines)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--table"]:
        for version, mode, mark, right, lines in answers():
            print("%-8s %-8s %-60s %-4s %s" % (version, mode, mark.holder, "ok" if right else "NO", "" if right else "%s not %s" % (lines[:4], (mark.line, mark.evidence))))
    else:
        unittest.main()
