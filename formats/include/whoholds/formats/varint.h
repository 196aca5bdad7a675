/* SPDX-License-Identifier: MIT */
/* FORMAT.md 1.2: unsigned LEB128 and zigzag. The encoding is DWARF's (DWARF 5, 7.6); zigzag is Protocol Buffers'. */
#ifndef WHOHOLDS_FORMATS_VARINT_H
#define WHOHOLDS_FORMATS_VARINT_H

#include <stddef.h>
#include <stdint.h>

enum { VARINT_MAX_BYTES = 10 };

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

/* Reads one value from [at, end). Returns the place behind it, or NULL if it is cut off or does not fit in 64 bits. */
static inline const uint8_t *varint_get(const uint8_t *at, const uint8_t *end, uint64_t *ret)
{
    if (at < end && *at < 0x80) {
        *ret = *at;
        return at + 1;
    }
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

#endif
