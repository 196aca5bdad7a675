# SPDX-License-Identifier: MIT
"""FORMAT.md is enough: the reader that was written from it alone agrees with the program, and the document's own bytes are right."""

import collections
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest

import msgpack
import xxhash

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [HERE, os.path.join(ROOT, "tests", "support")]

import stranger_reader
from program import Program
from pythons import supported_interpreters, whoholds_program

EXAMPLE = os.path.join(ROOT, "examples", "many_holders.py")
SHOWN = 25  # objects that are looked at one by one


def document():
    with open(os.path.join(ROOT, "formats", "FORMAT.md"), encoding="utf-8") as file:
        return file.read()


def examples():
    """The bytes of section 4, block by block: on each line the words of capital hexadecimal digits, before anything else."""
    blocks = re.findall(r"(?:^    .*\n)+", document().partition("\n## 4.")[2], re.MULTILINE)
    return [bytes.fromhex("".join(re.match(r"(?:(?:[0-9A-F]{2})+\s+)*", line.strip() + " ").group(0) for line in block.splitlines()))
            for block in blocks]


def described_columns():
    """Table -> [(column, encoding)] as the tables of section 2 say."""
    found = collections.defaultdict(list)
    table = None
    for line in document().partition("\n## 2.")[2].partition("\n## 3.")[0].splitlines():
        named = re.match(r"### .*?`(\w+)`|.*?Table `(\w+)`|.*?\brow r of `(\w+)`|Row t of `(\w+)`|\| `(\w+)` column \|", line)
        if named:
            table = next(filter(None, named.groups()))
        row = re.match(r"\| `(\w+)` \| `([udb])` \|", line)
        if row:
            found[table].append(row.groups())
        elif not line.startswith("|"):
            found[table] += re.findall(r"`(\w+)` \(`([udb])`", line)
    return {name: columns for name, columns in found.items() if columns}


def dump(interpreter, directory, *options):
    with Program(interpreter, None, directory, options=options, script=EXAMPLE) as running:
        running.await_line("ready %d" % running.pid)
        running.signal()
        (path,) = running.await_snapshots(1)
    return path


def ask(*arguments):
    output = subprocess.run([whoholds_program(), *arguments, "--json"], stdout=subprocess.PIPE, check=True, timeout=120).stdout
    return json.loads(output.decode())


class DocumentTest(unittest.TestCase):
    maxDiff = None

    def test_the_reader_knows_the_columns_that_the_document_describes(self):
        described = described_columns()
        for table, columns in stranger_reader.SCHEMA.items():
            self.assertEqual(dict(described.pop(table, [])), columns, table)
        self.assertEqual(described, {})

    def test_the_example_chunks_are_what_the_text_says(self):
        objects, refs, _, _ = examples()
        table, rows, columns = msgpack.unpackb(objects)
        self.assertEqual((table, rows, len(columns)), ("objects", 2, 6))
        values = {name: stranger_reader.DECODE[stranger_reader.SCHEMA["objects"][name]](blob, rows) for name, blob in columns.items()}
        self.assertEqual(values, {"id": [0x20008, 0x20010], "type": [3, 5], "form": [0x61, 0], "size": [88, 28], "refcount": [1, 2],
                                  "refs": [2, 0]})
        self.assertEqual([0x7f00001 << 20 | (granule & 0x1FFFF) << 3 for granule in values["id"]], [0x7f0000100040, 0x7f0000100080])
        self.assertEqual({granule >> 17 for granule in values["id"]}, {1})
        self.assertEqual(0x61, stranger_reader.TRACKED | stranger_reader.STORE | stranger_reader.ITEMS.index("sequence"))
        table, rows, columns = msgpack.unpackb(refs)
        self.assertEqual((table, rows, list(columns)), ("refs", 2, ["to"]))
        codes = stranger_reader.decode_uints(columns["to"], rows)
        self.assertEqual([0x20008 + stranger_reader.unzigzag(code - 1) if code else 0 for code in codes], [0x20010, 0])

    def test_the_example_of_a_compressed_chunk_is_what_the_text_says(self):
        table, rows, columns = msgpack.unpackb(examples()[3])
        self.assertEqual((table, rows, columns), ("refs", 40, {"to": msgpack.ExtType(1, columns["to"].data)}))
        self.assertEqual(stranger_reader.blob_of(columns["to"], ["zstd"]), bytes(40))
        with self.assertRaises(stranger_reader.BadSnapshot):
            stranger_reader.blob_of(columns["to"], [])

    def test_the_example_trailer_ends_a_file(self):
        objects, refs, trailer, _ = examples()
        self.assertEqual(trailer[-1], 0xCF)
        before = objects + refs + trailer[:-1]
        whole = before + b"\xCF" + xxhash.xxh64(before, seed=0).digest()
        unpacker = msgpack.Unpacker(raw=False)
        unpacker.feed(whole)
        values = list(unpacker)
        self.assertEqual(values[2][:2], ["end", {"chunks": 2, "objects": 2, "refs": 2, "pause_ns": 2000, "dump_ns": 2000000}])
        self.assertEqual(values[2][2], xxhash.xxh64(whole[:-9], seed=0).intdigest())


class AgreementTest(unittest.TestCase):
    maxDiff = None

    def check(self, interpreter, *options):
        with tempfile.TemporaryDirectory(prefix="whoholds-stranger-") as directory:
            path = dump(interpreter, directory, *options)
            stranger = stranger_reader.read(path)
            self.assertEqual(stranger.header["features"], ["zstd"] if options else [])
            self.check_counts(stranger, path)
            self.check_types(stranger, path)
            self.check_objects(stranger, path)

    def check_counts(self, stranger, path):
        info = ask("info", path)
        rows = {table: len(next(iter(columns.values()))) for table, columns in stranger.tables.items()}
        expected = {"objects": rows["objects"], "references": rows["refs"], "types": rows["types"], "threads": rows["threads"],
                    "frames": rows["frames"], "code_objects": rows["code"], "bytes": sum(stranger.tables["objects"]["size"]),
                    "file_bytes": os.path.getsize(path), "pause_ns": stranger.counts["pause_ns"], "dump_ns": stranger.counts["dump_ns"],
                    "dangling": sum(target not in stranger.objects for one in stranger.objects.values() for target in one.targets(weak=True))}
        expected.update((key, stranger.header[key]) for key in ("python", "program", "pid", "mode", "trigger", "values", "collecting"))
        self.assertEqual({key: info[key] for key in expected}, expected)
        account = dict(zip((name.decode() for name in stranger.tables["account"]["name"]), stranger.tables["account"]["value"]))
        self.assertEqual({row["name"]: row["bytes"] for row in info["account"]}, account)

    def check_types(self, stranger, path):
        """The histogram counts the live ones; who of the program's own objects lives is found here by walking from the roots."""
        live = self.reachable(stranger)
        counts, sizes = collections.Counter(), collections.Counter()
        for granule in live:
            one = stranger.objects[granule]
            counts[str(one.type)] += 1
            sizes[str(one.type)] += one.size
        rows = {row["name"]: row for row in ask("top", path, "--by", "type", "--limit", "100000")["rows"]}
        for name in ("bytearray", "collections.deque", "__main__.Registry"):
            self.assertEqual((rows[name]["count"], rows[name]["shallow_bytes"]), (counts[name], sizes[name]), name)

    @staticmethod
    def reachable(stranger):
        found = set()
        pending = [target for _, _, target in stranger.roots()]
        while pending:
            granule = pending.pop()
            if granule in found or granule not in stranger.objects:
                continue
            found.add(granule)
            one = stranger.objects[granule]
            pending += one.targets()
            if one.type.heap:
                pending.append(one.type.object)
        return found

    def check_objects(self, stranger, path):
        for granule in list(stranger.objects)[::len(stranger.objects) // SHOWN]:
            one = stranger.objects[granule]
            shown = ask("show", path, hex(stranger.address(granule)))
            self.assertEqual((shown["type"], shown["shallow_bytes"], shown["tracked"], shown["immortal"]),
                             (str(one.type), one.size, bool(one.form & stranger_reader.TRACKED), bool(one.form & stranger_reader.IMMORTAL)))
            if not shown["immortal"]:
                self.assertEqual(shown["refcount"], one.refcount)
            mine = sorted(stranger.address(target) for target in one.targets(weak=True) if target in stranger.objects)
            full = ask("show", path, hex(stranger.address(granule)), "--limit", "1000000")
            self.assertEqual(sorted(int(reference["address"], 16) for reference in full["references"] if reference["label"] != ".__class__"), mine)


    def test_the_readers_agree_on_a_compressed_snapshot(self):
        self.check(supported_interpreters()[-1], "--compress")


def check_of(interpreter):
    return lambda self: self.check(interpreter)


for one_interpreter in supported_interpreters():
    setattr(AgreementTest, "test_the_readers_agree_on_%s" % one_interpreter.version.replace(".", "_"), check_of(one_interpreter))

if __name__ == "__main__":
    unittest.main()
