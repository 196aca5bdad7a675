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

#endif
