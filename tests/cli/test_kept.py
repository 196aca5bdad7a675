# SPDX-License-Identifier: GPL-2.0-or-later
"""Results that are kept beside the snapshot change no answer: each command with none, when it makes them, and when it finds them."""

import os
import shutil
import stat
import subprocess
import sys

from command_line import DONE, QUESTIONS, WHOHOLDS, CommandLineTest, question

CACHE = "0x7f0000100140"
MORE = {
    "top by module": ["top", "{}", "--by", "module", "--json"],
    "top by holder": ["top", "{}", "--by", "holder", "--json"],
    "path by address": ["path", "{}", CACHE, "--json"],
    "path, merged": ["path", "{}", "--type", "bytearray", "--merged"],
    "path, independent": ["path", "{}", CACHE, "--independent", "2"],
    "cut": ["cut", "{}", "--type", "bytearray", "--json"],
    "cut a suspect": ["cut", "{}", "--suspect", "1"],
    "retained": ["retained", "{}", "--type", "bytearray"],
    "alloc": ["alloc", "{}"],
}

PRIVATE_MOUNTS = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user", "--mount"]
CANNOT_MOUNT = 77
# Leaves as much free as is needed, half of it, a page, nothing; then all. Prints the names that are there afterwards and the answer.
ON_SMALL_DISK = """
import os, shutil, subprocess, sys
directory, snapshot, needed, whoholds = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
disk = os.path.join(directory, "disk")
os.mkdir(disk)
if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "none", disk], stderr=subprocess.DEVNULL).returncode:
    sys.exit(%d)
small, filler = os.path.join(disk, "small.whs"), os.path.join(disk, "filler")
shutil.copy(snapshot, small)
for left in (needed, needed // 2, 4096, 0, None):
    if left is None:
        os.unlink(filler)
    else:
        space = os.statvfs(disk)
        with open(filler, "ab") as file:
            file.write(bytes(max(0, space.f_bavail * space.f_frsize - left)))
    done = subprocess.run([whoholds, "top", small], stdout=subprocess.PIPE, env=dict(os.environ, WHOHOLDS_CACHE="always"), check=True)
    sys.stdout.buffer.write(" ".join(sorted(os.listdir(disk))).encode() + b"\\n" + done.stdout + b"\\0")
""" % CANNOT_MOUNT


class KeptTest(CommandLineTest):
    def output(self, words, snapshot, *more, **environment):
        done = self.run_whoholds(*[word.replace("{}", snapshot) for word in words], *more, env=dict(os.environ, **environment))
        return done.returncode, done.stdout.replace(snapshot.encode(), b"SNAPSHOT"), done.stderr

    def questions(self, snapshot):
        asked = {name: words for name, words in QUESTIONS.items() if name != "report"}
        asked.update(MORE)
        return asked

    def test_every_answer_is_the_same(self):
        for made in (self.snapshot, self.hostile):
            for name, words in self.questions(made).items():
                snapshot = os.path.join(self.directory, "asked.whs")
                shutil.copy(made, snapshot)
                without = self.output(words, snapshot, WHOHOLDS_CACHE="off")
                self.assertEqual(os.listdir(self.directory), ["asked.whs"])
                for _ in range(2):
                    self.assertEqual(self.output(words, snapshot, WHOHOLDS_CACHE="always"), without, name)
                    self.assertTrue(without[0] != DONE or os.path.exists(snapshot + ".whx"), name)
                self.assertEqual(self.output(words, snapshot, "--no-cache"), without, name)
                for left in os.listdir(self.directory):
                    os.unlink(os.path.join(self.directory, left))

    def test_a_compressed_snapshot_answers_as_a_plain_one_does(self):
        snapshot = os.path.join(self.directory, "asked.whs")
        shutil.copy(self.compressed, snapshot)
        self.assertIn("compressed", self.answer("info", snapshot))
        for name, words in self.questions(snapshot).items():
            if name != "info":
                plain = self.output(words, self.snapshot, WHOHOLDS_CACHE="off")
                for cache in ("off", "always", "always"):
                    self.assertEqual(self.output(words, snapshot, WHOHOLDS_CACHE=cache), plain, name)

    def test_the_report_is_the_same(self):
        pages = []
        snapshot = os.path.join(self.directory, "asked.whs")
        shutil.copy(self.snapshot, snapshot)
        for number in range(2):
            page = os.path.join(self.directory, "%d.html" % number)
            done = self.run_whoholds(*question("report", snapshot, "-o", page), env=dict(os.environ, WHOHOLDS_CACHE="always"))
            self.assertEqual(done.returncode, DONE)
            with open(page, "rb") as file:
                pages.append(file.read())
        self.assertEqual(pages[0], pages[1])

    def test_the_file_is_the_users_and_small_snapshots_have_none(self):
        snapshot = os.path.join(self.directory, "asked.whs")
        shutil.copy(self.snapshot, snapshot)
        self.output(["top", "{}"], snapshot)
        self.output(["top", "{}"], snapshot, "--no-cache", WHOHOLDS_CACHE="always")
        self.assertEqual(os.listdir(self.directory), ["asked.whs"])
        self.output(["top", "{}"], snapshot, WHOHOLDS_CACHE="always")
        self.assertEqual(sorted(os.listdir(self.directory)), ["asked.whs", "asked.whs.whx"])
        self.assertEqual(stat.S_IMODE(os.stat(snapshot + ".whx").st_mode), 0o600)

    def test_on_a_full_disk_the_answer_is_the_same_and_nothing_is_left(self):
        """A file system of our own, of which there are ever fewer bytes left; in the end none."""
        snapshot = os.path.join(self.directory, "asked.whs")
        shutil.copy(self.snapshot, snapshot)
        expected = self.output(["top", "{}"], snapshot, WHOHOLDS_CACHE="always")
        needed = os.path.getsize(snapshot + ".whx")
        os.unlink(snapshot + ".whx")
        done = subprocess.run([*PRIVATE_MOUNTS, sys.executable, "-c", ON_SMALL_DISK, self.directory, snapshot, str(needed), WHOHOLDS],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        if done.returncode == CANNOT_MOUNT:
            self.skipTest("no file system can be mounted here")
        self.assertEqual((done.returncode, done.stderr), (DONE, b""))
        full, roomy = done.stdout.split(b"\0")[:-1], expected[1]
        self.assertEqual(full[-1].split(b"\n", 1)[0], b"small.whs small.whs.whx")   # with room it is kept
        for answer in full[:-1]:
            names, text = answer.split(b"\n", 1)
            self.assertEqual((names, text), (b"filler small.whs", roomy))

    def test_a_wrong_file_is_no_more_than_a_missing_one(self):
        snapshot = os.path.join(self.directory, "asked.whs")
        shutil.copy(self.snapshot, snapshot)
        expected = self.output(["top", "{}"], snapshot)
        for contents in (b"", b"whoholdx", os.urandom(5000)):
            with open(snapshot + ".whx", "wb") as file:
                file.write(contents)
            self.assertEqual(self.output(["top", "{}"], snapshot), expected)
        self.assertEqual(self.output(["top", "{}"], snapshot, WHOHOLDS_CACHE="always"), expected)
        self.assertEqual(self.output(["top", "{}"], snapshot), expected)
