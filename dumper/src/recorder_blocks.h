/* SPDX-License-Identifier: MIT */
/*
 * The recorded blocks that are alive, by address: a hash table with open addressing, and a counting filter in front of it.
 *
 * Most blocks that are freed were never recorded. The filter answers for them with one load: it counts the recorded blocks for each value
 * of a hash, and 0 means "not recorded". (It counts, because a bit could not be taken back, and addresses are used again and again.)
 * Deleting shifts later entries back, so no tombstones pile up. Memory comes from mmap alone. No Python, no lock.
 */
#ifndef WHOHOLDS_DUMPER_RECORDER_BLOCKS_H
#define WHOHOLDS_DUMPER_RECORDER_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recorder_vote.h"

struct recorded_block {
    uint64_t address; /* 0: an empty slot */
    uint64_t size;    /* bytes asked for */
    uint64_t serial;
    struct vote vote; /* its candidate is the majority stack */
    uint32_t stack;
    uint32_t weight;  /* BLOCK_WEIGHT_ONE × the blocks it stands for */
};

enum { BLOCKS_FILTER_BITS_MIN = 15, BLOCKS_FILTER_BITS_MAX = 20, BLOCKS_FILTER_COUNT_MAX = 255 };

struct block_table {
    struct recorded_block *slots;
    uint8_t *filter;
    unsigned slot_shift, filter_shift; /* of a hash, 64 - bits */
    uint64_t slot_count, count;
    uint64_t room_count; /* with so many blocks it has to grow, or is full */
    uint64_t slot_limit;
};

/* A table that holds nothing and can take nothing: blocks_may_hold is all that may be asked. */
extern uint8_t blocks_empty_filter[2];
#define BLOCK_TABLE_EMPTY {.filter = blocks_empty_filter, .filter_shift = 63}

/* Takes no memory but a small start; never more than slot_limit slots (a power of two). False without memory; then it is empty. */
bool blocks_init(struct block_table *table, uint64_t slot_limit);
void blocks_deinit(struct block_table *table);
uint64_t blocks_resident(const struct block_table *table); /* bytes in memory */

/* Fibonacci hashing (Knuth, 6.4); the low bits of an address are 0. */
static inline uint64_t blocks_hash(const void *address)
{
    return ((uint64_t)address >> 4) * UINT64_C(0x9e3779b97f4a7c15);
}

/* False: the block is not recorded. True: look. */
static inline bool blocks_may_hold(const struct block_table *table, const void *address)
{
    return table->filter[blocks_hash(address) >> table->filter_shift] != 0;
}

/* Makes room for one more block, if there is not; false if the table is full. */
bool blocks_grow(struct block_table *table);

/* What follows is in the way of each recorded call, so it stands here. */

static inline uint8_t *blocks_filter_of(const struct block_table *table, uint64_t hash)
{
    return &table->filter[hash >> table->filter_shift];
}

/* The slot of an address, or the empty one where it would stand. There always is an empty one. */
static inline struct recorded_block *blocks_slot(const struct block_table *table, uint64_t address, uint64_t hash)
{
    uint64_t mask = table->slot_count - 1, index = hash >> table->slot_shift;
    while (table->slots[index].address && table->slots[index].address != address)
        index = (index + 1) & mask;
    return &table->slots[index];
}

/* NULL if it is not recorded. Valid until the next blocks_add or blocks_remove. */
static inline struct recorded_block *blocks_find(const struct block_table *table, const void *address)
{
    struct recorded_block *slot = blocks_slot(table, (uint64_t)address, blocks_hash(address));
    return slot->address ? slot : NULL;
}

/* As blocks_add, in a table that has room. */
static inline struct recorded_block *blocks_take_slot(struct block_table *table, const void *address)
{
    uint64_t hash = blocks_hash(address);
    struct recorded_block *slot = blocks_slot(table, (uint64_t)address, hash);
    if (!slot->address) {
        uint8_t *counter = blocks_filter_of(table, hash);
        *counter += *counter < BLOCKS_FILTER_COUNT_MAX;
        table->count++;
        slot->address = (uint64_t)address;
        slot->weight = 0;
    }
    return slot;
}

/* The slot for a block, the caller's to fill in; its weight is 0 unless a block with the address was recorded. NULL if the table is full. */
static inline struct recorded_block *blocks_add(struct block_table *table, const void *address)
{
    if (__builtin_expect(table->count >= table->room_count, 0) && !blocks_grow(table))
        return NULL;
    return blocks_take_slot(table, address);
}

/* The block must be what blocks_find returned. Knuth, 6.4, algorithm R: an entry moves into the gap unless its home lies cyclically behind it. */
static inline void blocks_remove(struct block_table *table, struct recorded_block *block)
{
    uint64_t mask = table->slot_count - 1, gap = (uint64_t)(block - table->slots);
    uint8_t *counter = blocks_filter_of(table, blocks_hash((const void *)block->address));
    *counter -= *counter && *counter < BLOCKS_FILTER_COUNT_MAX; /* one that is full stays full */
    for (uint64_t next = (gap + 1) & mask; table->slots[next].address; next = (next + 1) & mask) {
        uint64_t home = blocks_hash((const void *)table->slots[next].address) >> table->slot_shift;
        if (((next - home) & mask) < ((next - gap) & mask))
            continue;
        table->slots[gap] = table->slots[next];
        gap = next;
    }
    table->slots[gap].address = 0;
    table->count--;
}

#endif
