# SPDX-License-Identifier: GPL-2.0-or-later
"""memlab reads our exports, and comes to the same dominator and the same retained size for every object.

    test_memlab.py                   dumps small programs with every interpreter that is found, and compares
    test_memlab.py SNAPSHOT…         compares snapshots that are there, of any size (NODE_OPTIONS=--max-old-space-size=MIB for node)

memlab is installed into the build directory, exactly as package-lock.json says. Exit code 77, which means "skipped", without npm.
"""

import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests", "support"))

import program
import pythons

SKIPPED = 77
PROGRAMS = {
    "kinds_of_holders": os.path.join(HERE, "kinds_of_holders.py"),
    "shared_and_cyclic": os.path.join(HERE, "shared_and_cyclic.py"),
}
VARIANTS = ([], ["--all"])


def skip(reason):
    print("skipped: %s" % reason)
    sys.exit(SKIPPED)


def install_memlab():
    """The directory that holds compare.mjs beside its node_modules."""
    workshop = os.path.join(pythons.build_directory(), "oracle")
    installed = os.path.join(workshop, "package-lock.json")
    if not shutil.which("npm") or not shutil.which("node"):
        skip("npm and node are needed to run memlab")
    os.makedirs(workshop, exist_ok=True)
    shutil.copy(os.path.join(HERE, "compare.mjs"), workshop)
    with open(os.path.join(HERE, "package-lock.json"), "rb") as wanted:
        wanted = wanted.read()
    if os.path.exists(installed):
        with open(installed, "rb") as file:
            if file.read() == wanted and os.path.exists(os.path.join(workshop, "node_modules", ".package-lock.json")):
                return workshop
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(os.path.join(HERE, name), workshop)
    done = subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=workshop, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False)
    if done.returncode:
        os.remove(installed)
        skip("memlab cannot be installed:\n%s" % done.stdout.decode(errors="replace"))
    return workshop


def compare(workshop, snapshot, directory, name):
    """Whether both agree, for each variant of the export."""
    dump_dominators = os.path.join(pythons.build_directory(), "bin", "dump_dominators")
    exported, dominators = os.path.join(directory, "x.heapsnapshot"), os.path.join(directory, "dominators")
    subprocess.run([dump_dominators, snapshot, dominators], check=True)
    agreed = True
    for variant in VARIANTS:
        subprocess.run([pythons.whoholds_program(), "export", "--to", "heapsnapshot", snapshot, "-o", exported, *variant], check=True,
                       stdout=subprocess.DEVNULL)
        done = subprocess.run(["node", os.path.join(workshop, "compare.mjs"), exported, dominators], stdout=subprocess.PIPE, check=False)
        print("%s%s: %s" % (name, " ".join([""] + variant), done.stdout.decode().strip() or "no answer"), flush=True)
        agreed = agreed and done.returncode == 0
    return agreed


def dump(python, source, directory):
    with open(source, encoding="utf-8") as file:
        text = file.read()
    with program.Program(python, text, directory) as running:
        running.await_line("ready")
        running.signal()
        return running.await_snapshots(1)[0]


def compare_dumps(workshop):
    agreed = True
    for python in pythons.supported_interpreters():
        for name, source in sorted(PROGRAMS.items()):
            with tempfile.TemporaryDirectory(prefix="whoholds-oracle-") as directory:
                snapshot = dump(python, source, directory)
                agreed = compare(workshop, snapshot, directory, "%s on %s" % (name, python.version)) and agreed
    return agreed


def compare_given(workshop, given):
    agreed = True
    for snapshot in given:
        with tempfile.TemporaryDirectory(prefix="whoholds-oracle-") as directory:
            agreed = compare(workshop, os.path.abspath(snapshot), directory, snapshot) and agreed
    return agreed


def main(given):
    workshop = install_memlab()
    return 0 if (compare_given(workshop, given) if given else compare_dumps(workshop)) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
