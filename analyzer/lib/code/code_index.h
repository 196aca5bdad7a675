/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who uses which name, and whose code is whose: built once for a heap, then shared by all queries.
 *
 * Names are numbered from 1 in the order in which they were met (0 is no name), the well-known ones of known_names.h first. Code objects
 * are called by their *row* in heap->codes. Bytecode is interpreted on demand, once a code object: so an index grows as it is used.
 */
#ifndef WHOHOLDS_LIB_CODE_INDEX_H
#define WHOHOLDS_LIB_CODE_INDEX_H

#include <stdbool.h>
#include <stdint.h>

#include "code/bytecode.h"
#include "code/code_view.h"
#include "heap/heap.h"
#include "code/line_table.h"

#define CODE_NONE UINT32_MAX

enum { NAME_NONE = 0 };

enum method_kind { METHOD_NOT, METHOD_INSTANCE, METHOD_CLASS, METHOD_STATIC };

/* What is known of one code object without reading its bytecode. */
struct code_facts {
    uint32_t parent;        /* row of the code object that it is a constant of, or CODE_NONE */
    uint32_t globals;       /* dict node, HEAP_NULL if not known */
    uint32_t class_type;    /* type number of the class whose method it is, or TYPE_NONE */
    uint32_t name;          /* co_name */
    uint8_t method;         /* enum method_kind */
    bool library, on_stack, top_level;   /* top_level: a module's body */
};

struct code_flow;

struct code_index {
    const struct heap *heap;
    struct instruction_set instructions;
    enum line_format line_format;

    uint32_t name_count, name_capacity;          /* names 1 … name_count - 1 */
    struct span *text_of_name;
    uint32_t *slots;  uint32_t slot_mask;        /* hash table of names */
    uint32_t *recent_nodes, *recent_names;       /* str node -> name, direct-mapped */

    struct code_facts *facts;                    /* by row */
    uint32_t *first_user_of_name, *users;        /* rows that use the name, ascending: users[first … first of next) */
    uint32_t indexed_names;
    uint32_t *first_function_of_code, *functions; /* function nodes by row */
    uint32_t *type_of_class, class_count;        /* type numbers ordered by their class' node */
    uint32_t *sample_of_type;                    /* an instance of the type or of a subclass, HEAP_NULL if there is none */
    uint32_t builtins, modules;                  /* dict nodes: of the module builtins; sys.modules */
    uint32_t small_ints[256];                    /* 3.14 and newer: the int objects that the interpreter keeps, HEAP_NULL if not known */

    struct code_flow **flow_of_code;             /* NULL: not interpreted yet */
};

/* Cost: one pass over the nodes. Memory: 4 bytes a name use, 48 a code object. The heap must outlive the index. On failure *ret is NULL. */
enum wh_status code_index_create(const struct heap *heap, struct wh_error *error, struct code_index **ret) WH_MUST_USE;
void code_index_destroy(struct code_index *index);

/* The number of a name, NAME_NONE if no code object uses it. */
uint32_t code_index_find_name(const struct code_index *index, struct span text);
uint32_t code_index_name_of_node(const struct code_index *index, uint32_t str_node);

/* TYPE_NONE for no object. */
static inline uint32_t code_index_type_of(const struct code_index *index, uint32_t node)
{
    return node ? index->heap->type_of_node[node] : TYPE_NONE;
}

/* The node of an int object that every use of the number shares, HEAP_NULL if it is not known. */
static inline uint32_t code_index_small_int(const struct code_index *index, uint32_t number)
{
    return number < sizeof(index->small_ints) / sizeof(index->small_ints[0]) ? index->small_ints[number] : HEAP_NULL;
}

/* The row of a code object's node, CODE_NONE if it is none. */
uint32_t code_index_row(const struct code_index *index, uint32_t code_node);

/* The row of a function node's code, CODE_NONE. Looks through bound methods. */
uint32_t code_index_row_of_callable(const struct code_index *index, uint32_t node);

/* The number of the type that a class object is, TYPE_NONE for anything else. */
uint32_t code_index_type_of_class(const struct code_index *index, uint32_t node);

/* The number of the last part of a type's qualified name, by which code makes instances; NAME_NONE. */
uint32_t code_index_name_of_class(const struct code_index *index, uint32_t type);

bool code_index_is_subtype(const struct code_index *index, uint32_t type, uint32_t base);

/* Is it an instance of an extension's class, and no container: an object of which no code tells what it holds? Looks at all code objects. */
bool code_index_is_opaque(const struct code_index *index, uint32_t node);

/* The value of a name in a dict of names, HEAP_NULL if it has none. */
uint32_t code_index_lookup(const struct code_index *index, uint32_t dict, uint32_t name);

/* A class attribute along the method resolution order. */
uint32_t code_index_class_attribute(const struct code_index *index, uint32_t type, uint32_t name);

/* The same, of the classes that come after `own` in the order of `type`: what super() finds in a method of `own`. */
uint32_t code_index_inherited_attribute(const struct code_index *index, uint32_t type, uint32_t own, uint32_t name);

/* The content of free variable `name` of a function, HEAP_NULL. */
uint32_t code_index_free_variable(const struct code_index *index, uint32_t function, uint32_t name);

/* The dataflow of a code object, interpreted now if it was not before. Owned by the index. */
enum wh_status code_index_flow(struct code_index *index, uint32_t row, struct wh_error *error, const struct code_flow **ret) WH_MUST_USE;

uint32_t code_index_line(const struct code_index *index, uint32_t row, uint32_t offset);

#endif
