# SPDX-License-Identifier: MIT
"""Writes the instruction set of the interpreter that runs it as rows of a C array.

    python make_opcodes.py OUT.inc

One row an opcode: {number, base, inline caches, has an argument, "NAME"}. `base` is the opcode that a specialised or
instrumented one stands for. Everything is read from the interpreter's own modules, and for 3.11 and 3.12 its headers; where the
tables have changed their place between versions, each place is named here. Nothing is guessed: a table that is not found is an
error.
"""
import opcode
import os
import re
import sys
import sysconfig


def header(name):
    with open(os.path.join(sysconfig.get_path("include"), *name.split("/"))) as text:
        return text.read()


def numbers():
    """All instructions, specialised and instrumented ones included: name -> number."""
    found = {name: number for name, number in opcode.opmap.items() if number < 256}
    if sys.version_info >= (3, 13):
        import _opcode_metadata
        found.update((name, number) for name, number in _opcode_metadata.opmap.items() if number < 256)
        found.update(_opcode_metadata._specialized_opmap)
    elif sys.version_info >= (3, 11):
        # The module knows the names of specialised instructions, only the header their numbers.
        defined = dict(re.findall(r"^#define\s+(\w+)\s+(\d+)\s*$", header("opcode.h"), re.MULTILINE))
        found.update((name, int(defined[name])) for name in opcode._specialized_instructions)
    return found


def bases(found):
    """Specialised or instrumented instruction -> the one that it stands for."""
    if sys.version_info >= (3, 13):
        import _opcode_metadata
        families = _opcode_metadata._specializations
        base = {special: family for family, members in families.items() for special in members}
    elif sys.version_info >= (3, 11):
        text = header("internal/pycore_opcode.h")
        table = text[text.index("_PyOpcode_Deopt[256] = {"):]
        base = dict(re.findall(r"\[(\w+)\] = (\w+)", table[:table.index("};")]))
    else:
        base = {}
    for name in found:
        if name.startswith("INSTRUMENTED_") and name[len("INSTRUMENTED_"):] in found:
            base[name] = name[len("INSTRUMENTED_"):]
    return base


def caches(name):
    """Inline cache entries behind an instruction that is not specialised."""
    entries = getattr(opcode, "_inline_cache_entries", None)
    if entries is None:
        return 0
    if isinstance(entries, dict):
        return entries.get(name, 0)
    return entries[opcode.opmap[name]] if name in opcode.opmap and opcode.opmap[name] < 256 else 0


def has_argument(name):
    number = opcode.opmap[name]
    if sys.version_info >= (3, 12):
        return number in opcode.hasarg
    return number >= opcode.HAVE_ARGUMENT


def rows():
    found = numbers()
    base = bases(found)
    for name, number in sorted(found.items(), key=lambda item: item[1]):
        generic = base.get(name, name)
        known = generic if generic in opcode.opmap else name
        argument = has_argument(known) if known in opcode.opmap else True
        yield number, found[generic], caches(generic), int(argument), name


def main():
    with open(sys.argv[1], "w") as out:
        for number, base, cache, argument, name in rows():
            out.write('{%d, %d, %d, %d, "%s"},\n' % (number, base, cache, argument, name))


if __name__ == "__main__":
    main()
