# SPDX-License-Identifier: MIT
"""Holds a snapshot against what the interpreter says (truth.py), object by object."""
import collections
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "format"))
import stranger_reader  # noqa: E402

Truth = collections.namedtuple("Truth", "id type size refcount tracked referents")


def read_truth(path):
    with open(path) as lines:
        for line in lines:
            words = line.split()
            yield Truth(int(words[0]), words[1], int(words[2]), int(words[3]), words[4] == "1", [int(word) for word in words[5:]])


class Comparison:
    """objects: how many were compared; missing, sizes, edges: type -> number of differences."""

    def __init__(self, snapshot, truth):
        self.snapshot = snapshot
        self.ids = snapshot.ids_by_address()
        self.objects = 0
        self.missing = collections.Counter()
        self.sizes = collections.Counter()
        self.size_examples = {}
        self.edges = collections.Counter()
        self.edge_examples = {}
        self.tracked = collections.Counter()
        self.shown_by_owner = values_by_dict(snapshot)
        for one in truth:
            self._compare(one)

    def _compare(self, one):
        self.objects += 1
        if one.id not in self.ids:
            self.missing[one.type] += 1
            return
        found = self.snapshot.objects[self.ids[one.id]]
        if one.size >= 0 and found.size != one.size:
            self.sizes[one.type] += 1
            self.size_examples[one.type] = (one.size, found.size)
        if bool(found.form & stranger_reader.TRACKED) != one.tracked:
            self.tracked[one.type] += 1
        targets = {self.snapshot.address(target) for target in found.targets(weak=True)}
        targets.update(self.snapshot.address(target) for target in self.shown_by_owner.get(found.id, ()))
        type_address = self.snapshot.address(found.type.object) if found.type.object else 0
        lost = [referent for referent in one.referents if referent not in targets and referent != type_address]
        if lost:
            self.edges[one.type] += len(lost)
            self.edge_examples[one.type] = (hex(one.id), [str(self.snapshot.objects[self.ids[i]].type) if i in self.ids else hex(i) for i in lost][:3])


def values_by_dict(snapshot):
    """id of an instance's __dict__ -> the targets of the instance, if the instance has the values and its dict shows them, too (3.13.5+)."""
    shown = {}
    for one in snapshot.objects.values():
        if one.attrs and "__dict__" in one.type.members:
            shown[one.members[one.type.members.index("__dict__")]] = list(one.targets())
    shown.pop(0, None)
    return shown


def unexplained(snapshot):
    """Reference counts against the references found: object id -> refcount − references, where this is not 0 (immortal ones left out)."""
    incoming = collections.Counter()
    for one in snapshot.objects.values():
        incoming.update(one.targets())
        if one.type.heap:
            incoming[one.type.object] += 1
    for _, _, target in snapshot.roots():
        incoming[target] += 1
    result = {}
    for granule, one in snapshot.objects.items():
        if not one.form & (stranger_reader.IMMORTAL | stranger_reader.PSEUDO) and one.refcount != incoming[granule]:
            result[granule] = one.refcount - incoming[granule]
    return result


def main():
    prefix = sys.argv[1]
    snapshot = stranger_reader.read(prefix + ".whs")
    comparison = Comparison(snapshot, read_truth(prefix + ".truth"))
    print("compared", comparison.objects, "written", len(snapshot.objects), "missing", dict(comparison.missing))
    print("sizes", dict(comparison.sizes), comparison.size_examples)
    print("edges", dict(comparison.edges), comparison.edge_examples)
    print("tracked", dict(comparison.tracked))
    more, less = collections.Counter(), collections.Counter()
    for granule, excess in unexplained(snapshot).items():
        (more if excess > 0 else less)[str(snapshot.objects[granule].type)] += 1
    print("excess", more.most_common(14))
    print("negative", less.most_common(14))


if __name__ == "__main__":
    main()
