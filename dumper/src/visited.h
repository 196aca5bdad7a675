/* SPDX-License-Identifier: MIT */
/*
 * Which objects have been met, one bit for each 8 bytes of every 1 MiB region that holds an object, and the numbers of these
 * regions (FORMAT.md 2.1). 16 KiB a region, 1.6 % of a heap that fills its regions.
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
};

struct region {
    uint64_t *bits;
    uint64_t number; /* from 1; 0: nothing was met here yet */
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

/* Slow path of visited_region: numbers a region. NULL for what cannot be the address of an object, or without memory. */
struct region *visited_add_region(struct visited *visited, uint64_t address);

static inline struct region *visited_region(struct visited *visited, uint64_t address)
{
    uint64_t leaf_index = address >> (REGION_BITS + VISITED_LEAF_BITS);
    if (__builtin_expect(leaf_index < VISITED_LEAVES && visited->leaves[leaf_index] != NULL, 1)) {
        struct region *region = &visited->leaves[leaf_index][(address >> REGION_BITS) & ((1 << VISITED_LEAF_BITS) - 1)];
        if (__builtin_expect(region->number != 0, 1))
            return region;
    }
    return visited_add_region(visited, address);
}

/* Granule id of an object, met or not; 0 for no object. */
static inline uint64_t visited_id(struct visited *visited, const void *object)
{
    uint64_t address = (uint64_t)object;
    struct region *region = visited_region(visited, address);
    return __builtin_expect(region != NULL && !(address & 7), 1) ? granule_id(region->number, address) : 0;
}

/* Marks an object as met; true if it was not before. Never true for what cannot be an object. */
static inline bool visited_mark(struct visited *visited, const void *object)
{
    uint64_t address = (uint64_t)object;
    struct region *region = visited_region(visited, address);
    if (__builtin_expect(region == NULL || (address & 7), 0))
        return false;
    uint64_t granule = (address & ((1u << REGION_BITS) - 1)) >> GRANULE_BITS;
    uint64_t bit = (uint64_t)1 << (granule & 63);
    uint64_t *word = &region->bits[granule >> 6];
    if (*word & bit)
        return false;
    *word |= bit;
    return true;
}

#endif
