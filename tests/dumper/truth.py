# SPDX-License-Identifier: MIT
"""Runs in the interpreter under test: writes a snapshot, and what the interpreter itself says about the same objects.

    truth.py PACKAGE_DIR OUT_PREFIX MODE [PROGRAM]

Writes OUT_PREFIX.whs and OUT_PREFIX.truth: one line an object, `id type-name size refcount is-tracked referent-ids…`, for everything that
gc.get_objects() and gc.get_referents() reach. PROGRAM is run first; its globals are those of __main__. MODE: fork or inline.
"""
import gc
import os
import sys


def closure(skip):
    """Everything that the collector knows or reaches. The list holds all of them alive; `skip` are our own."""
    found = gc.get_objects()
    seen = set(map(id, found))
    for one in found:
        if id(one) in skip:
            continue
        for referent in gc.get_referents(one):
            if id(referent) not in seen:
                seen.add(id(referent))
                found.append(referent)
    return found


def size_of(one):
    try:
        return sys.getsizeof(one)
    except Exception:
        return -1


def write_truth(path, found, mine):
    with open(path, "w") as out:
        for one in found:
            if id(one) in mine:
                continue
            kind = type(one)
            name = "%s.%s" % (kind.__module__, kind.__qualname__)
            referents = [] if isinstance(one, type) and not kind.__flags__ & 1 << 9 else gc.get_referents(one)
            words = [id(one), name.replace(" ", "_"), size_of(one), sys.getrefcount(one), int(gc.is_tracked(one))]
            words.extend(id(referent) for referent in referents)
            out.write(" ".join(map(str, words)) + "\n")


def collector_count_of(function, argument):
    """By how much a call raises the number of objects that the collector will look at."""
    before = gc.get_count()[0]
    function(argument)
    return gc.get_count()[0] - before


def main():
    package, prefix, mode = sys.argv[1:4]
    sys.path.insert(0, package)
    import whoholds
    whoholds.install(mode=mode)
    program = dict(__name__="program")
    if len(sys.argv) > 4:
        import types
        module = types.ModuleType("program")
        sys.modules["program"] = module
        with open(sys.argv[4]) as source:
            sys.argv[1:] = sys.argv[5:]
            exec(compile(source.read(), module.__name__ + ".py", "exec"), module.__dict__)
    gc.collect()
    gc.disable()
    found = closure({id(sys._getframe()), id(globals())})
    mine = {id(found), id(sys._getframe()), id(globals())}
    counts = [0] * len(found)
    changed = set()
    path = prefix + ".whs"
    for i in range(len(found)):
        counts[i] = sys.getrefcount(found[i])
    usual = collector_count_of(len, path)
    added = collector_count_of(whoholds.dump, path) - usual
    for i in range(len(found)):
        if sys.getrefcount(found[i]) != counts[i]:
            changed.add(i)
    write_truth(prefix + ".truth", found, mine)
    for i in changed:
        if type(found[i]) is not int and found[i] is not path and id(found[i]) not in mine:
            print("reference count changed:", type(found[i]))
    print("objects added for the collector:", added)
    sys.stdout.flush()
    os._exit(0)  # what found holds alive need not survive the interpreter's end (3.12.1 crashes)


main()
