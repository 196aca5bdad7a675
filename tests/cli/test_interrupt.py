# SPDX-License-Identifier: GPL-2.0-or-later
"""Ctrl-C while a large snapshot is analysed, at several moments: it ends soon, by the signal, and leaves nothing behind."""

import os
import pty
import signal
import subprocess
import tempfile
import termios
import time
import unittest

from command_line import DONE, MAKE_SNAPSHOT, WHOHOLDS

TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid):
    """User and system time of a process so far; None once it has ended."""
    try:
        with open("/proc/%d/stat" % pid, encoding="ascii") as file:
            fields = file.read().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else (int(fields[11]) + int(fields[12])) / TICKS


class InterruptTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls._directory = tempfile.TemporaryDirectory(prefix="whoholds-cli-")
        cls.directory = cls._directory.name
        cls.snapshot = os.path.join(cls.directory, "large.whs")
        subprocess.run([MAKE_SNAPSHOT, "--large", cls.snapshot], check=True)
        before = os.times()
        subprocess.run([WHOHOLDS, "info", cls.snapshot], stdout=subprocess.DEVNULL, env=dict(os.environ, WHOHOLDS_CACHE="always"), check=True)
        after = os.times()
        cls.whole = after.children_user + after.children_system - before.children_user - before.children_system
        os.unlink(cls.snapshot + ".whx")

    @classmethod
    def tearDownClass(cls):
        cls._directory.cleanup()

    def setUp(self):
        self.leader, self.follower = pty.openpty()
        self.addCleanup(os.close, self.leader)

    def start(self, *arguments, cache):
        """On a terminal of its own, with its standard output elsewhere."""
        return subprocess.Popen([WHOHOLDS, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.follower,
                                env=dict(os.environ, WHOHOLDS_CACHE=cache))

    def end(self, process):
        """What it wrote, and the processor time that it took in all."""
        output = process.stdout.read()
        process.stdout.close()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        return output, usage.ru_utime + usage.ru_stime

    def shown(self):
        os.set_blocking(self.leader, False)
        shown = b""
        try:
            while piece := os.read(self.leader, 1 << 16):
                shown += piece
        except OSError:
            pass
        return shown

    def interrupt(self, at, *arguments, cache="always"):
        """Sends the signal once the command has had so much processor time. How it ended, and the time that it took after that."""
        before = termios.tcgetattr(self.follower)
        process = self.start(*arguments, cache=cache)
        while (spent := cpu_seconds(process.pid)) is not None and spent < at:
            time.sleep(0.005)
        os.kill(process.pid, signal.SIGINT)   # of one that has ended, too: it is waited for below
        output, total = self.end(process)
        self.assertEqual(termios.tcgetattr(self.follower), before)
        shown = self.shown()
        self.assertTrue(not shown or shown.endswith(b"\r\x1b[K"), shown[-200:])
        if process.returncode == DONE:   # it was done before the signal came
            return DONE, 0
        self.assertEqual((process.returncode, output), (-signal.SIGINT, b""))
        self.assertEqual(os.listdir(self.directory), ["large.whs"])
        return process.returncode, total - (spent or total)

    def test_it_ends_at_once_wherever_it_is(self):
        for share in (0.02, 0.3, 0.6):
            code, more = self.interrupt(self.whole * share, "info", self.snapshot)
            self.assertEqual(code, -signal.SIGINT, share)
            self.assertLess(more, 0.2 * self.whole + 0.1, share)

    def test_while_results_are_written_they_are_not_kept_by_half(self):
        for share in (0.93, 0.97):
            if self.interrupt(self.whole * share, "info", self.snapshot)[0] == DONE:
                os.unlink(self.snapshot + ".whx")

    def test_while_objects_are_asked_about(self):
        """As many conditions as take minutes."""
        code, more = self.interrupt(self.whole + 0.5, "find", self.snapshot, "--where", " and ".join(["live"] * 10000), cache="off")
        self.assertEqual(code, -signal.SIGINT)
        self.assertLess(more, 0.2 * self.whole + 0.1)

    def test_no_output_file_is_left(self):
        target = os.path.join(self.directory, "out")
        for words in (["report", "-o", target], ["export", "--to", "heapsnapshot", "-o", target]):
            code, _ = self.interrupt(0.5, words[0], self.snapshot, *words[1:], cache="off")
            self.assertEqual(code, -signal.SIGINT, words)


if __name__ == "__main__":
    unittest.main()
