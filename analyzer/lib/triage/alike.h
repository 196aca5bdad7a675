/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Live strings and bytes objects with the same contents, as far as the snapshot tells (FORMAT.md 2.13): a lower bound. */
#ifndef WHOHOLDS_LIB_ALIKE_H
#define WHOHOLDS_LIB_ALIKE_H

#include "heap/model.h"

struct alike_group {
    uint32_t first, count;   /* of nodes */
    uint64_t bytes;          /* of all */
    uint64_t wasted;         /* of all but the largest: what would be saved if there were one alone */
};

struct alike {
    uint32_t *nodes;         /* group by group, ascending in each */
    struct alike_group *groups;   /* most wasted bytes first, then by node; of two objects at least */
    uint32_t group_count;
    uint64_t count, wasted;  /* objects in all groups; bytes */
};

/* Without those of `except_bitmap`. */
enum wh_status alike_init(const struct model *model, const uint64_t *except_bitmap, struct wh_error *error, struct alike *ret) WH_MUST_USE;
void alike_deinit(struct alike *alike);

#endif
