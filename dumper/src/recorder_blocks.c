/* SPDX-License-Identifier: MIT */
#include "recorder_blocks.h"

#include "pages.h"

enum { SLOT_BITS_MIN = 12, FILTER_COUNT_MAX = 255 };

uint8_t blocks_empty_filter[2];

static unsigned bits_of(uint64_t power_of_two)
{
    return (unsigned)__builtin_ctzll(power_of_two);
}

static size_t filter_bytes(const struct block_table *table)
{
    return (size_t)1 << (64 - table->filter_shift);
}

static uint64_t home_of(const struct block_table *table, uint64_t address)
{
    return blocks_hash((const void *)address) >> table->slot_shift;
}

static uint8_t *counter_of(const struct block_table *table, uint64_t address)
{
    return &table->filter[blocks_hash((const void *)address) >> table->filter_shift];
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

/* The slot of an address, or the empty one where it would stand. There always is an empty one. */
static struct recorded_block *slot_of(const struct block_table *table, uint64_t address)
{
    uint64_t mask = table->slot_count - 1, index = home_of(table, address);
    while (table->slots[index].address && table->slots[index].address != address)
        index = (index + 1) & mask;
    return &table->slots[index];
}

struct recorded_block *blocks_find(const struct block_table *table, const void *address)
{
    struct recorded_block *slot = slot_of(table, (uint64_t)address);
    return slot->address ? slot : NULL;
}

static void add(struct block_table *table, const struct recorded_block *block)
{
    struct recorded_block *slot = slot_of(table, block->address);
    if (!slot->address) {
        uint8_t *counter = counter_of(table, block->address);
        table->count++;
        *counter += *counter < FILTER_COUNT_MAX;
    }
    *slot = *block;
}

/* On failure the table is as it was. */
static bool grow(struct block_table *table)
{
    struct block_table grown = BLOCK_TABLE_EMPTY;
    grown.slot_limit = table->slot_limit;
    if (table->slot_count >= table->slot_limit)
        return false;
    if (!map_table(&grown, table->slot_count * 2)) {
        table->slot_limit = table->slot_count; /* not once more for each block */
        return false;
    }
    for (uint64_t i = 0; i < table->slot_count; i++)
        if (table->slots[i].address)
            add(&grown, &table->slots[i]);
    blocks_deinit(table);
    *table = grown;
    return true;
}

bool blocks_put(struct block_table *table, const struct recorded_block *block)
{
    if (table->count >= table->slot_count / 8 * 5 && !grow(table) && table->count >= table->slot_count / 8 * 7)
        return false;
    add(table, block);
    return true;
}

/* Knuth, 6.4, algorithm R: an entry moves into the gap unless its home lies cyclically behind it. */
void blocks_remove(struct block_table *table, struct recorded_block *block)
{
    uint64_t mask = table->slot_count - 1, gap = (uint64_t)(block - table->slots);
    uint8_t *counter = counter_of(table, block->address);
    *counter -= *counter && *counter < FILTER_COUNT_MAX; /* one that is full stays full */
    for (uint64_t next = (gap + 1) & mask; table->slots[next].address; next = (next + 1) & mask) {
        uint64_t home = home_of(table, table->slots[next].address);
        if (((next - home) & mask) < ((next - gap) & mask))
            continue;
        table->slots[gap] = table->slots[next];
        gap = next;
    }
    table->slots[gap].address = 0;
    table->count--;
}
