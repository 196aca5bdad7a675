# SPDX-License-Identifier: GPL-2.0-or-later
"""Results that are kept beside the snapshot change no answer: each command with none, when it makes them, and when it finds them."""

import os
import shutil
import stat

from command_line import DONE, QUESTIONS, CommandLineTest, question

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
