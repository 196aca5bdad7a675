/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What stands between the language of heap_builder.h and the snapshot: the tables of a heap, as they were written down. */
#ifndef WHOHOLDS_TESTS_BUILT_HEAP_H
#define WHOHOLDS_TESTS_BUILT_HEAP_H

#include <stdbool.h>
#include <stdint.h>

#include "heap_builder.h"
#include "base/text.h"

#define BUILT_HEAP_FIRST_ADDRESS UINT64_C(0x7f0000100000)
enum { BUILT_HEAP_STRIDE = 0x40, BUILT_HEAP_STORE_DISTANCE = 0x10000000 };   /* bytes */
enum { NO_SIZE = -1 };

struct nodes { uint32_t *node; uint32_t count, capacity; };

struct built_type {
    char *module, *name;
    unsigned flags, base;            /* base: number + 1 */
    uint32_t object;
    char **field;
    unsigned member_count, field_count;
};

struct built_object {
    char *name;
    bool defined;
    unsigned type, form;
    int64_t size, refcount;          /* NO_SIZE: not given */
    uint64_t native;
    struct nodes fields, extras, items;
    bool has_store, has_calls;
    uint64_t hits, misses;
    uint64_t store_length, store_capacity;
    bool has_text;
    unsigned text_kind;
    uint64_t text_length;            /* of the whole value */
    uint64_t fingerprint;            /* 0: none */
    char *text;
    size_t text_bytes;
};

struct built_code { uint32_t node; unsigned firstlineno, argcount, kwonly; struct text kinds, bytecode, lines; };
struct built_opcode { unsigned number, base, caches, flags; char *name; };
struct built_thread { uint64_t ident; unsigned flags; char *name; };
struct built_place { unsigned instruction; uint32_t object; };
struct built_frame { unsigned thread, line, instruction; uint32_t object, code; };
struct built_root { enum root_kind kind; char *name; uint32_t object; unsigned thread; };
struct built_account { char *name; uint64_t value; };
struct built_stack { uint64_t allocated, live, first, last; struct nodes code, instruction; };
struct built_block { uint32_t object; uint64_t size; unsigned stack, majority; };

struct heap_builder {
    char python[16];
    uint32_t hexversion;
    const char *program;
    uint64_t pid, created_ns;
    struct built_type *types;        unsigned type_count;
    struct built_object *objects;    uint32_t object_count, object_capacity;   /* objects[0] is NULL */
    uint32_t *slots;                 uint32_t slot_count;                      /* hash table of names */
    struct built_code *codes;        unsigned code_count;
    struct built_opcode *opcodes;    unsigned opcode_count;
    struct built_thread *threads;    unsigned thread_count;
    struct built_place *places;      unsigned place_count;
    struct built_frame *frames;      unsigned frame_count;
    struct built_root *roots;        unsigned root_count;
    struct built_account *accounts;  unsigned account_count;
    struct built_account *collector; unsigned collector_count;
    uint64_t recorder;               /* mode, 0: off */
    struct built_stack *stacks;      unsigned stack_count;
    struct built_block *blocks;      unsigned block_count;
};

/* Aborts without memory; returns what it was given. */
void *built_heap_must(void *memory);

/* Aborts: the test's text makes no sense. */
void built_heap_reject(const char *word, const char *why) __attribute__((noreturn));

#endif
