/* SPDX-License-Identifier: MIT */
/*
 * Stacks of (code object, instruction), each kept once, with what was allocated under it.
 *
 * A stack is found by the hash of its frames; a code object is known by its address, so whoever adds a stack keeps its code objects
 * alive (stacks_add tells which are new). Numbers are dense and never change. Memory comes from mmap alone and is bounded; what finds no
 * room is counted. No Python, no lock.
 */
#ifndef WHOHOLDS_DUMPER_RECORDER_STACKS_H
#define WHOHOLDS_DUMPER_RECORDER_STACKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <whoholds/formats/schema.h>

#include "pages.h"

struct stack_frame {
    const void *code; /* NULL: further frames were left out */
    uint64_t at;      /* the instruction under way, as the interpreter notes it: frames_instruction */
};

struct stack {
    const struct stack_frame *frames; /* innermost first */
    uint32_t frame_count;
    uint32_t hash;
    bool library_only; /* what the caller said when it was added */
    uint64_t alloc_bytes, alloc_weight, live_bytes, live_weight; /* weights: BLOCK_WEIGHT_ONE × blocks */
    uint64_t first, last; /* serials of its first and of its latest block */
};

enum {
    STACKS_MAX = 1 << 16,
    STACKS_CODE_MAX = 1 << 15,
    STACKS_FRAMES_MAX = 1 << 20, /* of all stacks together: 16 MiB */
    STACK_DEPTH_MAX = 64, /* and one more that says that it was not all */
    STACK_NONE = -1,
};

struct stacks {
    struct stack *at;       /* [STACKS_MAX]; the first STACK_FIRST_REAL have no frames */
    uint32_t *stack_of_slot; /* [2 * STACKS_MAX], 0: empty */
    const void **codes;     /* [STACKS_CODE_MAX], in order of first sight */
    uint32_t *code_of_slot; /* [2 * STACKS_CODE_MAX], number + 1, 0: empty */
    struct arena frames;
    uint32_t count, code_count;
    uint64_t frame_count;
    uint64_t lost_stacks, lost_code;
};

/* Reserves the tables; pages count once they are used. False without memory. */
bool stacks_init(struct stacks *stacks);
void stacks_deinit(struct stacks *stacks);
uint64_t stacks_resident(const struct stacks *stacks); /* bytes in memory */

/* The hash that stacks_find and stacks_add want. */
uint32_t stacks_hash(const struct stack_frame *frames, size_t count);

/* Does a stack consist of these frames? Not for none. */
bool stacks_is(const struct stacks *stacks, uint32_t stack, const struct stack_frame *frames, size_t count);

/* Number of a stack; STACK_NO_FRAME for none of frames; STACK_NONE if it is not known yet. */
int64_t stacks_find(const struct stacks *stacks, const struct stack_frame *frames, size_t count, uint32_t hash);

/* Number of a code object, STACK_NONE if there is no room for it; *is_new if it was not known: the caller has to keep it alive. */
int64_t stacks_add_code(struct stacks *stacks, const void *code, bool *is_new);

/* Adds a stack that is not known, of code objects that are. STACK_LOST if there is no room. */
uint32_t stacks_add(struct stacks *stacks, const struct stack_frame *frames, size_t count, uint32_t hash, bool library_only);

/* What one block counts for. */
static inline uint64_t stacks_weighted(uint64_t size, uint32_t weight)
{
    if (weight == BLOCK_WEIGHT_ONE)
        return size;
    return (uint64_t)((unsigned __int128)size * weight / BLOCK_WEIGHT_ONE);
}

static inline void stacks_count_born(struct stacks *stacks, uint32_t stack, uint64_t size, uint32_t weight, uint64_t serial)
{
    struct stack *at = &stacks->at[stack];
    at->first = at->alloc_weight ? at->first : serial;
    at->last = serial;
    at->alloc_bytes += stacks_weighted(size, weight);
    at->alloc_weight += weight;
}

static inline void stacks_count_live(struct stacks *stacks, uint32_t stack, uint64_t size, uint32_t weight)
{
    struct stack *at = &stacks->at[stack];
    at->live_bytes += stacks_weighted(size, weight);
    at->live_weight += weight;
}

static inline void stacks_count_dead(struct stacks *stacks, uint32_t stack, uint64_t size, uint32_t weight)
{
    struct stack *at = &stacks->at[stack];
    at->live_bytes -= stacks_weighted(size, weight);
    at->live_weight -= weight;
}

/* Forgets what was allocated before and has been freed: for a child of the process, whose counting starts now. */
void stacks_restart_counting(struct stacks *stacks);

#endif
