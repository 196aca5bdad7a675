# SPDX-License-Identifier: MIT
"""One dump each way by an extension that was built with sanitizers, in an interpreter that was not; then the snapshots are read.

    sanitized_dump.py C-COMPILER      the compiler that knows where its sanitizers' libraries lie
"""

import os
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "support"))

from pythons import package_directory, whoholds_program

SOURCE = """
import sys, whoholds
cache = [bytearray(1000) for _ in range(1000)]
whoholds.install(mode=sys.argv[1], compress=sys.argv[2].endswith("small.whs"))
whoholds.dump(sys.argv[2])
"""


def library(compiler, name):
    return subprocess.run([compiler, "-print-file-name=lib%s.so" % name], stdout=subprocess.PIPE, check=True).stdout.decode().strip()


def main():
    # CPython keeps memory until its end, and its own allocator hides overruns.
    environment = dict(os.environ, PYTHONPATH=package_directory(), PYTHONMALLOC="malloc", ASAN_OPTIONS="detect_leaks=0",
                       LD_PRELOAD="%s %s" % (library(sys.argv[1], "asan"), library(sys.argv[1], "ubsan")))
    with tempfile.TemporaryDirectory(prefix="whoholds-sanitized-") as directory:
        for mode, kind in (("fork", "plain"), ("inline", "plain"), ("fork", "small"), ("inline", "small")):
            snapshot = os.path.join(directory, "%s-%s.whs" % (mode, kind))
            subprocess.run(["/usr/bin/python3", "-c", SOURCE, mode, snapshot], env=environment, check=True, timeout=120)
            subprocess.run([whoholds_program(), "suspects", snapshot], check=True, timeout=120)


main()
