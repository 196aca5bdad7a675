/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "heap/id_index.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <whoholds/formats/schema.h>

#include "base/array.h"
#include "base/bitmap.h"

enum { REGION_WORDS = 1 << (REGION_GRANULE_BITS - 6) };

/* A region's words take 32 KiB; more than this many bytes an object, and sorting is the better table. */
enum { BITMAP_BYTES_PER_OBJECT_MAX = 256, REGION_TABLE_BYTES = REGION_WORDS * sizeof(struct id_word), SMALL_TABLE_BYTES = 64 << 20 };

static bool id_in_range(uint64_t id, uint64_t region_count)
{
    uint64_t region = granule_region(id);
    return region >= 1 && region <= region_count;
}

static enum wh_status bad_id(uint64_t id, const char *what, struct wh_error *error)
{
    return wh_error_set(error, WH_ERR_INPUT, "the snapshot is corrupt: object id %#" PRIx64 " %s", id, what);
}

/* Numbers the regions that hold an object, in order of first object. The other ones get the number behind. */
static enum wh_status number_regions(const uint64_t *id_of_node, uint32_t node_count, struct wh_error *error, struct id_index *index,
                                     uint32_t *slots)
{
    *slots = 0;
    for (uint32_t node = 1; node < node_count; node++) {
        if (!id_in_range(id_of_node[node], index->region_count - 1))
            return bad_id(id_of_node[node], "lies in no region", error);
        uint32_t *slot = &index->slot_of_region[granule_region(id_of_node[node])];
        if (*slot == UINT32_MAX)
            *slot = (*slots)++;
    }
    for (uint64_t region = 0; region < index->region_count; region++) {
        if (index->slot_of_region[region] == UINT32_MAX)
            index->slot_of_region[region] = *slots;
    }
    return WH_OK;
}

/* The word that has an id's bit. Region 0 is none, and holds no object. */
static inline size_t word_of_id(const struct id_index *index, uint64_t id)
{
    uint64_t region = granule_region(id);
    size_t slot = index->slot_of_region[region < index->region_count ? region : 0];
    return slot * REGION_WORDS + ((id & ((UINT64_C(1) << REGION_GRANULE_BITS) - 1)) >> 6);
}

static enum wh_status set_bits(const uint64_t *id_of_node, uint32_t node_count, struct wh_error *error, struct id_index *index)
{
    for (uint32_t node = 1; node < node_count; node++) {
        uint64_t *bits = &index->words[word_of_id(index, id_of_node[node])].bits;
        uint64_t bit = UINT64_C(1) << (id_of_node[node] & 63);
        if (*bits & bit)
            return bad_id(id_of_node[node], "stands twice", error);
        *bits |= bit;
    }
    return WH_OK;
}

static void count_ranks(struct id_index *index, size_t words)
{
    uint32_t rank = 1;
    for (size_t word = 0; word < words; word++) {
        index->words[word].rank = rank;
        rank += bitmap_word_weight(index->words[word].bits);
    }
}

/* 0 if there is no such id: without a branch, because nobody could guess it. */
static inline uint32_t rank_of_id(const struct id_word *word, uint64_t id)
{
    uint64_t bit = UINT64_C(1) << (id & 63);
    uint32_t found = (word->bits & bit) != 0;
    return (word->rank + bitmap_word_weight(word->bits & (bit - 1))) & (0 - found);
}

static enum wh_status alloc_bitmaps(size_t words, uint32_t node_count, struct wh_error *error, struct id_index *index)
{
    enum wh_status status = array_alloc_zeroed(words, sizeof(*index->words), "the bitmap of object ids", error, &index->words);
    if (!status)
        status = array_alloc(node_count, sizeof(uint32_t), "the nodes of object ids", error, &index->node_of_rank);
    return status;
}

static enum wh_status fill_bitmaps(const uint64_t *id_of_node, uint32_t node_count, uint32_t slots, struct wh_error *error,
                                   struct id_index *index)
{
    size_t words = ((size_t)slots + 1) * REGION_WORDS;
    enum wh_status status = alloc_bitmaps(words, node_count, error, index);
    if (!status)
        status = set_bits(id_of_node, node_count, error, index);
    if (status)
        return status;
    count_ranks(index, words);
    index->node_of_rank[0] = 0;
    for (uint32_t node = 1; node < node_count; node++)
        index->node_of_rank[rank_of_id(&index->words[word_of_id(index, id_of_node[node])], id_of_node[node])] = node;
    return WH_OK;
}

struct id_and_node { uint64_t id; uint32_t node; };

static int compare_ids(const void *left, const void *right)
{
    const struct id_and_node *a = left, *b = right;
    return (a->id > b->id) - (a->id < b->id);
}

static enum wh_status take_sorted(const struct id_and_node *pairs, uint32_t count, struct wh_error *error, struct id_index *index)
{
    for (uint32_t i = 0; i < count; i++) {
        if (i && pairs[i].id == pairs[i - 1].id)
            return bad_id(pairs[i].id, "stands twice", error);
        index->sorted_ids[i] = pairs[i].id;
        index->node_of_sorted[i] = pairs[i].node;
    }
    return WH_OK;
}

static enum wh_status fill_sorted(const uint64_t *id_of_node, uint32_t node_count, struct wh_error *error, struct id_index *index)
{
    struct id_and_node *pairs = NULL;
    uint32_t count = node_count - 1;
    enum wh_status status = array_alloc(count, sizeof(*pairs), "sorting object ids", error, &pairs);
    if (!status)
        status = array_alloc(count, sizeof(uint64_t), "the sorted object ids", error, &index->sorted_ids);
    if (!status)
        status = array_alloc(count, sizeof(uint32_t), "the nodes of object ids", error, &index->node_of_sorted);
    if (!status) {
        for (uint32_t node = 1; node < node_count; node++)
            pairs[node - 1] = (struct id_and_node){id_of_node[node], node};
        qsort(pairs, count, sizeof(*pairs), compare_ids);
        status = take_sorted(pairs, count, error, index);
    }
    free(pairs);
    return status;
}

static enum wh_status fill(const uint64_t *id_of_node, uint32_t node_count, struct wh_error *error, struct id_index *index)
{
    uint32_t slots;
    enum wh_status status = array_alloc(index->region_count, sizeof(uint32_t), "the table of regions", error, &index->slot_of_region);
    if (status)
        return status;
    memset(index->slot_of_region, 0xff, index->region_count * sizeof(uint32_t));
    status = number_regions(id_of_node, node_count, error, index, &slots);
    if (status)
        return status;
    uint64_t bytes = (uint64_t)slots * REGION_TABLE_BYTES;
    if (bytes <= SMALL_TABLE_BYTES || bytes <= (uint64_t)node_count * BITMAP_BYTES_PER_OBJECT_MAX)
        return fill_bitmaps(id_of_node, node_count, slots, error, index);
    free(index->slot_of_region);
    index->slot_of_region = NULL;
    return fill_sorted(id_of_node, node_count, error, index);
}

enum wh_status id_index_init(const uint64_t *id_of_node, uint32_t node_count, uint64_t region_count, struct wh_error *error,
                             struct id_index *ret)
{
    *ret = (struct id_index){.region_count = region_count + 1, .id_count = node_count - 1};
    enum wh_status status = fill(id_of_node, node_count, error, ret);
    if (status)
        id_index_deinit(ret);
    return status;
}

void id_index_deinit(struct id_index *index)
{
    free(index->slot_of_region);
    free(index->words);
    free(index->node_of_rank);
    free(index->sorted_ids);
    free(index->node_of_sorted);
    *index = (struct id_index){0};
}

/* Where the id is, or would be. */
static uint32_t search_sorted(const struct id_index *index, uint64_t id)
{
    uint32_t low = 0, high = index->id_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (index->sorted_ids[middle] < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static uint32_t find_sorted(const struct id_index *index, uint64_t id)
{
    uint32_t at = search_sorted(index, id);
    return at < index->id_count && index->sorted_ids[at] == id ? index->node_of_sorted[at] : 0;
}

uint32_t id_index_find(const struct id_index *index, uint64_t id)
{
    if (!index->slot_of_region)
        return find_sorted(index, id);
    return index->node_of_rank[rank_of_id(&index->words[word_of_id(index, id)], id)];
}

/* The lowest bit from the id's on, as an id; `end` if there is none below it. */
static uint64_t next_id(const struct id_index *index, uint64_t id, uint64_t end)
{
    while (id < end) {
        uint64_t bits = index->words[word_of_id(index, id)].bits >> (id & 63);
        if (bits)
            return id + (uint64_t)__builtin_ctzll(bits);
        id += 64 - (id & 63);
    }
    return end;
}

uint32_t id_index_find_first(const struct id_index *index, uint64_t id, uint64_t count)
{
    uint64_t left = (UINT64_C(1) << REGION_GRANULE_BITS) - (id & ((UINT64_C(1) << REGION_GRANULE_BITS) - 1));
    uint64_t end = id + (count < left ? count : left);
    if (index->slot_of_region) {
        uint64_t found = next_id(index, id, end);
        return found < end ? id_index_find(index, found) : 0;
    }
    uint32_t at = search_sorted(index, id);
    return at < index->id_count && index->sorted_ids[at] < end ? index->node_of_sorted[at] : 0;
}

enum { TOGETHER = 256 };

/* Three memory accesses depend on each other: done for many ids one after the other, each kind overlaps with its like. */
static void find_together(const struct id_index *index, const uint64_t *ids, size_t count, uint32_t *nodes)
{
    const struct id_word *words[TOGETHER];
    for (size_t i = 0; i < count; i++) {
        words[i] = &index->words[word_of_id(index, ids[i])];
        __builtin_prefetch(words[i]);
    }
    for (size_t i = 0; i < count; i++) {
        nodes[i] = rank_of_id(words[i], ids[i]);
        __builtin_prefetch(&index->node_of_rank[nodes[i]]);
    }
    for (size_t i = 0; i < count; i++)
        nodes[i] = index->node_of_rank[nodes[i]];
}

void id_index_find_all(const struct id_index *index, const uint64_t *ids, size_t count, uint32_t *nodes)
{
    for (size_t i = 0; i < count && !index->slot_of_region; i++)
        nodes[i] = find_sorted(index, ids[i]);
    for (size_t at = 0; at < count && index->slot_of_region; at += TOGETHER)
        find_together(index, ids + at, count - at < TOGETHER ? count - at : TOGETHER, nodes + at);
}
