/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A set of nodes, one bit each. At ten million nodes a bitmap stays in the second-level cache where an array of bytes would not. */
#ifndef WHOHOLDS_ANALYZER_BITMAP_H
#define WHOHOLDS_ANALYZER_BITMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BITMAP_WORD_BITS = 64 };

static inline size_t bitmap_word_count(size_t bit_count)
{
    return (bit_count + BITMAP_WORD_BITS - 1) / BITMAP_WORD_BITS;
}

static inline uint64_t bitmap_mask(uint32_t bit)
{
    return UINT64_C(1) << (bit % BITMAP_WORD_BITS);
}

static inline bool bitmap_test(const uint64_t *words, uint32_t bit)
{
    return (words[bit / BITMAP_WORD_BITS] >> (bit % BITMAP_WORD_BITS)) & 1;
}

static inline void bitmap_set(uint64_t *words, uint32_t bit)
{
    words[bit / BITMAP_WORD_BITS] |= bitmap_mask(bit);
}

static inline void bitmap_clear(uint64_t *words, uint32_t bit)
{
    words[bit / BITMAP_WORD_BITS] &= ~bitmap_mask(bit);
}

#endif
