/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What would happen if references were removed: what is freed, and how what stays is still held. Found by really leaving the
 * references out and looking again at what the roots reach.
 */
#ifndef WHOHOLDS_LIB_WHAT_IF_H
#define WHOHOLDS_LIB_WHAT_IF_H

#include "graph/bfs.h"
#include "graph/min_cut.h"
#include "heap/model.h"
#include "heap/strong.h"

struct what_if {
    struct strong_graph *strong;      /* without the references, as long as this stands */
    uint32_t removed_count;
    uint32_t *removed;                /* edges that held something before */
    struct bfs_tree paths;            /* after */
    uint64_t *freed_bitmap;           /* by node: alive before, and not after */
    struct wh_mass freed;
};

/*
 * Removes the references from `strong`, which is as strong_graph_init() made it; what_if_deinit puts them back. Paths that need not change stay the
 * model's, to which `ret` may refer.
 */
enum wh_status what_if_init(const struct model *model, struct strong_graph *strong, const struct cut_edges *cut,
                            const struct progress *progress, struct wh_error *error, struct what_if *ret) WH_MUST_USE;
/* The same with the shortest of all paths, whatever references `strong` has besides. */
enum wh_status what_if_init_shortest(const struct model *model, struct strong_graph *strong, const struct cut_edges *cut,
                                     const struct progress *progress, struct wh_error *error, struct what_if *ret) WH_MUST_USE;
void what_if_deinit(struct what_if *what_if);

static inline bool what_if_is_freed(const struct what_if *what_if, uint32_t node)
{
    return bitmap_test(what_if->freed_bitmap, node);
}

/* A model in which names are found in what is left. It refers to `retention`, which is filled in, and to `what_if`. */
struct model what_if_model(const struct model *model, const struct what_if *what_if, struct retention *retention);

/* Objects that what is freed, or a removed reference, refers to, and that stay; and targets that stay, first. */
struct remaining { uint32_t node; bool target; };
struct remainings { struct remaining *rows; uint32_t count; uint64_t total; /* rows: `limit` at most, by retained size */ };

/*
 * Only objects that are worth a line: no classes, modules, functions and code, nothing immortal, no other object that retains less than half a
 * KiB. Targets always count.
 */
enum wh_status what_if_remaining(const struct model *model, const struct what_if *what_if, const uint32_t *targets, uint32_t target_count,
                                 uint32_t limit, struct wh_error *error, struct remainings *ret) WH_MUST_USE;
void remainings_deinit(struct remainings *remainings);

#endif
