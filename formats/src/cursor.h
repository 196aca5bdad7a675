/* SPDX-License-Identifier: MIT */
/*
 * A bounded msgpack cursor. A call that fails leaves the cursor where it was. Nothing is allocated and no count in the input is
 * believed before it has been compared with the bytes that are left, so hostile bytes cost nothing.
 *
 * msgpack-c's own unpacker is not used: it builds 24 bytes a value and reserves what an array claims.
 */
#ifndef WHOHOLDS_FORMATS_CURSOR_H
#define WHOHOLDS_FORMATS_CURSOR_H

#include <stdbool.h>
#include <stdint.h>

#include <whoholds/formats/reader.h>

struct cursor {
    const uint8_t *begin, *at, *end;
};

enum value_kind { VALUE_NIL, VALUE_BOOL, VALUE_UINT, VALUE_INT, VALUE_FLOAT, VALUE_STR, VALUE_BIN, VALUE_EXT, VALUE_ARRAY, VALUE_MAP };

/* One decoded value head. For STR, BIN, EXT the bytes are consumed too; of ARRAY and MAP only the count. */
struct value {
    enum value_kind kind;
    uint64_t number;          /* bool, uint, or the count of an array or map */
    const uint8_t *bytes;     /* STR, BIN, EXT */
    uint64_t length;
};

/* Why a value could not be read. */
enum cursor_fault { CURSOR_OK = 0, CURSOR_CUT_OFF, CURSOR_INVALID };

enum cursor_fault cursor_next(struct cursor *cursor, struct value *ret);

/* Skips one whole value, however deeply nested, without recursion. */
enum cursor_fault cursor_skip(struct cursor *cursor);

#endif
