/* SPDX-License-Identifier: MIT */
/*
 * Which objects have been met, one bit for each possible place of every 1 MiB region that holds an object, and the numbers of these
 * regions (FORMAT.md 2.1).
 *
 * Allocators hand out multiples of 16 bytes, so a region has a bit for each 16: 8 KiB, 0.8 % of a heap that fills its regions. Static
 * objects may lie on other multiples of 8, too: for these a region gets bits of their own when the first one is met.
 */
#ifndef WHOHOLDS_DUMPER_VISITED_H
#define WHOHOLDS_DUMPER_VISITED_H

#include <stdbool.h>
#include <stdint.h>

#include <whoholds/formats/schema.h>

#include "pages.h"

enum {
    VISITED_ADDRESS_BITS = 48, /* user addresses on x86-64 and AArch64 */
    VISITED_LEAF_BITS = 12,    /* regions in one leaf of the directory: 4 GiB of addresses */
    VISITED_LEAVES = 1 << (VISITED_ADDRESS_BITS - REGION_BITS - VISITED_LEAF_BITS),
    VISITED_PLACE_BITS = 4,    /* a bit stands for 2^4 bytes */
};

struct region {
    uint64_t *bits;    /* of multiples of 16; bits[-1]: where those of odd multiples of 8 are, 0 if there are none */
    uint64_t first_id; /* granule id of its first byte; 0: nothing was met here yet */
};

struct visited {
    struct region **leaves; /* [VISITED_LEAVES], each NULL or [1 << VISITED_LEAF_BITS] */
    struct arena arena;
    uint64_t *base_of_number; /* address >> REGION_BITS of region number - 1 */
    uint64_t region_count, region_capacity;
    bool failed; /* out of memory: some objects were given id 0 */
};

/* False without memory. */
bool visited_init(struct visited *visited);
void visited_deinit(struct visited *visited);

/* Nothing was met, and no region is numbered. */
void visited_forget(struct visited *visited);

/* Where an object is marked: a word, NULL for what cannot be the address of an object, or without memory; and its granule id, then 0. */
struct spot {
    uint64_t *word;
    uint64_t id;
};

/* Slow path of visited_spot: the first object of its kind in a region. */
struct spot visited_add(struct visited *visited, uint64_t address);

/* The region of an address in which something was met. */
static inline struct region *visited_region(const struct visited *visited, uint64_t address)
{
    return &visited->leaves[address >> (REGION_BITS + VISITED_LEAF_BITS)][(address >> REGION_BITS) & ((1 << VISITED_LEAF_BITS) - 1)];
}

static inline struct spot visited_spot_in(uint64_t *bits, uint64_t first_id, uint64_t address)
{
    uint64_t offset = address & ((1u << REGION_BITS) - 1);
    return (struct spot){&bits[offset >> (VISITED_PLACE_BITS + 6)], first_id + (offset >> GRANULE_BITS)};
}

static inline struct spot visited_spot(struct visited *visited, uint64_t address)
{
    uint64_t leaf_index = address >> (REGION_BITS + VISITED_LEAF_BITS);
    if (__builtin_expect(leaf_index >= VISITED_LEAVES || !visited->leaves[leaf_index], 0))
        return visited_add(visited, address);
    const struct region *region = visited_region(visited, address);
    if (__builtin_expect(!region->first_id, 0))
        return visited_add(visited, address);
    uint64_t *bits = region->bits;
    if (__builtin_expect(address & ((1u << VISITED_PLACE_BITS) - 1), 0)) {
        bits = (uint64_t *)bits[-1];
        if (!bits || address & ((1u << GRANULE_BITS) - 1))
            return visited_add(visited, address);
    }
    return visited_spot_in(bits, region->first_id, address);
}

/* Granule id of an object, met or not; 0 for no object. */
static inline uint64_t visited_id(struct visited *visited, const void *object)
{
    return visited_spot(visited, (uint64_t)object).id;
}

/* Marks the object at a spot as met; true if it was not before. */
static inline bool visited_mark_at(struct spot spot, uint64_t address)
{
    uint64_t bit = (uint64_t)1 << (address >> VISITED_PLACE_BITS & 63), old = *spot.word;
    *spot.word = old | bit;
    return !(old & bit);
}

/* Marks an object as met; true if it was not before. Never true for what cannot be an object. */
static inline bool visited_mark(struct visited *visited, const void *object)
{
    struct spot spot = visited_spot(visited, (uint64_t)object);
    return __builtin_expect(spot.word != NULL, 1) && visited_mark_at(spot, (uint64_t)object);
}

#endif
