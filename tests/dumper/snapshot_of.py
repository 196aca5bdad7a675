# SPDX-License-Identifier: MIT
"""Runs in the interpreter under test: runs a program as module `program` and writes a snapshot of what it leaves behind.

    snapshot_of.py PACKAGE_DIR OUT.whs MODE PROGRAM [ARGUMENT…]
"""
import os
import sys
import types


def run(path):
    module = sys.modules["program"] = types.ModuleType("program")
    with open(path) as source:
        exec(compile(source.read(), path, "exec"), module.__dict__)


def main():
    package, out, mode, program = sys.argv[1:5]
    sys.path.insert(0, package)
    import whoholds
    sys.argv[:] = sys.argv[4:]
    run(program)
    whoholds.install(mode=mode)
    whoholds.dump(out)
    sys.stdout.flush()
    os._exit(0)  # daemon threads and half-run coroutines are the program's business


main()
