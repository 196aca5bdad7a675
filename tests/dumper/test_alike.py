# SPDX-License-Identifier: MIT
"""What the snapshot tells of contents, of finalizers, of views and of the collector, beyond single objects."""
import collections

import stranger_reader

PROGRAM = """
import gc
alike = ["city of %d" % (i % 10) for i in range(5000)]
long = [bytes([i % 3]) * 100000 for i in range(9)] + [bytes([1]) * 99999 + b"x"]
alone = ["alone %d" % i for i in range(5000)]
pair = ["\\u20ac %d" % (i % 1000) for i in range(2000)]
view = memoryview(bytearray(50000))[10:30]
raised = []
class Phoenix:
    def __init__(self):
        self.me = self
    def __del__(self):
        raised.append(self)
phoenix = Phoenix()
del phoenix
gc.collect()
class Plain:
    def __del__(self):
        pass
plain = Plain()
gc.set_threshold(701, 11, 12)
gc.disable()
"""

INTERNED, FINALIZED = 1 << 11, 1 << 12


def test_alike_contents_have_the_same_fingerprint_and_the_collector_is_described(snapshot_of, tmp_path):
    snapshot = snapshot_of(PROGRAM)
    (tmp_path / "out.whs").unlink()
    again = snapshot_of(PROGRAM)
    names = names_of(snapshot)
    prints = dict(zip(snapshot.tables["fingerprints"]["id"], snapshot.tables["fingerprints"]["hash"]))
    assert len(prints) == len(snapshot.tables["fingerprints"]["id"])
    assert all(0 <= value < 1 << 49 for value in prints.values())

    def groups(name):
        found = [prints.get(target) for target in names[name].targets()]
        return collections.Counter(value for value in found if value is not None), found
    alike, found = groups("alike")
    assert sorted(alike.values()) == [500] * 10 and [found[i] == found[0] for i in range(20)] == [i % 10 == 0 for i in range(20)]
    assert sorted(groups("long")[0].values()) == [3, 3, 3]
    assert groups("alone")[0] == {}
    pairs, _ = groups("pair")
    assert set(pairs.values()) == {2} and len(pairs) > 500
    other = dict(zip(again.tables["fingerprints"]["id"], again.tables["fingerprints"]["hash"]))
    assert not set(other.values()) & set(prints.values())

    view = names["view"]
    (base,) = [snapshot.objects[target] for target in snapshot.objects[view.targets()[0]].targets()]
    assert (view.store, base.type.name) == ((20, 20, 0), "bytearray")
    (risen,) = [snapshot.objects[target] for target in names["raised"].targets()]
    assert risen.form & FINALIZED and not names["plain"].form & FINALIZED
    assert any(one.form & INTERNED for one in snapshot.objects.values())
    assert all(one.type.name == "str" for one in snapshot.objects.values() if one.form & INTERNED)
    assert not any(snapshot.objects[granule].form & INTERNED for granule in prints)

    collector = dict(zip((name.decode() for name in snapshot.tables["collector"]["name"]), snapshot.tables["collector"]["value"]))
    assert [collector["threshold:%d" % i] for i in range(3)] == [701, 11, 12]
    assert collector["enabled"] == 0 and collector["collections:2"] >= 1


def names_of(snapshot):
    """The variables of module `program`."""
    found = {}
    for granule in snapshot.objects:
        labels = dict(snapshot.labelled(granule))
        if "['raised']" in labels and "['alike']" in labels:
            found = {label[2:-2]: snapshot.objects[target] for label, target in labels.items() if target in snapshot.objects}
    return found


def test_without_values_nothing_tells_what_is_alike(run, tmp_path):
    program = tmp_path / "program.py"
    program.write_text("alike = ['x' * 40 + str(i %% 2) for i in range(100)]\n"
                       "import whoholds\n"
                       "whoholds.install(values='none')\n"
                       "whoholds.dump(%r)\n" % str(tmp_path / "none.whs"))
    run("snapshot_of.py", tmp_path / "out.whs", "fork", program)
    assert not stranger_reader.read(str(tmp_path / "none.whs")).tables.get("fingerprints", {"id": []})["id"]
