# SPDX-License-Identifier: GPL-2.0-or-later
"""The analyzer knows each instruction of each interpreter that is found, and does to the stack what `dis.stack_effect` says."""

import os
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "support"))

from pythons import build_directory, package_directory, supported_interpreters

QUESTION = """
import dis, opcode, sys, whoholds
whoholds.dump(sys.argv[1])
for name, number in opcode.opmap.items():
    takes = number in opcode.hasarg if sys.version_info >= (3, 12) else number >= opcode.HAVE_ARGUMENT
    for argument in range(4 if takes else 1) if number < 256 else ():
        operand = argument if takes else None
        try:
            print(name, argument, dis.stack_effect(number, operand, jump=False), dis.stack_effect(number, operand, jump=True))
        except ValueError:
            pass
"""

# Never in the bytecode of a code object.
NOT_READ = {"RESERVED", "INSTRUMENTED_LINE", "INSTRUMENTED_INSTRUCTION", "ENTER_EXECUTOR"}

# flow_actions.c moves the stack itself.
MOVED = {"EXTENDED_ARG", "UNPACK_EX", "ROT_TWO", "ROT_THREE", "ROT_FOUR", "ROT_N", "COPY"}

# Counted in another way, which comes to the same: 3.11 takes a call's arguments with PRECALL; what a generator is resumed with counts from 3.13 on;
# nothing comes after a return; 3.8's `finally` has two depths (bytecode.c).
OTHERWISE = {"PRECALL", "CALL 3.11", "RETURN_GENERATOR", "RETURN_VALUE", "CALL_FINALLY"}


def is_comparable(name, argument, minor):
    takes = name != "BUILD_SLICE" or argument in (2, 3)
    return takes and name not in NOT_READ | MOVED | OTHERWISE and "%s 3.%d" % (name, minor) not in OTHERWISE


def said_by_python(interpreter, snapshot):
    environment = dict(os.environ, PYTHONPATH=package_directory())
    lines = subprocess.run([interpreter.path, "-c", QUESTION, snapshot], env=environment, stdout=subprocess.PIPE, check=True, timeout=120).stdout
    return {(name, int(argument)): (int(effect), int(jump)) for name, argument, effect, jump in map(str.split, lines.decode().splitlines())}


def said_by_us(snapshot):
    tool = os.path.join(build_directory(), "bin", "dump_stack_effects")
    lines = subprocess.run([tool, snapshot], stdout=subprocess.PIPE, check=True, timeout=120).stdout.decode().splitlines()
    unknown = {line.split()[0] for line in lines if line.endswith(" unknown")}
    known = [line.split() for line in lines if not line.endswith(" unknown")]
    return unknown, {(name, int(argument)): (int(effect), None if jump == "-" else int(jump)) for name, argument, effect, jump in known}


class StackEffects(unittest.TestCase):
    maxDiff = None

    def test_they_are_those_of_the_interpreter(self):
        for interpreter in supported_interpreters():
            with self.subTest(interpreter.version), tempfile.TemporaryDirectory() as folder:
                self.check(interpreter, os.path.join(folder, "x.whs"))

    def check(self, interpreter, snapshot):
        theirs = said_by_python(interpreter, snapshot)
        unknown, ours = said_by_us(snapshot)
        self.assertLessEqual(unknown, NOT_READ | {"EXTENDED_ARG"})   # which needs another one behind it
        self.assertGreater(len(set(ours) & set(theirs)), 250)
        minor = interpreter.hexversion >> 16 & 255
        different = {key: (ours[key], theirs[key]) for key in ours if key in theirs and is_comparable(*key, minor)
                     and (ours[key][0] != theirs[key][0] or ours[key][1] not in (None, theirs[key][1]))}
        self.assertEqual(different, {})


if __name__ == "__main__":
    unittest.main()
