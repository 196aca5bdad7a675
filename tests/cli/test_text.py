# SPDX-License-Identifier: GPL-2.0-or-later
"""What people read: whole, without a byte that acts on a terminal."""

import os
import pty
import subprocess
import unittest

from command_line import DONE, QUESTIONS, WHOHOLDS, CommandLineTest, question

VERDICT = """\
1  __main__.cache  (list, 6 items)  retains 28.6 MiB (30,000,462 B), 100 % of the Python heap
   undecided     it is not known what adds to it, nor whether anything does. A second snapshot tells: whoholds suspects FIRST SECOND
   held at       no line is known
   holds         6 × bytearray, 5,000,057 B each
   path          sys.modules['__main__'].cache[0…5]
   to free it    cut 2 references: __main__.cache, __main__.order.cache
"""

# Bidi controls, line separators, C1 controls, and what cannot be decoded.
DANGEROUS = "\u202e\u2066\u2028\x9b\ufeff\u200b"


class TextTest(CommandLineTest):
    def test_the_verdict_is_as_documented(self):
        self.assertEqual(self.answer("suspects", self.snapshot), VERDICT)

    def test_why_gives_reasons(self):
        text = self.answer("suspects", self.snapshot, "--why")
        self.assertTrue(text.startswith(VERDICT))
        self.assertRegex(text[len(VERDICT):], r"^(   (for a leak   |against it   |undecided    ) .+ \[[a-z-]+\]\n)+$")

    def test_what_is_undecided_is_no_leak_for_the_exit_code(self):
        self.assertEqual(self.answer("suspects", self.snapshot, "--exit-code", code=DONE), VERDICT)

    def test_two_snapshots_decide(self):
        self.assertIn("Why that is no leak: it has not grown from one snapshot to the next\n", self.answer("suspects", self.snapshot, self.snapshot))

    def test_nothing_dangerous_is_printed(self):
        for command in QUESTIONS:
            if command == "report":
                continue
            text = self.answer(*question(command, self.hostile))
            self.assertFalse([character for character in text if character in DANGEROUS or (character < " " and character != "\n")], text)

    def test_a_hostile_name_does_not_make_a_line(self):
        for command in ("top", "tree", "threads", "info"):
            self.assertEqual(self.answer(*question(command, self.hostile)).count("\n"),
                             self.answer(*question(command, self.snapshot)).count("\n"))

    def test_tables_are_aligned(self):
        lines = self.answer("top", self.snapshot).splitlines()
        place = lines[0].index("type")
        for line in lines:
            self.assertEqual(line[place - 2:place], "  ", line)
            self.assertNotEqual(line[place], " ", line)

    def test_a_limit_says_what_it_leaves_out(self):
        self.assertRegex(self.answer("top", self.snapshot, "--limit", "1"), r"… and 9 more: [0-9]+ objects, [0-9.]+ MiB\n$")
        self.assertIn("2 of 6 objects, the largest first\n", self.answer("path", self.snapshot, "--type", "bytearray", "--limit", "2"))


class TerminalTest(CommandLineTest):
    def on_terminal(self, **environment):
        leader, follower = pty.openpty()
        self.addCleanup(os.close, leader)
        try:
            subprocess.run([WHOHOLDS, "suspects", self.snapshot], stdout=follower, check=True, cwd=self.directory,
                           env={"PATH": os.environ["PATH"], "TERM": "xterm", **environment})
        finally:
            os.close(follower)
        return os.read(leader, 1 << 16).decode("utf-8")

    def test_colours_only_on_a_terminal_that_wants_them(self):
        self.assertIn("\x1b[", self.on_terminal())
        self.assertIn("\x1b[", self.on_terminal(NO_COLOR=""))
        self.assertNotIn("\x1b", self.on_terminal(NO_COLOR="1"))
        self.assertNotIn("\x1b", self.on_terminal(TERM="dumb"))
        self.assertNotIn("\x1b", self.answer("suspects", self.snapshot))


if __name__ == "__main__":
    unittest.main()
