# SPDX-License-Identifier: GPL-2.0-or-later
"""clang-tidy over the sources of formats/, dumper/ and analyzer/, as .clang-tidy says.

    clang_tidy.py BUILD-DIRECTORY      of a build with clang

The dumper is compiled once for each interpreter; of these the oldest and the newest are looked at, which between them have all layouts.
"""

import concurrent.futures
import json
import os
import re
import shlex
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SOURCES = tuple(os.path.join(ROOT, folder, "") for folder in ("formats", "dumper", "analyzer"))


def dumper_tag(entry):
    """cpython-<hexversion> of the interpreter that a command compiles for."""
    found = re.search(r"dumper_(cpython-[0-9a-f]{8})", entry["command"])
    return found and found.group(1)


def chosen(entries):
    entries = [entry for entry in entries if entry["file"].startswith(SOURCES)]
    tags = sorted({dumper_tag(entry) for entry in entries} - {None})
    wanted = {None, *tags[:1], *tags[-1:]}
    return [entry for entry in entries if dumper_tag(entry) in wanted]


def look_at(entry):
    command = ["clang-tidy", "--quiet", "--warnings-as-errors=*", entry["file"], "--"]
    words = [word for word in shlex.split(entry["command"])[1:] if word != "-Werror"]
    done = subprocess.run(command + words[:words.index("-o")], cwd=entry["directory"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          check=False)
    return done.returncode, done.stdout.decode() + (done.stderr.decode() if done.returncode else "")


def main():
    with open(os.path.join(sys.argv[1], "compile_commands.json"), encoding="utf-8") as file:
        entries = chosen(json.load(file))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        answers = list(pool.map(look_at, entries))
    for output in sorted({output for code, output in answers if code}):
        print(output)
    failed = sum(1 for code, _ in answers if code)
    print("clang-tidy: %d sources, %d with findings" % (len(answers), failed))
    sys.exit(1 if failed or not answers else 0)


main()
