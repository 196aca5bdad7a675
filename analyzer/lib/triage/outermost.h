/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the objects of a set retain, without counting anything twice: what one of them dominates counts for that one alone, and so do those of the
 * set that it dominates.
 */
#ifndef WHOHOLDS_LIB_OUTERMOST_H
#define WHOHOLDS_LIB_OUTERMOST_H

#include "graph/below.h"
#include "heap/model.h"

struct outermost { const struct model *model; uint64_t *member_bitmap; struct below below; };

enum wh_status outermost_init(const struct model *model, struct node_run nodes, struct wh_error *error, struct outermost *ret) WH_MUST_USE;
void outermost_deinit(struct outermost *outermost);

/* The retained bytes of a node of the set; 0 if they are in another one's. */
uint64_t outermost_bytes(struct outermost *outermost, uint32_t node);

#endif
