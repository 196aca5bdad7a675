/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stage "holders": where mass accumulates. From the root down the dominator tree: structure (modules, classes, their dicts, frames) is
 * passed through; below it the walk follows the children that make up most of an object, and stops where the mass falls apart into
 * many: that object is an accumulation point (the term is Eclipse MAT's). What many small children of a structure have in common, or
 * of an object that does not itself refer to them, is held by several; then the containers that refer to most of them are named.
 * What native code alone holds, and what nothing reaches, is told by its type.
 */
#ifndef WHOHOLDS_LIB_ACCUMULATION_H
#define WHOHOLDS_LIB_ACCUMULATION_H

#include "heap/model.h"

enum { SHARED_HOLDERS_MAX = 4, ACCUMULATION_POINTS_MAX = 4096 };

enum accumulation_kind {
    ACCUMULATION_SINGLE,  /* one object dominates the mass */
    ACCUMULATION_SHARED,  /* no single object does; `node` refers to most of it */
    ACCUMULATION_NATIVE,  /* many objects of one type, each held by native code alone; `node` is the heaviest */
    ACCUMULATION_GARBAGE, /* many objects of one type, in cycles that nothing reaches; `node` is the heaviest */
};

struct accumulation {
    enum accumulation_kind kind;
    uint32_t node;                /* the holder */
    uint32_t top;                 /* SINGLE: the object that dominates all (may lie above the holder); else the dominator of the members */
    uint64_t bytes;               /* retained: by `top`, or by the members together */
    uint64_t objects;
    uint32_t member_type;         /* all but SINGLE: type number of the members */
    uint32_t member_count;        /* all but SINGLE */
    uint32_t holders[SHARED_HOLDERS_MAX]; /* SHARED: what refers to most members, `node` first */
    unsigned holder_count;
    bool mixed;                   /* SHARED: `node` holds much else besides, and grows by that as well */
    uint32_t chain;               /* links of a chain (linked list) that begins at the holder; 0: none */
};

struct accumulations {
    struct accumulation *points;  /* most bytes first, then by node */
    uint32_t count;
    uint64_t threshold;           /* smaller masses were not looked at */
};

enum wh_status accumulations_init(const struct model *model, struct wh_error *error, struct accumulations *ret) WH_MUST_USE;
void accumulations_deinit(struct accumulations *accumulations);

/* Bytes below which a mass is not looked at. */
uint64_t accumulation_threshold(const struct model *model);

/* Does nothing in Python hold it, so that there is no name and no line for a holder? */
static inline bool accumulation_has_no_holder(const struct accumulation *point)
{
    return point->kind == ACCUMULATION_NATIVE || point->kind == ACCUMULATION_GARBAGE;
}

/* Is this object a part of the program's structure rather than a holder: sys.modules, a module, a class, their dicts, code, a frame? */
bool accumulation_is_structure(const struct model *model, uint32_t node);

#endif
