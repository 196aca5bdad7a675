/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which references a programmer can remove, and which rather than others.
 *
 * Nobody can remove what an object is made of: its class, its __dict__, a function's code, globals and closure, the items of a tuple or
 * frozenset, what a method, iterator, view or code object refers to, an entry of sys.modules, a frame's code and globals, and what
 * an object of the interpreter refers to without a name. Items of lists, dicts and sets, attributes of instances, modules and classes, closure
 * variables and an exception's traceback are removed with one statement. A local variable goes only with its function, and what an
 * object of a C extension refers to only by that extension's own means: they cost more, so of two equally small cuts the other wins.
 */
#ifndef WHOHOLDS_LIB_CUTTABLE_H
#define WHOHOLDS_LIB_CUTTABLE_H

#include "heap/strong.h"

enum { PRICE_FREE = 0, PRICE_LOCAL = 4, PRICE_EXTENSION = 8, PRICE_NEVER = 15 };

/* What is known of a type. */
struct cut_traits {
    unsigned item_price;
    bool members_fixed;
    bool extras_fixed;
    uint64_t free_members;  /* bit i: member i can be removed in spite of members_fixed */
    uint64_t fixed_members; /* bit i: member i cannot be removed */
};

struct cut_glance { uint32_t node; struct heap_sections sections; };

struct cut_rules {
    const struct heap *heap;
    const struct strong_graph *strong;
    struct cut_traits *traits_of_type;
    uint32_t modules_node;   /* sys.modules */
    struct cut_glance *last; /* the node that was last asked for: its references are asked for one after the other */
};

enum wh_status cut_rules_init(const struct heap *heap, const struct strong_graph *strong, struct wh_error *error,
                              struct cut_rules *ret) WH_MUST_USE;
void cut_rules_deinit(struct cut_rules *rules);

/* PRICE_* of an edge of the strong graph, which is a reference of the heap. That to a class is not asked for: nobody can remove it. */
unsigned cut_rules_price(const void *rules, uint32_t node, uint32_t edge);

/* Are this edge and the next one a dict's key and value, which go together? */
bool cut_rules_is_pair(const void *rules, uint32_t node, uint32_t edge);

#endif
