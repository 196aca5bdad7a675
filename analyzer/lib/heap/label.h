/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a reference is called: its place in the referrer, in a Python programmer's words. */
#ifndef WHOHOLDS_LIB_LABEL_H
#define WHOHOLDS_LIB_LABEL_H

#include "heap/heap.h"
#include "base/text.h"

enum label_kind {
    LABEL_MEMBER,     /* .name */
    LABEL_ATTR,       /* .name, an attribute stored in the instance itself */
    LABEL_EXTRA,      /* a reference without a name */
    LABEL_INDEX,      /* [3] */
    LABEL_VALUE,      /* ['key'] */
    LABEL_KEY,        /* the key itself */
    LABEL_ELEMENT,    /* of a set */
    LABEL_LOCAL,      /* local variable */
    LABEL_TEMPORARY,  /* on the evaluation stack */
    LABEL_WEAK,       /* referent of a weak reference */
    LABEL_TYPE,       /* the object's class */
    LABEL_SKIPPED,    /* stands for steps of a path that are left out; index: how many */
};

struct label {
    enum label_kind kind;
    struct span name;      /* MEMBER, ATTR, LOCAL */
    uint32_t index;        /* INDEX, TEMPORARY, EXTRA */
    uint32_t key;          /* VALUE, KEY: the key's node */
};

/* The label of reference number `ref` (an index of target_of_ref) of `node`. */
struct label label_of_ref(const struct heap *heap, uint32_t node, uint32_t ref);

/* Writes a label: `.cache`, `[3]`, `['key']`, `local variable x`, `key 'k'`, `set element`. */
void label_write(const struct heap *heap, struct label label, struct text *text);

/* Writes the value of a small object as Python would: 'text', 12, b'…', None, ('a', 1), app.Order; else `<Session>`, `<function load>`. */
void label_write_value(const struct heap *heap, uint32_t node, struct text *text);

/* The name of a class, function, code object, generator, module or enum's member: `app.Order`, `load`. False if it is none of these, or has none. */
bool label_write_own_name(const struct heap *heap, uint32_t node, struct text *text);

/* The name of local variable number `index` of a code object (FORMAT.md 2.4, locals); empty if it is not known. */
struct span label_local_name(const struct heap *heap, uint32_t code_node, uint32_t index);

/* The same for many of one code object, which is looked at once. */
enum { LOCAL_NAME_TUPLES = 3 };
struct local_names { struct node_run tuples[LOCAL_NAME_TUPLES]; };
struct local_names label_local_names(const struct heap *heap, uint32_t code_node);
struct span label_local_names_get(const struct heap *heap, const struct local_names *names, uint32_t index);

/* The code object whose locals a frame, generator or coroutine holds; HEAP_NULL if it has none. */
uint32_t label_code_of_locals(const struct heap *heap, uint32_t node);

/* The name of free variable number `index`: what position `index` of a function's __closure__ is called. */
struct span label_free_name(const struct heap *heap, uint32_t code_node, uint32_t index);

/* May the text stand after a dot? Letters, digits, underscores, not a digit first; anything beyond ASCII counts as a letter. */
bool label_is_identifier(struct span text);

#endif
