# SPDX-License-Identifier: MIT
"""Programs under `whoholds run`, and the snapshots that they leave. Everything waits for an event, and no wait is without an end."""

import glob
import os
import selectors
import signal
import subprocess
import time

from pythons import package_directory, whoholds_program

PATIENCE = 60


class TooLate(AssertionError):
    pass


def wait_until(condition, what, patience=PATIENCE):
    """Returns the first true value of condition()."""
    deadline = time.monotonic() + patience
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise TooLate("waited %d s for %s" % (patience, what))
        time.sleep(0.002)


def snapshots(directory):
    return sorted(glob.glob(os.path.join(str(directory), "*.whs")))


def leftovers(directory):
    return sorted(glob.glob(os.path.join(str(directory), "*.part")))


def is_complete(path):
    """First key and the form of the last value, see FORMAT.md 1."""
    with open(path, "rb") as file:
        content = file.read()
    return b"\xa5magic\xa8whoholds" in content[:32] and len(content) > 100 and content[-9] == 0xCF and b"\xa3end" in content[-200:]


def children(pid):
    """Also those that were made with exit signal 0."""
    found = []
    for path in glob.glob("/proc/%d/task/*/children" % pid):
        try:
            with open(path) as file:
                found += map(int, file.read().split())
        except OSError:
            pass
    return found


class Lines:
    """Lines from a pipe, with patience."""

    def __init__(self, pipe):
        self.pipe = pipe
        self.pending = b""

    def read_line(self, patience):
        deadline = time.monotonic() + patience
        with selectors.DefaultSelector() as selector:
            selector.register(self.pipe, selectors.EVENT_READ)
            while b"\n" not in self.pending:
                if not selector.select(max(0, deadline - time.monotonic())):
                    raise TooLate("waited %d s for a line, there is only %r" % (patience, self.pending))
                more = os.read(self.pipe.fileno(), 65536)
                if not more:
                    raise AssertionError("the program ended, and had printed %r" % self.pending)
                self.pending += more
        line, _, self.pending = self.pending.partition(b"\n")
        return line.decode()


class Program:
    """A Python program under `whoholds run`; use as a context manager, at whose end nothing of it runs any more."""

    def __init__(self, python, source, directory, options=(), arguments=(), environment=None, output="{name}-{pid}-{n}.whs", flags=(),
                 script=None, before=None):
        """`script` is the path of a program to run instead of `source`; before() is called in the process before it is the program."""
        self.directory = str(directory)
        if script is None:
            script = os.path.join(self.directory, "app.py")
            with open(script, "w") as file:
                file.write(source)
        command = [whoholds_program(), "run", "--output", os.path.join(self.directory, output), *options, "--",
                   python.path, *flags, script, *arguments]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        cwd=self.directory, env=dict(os.environ, **(environment or {})), start_new_session=True,
                                        preexec_fn=before)
        self.pid = self.process.pid
        self._output = Lines(self.process.stdout)
        self._errors = Lines(self.process.stderr)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.communicate(timeout=PATIENCE)

    def read_line(self, patience=PATIENCE):
        """The next line of standard output."""
        return self._output.read_line(patience)

    def read_error_line(self, patience=PATIENCE):
        """The next line of standard error."""
        return self._errors.read_line(patience)

    def await_line(self, expected):
        line = self.read_line()
        assert line == expected, line

    def tell(self, line):
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def signal(self, number=signal.SIGUSR2, pid=None):
        os.kill(pid or self.pid, number)

    def await_snapshots(self, count):
        """The snapshots, once there are `count`, all complete."""
        found = wait_until(lambda: len(snapshots(self.directory)) >= count and snapshots(self.directory), "%d snapshots" % count)
        assert all(map(is_complete, found)), found
        return found

    def await_end(self):
        """(exit code, rest of standard output, standard error)"""
        output, errors = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, (self._output.pending + output).decode(), (self._errors.pending + errors).decode()

    def await_child(self):
        """The child process that writes a snapshot, stopped while it writes."""
        wait_until(lambda: leftovers(self.directory), "a file that is being written")
        (child,) = children(self.pid)
        os.kill(child, signal.SIGSTOP)
        return child


def run_python(python, source, directory, *arguments, environment=None):
    """Runs source with `whoholds` importable, outside of `whoholds run`. Returns (exit code, output, errors)."""
    environment = dict(os.environ, PYTHONPATH=package_directory(), **(environment or {}))
    done = subprocess.run([python.path, "-c", source, *map(str, arguments)], cwd=str(directory), env=environment, timeout=PATIENCE,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return done.returncode, done.stdout.decode(), done.stderr.decode()
