/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who refers to a few objects: one sequential pass over all references, which is cheaper than turning the whole graph round. */
#ifndef WHOHOLDS_LIB_REFERRERS_H
#define WHOHOLDS_LIB_REFERRERS_H

#include "heap/heap.h"

struct referrer {
    uint32_t target, source;
    uint32_t ref;             /* index of target_of_ref */
};

struct referrers {
    struct referrer *rows;    /* ascending by target, then source, then ref */
    uint32_t count;
};

/*
 * All references, weak ones included, to any of the `target_count` nodes; of each target `limit` at most, the first in file order
 * (0: no limit).
 */
enum wh_status referrers_find(const struct heap *heap, const uint32_t *targets, uint32_t target_count, uint32_t limit,
                              struct wh_error *error, struct referrers *ret) WH_MUST_USE;
/* Rows that were found once, checked: false, and nothing in *ret, if these are not references to those targets in that order. */
bool referrers_restore(const struct heap *heap, const struct referrer *rows, uint64_t count, struct referrers *ret) WH_MUST_USE;
void referrers_deinit(struct referrers *referrers);

/* The rows of one target: first row and, in *count, how many. */
const struct referrer *referrers_of(const struct referrers *referrers, uint32_t target, uint32_t *count);

#endif
