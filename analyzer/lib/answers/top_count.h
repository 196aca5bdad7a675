/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sums by row over all live objects, in one walk over the dominator tree. */
#ifndef WHOHOLDS_LIB_TOP_COUNT_H
#define WHOHOLDS_LIB_TOP_COUNT_H

#include "answers/analysis.h"

struct top_result { struct wh_top top; struct arena arena; };   /* top first: what the caller sees */

/* A row and its sums. `type`: a type of it, or the row's number. */
struct top_bucket { uint32_t type; uint64_t count, shallow, retained; };

/* An object, its row, and those of its children in the dominator tree that are still to be counted. */
struct top_step { uint32_t bucket, next, end; };

struct top_counter {
    const struct model *model;
    uint32_t *bucket_of_type;         /* the caller's; or, if it is NULL, */
    const uint32_t *bucket_of_node;
    struct top_bucket *buckets;
    uint32_t bucket_count;            /* the caller's */
    uint32_t *depth_of_bucket;        /* objects of the row above the current one in the dominator tree */
    struct top_step *stack;           /* the way down to the current object */
    size_t stack_count;
};

/* Room for so many buckets, which are all zero. */
enum wh_status top_counter_init(struct top_counter *counter, uint32_t buckets, struct wh_error *error) WH_MUST_USE;
void top_counter_deinit(struct top_counter *counter);

/*
 * The sum of retained sizes over the objects that no object of the same row dominates, for all rows in one pass: as Chrome
 * DevTools computes a class's retained size, and what Eclipse MAT calls the minimum retained size of a set's top ancestors.
 */
void top_counter_run(struct top_counter *counter);

/* For qsort: most retained first. */
int top_compare_buckets(const void *left, const void *right);

/* Rows of source lines; in top_lines.c. */
enum wh_status top_of_lines(struct wh_analysis *analysis, size_t limit, struct wh_error *error, struct top_result *result) WH_MUST_USE;

#endif
