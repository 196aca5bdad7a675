/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stage "growth": what the recorder saw happen to an object's memory. Which line made this container grow, and which lines
 * allocated what it holds. Facts, not inferences: the join is by address, within one snapshot.
 */
#ifndef WHOHOLDS_LIB_GROWTH_H
#define WHOHOLDS_LIB_GROWTH_H

#include <stdbool.h>
#include <stdint.h>

#include "heap/model.h"

/* A frame of a recorded stack with its line. */
struct stack_place {
    uint32_t code_node;             /* HEAP_NULL: no such place */
    uint32_t line;
    struct span file, function;
    bool library;                   /* the standard library or an installed package */
};

/*
 * How a stack is told: first the innermost frame of the application; if there is none, the innermost of all. `via` completes it: the
 * library's own innermost frame, if that is another one, else the application's frame that called.
 */
struct stack_summary { struct stack_place place, via; };

/* Frame i of a stack; code_node is HEAP_NULL if it has no line. */
struct stack_place growth_place(const struct heap *heap, const struct heap_stack_frame *frame);

/* False if the stack has no frame with a line. */
bool growth_summarize(const struct heap *heap, uint32_t stack, struct stack_summary *ret);

/*
 * Stacks that made a holder's store grow: the majority of it, and the last, and when that was (heap_block's serial). False if it was not
 * recorded, or is from before.
 */
struct growth { uint32_t majority, last, serial; };
bool growth_of_holder(const struct model *model, uint32_t node, struct growth *ret);

/*
 * The same of what a holder contains, where that is few containers with many items each (a dict of lists): who filled most of them. False
 * if it is not so, or nothing of it was recorded. growth_is_deep: whether it is so at all.
 */
bool growth_of_contents(const struct model *model, uint32_t node, struct growth *ret);
bool growth_is_deep(const struct model *model, uint32_t node);

/* Which object has each recorded block: its own memory or its store. */
struct block_owners { uint32_t *node_of_block; /* HEAP_NULL: not known */ };

/* Cost: a look at each store. */
enum wh_status block_owners_init(const struct heap *heap, struct wh_error *error, struct block_owners *ret) WH_MUST_USE;
void block_owners_deinit(struct block_owners *owners);

/* Recorded blocks that have the same summary. */
struct allocation { struct stack_summary stack; uint64_t bytes, blocks; };
struct allocations {
    struct allocation *at;
    uint32_t count;
    uint64_t young;        /* bytes of those that came after the holder's store last grew */
    uint64_t left, made;   /* bytes of all these blocks; bytes that their stacks ever allocated, those freed since included */
    int most_left;         /* how much of that these blocks are, per cent: of that stack among the larger ones of which most is left; -1 if unknown */
};

/*
 * Where the objects in `nodes` and all that they dominate were allocated, without what belongs to `holder` itself: most bytes first.
 * Sampled blocks count for what they stand for.
 */
enum wh_status growth_allocations(const struct model *model, const struct block_owners *owners, struct node_run nodes, uint32_t holder,
                                  struct wh_error *error, struct allocations *ret) WH_MUST_USE;
void allocations_deinit(struct allocations *allocations);

#endif
