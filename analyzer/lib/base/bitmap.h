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

/* The first bit from this one on that is clear, or `end`: quick where few are. */
static inline uint32_t bitmap_next_clear(const uint64_t *words, uint32_t bit, uint32_t end)
{
    while (bit < end && bitmap_test(words, bit))
        bit = bit % BITMAP_WORD_BITS == 0 && words[bit / BITMAP_WORD_BITS] == UINT64_MAX && end - bit >= BITMAP_WORD_BITS ? bit + BITMAP_WORD_BITS
                                                                                                                       : bit + 1;
    return bit;
}

/*
 * The next run of set bits, from *end on: *begin is its first bit, *end the one behind it. False: there is none. Start with an *end of 0. Nodes that stand
 * together are looked through as fast as memory comes, without a question for each.
 */
static inline bool bitmap_next_run(const uint64_t *words, uint32_t bit_count, uint32_t *begin, uint32_t *end)
{
    size_t word = *end / BITMAP_WORD_BITS, count = bitmap_word_count(bit_count);
    uint64_t bits = word < count ? words[word] & (UINT64_MAX << *end % BITMAP_WORD_BITS) : 0;
    while (!bits && ++word < count)
        bits = words[word];
    if (!bits)
        return false;
    *begin = (uint32_t)(word * BITMAP_WORD_BITS) + (uint32_t)__builtin_ctzll(bits);
    bits = ~words[word] & (UINT64_MAX << *begin % BITMAP_WORD_BITS);
    while (!bits && ++word < count)
        bits = ~words[word];
    uint64_t behind = bits ? word * BITMAP_WORD_BITS + (uint64_t)__builtin_ctzll(bits) : bit_count;
    *end = behind < bit_count ? (uint32_t)behind : bit_count;
    return *begin < *end;
}

/*
 * How many bits of a word are set. The baseline of x86-64 has no instruction for it, and the compiler's own function looks up each byte
 * behind a call. Here: sums of neighbouring bits, then of pairs, of nibbles and of bytes.
 */
static inline uint32_t bitmap_word_weight(uint64_t word)
{
    word -= word >> 1 & UINT64_C(0x5555555555555555);
    word = (word & UINT64_C(0x3333333333333333)) + (word >> 2 & UINT64_C(0x3333333333333333));
    word = (word + (word >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
    return (uint32_t)(word * UINT64_C(0x0101010101010101) >> 56);
}

#endif
