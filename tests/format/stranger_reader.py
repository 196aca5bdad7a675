#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Reads a whoholds snapshot. Written from formats/FORMAT.md with Python's msgpack, xxhash and zstandard alone.

    stranger_reader.py SNAPSHOT     print the number of rows of each table as JSON

As a module: read(path) gives a Snapshot, whose tables are columns: snapshot.tables["objects"]["id"] is a list.
Section numbers below are those of FORMAT.md.
"""
import itertools
import json
import sys

import msgpack
import xxhash
import zstandard

MASK = (1 << 64) - 1

# 1.2, 2: columns and their encodings.
SCHEMA = {
    "regions": {"base": "d"},
    "objects": {"id": "d", "type": "u", "form": "u", "size": "u", "refcount": "u", "refs": "u"},
    "refs": {"to": "u"},
    "extras": {"count": "u"},
    "stores": {"length": "u", "capacity": "u", "address": "d"},
    "types": {"object": "u", "module": "b", "name": "b", "base": "u", "flags": "u", "basicsize": "u", "members": "u",
              "attrs": "u"},
    "fields": {"name": "b"},
    "texts": {"id": "d", "kind": "u", "length": "u", "data": "b"},
    "code": {"id": "d", "firstlineno": "u", "argcount": "u", "kwonly": "u", "flags": "u", "warmup": "u", "kinds": "b",
             "bytecode": "b", "lines": "b", "exceptions": "b"},
    "opcodes": {"number": "u", "name": "b", "base": "u", "caches": "u", "flags": "u"},
    "threads": {"ident": "u", "native": "u", "flags": "u", "name": "b"},
    "places": {"object": "d", "instruction": "u"},
    "frames": {"thread": "u", "object": "u", "code": "u", "line": "u", "instruction": "u"},
    "roots": {"kind": "u", "name": "b", "object": "u", "thread": "u"},
    "account": {"name": "b", "value": "u"},
    "recorder": {"mode": "u", "interval": "u", "started_ns": "u", "lost_blocks": "u", "lost_stacks": "u", "lost_code": "u"},
    "stacks": {"frames": "u", "alloc_bytes": "u", "alloc_blocks": "u", "live_bytes": "u", "live_blocks": "u"},
    "stack_frames": {"code": "d", "instruction": "u"},
    "stack_ages": {"first": "u", "last": "u"},
    "fingerprints": {"id": "d", "hash": "u"},
    "collector": {"name": "b", "value": "u"},
    "interpreters": {"id": "u", "flags": "u"},
    "memos": {"id": "d", "hits": "u", "misses": "u"},
    "blocks": {"address": "d", "size": "u", "weight": "u", "stack": "u", "majority": "u", "serial": "d"},
}

# 2.4
ITEMS = ["none", "sequence", "pairs", "keys", "locals", "weak"]
ATTRS, EXTRAS, STORE, TRACKED, IMMORTAL, FROZEN, PSEUDO = (1 << bit for bit in range(3, 10))
ROOT_KINDS = {1: "modules", 2: "builtins", 3: "interpreter", 4: "thread", 6: "type", 7: "atexit", 8: "codecs", 9: "gc"}


class BadSnapshot(Exception):
    pass


def unzigzag(code):
    return (code >> 1) ^ -(code & 1)


def decode_uints(blob, rows):
    values = []
    at = 0
    for _ in range(rows):
        value = shift = 0
        while True:
            if at == len(blob) or shift > 63:
                raise BadSnapshot("a number is cut off or too long")
            byte = blob[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
        if value > MASK:
            raise BadSnapshot("a number has more than 64 bits")
        values.append(value)
    if at != len(blob):
        raise BadSnapshot("bytes are left over in a column")
    return values


def decode_deltas(blob, rows):
    values = []
    previous = 0
    for code in decode_uints(blob, rows):
        previous = (previous + unzigzag(code)) & MASK
        values.append(previous)
    return values


def decode_bytes(blob, rows):
    values = []
    at = 0
    for _ in range(rows):
        length = shift = 0
        while True:
            byte = blob[at]
            at += 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
        if length > len(blob) - at:
            raise BadSnapshot("a byte string is cut off")
        values.append(blob[at:at + length])
        at += length
    if at != len(blob):
        raise BadSnapshot("bytes are left over in a column")
    return values


DECODE = {"u": decode_uints, "d": decode_deltas, "b": decode_bytes}


class Type:
    """2.6"""

    def __init__(self, number, row, fields):
        self.number = number
        self.object, module, name, self.base, self.flags, self.basicsize, members, attrs = row
        self.module = module.decode("utf-8", "surrogatepass")
        self.name = name.decode("utf-8", "surrogatepass")
        names = [next(fields).decode("utf-8", "surrogatepass") for _ in range(members + attrs)]
        self.members = names[:members]
        self.attrs = names[members:]

    @property
    def heap(self):
        return bool(self.flags & 1)

    def __str__(self):
        return self.name if self.module == "builtins" else "%s.%s" % (self.module, self.name)


class Object:
    """One row of `objects` with its references in their sections (2.4)."""
    __slots__ = ("id", "type", "form", "size", "refcount", "members", "attrs", "extras", "items", "store")

    @property
    def items_kind(self):
        return ITEMS[self.form & 7]

    def targets(self, weak=False):
        """Ids of all strong references, empty places left out."""
        items = [] if self.items_kind == "weak" and not weak else self.items
        return [target for target in itertools.chain(self.members, self.attrs, self.extras, items) if target]


class Snapshot:
    def __init__(self, header, tables, counts):
        self.header = header
        self.tables = tables
        self.counts = counts
        self.types = self._make_types()
        self.objects = self._make_objects()
        self.texts = self._make_texts()

    def address(self, granule):
        """2.1"""
        return self.tables["regions"]["base"][(granule >> 17) - 1] << 20 | (granule & 0x1FFFF) << 3

    def ids_by_address(self):
        return {self.address(granule): granule for granule in self.objects}

    def _rows(self, table):
        return zip(*(self.tables[table][column] for column in SCHEMA[table]))

    def _make_types(self):
        fields = iter(self.tables["fields"]["name"])
        types = [Type(number, row, fields) for number, row in enumerate(self._rows("types"))]
        if next(fields, None) is not None:
            raise BadSnapshot("fields are left over")
        return types

    def _make_objects(self):
        objects = {}
        refs = iter(self.tables["refs"]["to"])
        extras = iter(self.tables["extras"]["count"])
        stores = iter(self._rows("stores"))
        for granule, type_number, form, size, refcount, count in self._rows("objects"):
            targets = [granule + unzigzag(to - 1) if to else 0 for to in itertools.islice(refs, count)]
            if len(targets) != count:
                raise BadSnapshot("references are missing")
            if granule in objects:
                raise BadSnapshot("two objects have the id %d" % granule)
            objects[granule] = self._make_object(granule, type_number, form, size, refcount, targets, extras, stores)
        if any(next(rest, None) is not None for rest in (refs, extras, stores)):
            raise BadSnapshot("references, extras or stores are left over")
        return objects

    def _make_object(self, granule, type_number, form, size, refcount, targets, extras, stores):
        result = Object()
        result.id, result.form, result.size, result.refcount = granule, form, size, refcount
        result.type = self.types[type_number]
        at = len(result.type.members)
        if at > len(targets):
            raise BadSnapshot("an object of type %s has too few references for its members" % result.type)
        result.members = targets[:at]
        result.attrs = []
        if form & ATTRS:
            result.attrs = targets[at:at + len(result.type.attrs)]
            at += len(result.type.attrs)
        extra_count = next(extras) if form & EXTRAS else 0
        if form & 7 == 0:
            extra_count = len(targets) - at
        result.extras = targets[at:at + extra_count]
        result.items = targets[at + extra_count:]
        result.store = next(stores) if form & STORE else None
        return result

    def _make_texts(self):
        """2.7: id -> value; the longest wins. A str or bytes that is only a prefix is a tuple (prefix, length)."""
        longest = {}
        for granule, kind, length, data in self._rows("texts"):
            if granule not in longest or len(data) > len(longest[granule][2]):
                longest[granule] = (kind, length, data)
        return {granule: self._text(*row) for granule, row in longest.items()}

    @staticmethod
    def _text(kind, length, data):
        if kind == 0:
            text = data.decode("utf-8", "surrogatepass")
            return text if len(text) == length else (text, length)
        if kind == 1:
            return data if len(data) == length else (data, length)
        if kind == 2:
            return int(data)
        import struct
        return struct.unpack("<d", data)[0]

    # ---- Labels ----

    def code_names(self, code):
        """Names of the places of a frame of this code object (2.4, locals)."""
        fields = dict(zip(code.type.members, code.members))
        if fields.get("co_localsplusnames"):
            tuples = [fields["co_localsplusnames"]]
        else:
            tuples = [fields["co_varnames"], fields["co_cellvars"], fields["co_freevars"]]
        return [self.texts.get(name) for one in tuples for name in self.objects[one].items]

    def labelled(self, granule):
        """(label, target id) of every reference of an object; label None for extras and keys."""
        one = self.objects[granule]
        for name, target in zip(one.type.members, one.members):
            if target:
                yield "." + name, target
        for name, target in zip(one.type.attrs, one.attrs):
            if target:
                yield "." + name, target
        for target in one.extras:
            if target:
                yield None, target
        yield from self._labelled_items(one)

    def _labelled_items(self, one):
        kind = one.items_kind
        if kind == "sequence":
            for index, target in enumerate(one.items):
                if target:
                    yield "[%d]" % index, target
        elif kind == "pairs":
            for key, value in zip(one.items[::2], one.items[1::2]):
                if key:
                    yield "key", key
                if value:
                    yield "[%s]" % self.describe_key(key), value
        elif kind == "locals":
            names = self.code_names(self._code_of(one))
            for index, target in enumerate(one.items):
                if target:
                    yield ("local %s" % names[index] if index < len(names) else "temporary"), target
        else:
            for target in one.items:
                if target:
                    yield ("weak" if kind == "weak" else None), target

    def _code_of(self, one):
        fields = dict(zip(one.type.members, one.members))
        for name in ("f_code", "gi_code", "cr_code", "ag_code"):
            if fields.get(name):
                return self.objects[fields[name]]
        raise BadSnapshot("no code object for the locals of a %s" % one.type)

    def describe_key(self, key):
        if key in self.texts:
            return repr(self.texts[key])
        if key and key in self.objects and self.objects[key].items_kind == "sequence":
            return "(%s)" % ", ".join(self.describe_key(item) for item in self.objects[key].items)
        name = self._name_of(key)
        return name or ("<%s>" % self.objects[key].type if key in self.objects else "?")

    def _name_of(self, granule):
        """Of a context variable and the like: a member called name."""
        one = self.objects.get(granule)
        target = dict(zip(one.type.members, one.members)).get("name") if one else None
        return "<%s %s>" % (one.type.name, self.texts[target]) if target in self.texts else None

    def roots(self):
        """(kind, name, object id): 2.10, and the frames of 2.9."""
        for kind, name, target, _ in self._rows("roots"):
            yield ROOT_KINDS[kind], name.decode("utf-8", "surrogatepass"), target
        for _, target, code, line, _ in self._rows("frames"):
            name = self.texts.get(dict(zip(self.objects[code].type.members, self.objects[code].members))["co_name"])
            yield "frame", "%s:%d" % (name, line), target


def blob_of(value, features):
    """1.4: a bin, or an extension that holds one in a zstd frame."""
    if isinstance(value, bytes):
        return value
    if "zstd" not in features or value.code != 1:
        raise BadSnapshot("no column")
    size = zstandard.frame_content_size(value.data)
    if not len(value.data) < size <= 65536:
        raise BadSnapshot("a frame of %d bytes claims to hold %d" % (len(value.data), size))
    decompressor = zstandard.ZstdDecompressor().decompressobj()
    blob = decompressor.decompress(value.data)
    if len(blob) != size or not decompressor.eof or decompressor.unused_data:
        raise BadSnapshot("a frame that does not hold what it says")
    return blob


def append_chunk(tables, chunk, features):
    """How many bytes were in frames."""
    table, rows, columns = chunk
    in_frames = 0
    if table not in SCHEMA:
        return 0
    for name, encoding in SCHEMA[table].items():
        if name not in columns:
            raise BadSnapshot("table %s lacks column %s" % (table, name))
        blob = blob_of(columns[name], features)
        in_frames += len(blob) if blob is not columns[name] else 0
        if rows > len(blob):
            raise BadSnapshot("column %s has fewer bytes than rows" % name)
        tables[table][name].extend(DECODE[encoding](blob, rows))
    return in_frames


def read(path):
    with open(path, "rb") as stream:
        data = stream.read()
    unpacker = msgpack.Unpacker(raw=False, max_buffer_size=len(data) + 1, strict_map_key=True)
    unpacker.feed(data)
    header = unpacker.unpack()
    if header.get("magic") != "whoholds" or header["version"] != 1 or not set(header["features"]) <= {"zstd"}:
        raise BadSnapshot("not a snapshot of version 1")
    tables = {table: {column: [] for column in columns} for table, columns in SCHEMA.items()}
    in_frames = 0
    for value in unpacker:
        if value[0] == "end":
            break
        in_frames += append_chunk(tables, value, header["features"])
        if in_frames > 16 * len(data):
            raise BadSnapshot("more than can be believed is in frames")
    else:
        raise BadSnapshot("truncated: no trailer")
    if unpacker.tell() != len(data):
        raise BadSnapshot("bytes after the trailer")
    if data[-9] != 0xCF or xxhash.xxh64(data[:-9], seed=0).intdigest() != value[2]:
        raise BadSnapshot("wrong checksum")
    counts = value[1]
    for table in ("objects", "refs"):
        if counts[table] != len(next(iter(tables[table].values()))):
            raise BadSnapshot("the trailer counts other %s" % table)
    return Snapshot(header, tables, counts)


def main():
    snapshot = read(sys.argv[1])
    rows = {table: len(next(iter(columns.values()))) for table, columns in snapshot.tables.items()}
    ids = snapshot.objects.keys()
    dangling = sum(1 for one in snapshot.objects.values() for target in one.targets(weak=True) if target not in ids)
    json.dump({"header": snapshot.header, "counts": snapshot.counts, "rows": rows, "dangling": dangling}, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
