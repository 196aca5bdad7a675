# SPDX-License-Identifier: MIT
"""`whoholds dump` takes a snapshot of a process that runs, with the dumper in it or without, and the process does not notice."""

import json
import os
import signal
import subprocess

import pytest

import pythons
from program import PATIENCE, Lines, Program, is_complete, leftovers, snapshots, wait_until
from test_trigger import READY, STATES

STATES = dict(STATES, **{
    "blocks_all_signals": "import signal, time; signal.pthread_sigmask(signal.SIG_SETMASK, range(1, 32)); ready(); time.sleep(1000)",
    "waits_for_a_signal": """
import signal
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1]); ready(); signal.sigwait([signal.SIGUSR1])""",
    "polls": "import select; poll = select.epoll(); ready(); poll.poll()",
})

HOLDS_THE_GIL = READY + """
import ctypes, sys
ready()
ctypes.PyDLL(None).sleep(int(sys.argv[1]))   # unlike CDLL, it keeps the GIL
print('on', flush=True)
input()"""


class Bystander(Program):
    """A Python program that knows nothing of whoholds."""

    def __init__(self, python, source, directory, arguments=(), **options):
        self.directory = str(directory)
        script = os.path.join(self.directory, "app.py")
        with open(script, "w") as file:
            file.write(source)
        self.process = subprocess.Popen([getattr(python, "path", python), script, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, cwd=self.directory, start_new_session=True, **options)
        self.pid = self.process.pid
        self._output = Lines(self.process.stdout)
        self._errors = Lines(self.process.stderr)


def start_dump(*arguments, **options):
    return subprocess.Popen([pythons.whoholds_program(), "dump", *map(str, arguments)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, **options)


def end_of(command):
    output, errors = command.communicate(timeout=PATIENCE)
    return command.returncode, output.decode(), errors.decode()


def dump(*arguments, **options):
    return end_of(start_dump(*arguments, **options))


def information(path):
    done = subprocess.run([pythons.whoholds_program(), "info", "--json", str(path)], timeout=PATIENCE, stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout.decode())


def mapped(pid, file):
    with open("/proc/%d/maps" % pid) as maps:
        return any(line.rstrip().endswith(file) for line in maps)


def threads(pid):
    return len(os.listdir("/proc/%d/task" % pid))


@pytest.mark.parametrize("state", STATES)
def test_a_program_without_the_dumper_that(python, state, tmp_path):
    with Bystander(python, READY + STATES[state], tmp_path) as program:
        program.await_line("ready")
        descriptors, before = os.listdir("/proc/%d/fd" % program.pid), threads(program.pid)
        for number in (1, 2):
            path = str(tmp_path / ("app-%d-%d.whs" % (program.pid, number)))
            assert dump(program.pid, cwd=str(tmp_path)) == (0, path + "\n", "")
            assert is_complete(path)
        wait_until(lambda: threads(program.pid) == before, "the end of the thread")
        assert os.listdir("/proc/%d/fd" % program.pid) == descriptors
        assert program.process.poll() is None
        assert leftovers(tmp_path) == []


def test_the_snapshot_says_who_holds_what(python, tmp_path):
    source = READY + """
cache = []
def keep():
    for i in range(20): cache.append(bytearray(1000000))
keep(); ready(); input()"""
    with Bystander(python, source, tmp_path) as program:
        program.await_line("ready")
        path = tmp_path / "now.whs"
        assert dump(program.pid, "-o", "now.whs", cwd=str(tmp_path)) == (0, str(path) + "\n", "")
        assert path.stat().st_mode & 0o777 == 0o600
        assert information(path)["trigger"] == "command"
        done = subprocess.run([pythons.whoholds_program(), "suspects", "--json", str(path)], timeout=PATIENCE, stdout=subprocess.PIPE)
        assert json.loads(done.stdout.decode())["suspects"][0]["holder"]["name"] == "__main__.cache"


def test_python_sees_nothing_of_it(python, tmp_path):
    source = READY + """
import sys, threading
def portrait(): return sorted(sys.modules), sys.path[:], threading.active_count(), sorted(globals()), sorted(sys.path_importer_cache)
first = second = portrait(); first = portrait()
ready(); input()
second = portrait()
print(first == second, flush=True)"""
    with Bystander(python, source, tmp_path) as program:
        program.await_line("ready")
        assert dump(program.pid, "-o", tmp_path / "x.whs")[0] == 0
        program.tell("go on")
        assert program.await_end() == (0, "True\n", "")


def test_threads_that_allocate_all_the_time_go_on_and_end_well(python, tmp_path):
    source = READY + """
import threading
stop = False
def churn():
    while not stop:
        blocks = [bytearray(600 + i * 37) for i in range(200)]
        words = {str(i): (i,) for i in range(300)}
threads = [threading.Thread(target=churn) for i in range(3)]
for thread in threads: thread.start()
ready(); input()
stop = True
for thread in threads: thread.join()
print('ended')"""
    with Bystander(python, source, tmp_path) as program:
        program.await_line("ready")
        for number in range(10):
            assert dump(program.pid, "-o", tmp_path / ("%d.whs" % number))[0] == 0
        program.tell("stop")
        assert program.await_end() == (0, "ended\n", "")
    assert len(snapshots(tmp_path)) == 10


def test_numbers_in_vector_registers_survive(python, tmp_path):
    """A loop over floats, entered many times at arbitrary places."""
    source = READY + """
import math, sys
def compute(rounds):
    total = 0.0
    for i in range(rounds): total = math.fsum((total * 0.5, math.sqrt(i), i * 1.25e-3))
    return total
expected = compute(10000)
ready()
different, rounds = 0, 0
import select
while not select.select([sys.stdin], [], [], 0)[0]:
    different += compute(10000) != expected
print(different)"""
    with Bystander(python, source, tmp_path) as program:
        program.await_line("ready")
        for number in range(10):
            assert dump(program.pid, "-o", tmp_path / ("%d.whs" % number))[0] == 0
        program.tell("stop")
        assert program.await_end() == (0, "0\n", "")


def test_a_sleep_lasts_as_long_as_it_would_have(python, tmp_path):
    source = READY + """
import time
start = time.monotonic(); ready(); time.sleep(1.5)
print(1.5 <= time.monotonic() - start < 30)"""
    with Bystander(python, source, tmp_path) as program:
        program.await_line("ready")
        assert dump(program.pid, "-o", tmp_path / "x.whs")[0] == 0
        assert program.await_end() == (0, "True\n", "")


def test_a_program_under_whoholds_run_is_asked_by_its_signal(python, tmp_path):
    with Program(python, READY + "import time; ready(); time.sleep(1000)", tmp_path) as program:
        program.await_line("ready")
        path = str(tmp_path / ("app-%d-1.whs" % program.pid))
        assert dump(program.pid, cwd="/") == (0, path + "\n", "")
        other = tmp_path / "{n}.whs"
        assert dump(program.pid, "-o", "{n}.whs", cwd=str(tmp_path)) == (0, str(other) + "\n", "")
        assert information(other)["trigger"] == "command"
        program.signal()
        wait_until(lambda: os.path.exists(str(tmp_path / ("app-%d-2.whs" % program.pid))), "the answer to an ordinary signal")
        assert not mapped(program.pid, "/agent.so")


def test_a_forked_process_is_asked_by_its_signal(python, tmp_path):
    source = READY + """
import os, time
child = os.fork()
if child == 0:
    print(os.getpid(), flush=True)
    time.sleep(1000)
input(); os.kill(child, 9); os.wait()"""
    with Program(python, source, tmp_path) as program:
        child = int(program.read_line())
        path = str(tmp_path / ("app-%d-1.whs" % child))
        assert dump(child, cwd="/") == (0, path + "\n", "")
        assert information(path)["pid"] == child
        assert not mapped(child, "/agent.so")
        program.tell("end")
        assert program.await_end()[0] == 0


def test_where_the_program_has_taken_the_signal_the_process_is_entered(python, tmp_path):
    source = READY + """
import signal
signal.signal(signal.SIGUSR2, lambda *unused: print('mine', flush=True))
ready(); input()"""
    with Program(python, source, tmp_path) as program:
        program.await_line("ready")
        path = str(tmp_path / "x.whs")
        assert dump(program.pid, "-o", path) == (0, path + "\n", "")
        assert snapshots(tmp_path) == [path]
        program.await_line("mine")
        program.tell("end")
        assert program.await_end() == (0, "", "")


@pytest.mark.parametrize("start", [Program, Bystander])
def test_what_is_there_is_not_overwritten(python, start, tmp_path):
    (tmp_path / "old.whs").write_text("old")
    with start(python, READY + "ready(); input()", tmp_path) as program:
        program.await_line("ready")
        code, output, errors = dump(program.pid, "-o", tmp_path / "old.whs")
        assert (code, output) == (5, "")
        assert errors.startswith("whoholds: process %d wrote no snapshot: " % program.pid) and "old.whs" in errors, errors
        assert (tmp_path / "old.whs").read_text() == "old"
        assert dump(program.pid, "-o", "/nowhere/x.whs")[0] == 5
        assert leftovers(tmp_path) == []


def test_a_lock_that_is_not_given_away_is_waited_for_no_longer_than_allowed(python, tmp_path):
    with Bystander(python, HOLDS_THE_GIL, tmp_path, arguments=["4"]) as program:
        program.await_line("ready")
        code, output, errors = dump(program.pid, "-o", tmp_path / "x.whs", "--timeout", 1)
        assert (code, output) == (4, "")
        assert errors == ("whoholds: process %d had no snapshot ready after 1 s (--timeout): perhaps native code does not give Python's lock "
                          "away\n" % program.pid)
        program.await_line("on")
        wait_until(lambda: threads(program.pid) == 1, "the end of the thread")
        assert snapshots(tmp_path) == leftovers(tmp_path) == []
        assert dump(program.pid, "-o", tmp_path / "x.whs")[0] == 0
        program.tell("end")
        assert program.await_end() == (0, "", "")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_command_leaves_the_process_as_it_was(python, number, tmp_path):
    with Bystander(python, HOLDS_THE_GIL, tmp_path, arguments=["3"]) as program:
        program.await_line("ready")
        command = start_dump(program.pid, "-o", tmp_path / "x.whs")
        wait_until(lambda: threads(program.pid) == 2, "the thread that waits for the GIL")
        command.send_signal(number)
        assert end_of(command) == (4, "", "whoholds: interrupted: process %d goes on without a snapshot\n" % program.pid)
        program.await_line("on")
        wait_until(lambda: threads(program.pid) == 1, "the end of the thread")
        program.tell("end")
        assert program.await_end() == (0, "", "")
    assert snapshots(tmp_path) == leftovers(tmp_path) == []


def test_interrupts_at_any_moment_do_no_harm(python, tmp_path):
    with Bystander(python, READY + "ready(); input(); print('fine')", tmp_path) as program:
        program.await_line("ready")
        for delay in range(30):
            command = start_dump(program.pid, "-o", tmp_path / ("%d.whs" % delay))
            with pytest.raises(subprocess.TimeoutExpired):
                command.wait(0.002 * delay)
                raise subprocess.TimeoutExpired("", 0)
            command.send_signal(signal.SIGINT)
            assert end_of(command)[0] in (0, 4, -signal.SIGINT)
        last = str(tmp_path / "last.whs")
        assert dump(program.pid, "-o", last) == (0, last + "\n", "")
        wait_until(lambda: threads(program.pid) == 1, "the end of the threads")
        assert leftovers(tmp_path) == []
        program.tell("end")
        assert program.await_end() == (0, "fine\n", "")


def test_a_process_that_ends_meanwhile_is_told(python, tmp_path):
    with Bystander(python, HOLDS_THE_GIL, tmp_path, arguments=["1000"]) as program:
        program.await_line("ready")
        command = start_dump(program.pid, "-o", tmp_path / "x.whs")
        wait_until(lambda: threads(program.pid) == 2, "the thread that waits for the GIL")
        program.process.kill()
        program.process.wait(PATIENCE)
        assert end_of(command) == (4, "", "whoholds: process %d has ended\n" % program.pid)


def test_two_commands_at_once_are_one_and_a_refusal(python, tmp_path):
    with Bystander(python, HOLDS_THE_GIL, tmp_path, arguments=["2"]) as program:
        program.await_line("ready")
        first = start_dump(program.pid, "-o", tmp_path / "x.whs")
        wait_until(lambda: threads(program.pid) == 2, "the thread that waits for the GIL")
        assert dump(program.pid) == (
            4, "", "whoholds: another whoholds is taking a snapshot of process %d: wait for it\n" % program.pid)
        assert end_of(first)[0] == 0


@pytest.mark.parametrize("arguments, sentence", [
    ([], "there is no PID"),
    (["x"], "'x' is no number of a process"),
    (["-o", "x", "0"], "'0' is no number of a process"),
    (["1", "2"], "one process at a time: '2' is too many"),
    (["-o", "directory/", "1"], "the output 'directory/' names no file"),
    (["--timeout", "0", "1"], "--timeout takes a number of seconds, not '0'"),
])
def test_wrong_usage_is_told(arguments, sentence):
    code, output, errors = dump(*arguments)
    assert (code, output) == (2, "")
    assert errors.splitlines()[0].endswith(": " + sentence)


def test_a_process_that_is_not_there_is_told():
    process = subprocess.Popen(["true"])
    wait_until(lambda: open("/proc/%d/stat" % process.pid).read().split(") ")[1][0] == "Z", "its end")
    pid = process.pid
    assert dump(pid) == (4, "", "whoholds: process %d has ended, and its parent has not waited for it yet\n" % pid)
    process.wait()
    assert dump(pid) == (4, "", "whoholds: there is no process %d\n" % pid)


def test_a_process_that_is_no_python_is_told():
    process = subprocess.Popen(["sleep", "1000"])
    try:
        wait_until(lambda: mapped(process.pid, "/sleep"), "its start")
        assert dump(process.pid) == (4, "", "whoholds: process %d is no Python process: there is no CPython in it\n" % process.pid)
        process.send_signal(signal.SIGSTOP)
        wait_until(lambda: open("/proc/%d/stat" % process.pid).read().split(") ")[1][0] == "T", "its stop")
        assert dump(process.pid) == (
            4, "", "whoholds: process {0} is stopped: let it go on first (kill -CONT {0})\n".format(process.pid))
    finally:
        process.kill()
        process.wait()


def test_an_interpreter_without_a_dumper_is_told_and_goes_on(tmp_path):
    unsupported = pythons.unsupported_interpreters()
    if not unsupported:
        pytest.skip("there is no interpreter without a dumper")
    for interpreter in unsupported:
        with Bystander(interpreter, READY + "ready(); input(); print('fine')", tmp_path) as program:
            program.await_line("ready")
            code, output, errors = dump(program.pid)
            assert (code, output) == (4, "")
            assert "wrote no snapshot: there is no dumper for cpython %s in " % interpreter.version in errors
            program.tell("end")
            assert program.await_end() == (0, "fine\n", "")


def forbid_tracing():
    """What a security profile of a container does: process_vm_readv and ptrace fail with EPERM, in this process alone."""
    import ctypes
    import struct

    def instruction(code, true, false, value):
        return struct.pack("HBBI", code, true, false, value)

    program = (instruction(0x20, 0, 0, 0) +                 # the number of the system call
               instruction(0x15, 1, 0, 101) +               # ptrace on x86-64
               instruction(0x15, 0, 1, 310) +               # process_vm_readv
               instruction(0x06, 0, 0, 0x00050000 | 1) +    # EPERM
               instruction(0x06, 0, 0, 0x7FFF0000))         # allowed
    buffer = ctypes.create_string_buffer(program)
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(38, 1, 0, 0, 0)
    header = struct.pack("HxxxxxxP", 5, ctypes.addressof(buffer))
    if libc.prctl(22, 2, header, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "seccomp")


on_x86_64 = pytest.mark.skipif(os.uname().machine != "x86_64", reason="numbers of system calls")


@on_x86_64
def test_a_process_that_may_not_be_traced_is_told(python, tmp_path):
    with Bystander(python, READY + "ready(); input()", tmp_path) as program:
        program.await_line("ready")
        code, output, errors = dump(program.pid, preexec_fn=forbid_tracing)
        assert (code, output) == (4, "")
        assert errors.startswith("whoholds: process %d may not be traced: run whoholds as its user or as root; in a container, " % program.pid)


@on_x86_64
def test_a_program_under_whoholds_run_is_dumped_even_if_it_may_not_be_traced(python, tmp_path):
    with Program(python, READY + "ready(); input()", tmp_path, output="{{*{name}-{pid}-{n}.whs") as program:
        program.await_line("ready")
        for number in (1, 2):
            path = str(tmp_path / ("{*app-%d-%d.whs" % (program.pid, number)))
            assert dump(program.pid, cwd="/", preexec_fn=forbid_tracing) == (0, path + "\n", "")
            assert is_complete(path)
        code, output, errors = dump(program.pid, "-o", tmp_path / "x.whs", preexec_fn=forbid_tracing)
        assert (code, output) == (4, "") and "may not be traced" in errors


def as_another_user():
    os.setgid(12345)
    os.setuid(12345)


def test_the_process_of_another_user_is_told(python, tmp_path):
    if os.getuid() != 0:
        pytest.skip("only root can become another user")
    if subprocess.run([pythons.whoholds_program(), "--version"], stdout=subprocess.DEVNULL, preexec_fn=as_another_user).returncode != 0:
        pytest.skip("another user cannot run this whoholds")
    with Bystander(python, READY + "ready(); input()", tmp_path) as program:
        program.await_line("ready")
        code, output, errors = dump(program.pid, cwd="/", preexec_fn=as_another_user)
        assert (code, output, errors) == (
            4, "", "whoholds: process %d belongs to another user: run whoholds as that user, or as root\n" % program.pid)
