# SPDX-License-Identifier: MIT
"""`whoholds run` is the program that it starts: pid, streams, arguments, exit code and what Python sees."""

import json
import os
import signal
import subprocess

import pytest

import pythons
from program import PATIENCE, Program, run_python

# What a program can see of how it was started.
PORTRAIT = """
import json, os, sys
json.dump({
    'path': sys.path, 'argv': sys.argv, 'flags': repr(sys.flags), 'customized': 'sitecustomize' in sys.modules,
    'modules': sorted(set(sys.modules) - {'whoholds', 'whoholds._dumper', 'atexit'}),
    'cache': sorted(path for path in sys.path_importer_cache if 'whoholds' not in path),
    'inject': [path for path in sys.path_importer_cache if 'inject' in path],
    'descriptors': os.listdir('/proc/self/fd'), 'directory': os.getcwd(),
    'mask': [line for line in open('/proc/self/status') if line.startswith(('SigBlk', 'SigIgn'))],
}, sys.stdout)
"""


def run(*arguments, environment=None, stdin=b"", directory=None):
    done = subprocess.run([pythons.whoholds_program(), "run", *map(str, arguments)], input=stdin, timeout=PATIENCE, cwd=directory,
                          env=dict(os.environ, **(environment or {})), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def plain(*arguments, environment=None):
    done = subprocess.run(list(map(str, arguments)), stdin=subprocess.DEVNULL, timeout=PATIENCE, stdout=subprocess.PIPE,
                          env=dict(os.environ, **(environment or {})), check=True)
    return json.loads(done.stdout.decode())


@pytest.mark.parametrize("python_path", [None, "", "/nowhere", "/nowhere:/tmp"])
def test_the_program_sees_what_it_would_have_seen(python, python_path, tmp_path):
    script = tmp_path / "portrait.py"
    script.write_text(PORTRAIT)
    environment = {} if python_path is None else {"PYTHONPATH": python_path}
    code, output, errors = run("--", python.path, script, "--output", "x", environment=environment)
    assert (code, errors) == (0, "")
    assert json.loads(output) == plain(python.path, script, "--output", "x", environment=environment)


def test_the_process_is_the_program(python, tmp_path):
    with Program(python, "import os; print(os.getpid(), os.getppid(), flush=True); input()", tmp_path) as program:
        assert program.read_line() == "%d %d" % (program.pid, os.getpid())


def test_streams_and_exit_code_are_the_program_s(python, tmp_path):
    source = "import sys; data = sys.stdin.read(); sys.stdout.write(data * 2); sys.stderr.write(data * 3); sys.exit(41)"
    assert run(python.path, "-c", source, stdin=b"abc") == (41, "abcabc", "abcabcabc")


def test_a_signal_that_kills_the_program_kills_it(python):
    assert run(python.path, "-c", "import os; os.kill(os.getpid(), 15)")[0] == -signal.SIGTERM


def test_the_program_s_own_sitecustomize_is_imported(python, tmp_path):
    (tmp_path / "sitecustomize.py").write_text("import sys; sys.customized = __file__")
    source = "import sys, sitecustomize; print(sys.customized, sitecustomize.__file__, 'whoholds' in sys.modules)"
    result = run(python.path, "-c", source, environment={"PYTHONPATH": str(tmp_path)})
    assert result == (0, "{0} {0} True\n".format(tmp_path / "sitecustomize.py"), "")


def test_a_sitecustomize_that_fails_fails_as_ever(python, tmp_path):
    (tmp_path / "sitecustomize.py").write_text("raise ValueError('no luck')")
    environment = {"PYTHONPATH": str(tmp_path)}
    done = subprocess.run([python.path, "-c", "print(1)"], env=dict(os.environ, **environment), timeout=PATIENCE,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert run(python.path, "-c", "print(1)", environment=environment) == (0, done.stdout.decode(), done.stderr.decode())


def test_a_module_can_be_run(python, tmp_path):
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "__main__.py").write_text("import whoholds; print(whoholds.dump())")
    code, output, errors = run("-o", "out-{name}-{n}.whs", python.path, "-m", "package", directory=str(tmp_path))
    assert (code, output, errors) == (0, str(tmp_path / "out-package-1.whs") + "\n", "")


def test_programs_that_the_program_starts_are_dumped_too(python, tmp_path):
    source = """
import os, subprocess, sys
os.chdir('/')
print(subprocess.check_output([sys.executable, '-c', 'import sys; print(sys.modules["whoholds"].dump())']).decode(), end='')"""
    code, output, errors = run("-o", "{name}-{n}.whs", python.path, "-c", source, directory=str(tmp_path))
    assert (code, output, errors) == (0, str(tmp_path / "python-1.whs") + "\n", "")


def test_the_directory_s_name_may_have_braces(python, tmp_path):
    directory = tmp_path / "{name}"
    directory.mkdir()
    code, output, errors = run("-o", "{n}.whs", python.path, "-c", "import whoholds; print(whoholds.dump())", directory=str(directory))
    assert (code, output, errors) == (0, str(directory / "1.whs") + "\n", "")


@pytest.mark.parametrize("arguments, sentence", [
    ([], "there is no program to run"),
    (["--mode", "magic", "true"], "--mode takes fork or inline, not 'magic'"),
    (["--values", "all", "true"], "--values takes none, short or full, not 'all'"),
    (["--signal", "KILL", "true"], "the signal 'KILL' is not one that can ask for a snapshot; take SIGUSR1, SIGUSR2 or SIGHUP"),
    (["--output", "{date}.whs", "true"],
     "the output '{date}.whs' has a '{' that starts none of {name}, {pid}, {n}, {time} ({{ stands for a brace)"),
    (["--output", "directory/", "true"], "the output 'directory/' names no file"),
])
def test_wrong_usage_is_told(arguments, sentence):
    code, output, errors = run(*arguments)
    assert (code, output) == (2, "")
    assert errors.splitlines()[0].endswith(": " + sentence)


@pytest.mark.parametrize("program, sentence", [
    ("/nowhere/program", "/nowhere/program cannot be started: No such file or directory"),
    ("/nowhere/python3", "/nowhere/python3 cannot be started: No such file or directory"),
    ("/etc/passwd", "/etc/passwd cannot be started: Permission denied"),
])
def test_a_program_that_cannot_be_started_is_told(program, sentence):
    assert run("--", program) == (4, "", "whoholds: %s\n" % sentence)


@pytest.mark.parametrize("options, letter", [(["-I"], "I"), (["-bE", "-c", "1"], "E"), (["-W", "ignore", "-uS"], "S")])
def test_options_with_which_there_would_be_no_dumper_are_refused(python, options, letter):
    sentence = "with -%s Python does not import what whoholds puts into its environment: leave the option out" % letter
    assert run("--", python.path, *options) == (4, "", "whoholds: %s\n" % sentence)


def test_options_of_the_program_are_not_taken_for_python_s(python):
    assert run("--", python.path, "-c", "import sys; print(sys.argv[1:])", "-I", "-E") == (0, "['-I', '-E']\n", "")


def test_an_interpreter_without_a_dumper_is_refused_before_it_starts(tmp_path):
    unsupported = pythons.unsupported_interpreters()
    if not unsupported:
        pytest.skip("there is no interpreter without a dumper")
    for interpreter in unsupported:
        code, output, errors = run(interpreter.path, "-c", "print('started')")
        assert (code, output) == (4, "")
        sentence = "there is no dumper for %s, which is cpython %s; there are dumpers for CPython 3."
        assert sentence % (interpreter.path, interpreter.version) in errors


def test_an_interpreter_without_a_dumper_that_a_program_starts_runs_unharmed(tmp_path):
    unsupported = pythons.unsupported_interpreters()
    if not unsupported:
        pytest.skip("there is no interpreter without a dumper")
    for interpreter in unsupported:
        code, output, errors = run("env", interpreter.path, "-c", "import sys; print('started', 'whoholds' in sys.modules)")
        assert (code, output) == (0, "started False\n")
        short_version = interpreter.version.rpartition(".")[0]
        assert errors == "whoholds has no dumper for Python %s, only for 3.8 and newer\n" % short_version


def test_a_dumper_for_another_micro_version_refuses_to_be_imported(python, tmp_path):
    others = [other for other in pythons.supported_interpreters()
              if other.hexversion >> 16 == python.hexversion >> 16 and other.tag != python.tag]
    if not others:
        pytest.skip("there is no other micro version of this one")
    source = os.path.join(pythons.package_directory(), "whoholds", "_dumper", others[0].tag, "_dumper.so")
    copy_extension(source, tmp_path)
    code, output, errors = run_python(python, "import sys; sys.path[:] = ['.'] + sys.path; import _dumper", tmp_path)
    assert code == 1
    assert "ImportError: this whoholds dumper was built for Python %s and cannot read the memory of Python %s" % (
        others[0].version, python.version) in errors.splitlines()[-1]


def copy_extension(source, directory):
    with open(source, "rb") as file:
        (directory / "_dumper.so").write_bytes(file.read())


def test_a_free_threaded_build_is_refused_and_told_why(python, tmp_path):
    source = "import sys; sys.abiflags = 't'; import whoholds"
    code, output, errors = run_python(python, source, tmp_path)
    assert (code, output) == (1, "")
    assert errors.splitlines()[-1] == ("ImportError: whoholds has no dumper for free-threaded CPython, whose objects have no lock that stops "
                                       "them all: use a build with the GIL")


def test_the_package_names_the_versions_that_it_has(python, tmp_path):
    package = tmp_path / "whoholds"
    package.mkdir()
    with open(os.path.join(pythons.package_directory(), "whoholds", "__init__.py")) as file:
        (package / "__init__.py").write_text(file.read())
    (package / "_dumper" / "cpython-030403f0").mkdir(parents=True)
    (package / "_dumper" / "cpython-030403f0" / "_dumper.so").write_text("")
    (package / "_dumper" / "cpython-030503f0").mkdir()
    code, output, errors = run_python(python, "import sys; sys.path.insert(0, '.'); import whoholds", tmp_path)
    assert code == 1
    sentence = "ImportError: whoholds has no dumper for cpython %s, only for these versions of CPython: 3.4.3"
    assert errors.splitlines()[-1] == sentence % python.version
