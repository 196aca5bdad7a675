/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A small generator of random numbers that gives the same sequence for the same seed everywhere. */
#ifndef WHOHOLDS_TESTS_RANDOM_H
#define WHOHOLDS_TESTS_RANDOM_H

#include <stdint.h>

struct random {
    uint64_t state;
};

/* splitmix64 (G. Steele, D. Lea, C. Flood, 2014). */
static inline uint64_t random_next(struct random *random)
{
    uint64_t z = random->state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* 0 … bound - 1; bound is at least 1. */
static inline uint32_t random_below(struct random *random, uint32_t bound)
{
    return (uint32_t)(((random_next(random) >> 32) * bound) >> 32);
}

#endif
