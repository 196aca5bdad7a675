/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A code object with its names and constants found in the heap. A view allocates nothing; names are str nodes. */
#ifndef WHOHOLDS_LIB_CODE_VIEW_H
#define WHOHOLDS_LIB_CODE_VIEW_H

#include "heap/heap.h"

struct code_view {
    const struct heap *heap;
    const struct heap_code *code;
    struct node_run names, consts;
    struct node_run locals;          /* 3.11 and newer: co_localsplusnames, of which `kinds` tells what each is; before: co_varnames */
    struct node_run cells, frees;    /* before 3.11 */
    uint32_t filename;               /* str nodes, HEAP_NULL if not written */
    uint32_t name, qualname;         /* qualname: name before 3.11 */
    uint32_t parameter_count;        /* the first locals; *args and **kwargs included */
    uint32_t rest_parameter;         /* local number of *args, UINT32_MAX: none */
};

void code_view_init(const struct heap *heap, const struct heap_code *code, struct code_view *ret);

/* Variables of LOAD_FAST and of LOAD_DEREF: the argument's bound, and the name (HEAP_NULL if there is none). */
uint32_t code_view_local_count(const struct code_view *view);
uint32_t code_view_cell_count(const struct code_view *view);
uint32_t code_view_local_name(const struct code_view *view, uint32_t argument);
uint32_t code_view_cell_name(const struct code_view *view, uint32_t argument);

/* The parameter that a cell variable starts as, UINT32_MAX if it is none. */
uint32_t code_view_parameter_of_cell(const struct code_view *view, uint32_t argument);

/* Free variables in the order of a function's __closure__: the name of number i, HEAP_NULL past the last one. */
uint32_t code_view_free_name(const struct code_view *view, uint32_t i);

/* The n-th node of a run, HEAP_NULL past its end. */
static inline uint32_t node_run_get(struct node_run run, uint32_t i) { return i < run.count ? run.nodes[i] : HEAP_NULL; }

/* Text of a str node, empty if the file does not have it. */
struct span code_view_text(const struct code_view *view, uint32_t str_node);

#endif
