/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From granule id (FORMAT.md 2.1) to node.
 *
 * A bit for each granule of each region that holds an object, and beside each word of bits the count of those before it: the rank of an
 * id's bit, put through a permutation, is the node. About 3.2 bytes an object plus 4 for the permutation, and the fastest of the tables that
 * were compared (sorting and binary search, open hashing). A file with few objects in many regions would make the bitmaps large out
 * of proportion to its length; it gets a sorted table instead.
 */
#ifndef WHOHOLDS_LIB_ID_INDEX_H
#define WHOHOLDS_LIB_ID_INDEX_H

#include <stddef.h>
#include <stdint.h>

#include <whoholds/formats/error.h>

/* Bits of 64 granules, and the number of bits before them, the first one's being 1: rank 0 is that of no object. */
struct id_word { uint64_t bits; uint32_t rank; };

struct id_index {
    /* bitmap form */
    uint32_t *slot_of_region;     /* region number -> table of words; regions without an object share an empty one */
    uint64_t region_count;        /* entries in slot_of_region */
    struct id_word *words;        /* REGION_WORDS a slot */
    uint32_t *node_of_rank;
    /* sorted form, if slot_of_region is NULL */
    uint64_t *sorted_ids;
    uint32_t *node_of_sorted;
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

/* The node of the lowest id among `count` ids from this one on, which end with its region; 0 if there is none. */
uint32_t id_index_find_first(const struct id_index *index, uint64_t id, uint64_t count);

/* The nodes of many ids, in less time each: what they need is fetched for all at once. */
void id_index_find_all(const struct id_index *index, const uint64_t *ids, size_t count, uint32_t *nodes);

#endif
