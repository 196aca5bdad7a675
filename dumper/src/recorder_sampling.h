/* SPDX-License-Identifier: MIT */
/*
 * Which blocks are sampled, and what a sample stands for.
 *
 * A Poisson process over allocated bytes: a countdown of bytes is drawn from the exponential distribution, and the block during which
 * it runs out is the sample. So a block of `size` bytes is sampled with p = 1 - exp(-size / interval), and counting it as 1/p blocks makes
 * every sum over samples unbiased, whatever the sizes (the method of tcmalloc and of Go's runtime).
 * No Python, no lock, no allocation.
 */
#ifndef WHOHOLDS_DUMPER_RECORDER_SAMPLING_H
#define WHOHOLDS_DUMPER_RECORDER_SAMPLING_H

#include <stddef.h>
#include <stdint.h>

/* interval, bytes: above this a weight of one byte would not fit in 32 bits. */
enum { SAMPLING_INTERVAL_DEFAULT = 512 * 1024, SAMPLING_INTERVAL_MAX = 1 << 19 };

struct sampling {
    uint64_t state; /* xorshift64*: never 0 */
    double interval;
};

/* interval is taken as at least 1 and at most SAMPLING_INTERVAL_MAX. */
void sampling_init(struct sampling *sampling, uint64_t seed, uint64_t interval);

/* Bytes until the next sample: at least 1, at most 37 intervals, as no draw is 0. */
int64_t sampling_draw(struct sampling *sampling);

/* What a sampled block stands for, in blocks × BLOCK_WEIGHT_ONE; at least BLOCK_WEIGHT_ONE. */
uint32_t sampling_weight(const struct sampling *sampling, size_t size);

#endif
