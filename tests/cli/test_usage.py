# SPDX-License-Identifier: GPL-2.0-or-later
"""What is wrong with a command line is said in one sentence, and ends with 2."""

import unittest

from command_line import QUESTIONS, USAGE, CommandLineTest


class UsageTest(CommandLineTest):
    def test_no_command_is_refused(self):
        self.assertEqual(self.refuse(USAGE), "no command is given (see 'whoholds --help')")

    def test_an_unknown_command_is_answered_with_the_nearest(self):
        self.assertEqual(self.refuse(USAGE, "suspect"), "there is no command 'suspect'; the nearest is 'suspects'")
        self.assertEqual(self.refuse(USAGE, "tpo"), "there is no command 'tpo'; the nearest is 'top'")
        self.assertEqual(self.refuse(USAGE, "frobnicate"), "there is no command 'frobnicate' (see 'whoholds --help')")
        self.assertEqual(self.refuse(USAGE, ""), "there is no command '' (see 'whoholds --help')")
        self.assertEqual(self.refuse(USAGE, "x" * 100000)[:24], "there is no command 'xxx")

    def test_a_hostile_command_cannot_act_on_the_terminal(self):
        self.assertEqual(self.refuse(USAGE, "a\n\x1b[31m\u202e"), "there is no command 'a\\n\\x1b[31m\\u202e' (see 'whoholds --help')")

    def test_an_unknown_option_before_the_command_is_refused(self):
        self.assertEqual(self.refuse(USAGE, "--jsno"), "there is no option '--jsno' (see 'whoholds --help')")

    def test_each_command_refuses_an_unknown_option(self):
        for command in QUESTIONS:
            self.assertEqual(self.refuse(USAGE, command, "--frobnicate", self.snapshot), "unrecognized option '--frobnicate'")

    def test_each_command_wants_a_snapshot(self):
        for command in QUESTIONS:
            self.assertEqual(self.refuse(USAGE, command), "no snapshot is given (see 'whoholds %s --help')" % command)

    def test_one_argument_too_many_is_refused(self):
        for command in ("info", "top", "threads"):
            self.assertIn("'b' is one argument too many", self.refuse(USAGE, command, self.snapshot, "b"))
        for command in ("path", "tree", "find"):
            self.assertIn("'c' is one argument too many", self.refuse(USAGE, command, self.snapshot, "1", "c"))

    def test_a_comparison_wants_two_snapshots_and_sixty_four_at_most(self):
        self.assertIn("two snapshots are needed, or more", self.refuse(USAGE, "diff", self.snapshot))
        self.assertIn("is one snapshot too many", self.refuse(USAGE, "diff", *[self.snapshot] * 65))

    def test_numbers_must_be_numbers(self):
        for word in ("0", "-1", "x", "", "1x", "4294967296", "99999999999999999999999", " 1", "+1"):
            self.assertIn("'--limit' takes a number from 1", self.refuse(USAGE, "top", self.snapshot, "--limit=" + word))

    def test_an_address_must_be_an_address(self):
        for word in ("0", "0x", "0xg", "12x", "0x0", "0x10000000000000000", "x"):
            self.assertIn("'%s' is not an address" % word, self.refuse(USAGE, "show", self.snapshot, word))

    def test_by_takes_four_words(self):
        self.assertIn("'--by' takes type, holder, module or line", self.refuse(USAGE, "top", self.snapshot, "--by", "size"))

    def test_path_and_show_want_exactly_one_object(self):
        for command in ("path", "show"):
            self.assertIn("no object is asked for", self.refuse(USAGE, command, self.snapshot))
            self.assertIn("only one object", self.refuse(USAGE, command, self.snapshot, "0x10", "--type", "list"))
            self.assertIn("only one object", self.refuse(USAGE, command, self.snapshot, "--expr", "a", "--type", "list"))

    def test_report_wants_one_place(self):
        self.assertIn("no file for the report is given", self.refuse(USAGE, "report", self.snapshot))
        self.assertIn("--json goes to standard output", self.refuse(USAGE, "report", self.snapshot, "--json", "-o", "x.html"))


class HelpTest(CommandLineTest):
    def test_help_lists_every_command(self):
        text = self.answer("--help")
        for command in list(QUESTIONS) + ["run"]:
            self.assertRegex(text, r"(?m)^  %s +[A-Z]" % command)
        self.assertEqual(self.answer("-h"), text)

    def test_version(self):
        self.assertRegex(self.answer("--version"), r"^whoholds [0-9]+\.[0-9]+\.[0-9]+\n$")

    def test_each_command_explains_itself(self):
        for command in QUESTIONS:
            text = self.answer(command, "--help")
            self.assertTrue(text.startswith("Usage: whoholds %s [OPTION...] SNAPSHOT" % command), text)
            self.assertIn("Exit codes: 0 done; ", text)
            self.assertIn("Example: whoholds %s " % command, text)
            self.assertLessEqual(max(len(line) for line in text.split("\n")), 80)


if __name__ == "__main__":
    unittest.main()
