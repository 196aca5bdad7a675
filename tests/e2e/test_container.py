# SPDX-License-Identifier: GPL-2.0-or-later
"""As the first process of a container."""

import json
import os
import subprocess

import pytest

import pythons

SOURCE = """
import os, signal, threading, time
if os.fork() == 0:
    time.sleep(1000)
threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGUSR2)).start()
while not any(name.endswith('.whs') for name in os.listdir('.')):
    time.sleep(0.01)
with open('/proc/self/status') as file:
    print(os.getpid(), *[line.split()[1] for line in file if line.startswith('VmRSS')], flush=True)
"""


@pytest.mark.parametrize("options", [["--mount-proc"], []], ids=["proc_of_its_own", "proc_of_another"])
def test_the_first_process_of_a_container(options, tmp_path):
    """Where /proc is another container's, process 1 is another one there: its memory is not this one's."""
    unshare = ["unshare", "--pid", "--fork", "--kill-child", *options]
    if subprocess.run(unshare + ["true"], stderr=subprocess.DEVNULL).returncode != 0:
        pytest.skip("this user cannot make a container")
    for python in pythons.supported_interpreters()[::3]:
        done = subprocess.run(unshare + [pythons.whoholds_program(), "run", "--", python.path, "-c", SOURCE], cwd=str(tmp_path), timeout=60,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert (done.returncode, done.stderr) == (0, b"")
        pid, rss = map(int, done.stdout.split())
        (path,) = tmp_path.glob("*.whs")
        assert (pid, path.name) == (1, "python-1-1.whs")
        info = subprocess.run([pythons.whoholds_program(), "info", "--json", str(path)], stdout=subprocess.PIPE, check=True).stdout
        assert abs(json.loads(info)["rss"] - rss * 1024) < 4 << 20
        os.unlink(path)
