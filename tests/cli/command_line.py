# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs the built program, and looks at it from outside: exit code, standard output, standard error, files left behind.

WHOHOLDS_BIN is the program, WHOHOLDS_MAKE_SNAPSHOT the writer of small snapshots; by default those of build/release.
"""

import json
import os
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "support"))

from schemas import schema_errors, schemas  # noqa: E402,F401

WHOHOLDS = os.path.abspath(os.environ.get("WHOHOLDS_BIN", os.path.join(ROOT, "build/release/bin/whoholds")))
MAKE_SNAPSHOT = os.path.abspath(os.environ.get("WHOHOLDS_MAKE_SNAPSHOT", os.path.join(os.path.dirname(WHOHOLDS), "make_snapshot")))

DONE, LEAK, USAGE, INPUT, TARGET, RESOURCE = range(6)

# One way to ask each command that takes a snapshot; {} is the snapshot.
QUESTIONS = {
    "info": ["info", "{}"],
    "suspects": ["suspects", "{}", "--all"],
    "top": ["top", "{}"],
    "path": ["path", "{}", "--type", "bytearray"],
    "find": ["find", "{}", "--where", "len > 1"],
    "show": ["show", "{}", "--type", "list"],
    "tree": ["tree", "{}"],
    "threads": ["threads", "{}"],
    "triage": ["triage", "{}"],
    "waste": ["waste", "{}"],
    "garbage": ["garbage", "{}"],
    "strings": ["strings", "{}"],
    "report": ["report", "{}"],
    "diff": ["diff", "{}", "{}"],
}


def question(command, snapshot, *more):
    return [word.replace("{}", snapshot) for word in QUESTIONS[command]] + list(more)


class CommandLineTest(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls._made = tempfile.TemporaryDirectory(prefix="whoholds-cli-")
        cls.made = cls._made.name
        cls.snapshot = os.path.join(cls.made, "plain.whs")
        cls.hostile = os.path.join(cls.made, "hostile.whs")
        subprocess.run([MAKE_SNAPSHOT, cls.snapshot], check=True)
        subprocess.run([MAKE_SNAPSHOT, "--hostile", cls.hostile], check=True)
        cls.compressed = os.path.join(cls.made, "compressed.whs")
        subprocess.run([MAKE_SNAPSHOT, "--compressed", cls.compressed], check=True)

    @classmethod
    def tearDownClass(cls):
        cls._made.cleanup()

    def setUp(self):
        self._directory = tempfile.TemporaryDirectory(prefix="whoholds-cli-")
        self.addCleanup(self._directory.cleanup)
        self.directory = self._directory.name

    def run_whoholds(self, *arguments, **options):
        options.setdefault("stdout", subprocess.PIPE)
        return subprocess.run([WHOHOLDS, *arguments], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=self.directory, timeout=60,
                              check=False, **options)

    def answer(self, *arguments, code=DONE):
        """Standard output as text, of a run that ends with `code` and has nothing to say on standard error."""
        done = self.run_whoholds(*arguments)
        self.assertEqual((done.returncode, done.stderr), (code, b""), arguments)
        return done.stdout.decode("utf-8")

    def document(self, *arguments):
        return json.loads(self.answer(*arguments))

    def refuse(self, code, *arguments, **options):
        """The sentence, of a run that prints nothing else."""
        done = self.run_whoholds(*arguments, **options)
        self.assertEqual((done.returncode, done.stdout or b""), (code, b""), (arguments, done.stderr))
        lines = done.stderr.decode("utf-8").split("\n")
        self.assertEqual((len(lines), lines[-1]), (2, ""), (arguments, lines))
        self.assertTrue(lines[0].startswith("whoholds: "), lines)
        return lines[0][len("whoholds: "):]

    def write(self, name, content):
        path = os.path.join(self.directory, name)
        with open(path, "wb") as file:
            file.write(content)
        return path

    def read_snapshot(self, path=None):
        with open(path or self.snapshot, "rb") as file:
            return file.read()

    def check_document(self, document):
        """Against the published schema of what the document says that it is."""
        self.assertEqual(schema_errors(document), [])
