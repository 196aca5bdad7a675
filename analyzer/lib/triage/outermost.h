/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the objects of a set retain, without counting anything twice: what one of them dominates counts for that one alone, and so do those of the
 * set that it dominates.
 */
#ifndef WHOHOLDS_LIB_OUTERMOST_H
#define WHOHOLDS_LIB_OUTERMOST_H

#include "heap/model.h"

/* Which nodes are known to be below one of the set, other than by being one, and which not. */
struct outermost { const struct model *model; uint64_t *member_bitmap, *below_bitmap, *clear_bitmap; };

enum wh_status outermost_init(const struct model *model, struct node_run nodes, struct wh_error *error, struct outermost *ret) WH_MUST_USE;
void outermost_deinit(struct outermost *outermost);

/* Does another one of the set dominate it? Takes time once for each node on the way up, however many are asked for. */
bool outermost_is_below(const struct outermost *outermost, uint32_t node);

/* The retained bytes of a node of the set; 0 if they are in another one's. */
uint64_t outermost_bytes(const struct outermost *outermost, uint32_t node);

#endif
