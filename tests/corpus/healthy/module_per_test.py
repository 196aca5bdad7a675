# SPDX-License-Identifier: GPL-2.0-or-later
"""A test runner makes a module for each test, and takes it out again."""
import sys
import types

TABLE = {n: "row %d of the table that all tests use" % n for n in range(10000)}


def run(number):
    name = "test_case_%d" % number
    module = types.ModuleType(name)
    sys.modules[name] = module
    try:
        exec("DATA = [n * %d for n in range(300)]\nRESULT = sum(DATA)" % number, module.__dict__)
        return module.RESULT
    finally:
        del sys.modules[name]


for number in range(300):
    run(number)
print("ready", flush=True)
sys.stdin.readline()
