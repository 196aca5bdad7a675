/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stage "load": a snapshot as arrays indexed by node. What the file says, nothing derived.
 *
 * Node 0 is the NULL object: empty reference places point to it, so that a reference's position keeps its meaning. Nodes 1 to
 * node_count - 1 are the snapshot's objects in file order. All spans point into the mapped file, or what of it was
 * decompressed; the heap owns both.
 *
 * What is asked of few objects alone is read from the file when it is asked: addresses, reference counts, backing stores.
 */
#ifndef WHOHOLDS_LIB_HEAP_H
#define WHOHOLDS_LIB_HEAP_H

#include <stdbool.h>
#include <stdint.h>

#include <whoholds/formats/error.h>
#include <whoholds/formats/reader.h>
#include <whoholds/formats/schema.h>

#include "base/progress.h"
#include "graph/node_sizes.h"
#include "heap/snapshot_file.h"

enum { HEAP_NULL = 0 };              /* the node of no object */
#define TYPE_NONE UINT32_MAX         /* no type number */

struct heap_type {
    struct span module, name;        /* __module__, __qualname__ */
    uint32_t node;                   /* the type object, HEAP_NULL if it was not written */
    uint32_t base;                   /* type number or TYPE_NONE */
    uint32_t flags;                  /* TYPE_HEAP, TYPE_GC */
    uint32_t basicsize;              /* bytes */
    uint32_t first_field;            /* fields[first_field …]: member names, then attribute names */
    uint32_t member_count, attr_count;
};

struct heap_store { uint64_t length, capacity, address; };

struct heap_text {
    uint32_t node;
    uint32_t kind;                   /* TEXT_* */
    uint64_t length;                 /* of the whole value, see FORMAT.md 2.7 */
    struct span data;
};

struct heap_code {
    uint32_t node;
    uint32_t firstlineno, argcount, kwonly, flags, warmup;
    struct span kinds, bytecode, lines, exceptions;
};

struct heap_opcode { struct span name; uint8_t base, caches; bool defined, has_argument; };

struct heap_thread { uint64_t ident, native; uint32_t flags; struct span name; };
struct heap_frame { uint32_t thread, node, code_node, line, instruction; };
struct heap_place { uint32_t node, instruction; };
struct heap_memo { uint64_t hits, misses; uint32_t node; };
struct heap_root { enum root_kind kind; struct span name; uint32_t node, thread; /* thread row + 1, or 0 */ };
struct heap_account { struct span name; uint64_t value; };
struct heap_fingerprint { uint64_t hash; uint32_t node; };
struct heap_interpreter { uint64_t id; uint32_t flags; /* INTERPRETER_LEFT_OUT */ };

/* What the recorder knows (FORMAT.md 2.12). */
struct heap_recorder { uint32_t mode; /* RECORDER_*, 0: it was off */ uint64_t interval, started_ns, lost_blocks, lost_stacks, lost_code; };
struct heap_stack {
    uint64_t alloc_bytes, alloc_blocks, live_bytes, live_blocks;
    uint32_t first_frame, frame_count;   /* of stack_frames, innermost first */
    uint32_t first_serial, last_serial;  /* of its first and of its latest block, freed or not: heap_block's serial; 0: not known */
};
struct heap_stack_frame { uint32_t code_node, instruction; };
struct heap_block {
    uint64_t address, size;
    uint32_t weight;                     /* blocks it stands for × BLOCK_WEIGHT_ONE */
    uint32_t stack, majority;            /* rows of stacks */
    uint32_t node;                       /* the object that is in it, HEAP_NULL: none, or a container's store */
    uint32_t serial;                     /* blocks recorded before this one, UINT32_MAX if those or more; a block that grows is a new one */
};

enum { HEAP_STORE_BLOCK = 512 };

struct heap {
    struct snapshot_file file;
    struct snapshot snapshot;        /* header and trailer fields */

    uint32_t node_count;
    uint32_t *type_of_node;
    uint16_t *form_of_node;          /* FORM_* */
    uint32_t *size_of_node;          /* shallow bytes; UINT32_MAX: see big_sizes. Read through heap_sizes() */
    struct node_big_size *big_sizes;
    uint32_t big_size_count;
    uint32_t *first_ref_of_node;     /* node_count + 1 */
    uint32_t *target_of_ref;         /* by position; weak items (FORM_ITEMS_WEAK) included */
    uint64_t dangling_count;         /* references to objects that were not written */

    bool borrows;                    /* the arrays by node and by reference, big_sizes aside, are a kept file's (kept_file.h) */
    uint32_t lookup_count, *node_of_lookup; /* nodes of the ids that the tables below name, in the order in which they are read */

    uint64_t *base_of_region;        /* address >> REGION_BITS; index: region number - 1 */
    uint64_t region_count;

    uint64_t ref_count;
    uint32_t store_count, *stores_before_block;   /* objects with a store before node HEAP_STORE_BLOCK × index */
    uint32_t extra_count, *node_of_extra;      uint32_t *count_of_extra;     /* ascending nodes */
    uint32_t type_count;             struct heap_type *types;
    uint32_t field_count;            struct span *fields;
    uint32_t text_count;             struct heap_text *texts;   /* ascending nodes, one each */
    uint32_t code_count;             struct heap_code *codes;   /* ascending nodes */
    uint32_t thread_count;           struct heap_thread *threads;
    uint32_t frame_count;            struct heap_frame *frames; /* by thread, innermost first */
    uint32_t place_count;            struct heap_place *places; /* ascending nodes */
    uint32_t root_count;             struct heap_root *roots;
    uint32_t account_count;          struct heap_account *account;
    uint32_t collector_count;        struct heap_account *collector;   /* FORMAT.md 2.14 */
    uint32_t fingerprint_count;      struct heap_fingerprint *fingerprints;   /* FORMAT.md 2.13, in no order */
    uint32_t interpreter_count;      struct heap_interpreter *interpreters;
    uint32_t memo_count;             struct heap_memo *memos;   /* ascending nodes */
    struct heap_opcode opcodes[256];
    struct heap_recorder recorder;
    uint32_t stack_count;            struct heap_stack *stacks;
    uint32_t stack_frame_count;      struct heap_stack_frame *stack_frames;
    uint32_t block_count;            struct heap_block *blocks; /* ascending addresses, one each */
    uint32_t last_serial;            /* the greatest of the blocks' and stacks' serials: how much time the recorder has seen go by */
};

/*
 * Loads a snapshot file. On failure *ret is empty and the error says which file and what is wrong. Memory: about 28 bytes an object
 * and 4 a reference while it loads, 14 and 4 afterwards, whatever the file claims.
 */
enum wh_status heap_load(const char *path, struct wh_error *error, struct heap *ret) WH_MUST_USE;

/* The same in two steps. The second has the arrays by node and by reference already if they are borrowed. */
enum wh_status heap_open(const char *path, struct wh_error *error, struct heap *ret) WH_MUST_USE;
enum wh_status heap_load_tables(const char *path, const struct progress *progress, struct wh_error *error, struct heap *heap) WH_MUST_USE;
void heap_deinit(struct heap *heap);

/* The shallow sizes as the later stages read them. */
struct node_sizes heap_sizes(const struct heap *heap);

/* The first node from this one on whose form has one of the bits, or node_count. */
uint32_t heap_next_with(const struct heap *heap, uint32_t node, uint16_t form_bits);

/* Where the sections of a node's references lie (FORMAT.md 2.4): half-open ranges of target_of_ref. */
struct heap_sections {
    uint32_t members, attrs, extras, items, end;   /* each section ends where the next begins */
};
struct heap_sections heap_sections(const struct heap *heap, uint32_t node);

static inline uint32_t heap_items_kind(const struct heap *heap, uint32_t node) { return heap->form_of_node[node] & FORM_ITEMS_MASK; }

/* The node's items: a run of targets; pairs are key, value, key, value. */
struct node_run { const uint32_t *nodes; uint32_t count; };
struct node_run heap_items(const struct heap *heap, uint32_t node);

/* For loops over many nodes that lie here and there: the one whose turn comes soon, to fetch what is noted of it. */
static inline uint32_t node_run_ahead(struct node_run run, uint32_t at)
{
    enum { AHEAD = 16 };
    return run.nodes[run.count - at > AHEAD ? at + AHEAD : at];
}

/* The member or attribute of that name (`__code__`, `co_names`, a slot), or HEAP_NULL. Looks at members, then at attrs. */
uint32_t heap_member(const struct heap *heap, uint32_t node, const char *name);

/* The value of a str key in a dict (form pairs), or HEAP_NULL. Linear in the dict. */
uint32_t heap_dict_get(const struct heap *heap, uint32_t dict, const char *key);

/* The attribute of an instance, module or class as Python stores it: members, attrs, then its `__dict__`. HEAP_NULL if there is none. */
uint32_t heap_attribute(const struct heap *heap, uint32_t node, const char *name);
uint32_t heap_attribute_named(const struct heap *heap, uint32_t node, struct span name);   /* HEAP_NULL for names of 128 bytes and more */

/* Text of a str node as far as the file has it: false if it was not written or is only a prefix. */
bool heap_string(const struct heap *heap, uint32_t node, struct span *ret);
const struct heap_text *heap_text(const struct heap *heap, uint32_t node);   /* NULL if there is none */

const struct heap_code *heap_code(const struct heap *heap, uint32_t node);   /* NULL if the node is no code object */
/* Where the code of a generator, left frame or traceback stands: FORMAT.md 2.9. NULL if that is not known. */
const struct heap_place *heap_place(const struct heap *heap, uint32_t node);

/* How often an lru_cache was asked: FORMAT.md 2.16. NULL if that is not known. */
const struct heap_memo *heap_memo(const struct heap *heap, uint32_t node);

/* The backing store: false if the object has none. */
bool heap_store(const struct heap *heap, uint32_t node, struct heap_store *ret);

/* Its length alone: 0 if the object has none. */
uint64_t heap_store_length(const struct heap *heap, uint32_t node);

/* All of them, by ascending nodes, and of each the columns that are asked for: the others are 0. */
enum { STORE_LENGTH = 1, STORE_CAPACITY = 2, STORE_ADDRESS = 4, STORE_ALL = 7 };
struct store_walk { const struct heap *heap; unsigned columns; uint32_t node, row; struct column_reader length, capacity, address; };
void store_walk_init(struct store_walk *ret, const struct heap *heap, unsigned columns);
bool store_walk_next(struct store_walk *walk, uint32_t *node, struct heap_store *ret);

const struct heap_type *heap_type(const struct heap *heap, uint32_t node);
bool heap_type_is(const struct heap *heap, uint32_t node, const char *module, const char *name);       /* exactly */
bool heap_is_instance(const struct heap *heap, uint32_t node, const char *module, const char *name);   /* or a subclass, along `base` */

/* Classes, also those with a metaclass of their own; modules, also those of a class of their own (lazy ones, say). */
static inline bool heap_is_class(const struct heap *heap, uint32_t node)
{
    return heap_is_instance(heap, node, "builtins", "type");
}

static inline bool heap_is_module(const struct heap *heap, uint32_t node)
{
    return heap_is_instance(heap, node, "builtins", "module");
}

/* Some microseconds a call: a walk for those who ask for many. */
uint64_t heap_address(const struct heap *heap, uint32_t node);
struct address_walk { const struct heap *heap; struct column_reader ids; };
void address_walk_init(struct address_walk *ret, const struct heap *heap);
uint64_t address_walk_get(struct address_walk *walk, uint32_t node);   /* quick if nodes ascend */

/* The granule ids of all nodes, which the caller frees: 8 bytes an object. */
enum wh_status heap_ids(const struct heap *heap, struct wh_error *error, uint64_t **ret) WH_MUST_USE;

/* The reference count, UINT32_MAX if it is that or more. */
uint32_t heap_refcount(const struct heap *heap, uint32_t node);
struct refcount_walk { struct column_reader counts; };
void refcount_walk_init(struct refcount_walk *ret, const struct heap *heap);
uint32_t refcount_walk_get(struct refcount_walk *walk, uint32_t node); /* quick if nodes ascend */

uint32_t heap_find_address(const struct heap *heap, uint64_t address);       /* HEAP_NULL if no object starts there; linear */

/* Row of the recorded block that contains an address, UINT32_MAX if there is none. */
uint32_t heap_find_block(const struct heap *heap, uint64_t address);

/* The bytes for which a block stands: its size, or an estimate if it is a sample. */
uint64_t heap_block_bytes(const struct heap_block *block);

bool span_is(struct span span, const char *text);
int span_compare(struct span a, struct span b);   /* by bytes; a beginning comes before the whole */

#endif
