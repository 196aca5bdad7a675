/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From granule id (FORMAT.md 2.1) to node.
 *
 * A bit for each granule of each region that holds an object, and a running count of bits for each word: the rank of an id's bit, put
 * through a permutation, is the node. About 2.4 bytes an object plus 4 for the permutation, and the fastest of the tables that were
 * compared (sorting and binary search, open hashing). A file with few objects in many regions would make the bitmaps large out
 * of proportion to its length; it gets a sorted table instead.
 */
#ifndef WHOHOLDS_LIB_ID_INDEX_H
#define WHOHOLDS_LIB_ID_INDEX_H

#include <stdint.h>

#include <whoholds/formats/error.h>

struct id_index {
    /* bitmap form */
    uint32_t *slot_of_region;     /* region number -> bitmap slot, UINT32_MAX: no object there */
    uint64_t region_count;        /* entries in slot_of_region */
    uint64_t *word_of_slot;       /* REGION_WORDS words a slot */
    uint32_t *rank_of_word;       /* bits before the word */
    uint32_t *node_of_rank;
    /* sorted form, if slot_of_region is NULL */
    uint64_t *sorted_ids;
    /* node_of_rank serves both */
    uint32_t id_count;
};

/*
 * Indexes id_of_node[1 … node_count - 1]; ids lie in regions 1 … region_count. WH_ERR_INPUT if one lies elsewhere or stands twice.
 */
enum wh_status id_index_init(const uint64_t *id_of_node, uint32_t node_count, uint64_t region_count, struct wh_error *error,
                             struct id_index *ret) WH_MUST_USE;
void id_index_deinit(struct id_index *index);

/* The node of an id, 0 if there is none. */
uint32_t id_index_find(const struct id_index *index, uint64_t id);

#endif
