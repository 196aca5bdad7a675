# SPDX-License-Identifier: GPL-2.0-or-later
"""Output that cannot be written is told; a report is there whole or not at all."""

import json
import os
import re
import resource
import subprocess
import unittest

from command_line import DONE, QUESTIONS, RESOURCE, USAGE, WHOHOLDS, CommandLineTest, question


STACK_BYTES = 64 << 10


class StackTest(CommandLineTest):
    def test_64_kib_are_enough(self):
        def limit():
            resource.setrlimit(resource.RLIMIT_STACK, (STACK_BYTES, STACK_BYTES))

        commands = [question(command, self.snapshot) for command in QUESTIONS if command != "report"]
        commands.append(["report", self.snapshot, "-o", "x.html"])
        commands.append(["cut", self.snapshot, "--type", "bytearray"])
        commands.append(["export", "--to", "heapsnapshot", self.snapshot, "-o", "x.heapsnapshot"])
        for words in commands:
            for cache in ("off", "always", "always"):   # without, and when results are kept, and when they are found
                done = self.run_whoholds(*words, preexec_fn=limit, env=dict(os.environ, WHOHOLDS_CACHE=cache))
                self.assertEqual((done.returncode, done.stderr), (DONE, b""), words)
                for left in ("x.html", "x.heapsnapshot"):
                    if os.path.exists(os.path.join(self.directory, left)):
                        os.unlink(os.path.join(self.directory, left))
            os.unlink(self.snapshot + ".whx")


class StandardOutputTest(CommandLineTest):
    def test_a_full_disk(self):
        for command in QUESTIONS:
            with open("/dev/full", "wb") as full:
                sentence = self.refuse(RESOURCE, *question(command, self.snapshot, "--json"), stdout=full)
            self.assertEqual(sentence, "cannot write the output: No space left on device")

    def test_help_on_a_full_disk(self):
        with open("/dev/full", "wb") as full:
            self.refuse(RESOURCE, "--help", stdout=full)
            self.refuse(RESOURCE, "top", "--help", stdout=full)

    def test_a_reader_that_goes_away_is_no_error(self):
        for restore_signals in (True, False):
            reader, writer = os.pipe()
            os.close(reader)
            done = self.run_whoholds("report", self.snapshot, "--json", stdout=writer, restore_signals=restore_signals)
            os.close(writer)
            self.assertEqual(done.stderr, b"")


class ReportTest(CommandLineTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        done = subprocess.run([WHOHOLDS, "report", cls.snapshot, "-o", "-"], capture_output=True, check=False)
        if done.returncode == RESOURCE and b"has no report page" in done.stderr:
            cls.tearDownClass()
            raise unittest.SkipTest("this build has no report page")

    def setUp(self):
        super().setUp()
        self.umask = os.umask(0o022)
        self.addCleanup(os.umask, self.umask)

    def left_behind(self):
        return sorted(os.listdir(self.directory))

    def page(self, snapshot):
        self.answer("report", snapshot, "-o", "x.html")
        with open(os.path.join(self.directory, "x.html"), encoding="utf-8") as file:
            return file.read()

    def test_the_page_holds_the_document(self):
        for snapshot in (self.snapshot, self.hostile):
            found = re.search(r'<script type="application/json" id="document">(.*?)</script>', self.page(snapshot), re.DOTALL)
            self.assertFalse(set(found.group(1)) & set("<>&\u2028\u2029"))
            self.assertEqual(json.loads(found.group(1)), self.document("report", snapshot, "--json"))
        self.assertEqual(self.left_behind(), ["x.html"])

    def test_a_report_replaces_one_that_is_there(self):
        self.write("x.html", b"old")
        self.assertTrue(self.page(self.snapshot).lower().startswith("<!doctype html>"))
        self.assertEqual(self.left_behind(), ["x.html"])

    def test_a_report_follows_a_link(self):
        self.write("real.html", b"old")
        os.symlink("real.html", os.path.join(self.directory, "x.html"))
        self.page(self.snapshot)
        self.assertTrue(os.path.islink(os.path.join(self.directory, "x.html")))
        self.assertGreater(os.path.getsize(os.path.join(self.directory, "real.html")), 1000)

    def test_a_report_is_as_private_as_its_snapshot(self):
        private = self.write("private.whs", self.read_snapshot())
        for mode, expected in ((0o600, 0o600), (0o644, 0o644), (0o666, 0o644), (0o400, 0o600)):
            os.chmod(private, mode)
            self.page(private)
            self.assertEqual(os.stat(os.path.join(self.directory, "x.html")).st_mode & 0o777, expected)

    def test_a_report_to_standard_output(self):
        self.assertEqual(self.answer("report", self.snapshot, "-o", "-"), self.page(self.snapshot))

    def test_a_device_is_written_as_it_is(self):
        self.assertEqual(self.run_whoholds("report", self.snapshot, "-o", "/dev/null").returncode, DONE)
        self.assertEqual(self.refuse(RESOURCE, "report", self.snapshot, "-o", "/dev/full"),
                         "cannot write /dev/full: No space left on device")

    def test_a_place_where_no_file_can_be(self):
        self.assertEqual(self.refuse(USAGE, "report", self.snapshot, "-o", "no/x.html"),
                         "cannot write no/x.html: No such file or directory")
        self.assertEqual(self.refuse(USAGE, "report", self.snapshot, "-o", "."),
                         "cannot write %s: Is a directory" % os.path.realpath(self.directory))
        self.assertEqual(self.left_behind(), [])

    def test_the_snapshot_is_never_overwritten(self):
        before = self.read_snapshot()
        mine = self.write("mine.whs", before)
        os.symlink(mine, os.path.join(self.directory, "link"))
        for output in (mine, "link", "./mine.whs"):
            self.assertIn("is the snapshot itself", self.refuse(USAGE, "report", mine, "-o", output))
        with open(mine, "rb") as file:
            self.assertEqual(file.read(), before)

    def test_a_file_that_grows_too_large_leaves_nothing(self):
        script = 'ulimit -f 8; trap "" XFSZ; exec "$0" report "$1" -o x.html'
        done = subprocess.run(["bash", "-c", script, WHOHOLDS, self.snapshot], capture_output=True, cwd=self.directory, check=False)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (RESOURCE, b"", b"whoholds: cannot write x.html: File too large\n"))
        self.assertEqual(self.left_behind(), [])

    def test_an_input_error_leaves_nothing(self):
        self.run_whoholds("report", "none.whs", "-o", "x.html")
        self.assertEqual(self.left_behind(), [])


if __name__ == "__main__":
    unittest.main()
