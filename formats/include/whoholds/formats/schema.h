/* SPDX-License-Identifier: MIT */
/*
 * The tables of a snapshot as data: the one place, beside FORMAT.md, that knows their names, columns and encodings.
 * Reader and writer are both driven by it.
 */
#ifndef WHOHOLDS_FORMATS_SCHEMA_H
#define WHOHOLDS_FORMATS_SCHEMA_H

#include <stdint.h>

enum { SNAPSHOT_VERSION = 1 };
#define SNAPSHOT_MAGIC "whoholds"
#define SNAPSHOT_END "end"
#define SNAPSHOT_FEATURE_ZSTD "zstd"

/* FORMAT.md 2.1: granule ids. */
enum { REGION_BITS = 20, GRANULE_BITS = 3, REGION_GRANULE_BITS = REGION_BITS - GRANULE_BITS };

static inline uint64_t granule_region(uint64_t id) { return id >> REGION_GRANULE_BITS; }
static inline uint64_t granule_offset(uint64_t id) { return (id & ((1u << REGION_GRANULE_BITS) - 1)) << GRANULE_BITS; }
static inline uint64_t granule_id(uint64_t region, uint64_t address)
{
    return region << REGION_GRANULE_BITS | (address & ((1u << REGION_BITS) - 1)) >> GRANULE_BITS;
}

/* FORMAT.md 2.4: bits of objects.form. */
enum {
    FORM_ITEMS_MASK = 7,
    FORM_ITEMS_NONE = 0,
    FORM_ITEMS_SEQUENCE = 1,
    FORM_ITEMS_PAIRS = 2,
    FORM_ITEMS_KEYS = 3,
    FORM_ITEMS_LOCALS = 4,
    FORM_ITEMS_WEAK = 5,
    FORM_ATTRS = 1 << 3,
    FORM_EXTRAS = 1 << 4,
    FORM_STORE = 1 << 5,
    FORM_TRACKED = 1 << 6,
    FORM_IMMORTAL = 1 << 7,
    FORM_FROZEN = 1 << 8,
    FORM_PSEUDO = 1 << 9,
    FORM_BOUNDED = 1 << 10,
    FORM_INTERNED = 1 << 11,
    FORM_FINALIZED = 1 << 12,
};

enum { TYPE_HEAP = 1, TYPE_GC = 2 };                                  /* types.flags */
enum { INTERPRETER_LEFT_OUT = 1 };                                    /* interpreters.flags */
enum { TEXT_STR = 0, TEXT_BYTES = 1, TEXT_INT = 2, TEXT_FLOAT = 3 };  /* texts.kind */
enum { OPCODE_HAS_ARGUMENT = 1 };                                     /* opcodes.flags */
enum { THREAD_MAIN = 1, THREAD_HELD_GIL = 2 };                        /* threads.flags */
enum { RECORDER_SAMPLE = 1, RECORDER_HOLDERS = 2, RECORDER_EXACT = 3 }; /* recorder.mode */
enum { STACK_NO_FRAME = 0, STACK_LOST = 1, STACK_FIRST_REAL = 2 };     /* rows of stacks with a meaning of their own */
enum { BLOCK_WEIGHT_ONE = 4096 };                                     /* unit of blocks.weight */
enum { FINGERPRINT_BITS = 49, FINGERPRINT_WHOLE = 65536, FINGERPRINT_PART = 4096, FINGERPRINT_PARTS = 16 };   /* FORMAT.md 2.13; bytes */

/* FORMAT.md 2.10: roots.kind. ROOT_FRAME and ROOT_NATIVE are never written as rows; they complete the enumeration for readers. */
enum root_kind {
    ROOT_MODULES = 1,
    ROOT_BUILTINS = 2,
    ROOT_INTERPRETER = 3,
    ROOT_THREAD = 4,
    ROOT_FRAME = 5,
    ROOT_TYPE = 6,
    ROOT_ATEXIT = 7,
    ROOT_CODECS = 8,
    ROOT_GC = 9,
    ROOT_NATIVE = 10,
};

enum table {
    TABLE_REGIONS,
    TABLE_OBJECTS,
    TABLE_REFS,
    TABLE_EXTRAS,
    TABLE_STORES,
    TABLE_TYPES,
    TABLE_FIELDS,
    TABLE_TEXTS,
    TABLE_CODE,
    TABLE_OPCODES,
    TABLE_THREADS,
    TABLE_FRAMES,
    TABLE_PLACES,
    TABLE_ROOTS,
    TABLE_ACCOUNT,
    TABLE_RECORDER,
    TABLE_STACKS,
    TABLE_STACK_FRAMES,
    TABLE_STACK_AGES,
    TABLE_BLOCKS,
    TABLE_FINGERPRINTS,
    TABLE_COLLECTOR,
    TABLE_INTERPRETERS,
    TABLE_MEMOS,
    TABLE_COUNT
};

/* Columns of each table: indexes into table_schema.columns and into a row of cells. */
enum { REGIONS_BASE };
enum { OBJECTS_ID, OBJECTS_TYPE, OBJECTS_FORM, OBJECTS_SIZE, OBJECTS_REFCOUNT, OBJECTS_REFS };
enum { REFS_TO };
enum { EXTRAS_COUNT };
enum { STORES_LENGTH, STORES_CAPACITY, STORES_ADDRESS };
enum { TYPES_OBJECT, TYPES_MODULE, TYPES_NAME, TYPES_BASE, TYPES_FLAGS, TYPES_BASICSIZE, TYPES_MEMBERS, TYPES_ATTRS };
enum { FIELDS_NAME };
enum { TEXTS_ID, TEXTS_KIND, TEXTS_LENGTH, TEXTS_DATA };
enum {
    CODE_ID, CODE_FIRSTLINENO, CODE_ARGCOUNT, CODE_KWONLY, CODE_FLAGS, CODE_WARMUP,
    CODE_KINDS, CODE_BYTECODE, CODE_LINES, CODE_EXCEPTIONS
};
enum { OPCODES_NUMBER, OPCODES_NAME, OPCODES_BASE, OPCODES_CACHES, OPCODES_FLAGS };
enum { THREADS_IDENT, THREADS_NATIVE, THREADS_FLAGS, THREADS_NAME };
enum { FRAMES_THREAD, FRAMES_OBJECT, FRAMES_CODE, FRAMES_LINE, FRAMES_INSTRUCTION };
enum { PLACES_OBJECT, PLACES_INSTRUCTION };
enum { ROOTS_KIND, ROOTS_NAME, ROOTS_OBJECT, ROOTS_THREAD };
enum { ACCOUNT_NAME, ACCOUNT_VALUE };
enum { RECORDER_MODE, RECORDER_INTERVAL, RECORDER_STARTED_NS, RECORDER_LOST_BLOCKS, RECORDER_LOST_STACKS, RECORDER_LOST_CODE };
enum { STACK_AGES_FIRST, STACK_AGES_LAST };
enum { STACKS_FRAMES, STACKS_ALLOC_BYTES, STACKS_ALLOC_BLOCKS, STACKS_LIVE_BYTES, STACKS_LIVE_BLOCKS };
enum { STACK_FRAMES_CODE, STACK_FRAMES_INSTRUCTION };
enum { BLOCKS_ADDRESS, BLOCKS_SIZE, BLOCKS_WEIGHT, BLOCKS_STACK, BLOCKS_MAJORITY, BLOCKS_SERIAL };
enum { FINGERPRINTS_ID, FINGERPRINTS_HASH };
enum { COLLECTOR_NAME, COLLECTOR_VALUE };
enum { INTERPRETERS_ID, INTERPRETERS_FLAGS };
enum { MEMOS_ID, MEMOS_HITS, MEMOS_MISSES };

enum { TABLE_COLUMNS_MAX = 10 };

enum encoding {
    ENCODING_NONE = 0, /* no such column */
    ENCODING_UINT,     /* "u": LEB128 */
    ENCODING_DELTA,    /* "d": zigzag LEB128 of the difference from the row before, restarting at 0 in each chunk */
    ENCODING_BYTES,    /* "b": length as LEB128, then the bytes */
};

struct column_schema {
    const char *name;
    enum encoding encoding;
};

struct table_schema {
    const char *name;
    unsigned column_count;
    struct column_schema columns[TABLE_COLUMNS_MAX];
};

extern const struct table_schema snapshot_schema[TABLE_COUNT];

/* One value of a row. number: the value, or the length of bytes. */
struct cell {
    uint64_t number;
    const void *bytes;
};

#endif
