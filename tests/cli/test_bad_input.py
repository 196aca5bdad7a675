# SPDX-License-Identifier: GPL-2.0-or-later
"""A file that is no good snapshot is refused in one sentence, with 3, and nothing on standard output."""

import os
import resource
import shutil
import subprocess
import unittest

import xxhash

from command_line import INPUT, QUESTIONS, WHOHOLDS, CommandLineTest, question

NOBODY = 65534


class BadInputTest(CommandLineTest):
    def refuse_everywhere(self, path):
        sentences = {self.refuse(INPUT, *question(command, path, "--json")) for command in QUESTIONS}
        self.assertEqual(len(sentences), 1, sentences)
        return sentences.pop()

    def test_a_missing_file(self):
        self.assertEqual(self.refuse_everywhere("none.whs"), "cannot open none.whs: No such file or directory")

    def test_a_missing_file_with_a_hostile_name(self):
        self.assertEqual(self.refuse_everywhere("a\n\x1b[2J.whs"), "cannot open a\\n\\x1b[2J.whs: No such file or directory")

    def test_a_directory(self):
        self.assertIn("it is not a regular file", self.refuse_everywhere(self.directory))

    def test_an_empty_file(self):
        self.assertIn("the file is empty", self.refuse_everywhere(self.write("empty.whs", b"")))

    def test_a_file_of_another_kind(self):
        for content in (b"\x7fELF" + bytes(200), b"{}", b"\x80", b"\xff" * 64, b"SQLite format 3\x00"):
            self.assertIn("not a whoholds snapshot", self.refuse(INPUT, "info", self.write("other.whs", content)))

    def test_a_snapshot_that_ends_early_at_any_byte(self):
        for content, step in ((self.read_snapshot(), 1), (self.read_snapshot(self.compressed), 5)):
            for length in range(1, len(content), step):
                path = self.write("cut.whs", content[:length])
                self.refuse(INPUT, "info", path)

    def test_a_snapshot_with_one_wrong_byte_anywhere(self):
        for content, step in ((self.read_snapshot(), 1), (self.read_snapshot(self.compressed), 5)):
            for place in range(0, len(content), step):
                changed = bytearray(content)
                changed[place] ^= 0x55
                self.refuse(INPUT, "info", self.write("changed.whs", bytes(changed)))

    def test_a_bomb_costs_no_memory(self):
        """Half a megabyte that claims to hold a thousand million references, under a right checksum: refused by a program with 100 MB of address space."""
        zeros = b"\x28\xb5\x2f\xfd\xa0\x00\x00\x01\x00\x03\x00\x08\x00"
        chunk = b"\x93\xa4refs\xce\x00\x01\x00\x00\x81\xa2to\xc7\x0d\x01" + zeros
        count = 1 << 14
        content = b"\x83\xa5magic\xa8whoholds\xa7version\x01\xa8features\x91\xa4zstd" + count * chunk
        content += b"\x93\xa3end\x82\xa6chunks\xce" + count.to_bytes(4, "big") + b"\xa4refs\xce" + (count << 16).to_bytes(4, "big")
        path = self.write("bomb.whs", content + b"\xcf" + xxhash.xxh64(content, seed=0).digest())
        sentence = self.refuse(INPUT, "info", path, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (100 << 20, 100 << 20)))
        self.assertEqual(sentence, "%s: the snapshot is corrupt: its frames claim to hold 1073741824 bytes, more than 16 times the %d of the file"
                         % (path, os.path.getsize(path)))

    def test_bytes_after_the_end(self):
        self.assertIn("there are bytes after the trailer", self.refuse_everywhere(self.write("long.whs", self.read_snapshot() + b"\x00")))

    def test_a_version_from_the_future(self):
        content = self.read_snapshot().replace(b"\xa7version\x01", b"\xa7version\x02", 1)
        path = self.write("new.whs", content)
        self.assertEqual(self.refuse_everywhere(path), path + ": the snapshot has format version 2; this program reads version 1")

    def test_an_unknown_feature(self):
        content = self.read_snapshot().replace(b"\xa8features\x90", b"\xa8features\x91\xa4\x1b[2J", 1)
        path = self.write("new.whs", content)
        self.assertEqual(self.refuse_everywhere(path),
                         path + ": the snapshot needs the feature '\\x1b[2J', which this program does not know")

    def test_a_file_that_may_not_be_read(self):
        path = self.write("secret.whs", self.read_snapshot())
        os.chmod(path, 0)
        os.chmod(self.directory, 0o755)
        program = shutil.copy(WHOHOLDS, self.directory)
        become = ["setpriv", "--reuid", str(NOBODY), "--clear-groups", program] if os.geteuid() == 0 else [program]
        done = subprocess.run(become + ["info", path], capture_output=True, check=False)
        self.assertEqual((done.returncode, done.stdout, done.stderr.decode()),
                         (INPUT, b"", "whoholds: cannot open %s: Permission denied\n" % path))

    def test_an_object_that_is_not_there(self):
        for command in ("path", "show"):
            self.assertIn("0x10", self.refuse(INPUT, command, self.snapshot, "0x10", "--json"))
            self.assertIn("app.Missing", self.refuse(INPUT, command, self.snapshot, "--type", "app.Missing"))
            self.assertIn("app.missing", self.refuse(INPUT, command, self.snapshot, "--expr", "app.missing"))

    def test_a_question_with_a_hostile_name_is_one_line(self):
        self.refuse(INPUT, "path", self.snapshot, "--type", "a\r\n\x1b]0;x\x07\u202e")


if __name__ == "__main__":
    unittest.main()
