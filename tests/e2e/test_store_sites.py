# SPDX-License-Identifier: GPL-2.0-or-later
"""Which line puts objects into a holder, from the bytecode of a cold snapshot: the corpus, on every interpreter found."""

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

CORPUS = os.path.join(HERE, "store_sites")
MODULES = ("corpus", "corpus_objects", "corpus_third", "corpus_fourth")
ALL = 100000


def marks():
    """Holder -> (file, line, minor version from which on it holds) of its mark."""
    found = {}
    for name in MODULES:
        with open(os.path.join(CORPUS, name + ".py"), encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                mark = re.search(r"# HOLD (since (?P<minor>\d+) )?(?P<holder>\S+)$", line.rstrip())
                if mark:
                    found[mark.group("holder")] = (name + ".py", number, int(mark.group("minor") or 8))
    return found


PARTS = 10   # a holder among too many others is no suspect


def snapshot(interpreter, module, part, path):
    environment = dict(os.environ, PYTHONPATH=package_directory() + os.pathsep + CORPUS)
    subprocess.run([interpreter.path, os.path.join(CORPUS, "fill_and_dump.py"), module, str(part), str(PARTS), path], env=environment,
                   check=True, timeout=120)


def suspects(path):
    output = subprocess.run([whoholds_program(), "suspects", "--json", "--all", "--limit=%d" % ALL, path], stdout=subprocess.PIPE,
                            check=True, timeout=120)
    return json.loads(output.stdout.decode())["suspects"]


def first_line(suspect):
    if not suspect["held_at"]:
        return None
    site = suspect["held_at"][0]
    return os.path.basename(site["file"] or "?"), site["line"]


def is_named(holder, suspect):
    """Does the suspect's name end as the mark says, but for a place? A suspect inside the holder, or the owner of it, has another name."""
    name = re.sub(r"( → reference \d+| \(.*\))$", "", suspect["holder"]["name"])
    return re.search(r"%s%s$" % (r"\b" if holder[0].isalpha() else "", re.escape(holder)), name) is not None


def suspects_of(interpreter):
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for module, part in itertools.product(MODULES, range(PARTS)):
            path = os.path.join(folder, "%s-%d.whs" % (module, part))
            snapshot(interpreter, module, part, path)
            found += suspects(path)
    return found


def answers():
    """(version, holder, expected line, first line of the largest suspect of that name)"""
    rows = []
    for interpreter in supported_interpreters():
        found = suspects_of(interpreter)
        for holder, (file, line, since) in sorted(marks().items()):
            if interpreter.hexversion >> 16 & 255 < since:
                continue
            named = sorted((suspect for suspect in found if is_named(holder, suspect)), key=lambda suspect: -suspect["retained_bytes"])
            rows.append((interpreter.version, holder, (file, line), first_line(named[0]) if named else "no suspect"))
    return rows


class StoreSites(unittest.TestCase):
    def test_the_marked_line_comes_first_for_each_way_to_hold(self):
        for version, holder, expected, answer in answers():
            with self.subTest(version=version, holder=holder):
                self.assertEqual(answer, expected)


if __name__ == "__main__":
    if sys.argv[1:] == ["--table"]:
        for row in answers():
            print("%-8s %-45s %-4s %s" % (row[0], row[1], "ok" if row[2] == row[3] else "NO", "" if row[2] == row[3] else "%s not %s" % (row[3], row[2])))
    else:
        unittest.main()
