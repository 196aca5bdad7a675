# SPDX-License-Identifier: MIT
"""Shortest named way from a root to each needle of a program (instances of N with attribute k)."""
import collections
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "format"))
import stranger_reader  # noqa: E402

MODULES = ("sys.modules", "builtins", "interpreter", "thread")


def ways(snapshot):
    """object id -> (referrer, label), breadth first from the roots, unlabelled hops as a last resort; weak ones never."""
    came_from = {}
    queue = collections.deque()
    for kind, name, target in snapshot.roots():
        if target and target not in came_from and kind != "type":
            came_from[target] = (None, "%s %s" % (kind, name))
            queue.append(target)
    unlabelled = []
    while queue or unlabelled:
        if not queue:
            # only now: hops without a name
            for source, target in unlabelled:
                if target not in came_from:
                    came_from[target] = (source, "?")
                    queue.append(target)
            unlabelled = []
            continue
        source = queue.popleft()
        if snapshot.objects.get(source) is None:
            continue
        for label, target in snapshot.labelled(source):
            if target in came_from or label == "weak":
                continue
            if label is None and snapshot.objects[source].items_kind != "keys":
                unlabelled.append((source, target))
                continue
            came_from[target] = (source, label or "{…}")
            queue.append(target)
    return came_from


def path_to(snapshot, came_from, granule):
    hops = []
    while granule is not None:
        source, label = came_from[granule]
        hops.append("%s (%s)" % (label, snapshot.objects[granule].type))
        granule = source
    return hops[::-1]


def attribute(snapshot, granule, name):
    for label, target in snapshot.labelled(granule):
        if label == "." + name:
            return target
        if label == ".__dict__":
            found = next((to for key, to in snapshot.labelled(target) if key == "['%s']" % name), None)
            if found:
                return found
    return None


def needles(snapshot):
    """kind -> id of the needle."""
    found = {}
    for granule, one in snapshot.objects.items():
        if one.type.name == "N" and one.type.module in ("program", "__main__"):
            kind = snapshot.texts.get(attribute(snapshot, granule, "k"))
            found[kind[0] if isinstance(kind, tuple) else kind] = granule
    return found


def main():
    snapshot = stranger_reader.read(sys.argv[1])
    came_from = ways(snapshot)
    found = needles(snapshot)
    print(len(found), "needles")
    for kind, granule in found.items():
        path = path_to(snapshot, came_from, granule) if granule in came_from else ["UNREACHABLE"]
        mark = "  " if granule in came_from and not any(hop.startswith("?") for hop in path) else "!!"
        print(mark, kind, " -> ".join(path))


if __name__ == "__main__":
    main()
