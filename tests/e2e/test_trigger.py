# SPDX-License-Identifier: MIT
"""The signal makes a snapshot whatever the program is doing, and the program does not notice."""

import os
import signal
import tempfile
import time

import pytest

import pythons
from program import Program, children, is_complete, leftovers, run_python, snapshots, wait_until

STATES = {
    "sleeps": "import time; ready(); time.sleep(1000)",
    "waits_for_a_lock": "import threading; lock = threading.Lock(); lock.acquire(); ready(); lock.acquire()",
    "joins_a_thread": """
import threading, time
thread = threading.Thread(target=time.sleep, args=(1000,), daemon=True)
thread.start(); ready(); thread.join()""",
    "computes": "ready()\nwhile True: pass",
    "selects": "import os, select; ends = os.pipe(); ready(); select.select(ends[:1], [], [])",
    "runs_asyncio": """
import asyncio
async def main():
    ready()
    await asyncio.sleep(1000)
asyncio.run(main())""",
    "is_in_native_code_without_the_gil": "import hashlib; ready(); hashlib.pbkdf2_hmac('sha256', b'', b'salt', 2000000000)",
    "reads_standard_input": "ready(); input()",
}

READY = "def ready(): print('ready', flush=True)\n"

# About a million objects: enough to catch the child at work.
LARGE_HEAP = READY + "heap = [[i] for i in range(1000000)]\n"


@pytest.mark.parametrize("state", STATES)
def test_a_program_that(python, state, tmp_path):
    with Program(python, READY + STATES[state], tmp_path) as program:
        program.await_line("ready")
        program.signal()
        program.await_snapshots(1)
        assert program.process.poll() is None
        assert leftovers(tmp_path) == []


def test_snapshots_are_named_by_program_process_and_number(python, tmp_path):
    with Program(python, READY + "import time; ready(); time.sleep(1000)", tmp_path) as program:
        program.await_line("ready")
        for number in (1, 2, 3):
            program.signal()
            found = program.await_snapshots(number)
            assert found == [str(tmp_path / ("app-%d-%d.whs" % (program.pid, n))) for n in range(1, number + 1)]
        assert all(os.stat(path).st_mode & 0o777 == 0o600 for path in found)


def test_a_number_that_is_taken_is_skipped(python, tmp_path):
    (tmp_path / "fixed-1.whs").write_text("old")
    (tmp_path / "fixed-2.whs.part").write_text("cut short")
    with Program(python, READY + "import time; ready(); time.sleep(1000)", tmp_path, output="fixed-{n}.whs") as program:
        program.await_line("ready")
        program.signal()
        wait_until(lambda: os.path.exists(str(tmp_path / "fixed-3.whs")), "the third name")
    assert (tmp_path / "fixed-1.whs").read_text() == "old"
    assert (tmp_path / "fixed-2.whs.part").read_text() == "cut short"


def test_signals_that_come_together_are_answered_and_the_next_one_too(python, tmp_path):
    with Program(python, READY + "import time; ready(); time.sleep(1000)", tmp_path) as program:
        program.await_line("ready")
        for _ in range(20):
            program.signal()
        program.await_snapshots(1)
        wait_until(lambda: not children(program.pid), "the end of the dumps")
        before = len(snapshots(tmp_path))
        assert 1 <= before <= 20
        program.signal()
        program.await_snapshots(before + 1)
        wait_until(lambda: leftovers(tmp_path) == [], "the end of a dump that was still asked for")


def test_signals_during_a_dump_ask_together_for_one_more(python, tmp_path):
    with Program(python, LARGE_HEAP + "import time; ready(); time.sleep(1000)", tmp_path) as program:
        program.await_line("ready")
        program.signal()
        child = program.await_child()
        for _ in range(5):
            program.signal()
        os.kill(child, signal.SIGCONT)
        program.await_snapshots(2)
        wait_until(lambda: not children(program.pid), "the end of the dumps")
        assert len(snapshots(tmp_path)) == 2


def test_another_signal_can_be_the_trigger(python, tmp_path):
    with Program(python, READY + "import time; ready(); time.sleep(1000)", tmp_path, options=["--signal", "SIGHUP"]) as program:
        program.await_line("ready")
        program.signal(signal.SIGHUP)
        program.await_snapshots(1)


def test_inline_mode_writes_without_a_child(python, tmp_path):
    with Program(python, READY + "import time; ready(); time.sleep(1000)", tmp_path, options=["--mode", "inline"]) as program:
        program.await_line("ready")
        program.signal()
        (path,) = program.await_snapshots(1)
        with open(path, "rb") as file:
            assert b"\xa6inline" in file.read(400)


@pytest.fixture
def public_directory():
    """Where another user may write; pytest's own directories are private."""
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o777)
        yield directory


def test_where_no_process_can_be_made_the_program_writes_itself_and_says_so(python, public_directory):
    if os.getuid() != 0:
        pytest.skip("only root can become a user with a limit of its own")
    source = READY + """
import os, resource
resource.setrlimit(resource.RLIMIT_NPROC, (2, 2))
os.setuid(12345)
ready()
input()"""
    with Program(python, source, public_directory) as program:
        program.await_line("ready")
        program.signal()
        program.await_snapshots(1)
        program.tell("end")
        assert program.await_end() == (0, "", "whoholds: the program stood still while the snapshot was written, as no child process "
                                              "could be made: the limit of processes is reached\n")


def test_forked_processes_answer_for_themselves(python, tmp_path):
    source = READY + """
import os, time
for _ in range(2):
    if os.fork() == 0:
        time.sleep(1000)
print(os.getpid(), flush=True)
ready(); time.sleep(1000)"""
    with Program(python, source, tmp_path) as program:
        assert int(program.read_line()) == program.pid
        program.await_line("ready")
        pids = [program.pid] + wait_until(lambda: len(children(program.pid)) == 2 and children(program.pid), "two children")
        wait_until(lambda: all(has_watcher(pid) for pid in pids), "a thread in each process")
        for pid in pids:
            program.signal(pid=pid)
        found = program.await_snapshots(3)
        assert found == sorted(str(tmp_path / ("app-%d-1.whs" % pid)) for pid in pids)


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_multiprocessing_workers_answer_for_themselves(python, method, tmp_path):
    source = READY + """
import multiprocessing, os, time
def work(queue):
    queue.put(os.getpid())
    time.sleep(1000)
if __name__ == '__main__':
    context = multiprocessing.get_context(%r)
    queue = context.SimpleQueue()
    worker = context.Process(target=work, args=(queue,))
    worker.start()
    print(queue.get(), flush=True)
    worker.join()
""" % method
    with Program(python, source, tmp_path) as program:
        pid = int(program.read_line())
        assert pid != program.pid
        program.signal(pid=pid)
        (path,) = program.await_snapshots(1)
        assert path == str(tmp_path / ("app-%d-1.whs" % pid))


def has_watcher(pid):
    for task in os.listdir("/proc/%d/task" % pid):
        with open("/proc/%d/task/%s/comm" % (pid, task)) as file:
            if file.read() == "whoholds\n":
                return True
    return False


def test_a_fork_does_not_look_like_one_of_many_threads(python, tmp_path):
    """From 3.12, os.fork warns if there are threads."""
    source = READY + """
import os
for _ in range(20):
    pid = os.fork()
    if pid == 0:
        os._exit(7)
    assert os.WEXITSTATUS(os.waitpid(pid, 0)[1]) == 7
ready()
input()"""
    with Program(python, source, tmp_path, flags=["-W", "error"]) as program:
        program.await_line("ready")
        program.signal()
        program.await_snapshots(1)
        program.tell("end")
        assert program.await_end() == (0, "", "")


def test_a_handler_of_the_program_is_called_as_well(python, tmp_path):
    source = """
import os, signal, whoholds
calls = []
signal.signal(signal.SIGUSR2, lambda number, frame: calls.append(number))
whoholds.install(output='x-{n}.whs')
os.kill(os.getpid(), signal.SIGUSR2)
while not (os.path.exists('x-1.whs') and calls):
    pass
whoholds.uninstall()
os.kill(os.getpid(), signal.SIGUSR2)
while len(calls) < 2:
    pass
assert os.listdir('.') == ['x-1.whs'], os.listdir('.')
assert len(os.listdir('/proc/self/task')) == 1
print(calls)
"""
    assert run_python(python, source, tmp_path) == (0, "[12, 12]\n", "")


def test_a_handler_that_the_program_installs_later_is_left_in_place(python, tmp_path):
    source = """
import os, signal, whoholds
calls = []
whoholds.install(output='x-{n}.whs')
signal.signal(signal.SIGUSR2, lambda number, frame: calls.append(number))
assert whoholds.status()['handled'] is False
whoholds.uninstall()
os.kill(os.getpid(), signal.SIGUSR2)
while not calls:
    pass
print(os.listdir('.'))
"""
    assert run_python(python, source, tmp_path) == (0, "[]\n", "")


def test_a_daemon_that_closes_its_descriptors_still_answers(python, tmp_path):
    source = READY + """
import os, time
os.closerange(3, 4096)
files = [open('data-%d' % i, 'w') for i in range(20)]
ready()
time.sleep(1000)"""
    with Program(python, source, tmp_path) as program:
        program.await_line("ready")
        program.signal()
        program.await_snapshots(1)
    assert all((tmp_path / ("data-%d" % i)).read_bytes() == b"" for i in range(20))


def test_a_peer_sees_the_end_of_a_connection_during_a_dump(python, tmp_path):
    source = LARGE_HEAP + """
import socket, threading
mine, other = socket.socketpair()
ready()
input()
mine.close()
assert other.recv(1) == b''
ready()
input()"""
    with Program(python, source, tmp_path) as program:
        program.await_line("ready")
        program.signal()
        child = program.await_child()
        program.tell("close")
        program.await_line("ready")
        os.kill(child, signal.SIGCONT)
        program.await_snapshots(1)


def test_a_child_that_is_killed_leaves_no_file_and_one_line(python, tmp_path):
    with Program(python, LARGE_HEAP + "ready(); input()", tmp_path) as program:
        program.await_line("ready")
        program.signal()
        child = program.await_child()
        os.kill(child, signal.SIGKILL)
        wait_until(lambda: not children(program.pid) and not leftovers(tmp_path), "the end of the dump")
        program.signal()
        program.await_snapshots(1)
        program.tell("end")
        code, output, errors = program.await_end()
        assert (code, output) == (0, "")
        assert errors == "whoholds: no snapshot was written: the child process that wrote the snapshot was killed by SIGKILL (9)\n"


def test_a_child_that_is_killed_at_any_moment_leaves_no_file(python, tmp_path):
    with Program(python, LARGE_HEAP + "ready(); input()", tmp_path) as program:
        program.await_line("ready")
        for moment in range(12):
            program.signal()
            (child,) = wait_until(lambda: children(program.pid), "a child")
            time.sleep(moment * 0.0001)
            os.kill(child, signal.SIGKILL)
            wait_until(lambda: not children(program.pid), "the end of the dump")
            assert program.read_error_line().endswith(" killed by SIGKILL (9)")
            assert leftovers(tmp_path) == snapshots(tmp_path) == []


def test_a_child_outlives_a_program_that_is_killed(python, tmp_path):
    with Program(python, LARGE_HEAP + "import time; ready(); time.sleep(1000)", tmp_path) as program:
        program.await_line("ready")
        program.signal()
        child = program.await_child()
        program.process.kill()
        program.process.wait()
        os.kill(child, signal.SIGCONT)
        program.await_snapshots(1)
        assert leftovers(tmp_path) == []


def test_the_end_of_a_program_waits_for_a_dump(python, tmp_path):
    with Program(python, LARGE_HEAP + "ready(); input()", tmp_path) as program:
        program.await_line("ready")
        program.signal()
        child = program.await_child()
        program.tell("end")
        os.kill(child, signal.SIGCONT)
        assert program.await_end() == (0, "", "")
        assert len(snapshots(tmp_path)) == 1 and is_complete(snapshots(tmp_path)[0])


def test_the_end_of_a_program_does_not_wait_for_ever(tmp_path):
    """With one interpreter alone, as it takes some seconds."""
    with Program(pythons.supported_interpreters()[-1], LARGE_HEAP + "ready(); input()", tmp_path) as program:
        program.await_line("ready")
        program.signal()
        child = program.await_child()
        program.tell("end")
        assert program.await_end() == (0, "", "")
        os.kill(child, signal.SIGCONT)
        program.await_snapshots(1)


@pytest.mark.parametrize("mode", ["fork", "inline"])
def test_a_signal_at_the_end_does_no_harm(python, mode, tmp_path):
    source = """
import os, signal, threading, sys
def later():
    while True:
        os.kill(os.getpid(), signal.SIGUSR2)
threading.Thread(target=later, daemon=True).start()
heap = [[i] for i in range(int(sys.argv[1]))]
sys.exit(3)"""
    for size in (0, 10, 1000, 30000):
        with Program(python, source, tmp_path, options=["--mode", mode], arguments=[str(size)]) as program:
            assert program.await_end() == (3, "", "")
    assert leftovers(tmp_path) == []
    assert all(map(is_complete, snapshots(tmp_path)))


def test_threads_may_dump_and_fork_and_be_signalled_all_at_once(python, tmp_path):
    source = """
import os, signal, threading, whoholds
def dump():
    for i in range(5):
        whoholds.dump('api-%d-%d.whs' % (threading.get_ident(), i))
def fork():
    for i in range(5):
        pid = os.fork()
        if pid == 0:
            os._exit(0)
        os.waitpid(pid, 0)
def shoot():
    for i in range(20):
        os.kill(os.getpid(), signal.SIGUSR2)
threads = [threading.Thread(target=target) for target in (dump, dump, fork, fork, shoot)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
print(whoholds.status()['failed'])"""
    with Program(python, source, tmp_path, flags=["-W", "ignore"]) as program:
        assert program.await_end() == (0, "0\n", "")
    found = snapshots(tmp_path)
    assert len([path for path in found if "/api-" in path]) == 10
    assert all(map(is_complete, found)) and leftovers(tmp_path) == []


def test_a_dump_leaves_nothing_behind(python, tmp_path):
    source = """
import gc, os, signal, sys, threading, time
import whoholds
class Thing: pass
sample = Thing()
holders = [sample, sample]
path = 'x.whs'
def facts():
    with open('/proc/self/maps') as file:
        maps = sum(1 for line in file)
    return dict(refs=sys.getrefcount(sample), type_refs=sys.getrefcount(Thing), method_refs=sys.getrefcount(whoholds.dump),
        fds=os.listdir('/proc/self/fd'), tasks=len(os.listdir('/proc/self/task')), threads=threading.active_count(),
        frames=len(sys._current_frames()), modules=len(sys.modules), maps=maps,
        children=open('/proc/self/task/%d/children' % os.getpid()).read(), garbage=len(gc.garbage))
def by_signal():
    os.kill(os.getpid(), signal.SIGUSR2)
    while not os.path.exists('signal.whs'):
        time.sleep(0.001)
    while whoholds.status()['running']:
        time.sleep(0.001)
    os.unlink('signal.whs')
def by_call():
    whoholds.dump(path)
    os.unlink(path)
for dump in (by_signal, by_call):
    dump()
    before = facts()
    dump()
    after = facts()
    print(before == after or (dump, before, after))
    blocks = sys.getallocatedblocks()
    for _ in range(20):
        dump()
    grown = sys.getallocatedblocks() - blocks
    print(grown < 20 or grown) # the measurement itself takes a few
count = len(gc.get_objects())
whoholds.dump(path)
print(len(gc.get_objects()) - count)
try:
    os.waitpid(-1, 0)
except ChildProcessError:
    print('no child')
"""
    with Program(python, source, tmp_path, output="signal.whs") as program:
        assert program.await_end() == (0, "True\nTrue\nTrue\nTrue\n0\nno child\n", "")
