# SPDX-License-Identifier: GPL-2.0-or-later
"""Every program of examples/, unmodified under `whoholds run` on every interpreter found, gets the verdict that stands beside it.

NAME.expected.json: `leaks`: the leaks, all of them, in any order. `hold` is the line that must be
named: its text, or the word after `# HOLD` at its end. `large`: holders that must be shown with --all, and not as leaks. `gap`: why this verdict is not reached yet; a gap that is closed
fails, so that it is taken out.
"""

import glob
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "support"))

from program import PATIENCE, Program, is_complete
from pythons import supported_interpreters, whoholds_program
from schemas import schema_errors

EXAMPLES = sorted(glob.glob(os.path.join(ROOT, "examples", "*.py")))
FACTS = ("name", "type", "length", "retained_bytes", "path_expression")


def line_of(program, hold):
    """The number of the one line that has the mark `# HOLD hold`, or else is `hold`."""
    with open(program, encoding="utf-8") as file:
        lines = [line.strip() for line in file]
    found = [number for number, line in enumerate(lines, 1) if line.endswith("# HOLD " + hold)]
    found = found or [number for number, line in enumerate(lines, 1) if line == hold]
    (number,) = found
    return number


def snapshot_of(interpreter, program, directory):
    environment = {"DEMO_STEP": "0", "DEMO_LINGER": "600"}
    with Program(interpreter, None, directory, script=program, environment=environment) as running:
        while running.read_line(4 * PATIENCE) != "ready %d" % running.pid:
            pass
        running.signal()
        (path,) = running.await_snapshots(1)
    return path


def facts(suspect, wanted):
    found = dict(suspect, **suspect["holder"])
    return {fact: found.get(fact) for fact in FACTS if fact in wanted}


class ExampleTest(unittest.TestCase):
    maxDiff = None

    def ask(self, *arguments):
        done = subprocess.run([whoholds_program(), *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, b""), arguments)
        return done.stdout.decode()

    def ask_json(self, *arguments):
        document = json.loads(self.ask(*arguments, "--json"))
        self.assertEqual(schema_errors(document), [], arguments)
        return document

    def check(self, interpreter, program):
        with open(program[:-len(".py")] + ".expected.json", encoding="utf-8") as file:
            expected = json.load(file)
        with tempfile.TemporaryDirectory(prefix="whoholds-example-") as directory:
            snapshot = snapshot_of(interpreter, program, directory)
            self.check_views(snapshot, directory, expected)
            if "gap" in expected:
                with self.assertRaises(AssertionError, msg="this gap is closed: " + expected["gap"]):
                    self.check_verdict(snapshot, program, expected)
            else:
                self.check_verdict(snapshot, program, expected)

    def check_verdict(self, snapshot, program, expected):
        suspects = self.ask_json("suspects", snapshot, "--all", "--limit=100")["suspects"]
        leaks = {suspect["holder"]["name"]: suspect for suspect in suspects if suspect["verdict"] == "leak"}
        self.assertEqual(sorted(leaks), sorted(leak["name"] for leak in expected["leaks"]))
        for leak in expected["leaks"]:
            found = leaks[leak["name"]]
            self.assertEqual(facts(found, leak), {fact: leak[fact] for fact in FACTS if fact in leak})
            self.assertEqual([(site["file"], site["line"]) for site in found["held_at"][:1]], [(program, line_of(program, leak["hold"]))], leak["name"])
        self.assertLessEqual(set(expected.get("large", [])), {suspect["holder"]["name"] for suspect in suspects if suspect["verdict"] == "large"})

    def check_views(self, snapshot, directory, expected):
        """Each view answers, in text and as JSON, and all count the same heap."""
        self.assertTrue(is_complete(snapshot))
        info = self.ask_json("info", snapshot)
        for how in ("holder", "type", "module"):
            self.assertTrue(self.ask_json("top", snapshot, "--by", how)["rows"])
        for view in (["info"], ["suspects"], ["top"], ["path", "--type", "module"], ["show", "--type", "module"], ["tree"], ["threads"]):
            self.assertTrue(self.ask(view[0], snapshot, *view[1:]))
            self.ask_json(view[0], snapshot, *view[1:])
        self.assertEqual(self.ask_json("suspects", snapshot)["heap"]["objects"], info["objects"])
        for leak in expected["leaks"]:
            if re.fullmatch(r"[\w.]+", leak["name"]):
                paths = self.ask_json("path", snapshot, "--expr", leak["name"])["paths"]
                self.assertEqual([path["object"]["type"] for path in paths], [leak["type"]])
        report = os.path.join(directory, "report.html")
        self.ask("report", snapshot, "-o", report)
        self.assertGreater(os.path.getsize(report), 50_000)


def check_of(interpreter, program):
    return lambda self: self.check(interpreter, program)


for one_program in EXAMPLES:
    for one_interpreter in supported_interpreters():
        name = "test_%s_on_%s" % (os.path.basename(one_program)[:-len(".py")], one_interpreter.version.replace(".", "_"))
        setattr(ExampleTest, name, check_of(one_interpreter, one_program))

if __name__ == "__main__":
    unittest.main()
