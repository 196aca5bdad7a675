# SPDX-License-Identifier: MIT
"""Snapshots that cannot be written: a sentence, nothing left behind, and a program that goes on."""

import calendar
import os
import subprocess
import time

import pytest

from program import Program, leftovers, run_python, snapshots, wait_until

REFUSE = """
import os, sys, whoholds
try:
    whoholds.dump(sys.argv[1])
except OSError as error:
    print(type(error).__name__, error.strerror)
print(sorted(os.listdir('.')))
"""


def refuse(python, path, directory):
    code, output, errors = run_python(python, REFUSE, directory, path)
    assert (code, errors) == (0, "")
    sentence, names = output.splitlines()
    return sentence, names


def test_a_directory_that_is_missing(python, tmp_path):
    assert refuse(python, "no/x.whs", tmp_path) == (
        "FileNotFoundError cannot create %s/no/x.whs.part: no such directory" % tmp_path, "[]")


def test_a_file_for_a_directory(python, tmp_path):
    (tmp_path / "file").write_text("")
    assert refuse(python, "file/x.whs", tmp_path) == (
        "NotADirectoryError cannot create %s/file/x.whs.part: a part of the path is not a directory" % tmp_path, "['file']")


def test_a_directory_where_nobody_may_write(python, tmp_path):
    assert refuse(python, "/proc/self/x.whs", tmp_path)[0] == (
        "FileNotFoundError cannot create /proc/self/x.whs.part: no such directory")


def test_a_file_that_exists(python, tmp_path):
    (tmp_path / "x.whs").write_text("precious")
    assert refuse(python, "x.whs", tmp_path) == ("FileExistsError %s/x.whs exists and is not overwritten" % tmp_path, "['x.whs']")
    assert (tmp_path / "x.whs").read_text() == "precious"


@pytest.mark.parametrize("target", ["elsewhere", "nowhere"])
def test_a_symbolic_link_is_not_followed(python, target, tmp_path):
    (tmp_path / "elsewhere").write_text("precious")
    (tmp_path / "x.whs").symlink_to(target)
    assert refuse(python, "x.whs", tmp_path) == (
        "FileExistsError %s/x.whs exists and is not overwritten" % tmp_path, "['elsewhere', 'x.whs']")
    assert (tmp_path / "elsewhere").read_text() == "precious"


def test_a_symbolic_link_at_the_temporary_name_is_not_followed(python, tmp_path):
    (tmp_path / "elsewhere").write_text("precious")
    (tmp_path / "x.whs.part").symlink_to("elsewhere")
    assert refuse(python, "x.whs", tmp_path) == (
        "FileExistsError %s/x.whs.part exists: a snapshot of that name is being written, or was cut short and can be removed" % tmp_path,
        "['elsewhere', 'x.whs.part']")
    assert (tmp_path / "elsewhere").read_text() == "precious"


def test_a_path_that_is_too_long(python, tmp_path):
    assert refuse(python, "x/" * 2100, tmp_path)[0] == "OSError the path of the snapshot is longer than 4096 bytes"


def test_the_time_is_in_utc(python, tmp_path):
    source = "import whoholds; whoholds.install(output='{time}.{{n}-{n}'); print(whoholds.dump())"
    before = time.time()
    code, output, errors = run_python(python, source, tmp_path, environment={"TZ": "Asia/Tokyo"})
    assert (code, errors) == (0, "")
    name = os.path.basename(output.strip())
    assert name.endswith(".{n}-1")
    assert int(before) <= calendar.timegm(time.strptime(name[:-len(".{n}-1")], "%Y%m%dT%H%M%SZ")) <= time.time()


def test_a_path_stands_as_it_is(python, tmp_path):
    code, output, errors = run_python(python, "import whoholds; print(whoholds.dump('{pid}-{n}.whs'))", tmp_path)
    assert (code, output, errors) == (0, "%s/{pid}-{n}.whs\n" % tmp_path, "")


def test_words_that_are_not_known_are_refused(python, tmp_path):
    source = """
import whoholds
for settings in (dict(signal='SIGKILL'), dict(values='all'), dict(mode='magic'), dict(output='{x}')):
    try:
        whoholds.install(**settings)
    except ValueError as error:
        print(error)
print(whoholds.status()['signal'])
"""
    assert run_python(python, source, tmp_path) == (0, """\
the signal 'SIGKILL' is none of SIGUSR1, SIGUSR2, SIGHUP, SIGQUIT, SIGWINCH, SIGIO, SIGPWR
values is 'all', not one of none, short, full
mode is 'magic', not one of fork, inline
the output '{x}' has a '{' that starts none of {name}, {pid}, {n}, {time} ({{ stands for a brace)
0
""", "")


@pytest.fixture
def small_disk(tmp_path):
    """A file system that a snapshot does not fit on."""
    directory = tmp_path / "small"
    directory.mkdir()
    mounted = os.getuid() == 0 and subprocess.call(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(directory)],
                                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0
    if not mounted:
        pytest.skip("only root can make a small file system")
    yield directory
    subprocess.check_call(["umount", str(directory)])


@pytest.mark.parametrize("mode", ["fork", "inline"])
def test_a_full_disk(python, mode, small_disk, tmp_path):
    with Program(python, "heap = [[i] for i in range(100000)]; print('ready', flush=True); input()", tmp_path,
                 options=["--mode", mode], output="small/x-{n}.whs") as program:
        program.await_line("ready")
        program.signal()
        errors = program.read_error_line()
        assert errors == "whoholds: no snapshot was written: cannot write %s/x-1.whs.part: no space left on the device" % small_disk
        assert os.listdir(str(small_disk)) == []
        program.tell("end")
        assert program.await_end() == (0, "", "")


@pytest.mark.parametrize("mode", ["fork", "inline"])
def test_a_limit_of_file_sizes(python, mode, tmp_path):
    source = """
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, (10000, 10000))
heap = [[i] for i in range(100000)]
print('ready', flush=True)
input()"""
    with Program(python, source, tmp_path, options=["--mode", mode]) as program:
        program.await_line("ready")
        program.signal()
        errors = program.read_error_line()
        assert errors == ("whoholds: no snapshot was written: cannot write %s/app-%d-1.whs.part: "
                          "the file would exceed the limit of file sizes" % (tmp_path, program.pid))
        program.tell("end")
        assert program.await_end() == (0, "", "")
    assert snapshots(tmp_path) == leftovers(tmp_path) == []


def test_an_output_directory_that_comes_later(python, tmp_path):
    with Program(python, "print('ready', flush=True); input()", tmp_path, output="later/{n}.whs") as program:
        program.await_line("ready")
        program.signal()
        assert program.read_error_line().endswith("/later/1.whs.part: no such directory")
        (tmp_path / "later").mkdir()
        program.signal()
        wait_until(lambda: snapshots(tmp_path / "later"), "a snapshot")
        program.tell("end")
        assert program.await_end() == (0, "", "")
