# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes ready what the browser tests need: their own copy with the packages that they use, and a report of a real snapshot.

    prepare.py DIRECTORY
"""

import filecmp
import os
import shutil
import subprocess
import sys
import tempfile

BROWSER = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ROOT = os.path.dirname(os.path.dirname(BROWSER))
sys.path.insert(0, os.path.join(ROOT, "tests", "support"))

from program import Program
from pythons import supported_interpreters, whoholds_program

LOCK = "package-lock.json"


def copy_tests(directory):
    """Leaves what npm has installed where it is."""
    shutil.copytree(BROWSER, directory, dirs_exist_ok=True, ignore=shutil.ignore_patterns("node_modules", "__pycache__", ".gitignore", "*.py"))


def install_packages(directory):
    """Unless they are what the lock file asks for. Nothing but what it names, and no script of any package."""
    installed = os.path.join(directory, "node_modules", LOCK)
    wanted = os.path.join(directory, LOCK)
    if not os.path.exists(installed) or not filecmp.cmp(installed, wanted, shallow=False):
        subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=directory, check=True)
        shutil.copy(wanted, installed)


def write_report(directory):
    example = os.path.join(ROOT, "examples", "allocator_vs_holder.py")
    with tempfile.TemporaryDirectory(prefix="whoholds-browser-") as scratch:
        with Program(supported_interpreters()[-1], None, scratch, script=example, environment={"DEMO_STEP": "0"}) as running:
            running.await_line("ready %d" % running.pid)
            running.signal()
            (snapshot,) = running.await_snapshots(1)
        subprocess.run([whoholds_program(), "report", snapshot, "-o", os.path.join(directory, "report.html")], check=True)
        with open(os.path.join(directory, "suspects.json"), "wb") as file:
            subprocess.run([whoholds_program(), "suspects", "--json", snapshot], stdout=file, check=True)


def main():
    directory = sys.argv[1]
    copy_tests(directory)
    install_packages(directory)
    write_report(directory)


main()
