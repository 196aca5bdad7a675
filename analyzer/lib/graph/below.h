/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Is a node one of a set, or dominated by one? Each node is passed twice at most, however many are asked about. */
#ifndef WHOHOLDS_LIB_BELOW_H
#define WHOHOLDS_LIB_BELOW_H

#include "base/bitmap.h"
#include "graph/dominators.h"

struct below {
    const struct dominators *dominators;
    const uint64_t *member_bitmap;
    uint64_t *seen, *below;      /* has been asked about on the way up; and it, or what dominates it, is a member */
};

/* The set is the caller's, and does not change meanwhile. */
enum wh_status below_init(const struct dominators *dominators, const uint64_t *member_bitmap, struct wh_error *error, struct below *ret) WH_MUST_USE;
void below_deinit(struct below *below);

bool below_is_in_or_under(struct below *below, uint32_t node);

#endif
