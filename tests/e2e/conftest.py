# SPDX-License-Identifier: MIT
"""Tests of the built tree: each one that takes `python` runs with every interpreter that is found."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "support"))

import pythons

INTERPRETERS = pythons.supported_interpreters()


def pytest_report_header(config):
    return "interpreters: %s\nbuild: %s" % (", ".join(interpreter.version for interpreter in INTERPRETERS), pythons.build_directory())


def pytest_generate_tests(metafunc):
    if "python" in metafunc.fixturenames:
        metafunc.parametrize("python", INTERPRETERS, ids=lambda interpreter: interpreter.version)
