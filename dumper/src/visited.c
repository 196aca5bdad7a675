/* SPDX-License-Identifier: MIT */
#include "visited.h"

enum { FIRST_REGION_CAPACITY = 4096, REGION_BITMAP_BYTES = (1 << (REGION_BITS - VISITED_PLACE_BITS)) / 8 };

bool visited_init(struct visited *visited)
{
    *visited = (struct visited){0};
    visited->leaves = pages_map(VISITED_LEAVES * sizeof(struct region *));
    return visited->leaves != NULL;
}

void visited_deinit(struct visited *visited)
{
    pages_unmap(visited->leaves, VISITED_LEAVES * sizeof(struct region *));
    pages_unmap(visited->base_of_number, visited->region_capacity * sizeof(uint64_t));
    arena_deinit(&visited->arena);
    *visited = (struct visited){0};
}

void visited_forget(struct visited *visited)
{
    for (uint64_t i = 0; i < visited->region_count; i++)
        visited->leaves[visited->base_of_number[i] >> VISITED_LEAF_BITS] = NULL;
    visited->region_count = 0;
    arena_deinit(&visited->arena);
}

static struct region *find_slot(struct visited *visited, uint64_t address)
{
    uint64_t leaf_index = address >> (REGION_BITS + VISITED_LEAF_BITS);
    if (!visited->leaves[leaf_index])
        visited->leaves[leaf_index] = arena_take(&visited->arena, sizeof(struct region) << VISITED_LEAF_BITS);
    if (!visited->leaves[leaf_index])
        return NULL;
    return &visited->leaves[leaf_index][(address >> REGION_BITS) & ((1 << VISITED_LEAF_BITS) - 1)];
}

static bool make_room_for_base(struct visited *visited)
{
    if (visited->region_count < visited->region_capacity)
        return true;
    uint64_t capacity = visited->region_capacity ? visited->region_capacity * 2 : FIRST_REGION_CAPACITY;
    uint64_t *bases = pages_grow(visited->base_of_number, visited->region_capacity * sizeof(uint64_t), capacity * sizeof(uint64_t));
    if (!bases)
        return false;
    visited->base_of_number = bases;
    visited->region_capacity = capacity;
    return true;
}

/* With the word in front of them. */
static uint64_t *take_bits(struct visited *visited)
{
    uint64_t *words = arena_take(&visited->arena, sizeof *words + REGION_BITMAP_BYTES);
    return words ? words + 1 : NULL;
}

static bool add_region(struct visited *visited, struct region *region, uint64_t address)
{
    uint64_t *bits = make_room_for_base(visited) ? take_bits(visited) : NULL;
    if (!bits)
        return false;
    visited->base_of_number[visited->region_count++] = address >> REGION_BITS;
    *region = (struct region){bits, granule_id(visited->region_count, 0)};
    return true;
}

struct spot visited_add(struct visited *visited, uint64_t address)
{
    bool odd = address & ((1u << VISITED_PLACE_BITS) - 1);
    if (address >> VISITED_ADDRESS_BITS || address < 4096 || (address & ((1u << GRANULE_BITS) - 1)))
        return (struct spot){0};
    struct region *region = find_slot(visited, address);
    visited->failed |= !region || (!region->first_id && !add_region(visited, region, address));
    if (!region || !region->first_id)
        return (struct spot){0};
    if (odd && !region->bits[-1])
        region->bits[-1] = (uint64_t)take_bits(visited);
    uint64_t *bits = odd ? (uint64_t *)region->bits[-1] : region->bits;
    visited->failed |= !bits;
    return bits ? visited_spot_in(bits, region->first_id, address) : (struct spot){0};
}
