/* SPDX-License-Identifier: MIT */
#include "recorder_sampling.h"

#include <math.h>

#include <whoholds/formats/schema.h>

void sampling_init(struct sampling *sampling, uint64_t seed, uint64_t interval)
{
    if (interval < 1)
        interval = 1;
    if (interval > SAMPLING_INTERVAL_MAX)
        interval = SAMPLING_INTERVAL_MAX;
    /* One step of splitmix64, so that seeds that differ little give sequences that differ much. */
    seed += UINT64_C(0x9e3779b97f4a7c15);
    seed = (seed ^ seed >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    seed = (seed ^ seed >> 27) * UINT64_C(0x94d049bb133111eb);
    seed ^= seed >> 31;
    sampling->state = seed ? seed : 1;
    sampling->interval = (double)interval;
}

static uint64_t next_random(struct sampling *sampling)
{
    uint64_t state = sampling->state;
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    sampling->state = state;
    return state * UINT64_C(0x2545f4914f6cdd1d);
}

int64_t sampling_draw(struct sampling *sampling)
{
    /* 2^-53 … 1: the logarithm is finite. */
    double uniform = ((double)(next_random(sampling) >> 11) + 1) * 0x1p-53;
    int64_t bytes = (int64_t)(-log(uniform) * sampling->interval);
    return bytes < 1 ? 1 : bytes;
}

uint32_t sampling_weight(const struct sampling *sampling, size_t size)
{
    double probability = -expm1(-(double)(size ? size : 1) / sampling->interval);
    double weight = BLOCK_WEIGHT_ONE / probability + 0.5;
    if (!(weight < (double)UINT32_MAX))
        return UINT32_MAX;
    return weight < BLOCK_WEIGHT_ONE ? BLOCK_WEIGHT_ONE : (uint32_t)weight;
}
