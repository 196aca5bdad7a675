# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes ready what the browser tests need: their own copy with the packages that they use, and reports of real snapshots.

    prepare.py DIRECTORY

report.html and suspects.json are of the demo. shop/ has a report of three snapshots of shop.py, and what the commands say of them as JSON.
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


SHOP = os.path.join(BROWSER, "support", "shop.py")
# What the page shows, and the command that says it; {} is the latest snapshot, ALL are the three.
ANSWERS = {
    "report": ["report", "ALL"],
    "suspects": ["suspects", "ALL", "--all", "--limit", "50"],
    "diff": ["diff", "ALL"],
    "types": ["top", "{}"],
    "live": ["alloc", "{}", "--live"],
    "allocated": ["alloc", "{}", "--allocated"],
    "merged": ["path", "{}", "--type", "__main__.Session", "--merged"],
    "ways": ["path", "{}", "--expr", "__main__.history", "--independent", "5"],
    "waste": ["waste", "{}"],
    "garbage": ["garbage", "{}"],
    "triage": ["triage", "{}"],
    "cut": ["cut", "{}", "--expr", "__main__.history"],
}


def write_shop(directory):
    os.makedirs(directory, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="whoholds-browser-") as scratch:
        subprocess.run([whoholds_program(), "run", "--record", "exact", "--", supported_interpreters()[-1].path, SHOP, scratch], check=True)
        snapshots = ["shop-%d.whs" % number for number in (1, 2, 3)]

        def answer(words, out):
            expanded = [name for word in words for name in (snapshots if word == "ALL" else [word.replace("{}", snapshots[-1])])]
            subprocess.run([whoholds_program(), *expanded], cwd=scratch, stdout=out, check=True)

        answer(["report", "ALL", "-o", os.path.join(directory, "report.html")], None)
        for name, words in ANSWERS.items():
            with open(os.path.join(directory, name + ".json"), "wb") as file:
                answer([*words, "--json"], file)


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
    directory = os.path.abspath(sys.argv[1])
    copy_tests(directory)
    install_packages(directory)
    write_report(directory)
    write_shop(os.path.join(directory, "shop"))


main()
