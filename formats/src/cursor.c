/* SPDX-License-Identifier: MIT */
#include "cursor.h"

/* What the first byte says: kind, and how many bytes of a length, count or number follow it (msgpack spec, "Formats"). */
struct head {
    enum value_kind kind;
    uint8_t width;
    bool valid;
};

static const struct head heads[0xe0 - 0xc0] = {
    [0x00] = {VALUE_NIL, 0, true},   [0x01] = {VALUE_NIL, 0, false},  [0x02] = {VALUE_BOOL, 0, true},  [0x03] = {VALUE_BOOL, 0, true},
    [0x04] = {VALUE_BIN, 1, true},   [0x05] = {VALUE_BIN, 2, true},   [0x06] = {VALUE_BIN, 4, true},
    [0x07] = {VALUE_EXT, 1, true},   [0x08] = {VALUE_EXT, 2, true},   [0x09] = {VALUE_EXT, 4, true},
    [0x0a] = {VALUE_FLOAT, 4, true}, [0x0b] = {VALUE_FLOAT, 8, true},
    [0x0c] = {VALUE_UINT, 1, true},  [0x0d] = {VALUE_UINT, 2, true},  [0x0e] = {VALUE_UINT, 4, true},  [0x0f] = {VALUE_UINT, 8, true},
    [0x10] = {VALUE_INT, 1, true},   [0x11] = {VALUE_INT, 2, true},   [0x12] = {VALUE_INT, 4, true},   [0x13] = {VALUE_INT, 8, true},
    [0x14] = {VALUE_EXT, 0, true},   [0x15] = {VALUE_EXT, 0, true},   [0x16] = {VALUE_EXT, 0, true},   [0x17] = {VALUE_EXT, 0, true},
    [0x18] = {VALUE_EXT, 0, true},
    [0x19] = {VALUE_STR, 1, true},   [0x1a] = {VALUE_STR, 2, true},   [0x1b] = {VALUE_STR, 4, true},
    [0x1c] = {VALUE_ARRAY, 2, true}, [0x1d] = {VALUE_ARRAY, 4, true},
    [0x1e] = {VALUE_MAP, 2, true},   [0x1f] = {VALUE_MAP, 4, true},
};

static uint64_t big_endian(const uint8_t *bytes, unsigned width)
{
    uint64_t number = 0;
    for (unsigned i = 0; i < width; i++)
        number = number << 8 | bytes[i];
    return number;
}

/* Values whose first byte holds a small number or length. Returns false for the others. */
static bool small_value(uint8_t first, struct value *ret)
{
    if (first <= 0x7f)
        *ret = (struct value){.kind = VALUE_UINT, .number = first};
    else if (first <= 0x8f)
        *ret = (struct value){.kind = VALUE_MAP, .number = first & 0x0f};
    else if (first <= 0x9f)
        *ret = (struct value){.kind = VALUE_ARRAY, .number = first & 0x0f};
    else if (first <= 0xbf)
        *ret = (struct value){.kind = VALUE_STR, .length = first & 0x1f};
    else if (first >= 0xe0)
        *ret = (struct value){.kind = VALUE_INT, .number = (uint64_t)(int8_t)first};
    else
        return false;
    return true;
}

static bool has_body(enum value_kind kind)
{
    return kind == VALUE_STR || kind == VALUE_BIN || kind == VALUE_EXT;
}

/* Takes the bytes of a string, blob or extension. */
static enum cursor_fault take_body(struct cursor *cursor, const uint8_t *at, struct value *value)
{
    if (has_body(value->kind)) {
        if (value->length > (uint64_t)(cursor->end - at))
            return CURSOR_CUT_OFF;
        value->bytes = at;
        at += value->length;
    }
    cursor->at = at;
    return CURSOR_OK;
}

static void set_long_value(uint8_t first, uint64_t number, struct value *value)
{
    bool fixext = first >= 0xd4 && first <= 0xd8;
    if (first == 0xc2 || first == 0xc3)
        value->number = first & 1;
    else if (has_body(value->kind))
        value->length = fixext ? (1u << (first - 0xd4)) : number;
    else
        value->number = number;
    if (value->kind == VALUE_EXT)
        value->length += 1; /* the type byte */
}

enum cursor_fault cursor_next(struct cursor *cursor, struct value *ret)
{
    const uint8_t *at = cursor->at;
    if (at == cursor->end)
        return CURSOR_CUT_OFF;
    uint8_t first = *at++;
    if (small_value(first, ret))
        return take_body(cursor, at, ret);
    struct head head = heads[first - 0xc0];
    if (!head.valid)
        return CURSOR_INVALID;
    if (head.width > (uint64_t)(cursor->end - at))
        return CURSOR_CUT_OFF;
    *ret = (struct value){.kind = head.kind};
    set_long_value(first, big_endian(at, head.width), ret);
    return take_body(cursor, at + head.width, ret);
}

enum cursor_fault cursor_skip(struct cursor *cursor)
{
    struct cursor ahead = *cursor;
    /* Values still to be read. Each takes a byte at least, so more than the bytes left is cut off: no overflow, no long loop. */
    for (uint64_t pending = 1; pending; pending--) {
        struct value value;
        enum cursor_fault fault = cursor_next(&ahead, &value);
        if (fault)
            return fault;
        if (value.kind == VALUE_ARRAY)
            pending += value.number;
        else if (value.kind == VALUE_MAP)
            pending += 2 * value.number;
        if (pending - 1 > (uint64_t)(ahead.end - ahead.at))
            return CURSOR_CUT_OFF;
    }
    *cursor = ahead;
    return CURSOR_OK;
}
