/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The state of the cyclic garbage collector, as the snapshot tells it (FORMAT.md 2.14). */
#ifndef WHOHOLDS_LIB_COLLECTOR_H
#define WHOHOLDS_LIB_COLLECTOR_H

#include "heap/heap.h"

enum { GENERATIONS_MAX = 3 };

struct collector_state {
    bool enabled;
    unsigned generations;
    uint64_t threshold[GENERATIONS_MAX], count[GENERATIONS_MAX], collections[GENERATIONS_MAX];
    uint64_t long_lived_total, long_lived_pending;
};

/* False if the snapshot does not tell. */
bool collector_state_read(const struct heap *heap, struct collector_state *ret);

/* Does it never come by itself: off, or with a threshold that no program reaches? */
bool collector_is_away(const struct collector_state *state);

/*
 * So many objects may be garbage while it works as it should, in a heap with so many live ones. A full collection comes after the product of
 * the thresholds, and up to 3.13 not before a quarter as many objects as are old came to them (Modules/gcmodule.c, long_lived_pending).
 */
uint64_t collector_usual_garbage(const struct collector_state *state, uint64_t live_objects);

#endif
