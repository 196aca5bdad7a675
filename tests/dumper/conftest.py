# SPDX-License-Identifier: MIT
"""Tests of the walk: each one that takes `python` runs with every interpreter that is found."""
import os
import subprocess
import sys

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "support"), os.path.join(HERE, "..", "format")]

import pythons  # noqa: E402
import stranger_reader  # noqa: E402

INTERPRETERS = pythons.supported_interpreters()


def pytest_generate_tests(metafunc):
    if "python" in metafunc.fixturenames:
        metafunc.parametrize("python", INTERPRETERS, ids=lambda interpreter: interpreter.version)


@pytest.fixture
def run(python, tmp_path):
    """run(script, *arguments) runs a script of this folder in the interpreter under test and returns its output."""
    def run_script(script, *arguments):
        words = [python.path, "-X", "faulthandler", os.path.join(HERE, script), pythons.package_directory()]
        result = subprocess.run(words + [str(argument) for argument in arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                timeout=300, cwd=str(tmp_path))
        assert result.returncode == 0, result.stderr.decode()
        return result.stdout.decode()
    return run_script


@pytest.fixture
def snapshot_of(run, tmp_path):
    """snapshot_of(program, mode) is what a program of this folder, or a source text, leaves behind."""
    def make(program, mode="fork"):
        path = os.path.join(HERE, program)
        if "\n" in program:
            path = tmp_path / "program.py"
            path.write_text(program)
        run("snapshot_of.py", tmp_path / "out.whs", mode, path)
        return stranger_reader.read(str(tmp_path / "out.whs"))
    return make
