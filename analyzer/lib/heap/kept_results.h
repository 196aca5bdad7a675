/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which results of the analysis are kept (kept_file.h), and whether those that were found can be used: nothing is taken on trust, for a
 * file may have come along with a snapshot from anywhere. What passes the check leads nowhere outside its arrays and has no cycles where
 * there must be none. That it tells the truth is more than a check can find out in less time than the analysis takes.
 */
#ifndef WHOHOLDS_LIB_KEPT_RESULTS_H
#define WHOHOLDS_LIB_KEPT_RESULTS_H

#include "graph/bfs.h"
#include "graph/dominators.h"
#include "graph/retained.h"
#include "heap/heap.h"
#include "heap/kept_file.h"
#include "heap/retention.h"

/* What is kept beside the heap. */
struct results {
    struct retention *retention;
    struct dominators *dominators;
    struct retained *retained;
    struct dominator_tree *tree;
    struct bfs_tree *paths;
};

/* What is kept beside them, so that the next command need not look at each object again. Rows of the file as they are. */
struct kept_answers { struct kept_array type_sums, points, referrers; };

/* What is taken together. Each takes for granted that those before it but the answers' and the dominator tree's were checked. */
enum kept_part {
    KEPT_PART_HEAP,
    KEPT_PART_RETAINED,   /* what keeps what alive, dominators, retained sizes */
    KEPT_PART_TREE,       /* the dominator tree */
    KEPT_PART_PATHS,
    KEPT_PART_ANSWERS,    /* whoever takes them checks what they say */
    KEPT_PART_COUNT
};

/* Checks the sections of a part: that they are whole, and what they say. */
bool kept_results_check(struct kept_file *file, const struct snapshot *snapshot, enum kept_part part, struct wh_error *error) WH_MUST_USE;

/* The checked part of the heap: the arrays are the file's, which is to stay as long as the heap. */
enum wh_status kept_heap_take(const struct kept_file *file, struct wh_error *error, struct heap *heap) WH_MUST_USE;

/*
 * The results of a checked part that is neither the heap nor the answers; the large arrays are the file's. kept_results_forget() is for them, not the stages'
 * own functions.
 */
enum wh_status kept_results_take(const struct kept_file *file, const struct heap *heap, enum kept_part part, struct wh_error *error,
                                 const struct results *ret) WH_MUST_USE;
void kept_results_forget(const struct results *results);

/* Keeps the heap, the results and the answers. That this cannot be done is no error. */
enum wh_status kept_results_write(const char *path, const struct heap *heap, const struct results *results, const struct kept_answers *answers,
                                  const struct progress *progress, struct wh_error *error) WH_MUST_USE;

#endif
