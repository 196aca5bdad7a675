# SPDX-License-Identifier: GPL-2.0-or-later
"""The export for other tools: whole or not at all, in the format that was asked for."""

import json
import os
import subprocess
import unittest

from command_line import DONE, INPUT, RESOURCE, USAGE, WHOHOLDS, CommandLineTest

ON_FAKE_LIBRARY = os.environ.get("WHOHOLDS_ON_FAKE_LIBRARY", os.path.join(os.path.dirname(WHOHOLDS), "whoholds_on_fake_library"))


class ExportTest(CommandLineTest):
    def export(self, snapshot, output, *more):
        return ["export", "--to", "heapsnapshot", snapshot, "-o", output, *more]

    def exported(self, snapshot, *more):
        self.answer(*self.export(snapshot, "x.heapsnapshot", *more))
        with open(os.path.join(self.directory, "x.heapsnapshot"), encoding="ascii") as file:
            return json.load(file)

    def left_behind(self):
        return sorted(os.listdir(self.directory))

    def check_shape(self, document):
        """What readers rely on: counts, sections in order, places that exist."""
        nodes, edges, strings = document["nodes"], document["edges"], document["strings"]
        self.assertEqual(list(document), ["snapshot", "nodes", "edges", "trace_function_infos", "trace_tree", "samples", "locations",
                                          "strings"])
        self.assertEqual((len(nodes), len(edges)), (5 * document["snapshot"]["node_count"], 3 * document["snapshot"]["edge_count"]))
        self.assertEqual(sum(nodes[4::5]), document["snapshot"]["edge_count"])
        self.assertEqual(nodes[2::5], list(range(1, 2 * document["snapshot"]["node_count"], 2)))
        self.assertLess(max(nodes[1::5]), len(strings))
        self.assertTrue(all(to % 5 == 0 and to < len(nodes) for to in edges[2::3]))
        self.assertEqual(len(set(strings)), len(strings))

    def test_a_file_in_the_format(self):
        for snapshot in (self.snapshot, self.hostile):
            for more in ([], ["--all"]):
                self.check_shape(self.exported(snapshot, *more))
        self.assertEqual(self.left_behind(), ["x.heapsnapshot"])

    def test_the_answer_says_what_was_written(self):
        count = json.loads(self.answer("info", self.snapshot, "--json"))["live"]["objects"]
        self.assertRegex(self.answer(*self.export(self.snapshot, "x")),
                         r"^x: %d objects, \d+ references, .*B, to be opened with Chrome DevTools .* or memlab\n$" % count)

    def test_what_is_not_written_as_it_is_is_told(self):
        done = subprocess.run([ON_FAKE_LIBRARY, *self.export("any.whs", "-")], capture_output=True, check=False)
        self.assertEqual((done.returncode, done.stdout), (DONE, b"{}"))
        self.assertEqual(done.stderr.decode(), (
            "1 object that no root reaches is left out\n"
            "2 objects of 4 GiB or more are written as 4,294,967,295 bytes each: the format has no larger number\n"
            "1,000 values and keys have their type or an ellipsis for a name: the format's readers have no room for more text\n"))

    def test_standard_output(self):
        self.exported(self.snapshot)
        with open(os.path.join(self.directory, "x.heapsnapshot"), encoding="ascii") as file:
            self.assertEqual(self.answer(*self.export(self.snapshot, "-")), file.read())

    def test_a_full_disk(self):
        with open("/dev/full", "wb") as full:
            self.assertEqual(self.refuse(RESOURCE, *self.export(self.snapshot, "-"), stdout=full),
                             "cannot write the output: No space left on device")
        self.assertEqual(self.refuse(RESOURCE, *self.export(self.snapshot, "/dev/full")),
                         "cannot write /dev/full: No space left on device")

    def test_a_reader_that_goes_away_is_no_error(self):
        reader, writer = os.pipe()
        os.close(reader)
        done = self.run_whoholds(*self.export(self.snapshot, "-"), stdout=writer, restore_signals=False)
        os.close(writer)
        self.assertEqual((done.returncode, done.stderr), (DONE, b""))

    def test_a_file_that_grows_too_large_leaves_nothing(self):
        script = 'ulimit -f 1; trap "" XFSZ; exec "$0" export --to heapsnapshot "$1" -o x'
        done = subprocess.run(["bash", "-c", script, WHOHOLDS, self.snapshot], capture_output=True, cwd=self.directory, check=False)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (RESOURCE, b"", b"whoholds: cannot write x: File too large\n"))
        self.assertEqual(self.left_behind(), [])

    def test_the_snapshot_is_never_overwritten(self):
        before = self.read_snapshot()
        mine = self.write("mine.whs", before)
        self.assertIn("is the snapshot itself", self.refuse(USAGE, *self.export(mine, "./mine.whs")))
        with open(mine, "rb") as file:
            self.assertEqual(file.read(), before)

    def test_an_export_is_as_private_as_its_snapshot(self):
        private = self.write("private.whs", self.read_snapshot())
        os.chmod(private, 0o600)
        self.exported(private)
        self.assertEqual(os.stat(os.path.join(self.directory, "x.heapsnapshot")).st_mode & 0o777, 0o600)

    def test_an_input_error_leaves_nothing(self):
        self.refuse(INPUT, *self.export("none.whs", "x"))
        self.assertEqual(self.left_behind(), [])

    def test_what_an_export_needs(self):
        self.assertEqual(self.refuse(USAGE, "export", self.snapshot, "-o", "x"),
                         "no format is given: --to heapsnapshot or --to graphml (see 'whoholds export --help')")
        self.assertEqual(self.refuse(USAGE, "export", self.snapshot, "--to", "heapsnapshot"),
                         "no file for the export is given: -o FILE (see 'whoholds export --help')")
        self.assertEqual(self.refuse(USAGE, "export", self.snapshot, "--to", "xml\n", "-o", "x"),
                         "'xml\\n' is no format that can be written; there are heapsnapshot, graphml (see 'whoholds export --help')")
        self.assertIn("no snapshot is given", self.refuse(USAGE, "export", "--to", "heapsnapshot", "-o", "x"))

    def test_help(self):
        text = self.answer("export", "--help")
        self.assertIn("Example: whoholds export app-1234-1.whs --to heapsnapshot -o app.heapsnapshot", text)
        self.assertLessEqual(max(len(line) for line in text.split("\n")), 80)


if __name__ == "__main__":
    unittest.main()
