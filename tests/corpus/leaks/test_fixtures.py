# SPDX-License-Identifier: GPL-2.0-or-later
"""Test cases keep what setUp made, and the runner keeps the test cases."""
import sys
import unittest


class OrderTest(unittest.TestCase):
    def setUp(self):
        self.table = ["row %d" % n for n in range(20000)]  # holder: table

    def test_nothing(self):
        self.assertEqual(len(self.table), 20000)


class Runner:
    def __init__(self):
        self.finished = []
        self.result = unittest.TestResult()

    def run(self, test):
        test.run(self.result)
        self.finished.append(test)  # holder: finished


runner = Runner()
for _ in range(12):
    runner.run(OrderTest("test_nothing"))
print("ready", flush=True)
sys.stdin.readline()
