/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "code/line_table.h"

#include <stdbool.h>

struct table_reader {
    const uint8_t *at, *end;
};

static struct table_reader reader_of(struct span table)
{
    const uint8_t *bytes = (const uint8_t *)table.bytes;
    return (struct table_reader){ bytes, table.length ? bytes + table.length : bytes };
}

enum line_format line_format_of(uint64_t hexversion)
{
    if (hexversion < 0x030a0000)
        return LINES_LNOTAB;
    return hexversion < 0x030b0000 ? LINES_RANGES : LINES_LOCATIONS;
}

/* Lines are computed modulo 2^32; what does not fit a line number is none. */
static uint32_t checked_line(uint32_t line)
{
    return line <= INT32_MAX ? line : 0;
}

static bool next_pair(struct table_reader *reader, uint8_t *first, int32_t *second)
{
    if (reader->end - reader->at < 2)
        return false;
    *first = reader->at[0];
    *second = (int8_t)reader->at[1];
    reader->at += 2;
    return true;
}

/* Objects/lnotab_notes.txt up to 3.9: each pair adds to the address, and what lies at or after it has the new line. */
static uint32_t find_in_lnotab(struct table_reader reader, uint32_t line, uint32_t offset)
{
    uint64_t address = 0;
    uint8_t address_step;
    int32_t line_step;
    while (next_pair(&reader, &address_step, &line_step)) {
        address += address_step;
        if (address > offset)
            break;
        line += (uint32_t)line_step;
    }
    return checked_line(line);
}

/* Objects/lnotab_notes.txt of 3.10: each pair is the length of a range and its line's distance; -128 is a range without line. */
static uint32_t find_in_ranges(struct table_reader reader, uint32_t line, uint32_t offset)
{
    uint64_t end = 0;
    uint8_t length;
    int32_t line_step;
    while (next_pair(&reader, &length, &line_step)) {
        bool without_line = line_step == INT8_MIN;
        if (!without_line)
            line += (uint32_t)line_step;
        end += length;
        if (offset < end)
            return without_line ? 0 : checked_line(line);
    }
    return 0;
}

/* Objects/locations.md: six bits a byte, least significant first; bit 6 says that more follows. */
static uint32_t next_location_varint(struct table_reader *reader)
{
    uint32_t value = 0;
    for (unsigned shift = 0; reader->at < reader->end; shift += 6) {
        uint8_t byte = *reader->at++;
        if (shift < 32)
            value |= (uint32_t)(byte & 0x3f) << shift;
        if (!(byte & 0x40))
            break;
    }
    return value;
}

static uint32_t next_location_signed(struct table_reader *reader)
{
    uint32_t code = next_location_varint(reader);
    return code & 1 ? 0 - (code >> 1) : code >> 1;
}

enum location_code { LOCATION_ONE_LINE = 10, LOCATION_NO_COLUMNS = 13, LOCATION_LONG = 14, LOCATION_NONE = 15 };

/* The distance in lines that an entry of this code adds; leaves the reader at the next entry's first byte. */
static uint32_t next_location_step(struct table_reader *reader, unsigned code)
{
    uint32_t step = 0;
    if (code == LOCATION_LONG || code == LOCATION_NO_COLUMNS)
        step = next_location_signed(reader);
    else if (code >= LOCATION_ONE_LINE && code < LOCATION_NO_COLUMNS)
        step = code - LOCATION_ONE_LINE;
    while (reader->at < reader->end && !(*reader->at & 0x80))   /* columns; only an entry's first byte has bit 7 */
        reader->at++;
    return step;
}

static uint32_t find_in_locations(struct table_reader reader, uint32_t line, uint32_t offset)
{
    uint64_t end = 0;
    while (reader.at < reader.end) {
        uint8_t head = *reader.at++;
        unsigned code = head >> 3 & 15;
        line += next_location_step(&reader, code);
        end += 2 * ((head & 7u) + 1);
        if (offset < end)
            return code == LOCATION_NONE ? 0 : checked_line(line);
    }
    return 0;
}

uint32_t line_table_find(enum line_format format, struct span table, uint32_t firstlineno, uint32_t offset)
{
    static uint32_t (*const find[])(struct table_reader, uint32_t, uint32_t) = {
        [LINES_LNOTAB] = find_in_lnotab,
        [LINES_RANGES] = find_in_ranges,
        [LINES_LOCATIONS] = find_in_locations,
    };
    return find[format](reader_of(table), firstlineno, offset);
}
