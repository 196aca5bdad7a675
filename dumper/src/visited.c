/* SPDX-License-Identifier: MIT */
#include "visited.h"

enum { REGION_BITMAP_BYTES = (1 << REGION_GRANULE_BITS) / 8, FIRST_REGION_CAPACITY = 4096 };

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

struct region *visited_add_region(struct visited *visited, uint64_t address)
{
    if (address >> VISITED_ADDRESS_BITS || address < 4096 || (address & 7))
        return NULL;
    struct region *region = find_slot(visited, address);
    if (!region || !make_room_for_base(visited)) {
        visited->failed = true;
        return NULL;
    }
    region->bits = arena_take(&visited->arena, REGION_BITMAP_BYTES);
    if (!region->bits) {
        visited->failed = true;
        return NULL;
    }
    visited->base_of_number[visited->region_count] = address >> REGION_BITS;
    region->number = ++visited->region_count;
    return region;
}
