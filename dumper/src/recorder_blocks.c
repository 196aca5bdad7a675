/* SPDX-License-Identifier: MIT */
#include "recorder_blocks.h"

#include <errno.h>

#include "pages.h"

enum { SLOT_BITS_MIN = 12 };

uint8_t blocks_empty_filter[2];

static unsigned bits_of(uint64_t power_of_two)
{
    return (unsigned)__builtin_ctzll(power_of_two);
}

static size_t filter_bytes(const struct block_table *table)
{
    return (size_t)1 << (64 - table->filter_shift);
}

/* An empty table; the filter has a byte for every slot, within its bounds. */
static bool map_table(struct block_table *table, uint64_t slot_count)
{
    unsigned bits = bits_of(slot_count), filter_bits = bits;
    if (filter_bits < BLOCKS_FILTER_BITS_MIN)
        filter_bits = BLOCKS_FILTER_BITS_MIN;
    if (filter_bits > BLOCKS_FILTER_BITS_MAX)
        filter_bits = BLOCKS_FILTER_BITS_MAX;
    table->slot_count = slot_count;
    table->slot_shift = 64 - bits;
    table->filter_shift = 64 - filter_bits;
    table->count = 0;
    table->room_count = slot_count / 8 * 5;
    table->slots = pages_map(slot_count * sizeof *table->slots);
    table->filter = pages_map(filter_bytes(table));
    if (table->slots && table->filter)
        return true;
    blocks_deinit(table);
    return false;
}

bool blocks_init(struct block_table *table, uint64_t slot_limit)
{
    *table = (struct block_table)BLOCK_TABLE_EMPTY;
    table->slot_limit = slot_limit;
    return map_table(table, (uint64_t)1 << SLOT_BITS_MIN);
}

void blocks_deinit(struct block_table *table)
{
    pages_unmap(table->slots, table->slot_count * sizeof *table->slots);
    if (table->filter != blocks_empty_filter)
        pages_unmap(table->filter, filter_bytes(table));
    *table = (struct block_table)BLOCK_TABLE_EMPTY;
}

uint64_t blocks_resident(const struct block_table *table)
{
    return table->slots ? pages_resident(table->slots, table->slot_count * sizeof *table->slots) + pages_resident(table->filter, filter_bytes(table)) : 0;
}

/* On failure the table is as it was. */
static bool double_slots(struct block_table *table)
{
    struct block_table grown = BLOCK_TABLE_EMPTY;
    grown.slot_limit = table->slot_limit;
    if (table->slot_count >= table->slot_limit || !map_table(&grown, table->slot_count * 2))
        return false;
    for (uint64_t i = 0; i < table->slot_count; i++)
        if (table->slots[i].address)
            *blocks_take_slot(&grown, (const void *)table->slots[i].address) = table->slots[i];
    blocks_deinit(table);
    *table = grown;
    return true;
}

bool blocks_grow(struct block_table *table)
{
    int saved_errno = errno;
    uint64_t full = table->slot_count / 8 * 7;
    if (table->room_count < full && !double_slots(table))
        table->room_count = full; /* not tried once more for each block */
    errno = saved_errno;
    return table->count < table->room_count;
}
