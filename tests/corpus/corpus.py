# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs the programs of the corpus, each to a snapshot and its verdict, and scores the verdicts.

    corpus.py [--python VERSION…] [--cold | --recorded] [--verbose] [PROGRAM…]       all programs × all interpreters × both modes, and a table

A program is leaks/NAME.py or leaks/NAME/main.py, likewise in healthy/. It prints "ready" when it wants to be looked at, then waits. The answer that is
expected stands in the program, as comments at ends of lines, and in any of its files:

    # holder: NAME    the first suspect's name has this word, or the line is this one; and this is the line to name. If several lines are so marked,
                      each will do: of a cache its `def` and the call that fills it
    # native, # cycle: TYPE    at the start of a line: what is held has no holder in Python; the first suspect is of this kind
    # sign: NAME               at the start of a line of a healthy program: a sign that has to show, of whatever is large in it
    # gap: WHY, # gap cold: WHY    at the start of a line of a healthy program: it is called a leak, always or without the recorder, and why
    # gap at times: WHY                 the same with the recorder, when its samples are too few; both answers will do
"""

import argparse
import concurrent.futures
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "support"))

from program import PATIENCE, Program
from pythons import supported_interpreters, whoholds_program

AT_ONCE = 2
MODES = {"recorded": [], "cold": ["--record", "off"]}
NEEDED = {"recorded": 0.95, "cold": 0.80}
NEEDED_CALLED = {"recorded": 0.80, "cold": 0.70}   # and not left undecided


class Case:
    def __init__(self, path):
        self.path = path
        self.healthy = os.path.relpath(path, HERE).startswith("healthy" + os.sep)
        self.name = os.path.basename(os.path.dirname(path) if path.endswith(os.sep + "main.py") else path[:-len(".py")])
        self.lines = set()
        self.words = set()
        self.kind = None
        self.signs = []
        self.gaps = set()
        self.gaps_at_times = set()
        for file in self.files():
            self.read_marks(file)
        assert self.healthy or self.lines or self.kind, "%s says no holder" % path

    def files(self):
        if not self.path.endswith(os.sep + "main.py"):
            return [self.path]
        return sorted(glob.glob(os.path.join(os.path.dirname(self.path), "**", "*.py"), recursive=True))

    def read_marks(self, file):
        with open(file, encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                kind = re.match(r"# (native|cycle)(?:: (\w+))?$", line.rstrip())
                holder = re.search(r"  # holder(?:: ([\w.]+))?$", line.rstrip())
                note = re.match(r"# (sign|gap|gap cold|gap at times): (.+)$", line.rstrip())
                if note and note.group(1) == "sign":
                    self.signs.append(note.group(2))
                elif note and note.group(1) == "gap at times":
                    self.gaps_at_times.add("recorded")
                elif note:
                    self.gaps.update(["cold"] if note.group(1) == "gap cold" else MODES)
                if kind:
                    self.kind = kind.group(1)
                    self.words.update(filter(None, [kind.group(2)]))
                if holder:
                    self.lines.add((file, number))
                    self.words.update(filter(None, [holder.group(1)]))

    def is_holder(self, suspect):
        named = any(re.search(r"(?<!\w)%s(?!\w)" % re.escape(word), suspect["holder"]["name"]) for word in self.words)
        if self.kind == "native":
            named = suspect["kind"] == "native"
        return named or self.is_line(suspect)

    def is_line(self, suspect):
        sites = [(site["file"], site["line"]) for site in suspect["held_at"][:1]]
        if self.kind and not sites:
            return True   # nothing is known, and nothing is said
        return bool(sites) and sites[0] in self.lines


class Outcome:
    """What the verdict of one program on one interpreter was."""

    def __init__(self, case, version, mode, suspects, exit_code):
        self.case, self.version, self.mode = case, version, mode
        self.suspects = suspects
        self.leak_called = exit_code == 1
        first = suspects[0] if suspects else None
        self.holder = bool(first) and first["verdict"] != "large" and case.is_holder(first)
        self.called = self.holder and first["verdict"] == "leak"   # the others are undecided
        self.line = self.holder and case.is_line(first)
        self.shown = {reason["sign"] for suspect in suspects for reason in suspect["reasons"]}
        self.right = not self.leak_called and self.shown.issuperset(case.signs) if case.healthy else self.line

    def __str__(self):
        said = "no suspect"
        if self.suspects:
            first = self.suspects[0]
            sites = ["%s:%d [%s]" % (os.path.basename(site["file"]), site["line"], site["evidence"]) for site in first["held_at"][:1]]
            said = "%s%s (%s) at %s" % ({"leak": "", "uncertain": "undecided: ", "large": "merely large: "}[first["verdict"]], first["holder"]["name"], first["holder"]["type"], " ".join(sites) or "no line")
        verdict = "right" if self.right else "calls a leak" if self.leak_called and self.case.healthy else "lacks a sign" if self.case.healthy else "wrong line" if self.holder else "wrong holder"
        return "%-24s %-8s %-8s %-12s %s" % (self.case.name, self.version, self.mode, verdict, said)


def cases(names=()):
    found = [Case(path) for kind in ("leaks", "healthy") for pattern in ("*.py", "*/main.py") for path in glob.glob(os.path.join(HERE, kind, pattern))]
    return sorted((case for case in found if not names or case.name in names), key=lambda case: (case.healthy, case.name))


def make_snapshot(case, interpreter, mode, directory):
    with Program(interpreter, None, directory, script=case.path, options=MODES[mode], environment={"PYTHONDONTWRITEBYTECODE": "1"}) as program:
        while program.read_line(4 * PATIENCE) != "ready":
            pass
        program.signal()
        (snapshot,) = program.await_snapshots(1)
    return snapshot


def run(case, interpreter, mode, keep=None):
    with tempfile.TemporaryDirectory(prefix="whoholds-corpus-") as directory:
        kept = keep and os.path.join(keep, "%s-%s-%s.whs" % (case.name, interpreter.version, mode))
        snapshot = kept if kept and os.path.exists(kept) else make_snapshot(case, interpreter, mode, directory)
        if kept and snapshot != kept:
            shutil.move(snapshot, kept)
            snapshot = kept
        done = subprocess.run([whoholds_program(), "suspects", "--json", "--exit-code", *(["--all"] if case.healthy else []), snapshot], stdout=subprocess.PIPE, timeout=PATIENCE, check=False)
    assert done.returncode in (0, 1), done
    return Outcome(case, interpreter.version, mode, json.loads(done.stdout.decode())["suspects"], done.returncode)


def run_all(runs, keep=None):
    """Outcomes in the order of `runs`: (case, interpreter, mode)."""
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda one: run(*one, keep=keep), runs))


def share(outcomes, mode, what):
    leaks = [outcome for outcome in outcomes if outcome.mode == mode and not outcome.case.healthy]
    return sum(getattr(outcome, what) for outcome in leaks) / max(1, len(leaks))


def table(outcomes):
    """Lines: of each version and mode, how many holders and lines of leaks are right, how many are called leaks, and which healthy ones are not."""
    yield "%-10s %-9s %8s %8s %8s %8s" % ("version", "mode", "holder", "line", "called", "healthy")
    for version in sorted({outcome.version for outcome in outcomes}, key=lambda text: [int(part) for part in re.findall(r"\d+", text)]):
        for mode in MODES:
            some = [outcome for outcome in outcomes if (outcome.version, outcome.mode) == (version, mode)]
            leaks = [outcome for outcome in some if not outcome.case.healthy]
            healthy = [outcome for outcome in some if outcome.case.healthy]
            if some:
                yield "%-10s %-9s %4d/%-3d %4d/%-3d %4d/%-3d %4d/%-3d" % (
                    version, mode, sum(outcome.holder for outcome in leaks), len(leaks), sum(outcome.line for outcome in leaks), len(leaks),
                    sum(outcome.called for outcome in leaks), len(leaks),
                    sum(outcome.right for outcome in healthy), len(healthy))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--python", action="append", default=[])
    parser.add_argument("--mode", choices=sorted(MODES), action="append", default=[])
    parser.add_argument("--verbose", action="store_true", help="also what is right")
    parser.add_argument("--keep", metavar="DIRECTORY", help="keep the snapshots there, and use those that are there already")
    parser.add_argument("program", nargs="*")
    arguments = parser.parse_args()
    interpreters = [each for each in supported_interpreters() if not arguments.python or any(each.version.startswith(one) for one in arguments.python)]
    chosen = cases(arguments.program)
    outcomes = run_all([(case, interpreter, mode) for case in chosen for mode in arguments.mode or sorted(MODES) for interpreter in interpreters], arguments.keep)
    for outcome in outcomes:
        if arguments.verbose or not outcome.right:
            print(outcome)
    print("\n".join(table(outcomes)))


if __name__ == "__main__":
    main()
