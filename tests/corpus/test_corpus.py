# SPDX-License-Identifier: GPL-2.0-or-later
"""The corpus on the oldest and the newest interpreter, and on another one each day: enough holders and lines are right, and no healthy program is called a leak.

WHOHOLDS_CORPUS=all: on every interpreter.
"""

import os
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import corpus


def chosen(interpreters):
    if os.environ.get("WHOHOLDS_CORPUS") == "all" or len(interpreters) <= 3:
        return interpreters
    between = interpreters[1:-1]
    return [interpreters[0], between[int(time.time() / 86400) % len(between)], interpreters[-1]]


class CorpusTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.interpreters = chosen(corpus.supported_interpreters())
        cls.outcomes = corpus.run_all([(case, interpreter, mode) for case in corpus.cases() for interpreter in cls.interpreters for mode in corpus.MODES])
        cls.wrong = "\n".join(str(outcome) for outcome in cls.outcomes if not outcome.right)
        print("\n".join(corpus.table(cls.outcomes)))

    def test_the_holder_and_its_line_are_right_often_enough(self):
        for interpreter in self.interpreters:
            of_version = [outcome for outcome in self.outcomes if outcome.version == interpreter.version]
            for mode in corpus.MODES:
                for what, needed in (("right", corpus.NEEDED[mode]), ("called", corpus.NEEDED_CALLED[mode])):
                    self.assertGreaterEqual(corpus.share(of_version, mode, what), needed, "%s %s %s\n%s" % (interpreter.version, mode, what, self.wrong))

    def test_no_healthy_program_is_called_a_leak(self):
        for outcome in self.outcomes:
            if not outcome.case.healthy or outcome.mode in outcome.case.gaps_at_times:
                continue
            if outcome.mode in outcome.case.gaps:
                self.assertTrue(outcome.leak_called, "this gap is closed: %s" % outcome)
            else:
                self.assertTrue(outcome.right, str(outcome))


if __name__ == "__main__":
    unittest.main()
