/* SPDX-License-Identifier: MIT */
/* FORMAT.md 1.2: unsigned LEB128 and zigzag. The encoding is DWARF's (DWARF 5, 7.6); zigzag is Protocol Buffers'. */
#ifndef WHOHOLDS_FORMATS_VARINT_H
#define WHOHOLDS_FORMATS_VARINT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { VARINT_MAX_BYTES = 10, VARINT_WORD_BYTES = 8 };

static inline uint64_t zigzag_encode(uint64_t difference)
{
    return (difference << 1) ^ (uint64_t)((int64_t)difference >> 63);
}

static inline uint64_t zigzag_decode(uint64_t code)
{
    return (code >> 1) ^ (0 - (code & 1));
}

/* Writes at most VARINT_MAX_BYTES at `at`; returns the place behind them. */
static inline uint8_t *varint_put(uint8_t *at, uint64_t value)
{
    while (value >= 0x80) {
        *at++ = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    *at++ = (uint8_t)value;
    return at;
}

/* Byte by byte: near the end, and what is longer than a word. */
static inline const uint8_t *varint_get_bytes(const uint8_t *at, const uint8_t *end, uint64_t *ret)
{
    uint64_t value = 0;
    for (unsigned shift = 0; at < end && shift < 64; shift += 7) {
        uint8_t byte = *at++;
        if (shift == 63 && byte > 1)
            return NULL;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            *ret = value;
            return at;
        }
    }
    return NULL;
}

/* The first byte at the lowest bits, as the encoding has it. */
static inline uint64_t varint_load_word(const uint8_t *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof(word));
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return word;
}

/* Groups of seven bits in eight become one number: neighbours are joined, then pairs, then fours. */
static inline uint64_t varint_join_groups(uint64_t word)
{
    word = (word & UINT64_C(0x007f007f007f007f)) | (word & UINT64_C(0x7f007f007f007f00)) >> 1;
    word = (word & UINT64_C(0x00003fff00003fff)) | (word & UINT64_C(0x3fff00003fff0000)) >> 2;
    return (word & UINT64_C(0x000000000fffffff)) | (word & UINT64_C(0x0fffffff00000000)) >> 4;
}

/*
 * Reads one value from [at, end). Returns the place behind it, or NULL if it is cut off or does not fit in 64 bits. Lengths follow no pattern, so
 * a loop that stops at the last byte would be guesswork for the processor: up to eight bytes are read at once.
 */
static inline const uint8_t *varint_get(const uint8_t *at, const uint8_t *end, uint64_t *ret)
{
    if (at < end && *at < 0x80) {
        *ret = *at;
        return at + 1;
    }
    if (end - at < VARINT_WORD_BYTES)
        return varint_get_bytes(at, end, ret);
    uint64_t word = varint_load_word(at), last = ~word & UINT64_C(0x8080808080808080);
    if (!last)
        return varint_get_bytes(at, end, ret);
    last &= 0 - last; /* the highest bit of the last byte */
    *ret = varint_join_groups(word & (last - 1));
    return at + (__builtin_ctzll(last) >> 3) + 1;
}

#endif
