/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tables for many questions about single objects: from an address to the object, and from an object to its referrers. One question is
 * answered faster by a scan, so they are built when a few have been asked. 4 bytes a reference and about 11 an object.
 */
#ifndef WHOHOLDS_LIB_LOOKUP_H
#define WHOHOLDS_LIB_LOOKUP_H

#include "graph/graph.h"
#include "heap/heap.h"
#include "heap/id_index.h"
#include "heap/referrers.h"
#include "heap/region_index.h"

struct lookup {
    const struct heap *heap;
    unsigned questions;           /* asked so far */
    bool built;
    struct region_index regions;
    struct id_index ids;
    struct reverse_graph reverse; /* of all references, weak and soft ones included */
};

/* Nothing is built yet. */
static inline void lookup_init(const struct heap *heap, struct lookup *ret) { *ret = (struct lookup){.heap = heap}; }
void lookup_deinit(struct lookup *lookup);

/* Counts a question, and builds the tables once there have been enough. */
enum wh_status lookup_ask(struct lookup *lookup, struct wh_error *error) WH_MUST_USE;

/* HEAP_NULL if no object starts there. */
uint32_t lookup_address(const struct lookup *lookup, uint64_t address);

/* The first `limit` references to a node, in file order, and in *total how many there are. Free the rows with referrers_deinit. */
enum wh_status lookup_referrers(const struct lookup *lookup, uint32_t node, uint32_t limit, struct wh_error *error, uint64_t *total,
                                struct referrers *ret) WH_MUST_USE;

#endif
