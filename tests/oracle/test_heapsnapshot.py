# SPDX-License-Identifier: GPL-2.0-or-later
"""memlab and Chrome DevTools read our exports, and find the same dominator and the same retained size for every object.

    test_heapsnapshot.py                   dumps small programs with every interpreter that is found, and compares
    test_heapsnapshot.py SNAPSHOT…         compares snapshots that are there; large ones need NODE_OPTIONS=--max-old-space-size=MIB

Both are installed into the build directory, exactly as package-lock.json says. Exit code 77, which means "skipped", without npm.
"""

import filecmp
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
READERS = {"memlab": "./memlab.mjs", "DevTools": "./devtools.bundle.mjs"}
SOURCES = ("compare.mjs", "memlab.mjs", "devtools.mjs", "bundle.mjs", "package.json", ".npmrc")


def skip(reason):
    print("skipped: %s" % reason)
    sys.exit(SKIPPED)


def run_in(workshop, *command):
    """What the command printed, if it failed."""
    done = subprocess.run(command, cwd=workshop, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return done.stdout.decode(errors="replace") if done.returncode else None


def is_installed(workshop):
    """npm writes node_modules/.package-lock.json last of all."""
    lock = os.path.join(workshop, "package-lock.json")
    return os.path.exists(os.path.join(workshop, "node_modules", ".package-lock.json")) and os.path.exists(lock) and \
        filecmp.cmp(lock, os.path.join(HERE, "package-lock.json"), shallow=False)


def install():
    """The directory that holds compare.mjs, the readers, and what they need."""
    workshop = os.path.join(pythons.build_directory(), "oracle")
    if not shutil.which("npm") or not shutil.which("node"):
        skip("npm and node are needed to run memlab and DevTools")
    os.makedirs(workshop, exist_ok=True)
    for name in SOURCES:
        shutil.copy(os.path.join(HERE, name), workshop)
    if not is_installed(workshop):
        shutil.copy(os.path.join(HERE, "package-lock.json"), workshop)
        failure = run_in(workshop, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
        if failure is not None:
            skip("memlab and DevTools cannot be installed:\n%s" % failure)
    failure = run_in(workshop, "node", "bundle.mjs")
    if failure is not None:
        raise RuntimeError("DevTools cannot be bundled:\n%s" % failure)
    return workshop


def compare_with(reader, workshop, exported, dominators, name):
    done = subprocess.run(["node", "compare.mjs", READERS[reader], exported, dominators], cwd=workshop, stdout=subprocess.PIPE, check=False)
    print("%s, %s: %s" % (name, reader, done.stdout.decode().strip() or "no answer"), flush=True)
    return done.returncode == 0


def compare(workshop, snapshot, directory, name):
    """Whether all agree, for each variant of the export."""
    dump_dominators = os.path.join(pythons.build_directory(), "bin", "dump_dominators")
    exported, dominators = os.path.join(directory, "x.heapsnapshot"), os.path.join(directory, "dominators")
    subprocess.run([dump_dominators, snapshot, dominators], check=True)
    agreed = True
    for variant in VARIANTS:
        subprocess.run([pythons.whoholds_program(), "export", "--to", "heapsnapshot", snapshot, "-o", exported, *variant], check=True,
                       stdout=subprocess.DEVNULL)
        for reader in READERS:
            agreed = compare_with(reader, workshop, exported, dominators, " ".join([name] + variant)) and agreed
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
    workshop = install()
    return 0 if (compare_given(workshop, given) if given else compare_dumps(workshop)) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
