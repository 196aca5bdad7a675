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

enum { BLOCKS_FILTER_BITS_MIN = 15, BLOCKS_FILTER_BITS_MAX = 20 };

struct block_table {
    struct recorded_block *slots;
    uint8_t *filter;
    unsigned slot_shift, filter_shift; /* of a hash, 64 - bits */
    uint64_t slot_count, count;
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

/* NULL if it is not recorded. Valid until the next blocks_put or blocks_remove. */
struct recorded_block *blocks_find(const struct block_table *table, const void *address);

/* Adds a block, or replaces the one with its address. False if the table is full. */
bool blocks_put(struct block_table *table, const struct recorded_block *block);

/* The block must be what blocks_find returned. */
void blocks_remove(struct block_table *table, struct recorded_block *block);

#endif
