/* SPDX-License-Identifier: MIT */
/*
 * Who filled a container: a weighted majority vote (Boyer and Moore, 1981) that a store carries along as it grows.
 *
 * The last growth alone is a poor witness: whoever adds the one item too many is blamed for all the others. At each growth the code that
 * makes it is asked to stand for all that was added since the growth before. One candidate and one count suffice to find a majority if
 * there is one.
 */
#ifndef WHOHOLDS_DUMPER_RECORDER_VOTE_H
#define WHOHOLDS_DUMPER_RECORDER_VOTE_H

#include <stdint.h>

struct vote {
    uint32_t candidate; /* a stack */
    uint32_t count;     /* in units of VOTE_UNIT bytes, saturating */
};

enum { VOTE_UNIT = 8, VOTE_BULK = 5 };

static inline uint32_t vote_units(uint64_t bytes)
{
    uint64_t units = bytes / VOTE_UNIT;
    return units < UINT32_MAX ? (uint32_t)units : UINT32_MAX;
}

/*
 * What was added between the growth before this one and now. Stores grow by a factor (lists 9/8, dicts 2, sets 2 or 4), so
 * before a growth from `from` to `to` bytes, `from - from * from / to` had been added since the last. A larger factor is an extend() or update()
 * that brings all of it itself.
 */
static inline uint32_t vote_weight(uint64_t from, uint64_t to)
{
    if (to <= from)
        return 0;
    if (to / VOTE_BULK >= from)
        return vote_units(to - from);
    return vote_units((uint64_t)((double)(to - from) * ((double)from / (double)to)));
}

/* The first vote on a store of which nothing is known: as if half of it had been added by whoever made it. */
static inline struct vote vote_first(uint32_t stack, uint64_t size)
{
    return (struct vote){stack, vote_units(size / 2)};
}

/* A tie leaves the candidate in place; so does almost a tie, as dicts do not exactly double. */
static inline void vote_cast(struct vote *vote, uint32_t stack, uint32_t weight)
{
    if (stack == vote->candidate)
        vote->count = vote->count < UINT32_MAX - weight ? vote->count + weight : UINT32_MAX;
    else if (weight <= vote->count)
        vote->count -= weight;
    else if (weight - vote->count <= weight / 8)
        vote->count = 0;
    else
        *vote = (struct vote){stack, weight - vote->count};
}

#endif
