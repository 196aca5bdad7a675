/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Heaps for tests: written down in a small language, put through the real snapshot writer, and opened by the real analyzer.
 * Everything here aborts when memory runs out or a text makes no sense.
 *
 * The language: statements end at a semicolon or a line's end, words stand apart by white space, quotes keep a word together. A line that
 * begins with a space goes on with the statement before it.
 *
 *     type app.Order heap base app.Base object order_class members __dict__ slot attrs x y
 *         a type; all words after its name may be left out. A name without a dot is of the module builtins. object: its type object.
 *     cache : list [ a b _ 'text' 7 ]
 *         an object and its references: `_` is NULL, 'text' the str of that contents, 7 the int; any other word names an object, which
 *         may be defined later. After the type:
 *             [ … ]  items of a sequence          { … }  pairs: key value key value
 *             < … >  elements of a set            ( … )  locals of a frame
 *             / … /  weak referents               .field x   member or attribute
 *             + x    a reference without a name   'text' [of N]  its contents; N: how long the whole value is
 *             size N, refs N (its reference count, instead of the true one), native N (references that nobody has, beyond the true
 *             ones), store LENGTH CAPACITY, immortal, frozen, untracked, pseudo, bounded, interned,
 *             finalized, alike N (its fingerprint), calls HITS MISSES (of an lru_cache)
 *     module app { 'cache' cache }
 *         the module object `app`, its dict `app.__dict__` and its entry in `sys.modules`
 *     code load 'load' '/src/app.py' 12 args 1 kwonly 1 locals rows n free seen [old] [bytecode HEX] [lines HEX]
 *         the code object `load` of a function, with its first line; old: as before 3.11, without kinds
 *     opcode 116 LOAD_GLOBAL [argument] [caches N] [base N]
 *     root native 'why' x [thread N]        kinds as root_kind_name() calls them; thread: its row + 1
 *     thread 140001 'MainThread' [main]     frame f load 14 [at 6]: object, code, line, instruction; of the thread before it
 *     place generator 12                    a suspended generator, left frame or traceback: its instruction; in the order of the nodes
 *     account rss 4096                      collector enabled 0
 *     recorder 3                            mode; makes the two stacks without frames
 *     stack 4000 4000 [ages 3 9] make 6 main 20
 *         bytes allocated and live; serials of the first and the last block; code objects and instructions, innermost first
 *     block cache 120 2 2                   of an object or its store: size, row of stacks that grew it last, and most
 *
 * Nodes get the numbers 1, 2, … in the order in which they are first named. Types of builtins have the members that the dumper gives
 * them; see the table in heap_builder.c. list, dict, set and their like get a row in `stores`. A size that is not given is
 * 16 + 8 for each reference + 1 for each byte of contents.
 */
#ifndef WHOHOLDS_TESTS_HEAP_BUILDER_H
#define WHOHOLDS_TESTS_HEAP_BUILDER_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <whoholds/formats/error.h>
#include <whoholds/formats/schema.h>

#include "answers/analysis.h"

struct heap_builder;

/* What is to be written instead of a number in a table; `refs` and the counts of rows included. */
typedef uint64_t (*heap_distortion)(void *context, enum table table, unsigned column, uint64_t value);

struct heap_builder *heap_builder_create(void);
void heap_builder_destroy(struct heap_builder *builder);
void heap_builder_add(struct heap_builder *builder, const char *format, ...) WH_PRINTF(2, 3);
void heap_builder_add_arguments(struct heap_builder *builder, const char *format, va_list arguments) WH_PRINTF(2, 0);

/* The number of a node. */
uint32_t heap_builder_node(const struct heap_builder *builder, const char *name);
uint64_t heap_builder_address(uint32_t node);

/* The header's interpreter; 3.11 unless it is told. */
void heap_builder_set_version(struct heap_builder *builder, const char *python, uint32_t hexversion);

/* The header's program, process and time; app.py, 4242 and 1790000000250000000 unless they are told. */
void heap_builder_set_origin(struct heap_builder *builder, const char *program, uint64_t pid, uint64_t created_ns);

/* The snapshot's bytes, which the caller frees. `distort` may be NULL. */
uint8_t *heap_builder_write(const struct heap_builder *builder, heap_distortion distort, void *context, size_t *length);

/* Whether heap_builder_write compresses from now on; it does not at first. */
void heap_builder_compress(bool compress);

/* A file that has no name on any disk: `path` can be opened as long as `fd` is open. */
struct nameless_file { int fd; char path[32]; };
void nameless_file_init(struct nameless_file *ret);
void nameless_file_deinit(struct nameless_file *file);
void nameless_file_fill(const struct nameless_file *file, const void *bytes, size_t length);

/* A heap that stands open. */
struct test_heap {
    struct heap_builder *builder;
    struct nameless_file file;
    struct wh_analysis *analysis;
    const struct heap *heap;
    const struct model *model;
};

/* From a text. */
void test_heap_init(struct test_heap *ret, const char *format, ...) WH_PRINTF(2, 3);
/* From a builder, which the heap owns from now on. */
void test_heap_open(struct heap_builder *builder, struct test_heap *ret);
void test_heap_deinit(struct test_heap *heap);
uint32_t test_heap_node(const struct test_heap *heap, const char *name);

#endif
