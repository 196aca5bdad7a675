# SPDX-License-Identifier: GPL-2.0-or-later
"""Rules that a compiler does not see: who may include what, the order of the analyzer's stages, licences, what the binaries export and link.

    check_layers.py [BUILD-DIRECTORY]      prints one line for each broken rule; ends with 1 if there is one
"""

import glob
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# The folders of analyzer/lib, in the order in which data flows: each includes itself and earlier ones alone.
STAGES = ["base", "graph", "heap", "naming", "code", "holders", "cut", "triage", "answers"]
LIBRARY = "analyzer/lib"

FORMATS_BASE = ["whoholds/formats/error.h", "whoholds/formats/schema.h", "whoholds/formats/varint.h"]

# folder -> what of the project and of its libraries its files may include (patterns); everything else of these names is forbidden there.
GUARDED = re.compile(r"^(whoholds|Python\.h$|internal/|igraph|msgpack|jansson|xxhash|zstd)")
MAY_INCLUDE = {
    "formats/include": FORMATS_BASE,
    "formats/src": ["whoholds/formats/.*", r"msgpack/pack\.h", r"xxhash\.h", r"zstd\.h"],
    "dumper/include": FORMATS_BASE,
    "dumper/src": FORMATS_BASE + [r"whoholds/formats/writer\.h", r"xxhash\.h", r"whoholds/dumper_\w+\.h", r"Python\.h", "internal/.*"],
    "analyzer/include": [r"whoholds/formats/error\.h"],
    "analyzer/lib": FORMATS_BASE + [r"whoholds/formats/reader\.h", r"whoholds/analyzer\.h", r"igraph\.h", r"xxhash\.h"],
    # The words that `run` and `dump` share with the dumper, and the page; beyond these the public header alone.
    "analyzer/cli": [r"whoholds/analyzer\.h", r"whoholds/formats/error\.h", r"whoholds/dumper_\w+\.h", r"jansson\.h", r"whoholds_report_page\.h"],
}
# Only the loader reads; others may know what a span of bytes is.
READING = re.compile(r"\b(snapshot_parse|table_cursor_\w+|column_next_\w+)\(")
LOADER = "analyzer/lib/heap/load.c"

LICENCES = [
    (r"(formats|dumper|tests/dumper|tests/format)/", {"MIT"}),
    (r"(analyzer|examples|tools)/|[^/]+$", {"GPL-2.0-or-later"}),
    (r"tests/", {"MIT", "GPL-2.0-or-later"}),
]
SOURCES = re.compile(r"\.(c|h|py|mjs|ts|tsx|css|bash|sh)$|^(demo|check)$|^\.ci/")

# Places and machines of whoever wrote it. This file has the words without being an offence: they are put together here.
HOME = "/(?:%s)/" % "|".join(["ho" + "me", "ro" + "ot", "Us" + "ers", "wo" + "rk", "fa" + "rm"])
PRIVATE = re.compile(r"(?<![\w.$}>…])%s|https?://[\w.-]*(?:registry|mirror|proxy|artifact)[\w.-]*|/tmp/(?:bash_jobs|lab|ci)\b" % HOME)


def tracked():
    """Files of the repository, also new ones; of a tree without git, all."""
    done = subprocess.run(["git", "-C", ROOT, "ls-files", "-z", "--cached"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    names = done.stdout.decode().split("\0") if done.returncode == 0 else []
    return [name for name in names if name and os.path.exists(os.path.join(ROOT, name))]


def read(name):
    with open(os.path.join(ROOT, name), encoding="utf-8", errors="replace") as file:
        return file.read()


def includes(name):
    """(line, what, whether in quotes)"""
    for number, line in enumerate(read(name).split("\n"), 1):
        found = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
        if found:
            yield number, found.group(2), found.group(1) == '"'


def check_includes(names):
    for name in names:
        folder = next((folder for folder in MAY_INCLUDE if name.startswith(folder + "/")), None)
        if not folder or not name.endswith((".c", ".h")):
            continue
        for line, what, quoted in includes(name):
            if quoted and not is_generated(what) and not is_own(folder, name, what):
                yield "%s:%d includes \"%s\": quotes are for files of the same folder" % (name, line, what)
            elif not quoted and GUARDED.match(what) and not any(re.fullmatch(pattern, what) for pattern in MAY_INCLUDE[folder]):
                yield "%s:%d includes <%s>, which is not for %s" % (name, line, what, folder)


def is_own(folder, name, what):
    """Whether a file that is named in quotes is the folder's own. The library has folders of its own and names each file with its folder."""
    plain = what.split("/")[0] in STAGES if folder == LIBRARY else "/" not in what
    return plain and os.path.exists(os.path.join(ROOT, folder_of_quotes(name), what))


def is_generated(what):
    return what.endswith(".inc")


def check_stages(names):
    for name in names:
        if not name.startswith(LIBRARY + "/") or not name.endswith((".c", ".h")):
            continue
        stage = name[len(LIBRARY) + 1:].split("/")[0]
        if stage not in STAGES:
            yield "%s belongs to no stage: give its folder a place in STAGES of tests/rules/check_layers.py" % name
            continue
        for line, what, quoted in includes(name):
            other = what.split("/")[0]
            if quoted and other in STAGES and STAGES.index(other) > STAGES.index(stage):
                yield "%s:%d: stage '%s' includes %s of the later stage '%s'" % (name, line, stage, what, other)


def check_reading(names):
    for name in names:
        if name.startswith("analyzer/") and name.endswith((".c", ".h")) and name != LOADER and READING.search(read(name)):
            yield "%s reads the snapshot, which is the loader's work" % name


def folder_of_quotes(name):
    """Where the names of a file's own includes start."""
    return LIBRARY if name.startswith(LIBRARY + "/") else os.path.dirname(name)


def check_header_cycles(names):
    """Headers that need each other cannot be read in any order."""
    headers = {name: [os.path.join(folder_of_quotes(name), what) for _, what, quoted in includes(name) if quoted]
               for name in names if name.endswith(".h") and name.startswith(("formats/", "dumper/", "analyzer/"))}
    while True:
        leaves = [name for name, needed in headers.items() if not any(other in headers for other in needed)]
        if not leaves:
            break
        for name in leaves:
            del headers[name]
    for name in sorted(headers):
        yield "%s is part of, or needs, a cycle of headers" % name


def check_licences(names):
    for name in names:
        if not SOURCES.search(name):
            continue
        found = re.search(r"SPDX-License-Identifier: (\S+)", "\n".join(read(name).split("\n")[:4]))
        wanted = next(licences for pattern, licences in LICENCES if re.match(pattern, name)) if not name.startswith(".") else {"GPL-2.0-or-later"}
        if not found or found.group(1) not in wanted:
            yield "%s: its first lines must have SPDX-License-Identifier: %s" % (name, " or ".join(sorted(wanted)))


def check_words(names):
    for name in names:
        for number, line in enumerate(read(name).split("\n"), 1):
            found = PRIVATE.search(line)
            if found:
                yield "%s:%d names a place of one machine: %s" % (name, number, found.group(0))
            if name.startswith("analyzer/report/") and re.search(r"\.(inner|outer)HTML|insertAdjacentHTML|document\.write|dangerouslySet", line):
                yield "%s:%d makes HTML from text; only text nodes may hold what a heap says" % (name, number)


def output_of(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout.decode()


def check_binaries(build):
    """The extension shows its host PyInit__dumper and nothing else, and brings no library along."""
    extensions = glob.glob(os.path.join(build, "lib/whoholds/python/whoholds/_dumper/cpython-*/_dumper.so"))
    if not extensions:
        yield "%s has no extension to look at" % build
    for extension in extensions:
        tag = os.path.basename(os.path.dirname(extension))
        exported = [line.split()[-1] for line in output_of("nm", "-D", "--defined-only", extension).splitlines()]
        if exported != ["PyInit__dumper"]:
            yield "the extension for %s exports %s" % (tag, ", ".join(exported))
        foreign = [line.split()[-1] for line in output_of("nm", "-D", "--undefined-only", extension).splitlines() if "ZSTD" in line]
        if foreign:
            yield "the extension for %s would call another library's %s" % (tag, ", ".join(foreign))
        linked = {line.split()[0].split(".so")[0] for line in output_of("ldd", extension).splitlines()}
        linked = {os.path.basename(library) for library in linked} - {"linux-vdso", "libc", "libm", "libpthread", "libdl", "ld-linux-x86-64"}
        if linked:
            yield "the extension for %s links %s" % (tag, ", ".join(sorted(linked)))


def broken_rules(build):
    names = tracked()
    if not names:
        yield "there is no list of files: this needs git, and a clone"
    for check in (check_includes, check_stages, check_reading, check_header_cycles, check_licences, check_words):
        yield from check(names)
    if build:
        yield from check_binaries(build)


def main():
    broken = list(broken_rules(sys.argv[1] if len(sys.argv) > 1 else None))
    for sentence in broken:
        print(sentence)
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
