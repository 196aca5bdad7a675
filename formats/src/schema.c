/* SPDX-License-Identifier: MIT */
#include <whoholds/formats/schema.h>

#define U ENCODING_UINT
#define D ENCODING_DELTA
#define B ENCODING_BYTES

const struct table_schema snapshot_schema[TABLE_COUNT] = {
    [TABLE_REGIONS] = {"regions", 1, {{"base", D}}},
    [TABLE_OBJECTS] = {"objects", 6, {{"id", D}, {"type", U}, {"form", U}, {"size", U}, {"refcount", U}, {"refs", U}}},
    [TABLE_REFS] = {"refs", 1, {{"to", U}}},
    [TABLE_EXTRAS] = {"extras", 1, {{"count", U}}},
    [TABLE_STORES] = {"stores", 3, {{"length", U}, {"capacity", U}, {"address", D}}},
    [TABLE_TYPES] = {"types", 8, {{"object", U}, {"module", B}, {"name", B}, {"base", U}, {"flags", U}, {"basicsize", U},
                                  {"members", U}, {"attrs", U}}},
    [TABLE_FIELDS] = {"fields", 1, {{"name", B}}},
    [TABLE_TEXTS] = {"texts", 4, {{"id", D}, {"kind", U}, {"length", U}, {"data", B}}},
    [TABLE_CODE] = {"code", 10, {{"id", D}, {"firstlineno", U}, {"argcount", U}, {"kwonly", U}, {"flags", U}, {"warmup", U},
                                 {"kinds", B}, {"bytecode", B}, {"lines", B}, {"exceptions", B}}},
    [TABLE_OPCODES] = {"opcodes", 5, {{"number", U}, {"name", B}, {"base", U}, {"caches", U}, {"flags", U}}},
    [TABLE_THREADS] = {"threads", 4, {{"ident", U}, {"native", U}, {"flags", U}, {"name", B}}},
    [TABLE_FRAMES] = {"frames", 5, {{"thread", U}, {"object", U}, {"code", U}, {"line", U}, {"instruction", U}}},
    [TABLE_PLACES] = {"places", 2, {{"object", D}, {"instruction", U}}},
    [TABLE_ROOTS] = {"roots", 4, {{"kind", U}, {"name", B}, {"object", U}, {"thread", U}}},
    [TABLE_ACCOUNT] = {"account", 2, {{"name", B}, {"value", U}}},
    [TABLE_RECORDER] = {"recorder", 6, {{"mode", U}, {"interval", U}, {"started_ns", U}, {"lost_blocks", U}, {"lost_stacks", U},
                                        {"lost_code", U}}},
    [TABLE_STACKS] = {"stacks", 5, {{"frames", U}, {"alloc_bytes", U}, {"alloc_blocks", U}, {"live_bytes", U}, {"live_blocks", U}}},
    [TABLE_STACK_FRAMES] = {"stack_frames", 2, {{"code", D}, {"instruction", U}}},
    [TABLE_STACK_AGES] = {"stack_ages", 2, {{"first", U}, {"last", U}}},
    [TABLE_BLOCKS] = {"blocks", 6, {{"address", D}, {"size", U}, {"weight", U}, {"stack", U}, {"majority", U}, {"serial", D}}},
    [TABLE_FINGERPRINTS] = {"fingerprints", 2, {{"id", D}, {"hash", U}}},
    [TABLE_COLLECTOR] = {"collector", 2, {{"name", B}, {"value", U}}},
    [TABLE_INTERPRETERS] = {"interpreters", 2, {{"id", U}, {"flags", U}}},
    [TABLE_MEMOS] = {"memos", 3, {{"id", D}, {"hits", U}, {"misses", U}}},
};
