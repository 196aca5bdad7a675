/* SPDX-License-Identifier: MIT */
/*
 * Reads a snapshot (FORMAT.md) out of bytes in memory: a pure function of (bytes, length). Opening files is elsewhere.
 *
 * snapshot_parse checks header, every chunk's shape, trailer, checksum. The values in the columns are checked as they are read, by the
 * cursors. Memory is bounded by the length of the input: at most 256 bytes a chunk of at least 15 bytes; of a compressed snapshot also
 * its columns of byte strings, decoded, and 100 KB for decoding. No number of rows is above 16 times the length of the input.
 */
#ifndef WHOHOLDS_FORMATS_READER_H
#define WHOHOLDS_FORMATS_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <whoholds/formats/error.h>
#include <whoholds/formats/schema.h>

/* Bytes inside the input; not NUL-terminated. */
struct span {
    const char *bytes;
    size_t length;
};

struct chunk;
struct frame_decoder;
struct frame_slot;

struct snapshot_table {
    uint64_t row_count;
    uint32_t chunk_count;
    uint32_t chunk_capacity;
    struct chunk *chunks;
};

struct snapshot {
    const uint8_t *bytes;
    uint64_t length;
    /* header */
    uint64_t created_ns, pid, hexversion;
    struct span program, python, mode, trigger, values;
    bool collecting, interrupted, compressed;
    /* trailer */
    uint64_t pause_ns, dump_ns;
    struct snapshot_table tables[TABLE_COUNT];
    /* if it is compressed */
    struct frame_decoder *decoder; /* used by the readers below: one thread at a time */
    uint8_t *decoded;              /* the columns of byte strings */
    struct frame_slot *slots;      /* the columns of numbers that column readers looked at last */
};

/*
 * Parses the frame of `bytes`, which must outlive *ret. On failure *ret is empty and the error says what is wrong and at which byte:
 * WH_ERR_INPUT for a file that is not a snapshot, truncated, corrupt or of an unknown version, WH_ERR_RESOURCE without memory.
 */
enum wh_status snapshot_parse(const uint8_t *bytes, uint64_t length, struct snapshot *ret, struct wh_error *error) WH_MUST_USE;
void snapshot_deinit(struct snapshot *snapshot);

/* Walks one column of one chunk. */
struct column_cursor {
    const uint8_t *at, *end;
    uint64_t previous;
};

/* Walks a table's rows in order. */
struct table_cursor {
    const struct snapshot *snapshot;
    enum table table;
    uint32_t next_chunk;
    uint64_t rows_left;    /* in the current chunk */
    struct column_cursor columns[TABLE_COLUMNS_MAX];
    uint8_t *scratch;      /* the columns of the chunk, if they are compressed; NULL at first */
};

void table_cursor_init(struct table_cursor *ret, const struct snapshot *snapshot, enum table table);
void table_cursor_deinit(struct table_cursor *cursor);

/*
 * Reads the next row into `cells` (as many as the table has columns); byte cells point into the input or the snapshot. *more is false, and cells
 * untouched, after the last row. Checks that each column of a chunk ends with the chunk's rows.
 */
enum wh_status table_cursor_next(struct table_cursor *cursor, struct cell *cells, bool *more, struct wh_error *error) WH_MUST_USE;

/*
 * The same by hand for the hot loops: opens the next chunk and returns its number of rows in *rows (0 after the last one); then
 * column_next_* reads values from cursor->columns[c]; column_check_end must hold after the last row.
 */
enum wh_status table_cursor_open_chunk(struct table_cursor *cursor, uint64_t *rows, struct wh_error *error) WH_MUST_USE;
/* Many at once, in less time each. False if one cannot be read: the cursor stands before it. Of deltas, the sums. */
bool column_next_uints(struct column_cursor *column, size_t count, uint64_t *ret) WH_MUST_USE;
bool column_next_deltas(struct column_cursor *column, size_t count, uint64_t *ret) WH_MUST_USE;
enum wh_status column_bad_value(const struct table_cursor *cursor, unsigned column, struct wh_error *error);

/*
 * Reads numbers of one column here and there. Rows that ascend cost a step each, others a walk through part of a chunk. Where the chunk is compressed
 * it is decompressed into memory of the snapshot's, which a few readers can use by turns without doing so again.
 */
struct column_reader {
    const struct snapshot *snapshot;
    const struct snapshot_table *table;
    unsigned column;
    bool delta;                       /* ENCODING_DELTA, else ENCODING_UINT */
    uint64_t next_row, end_row;       /* end_row: of the chunk that the cursor is in */
    struct column_cursor cursor;
    const struct frame_slot *slot;    /* of the chunk, NULL if it is not compressed */
    const uint8_t *frame;             /* what has to be in the slot for the cursor to be right */
};

/* The column holds numbers, not bytes. */
void column_reader_init(struct column_reader *ret, const struct snapshot *snapshot, enum table table, unsigned column);

/* False if the table has no such row, or the column does not fit its rows. */
bool column_reader_get(struct column_reader *reader, uint64_t row, uint64_t *ret) WH_MUST_USE;

static inline bool column_next_uint(struct column_cursor *column, uint64_t *ret);
static inline bool column_next_delta(struct column_cursor *column, uint64_t *ret);

#include <whoholds/formats/varint.h>

static inline bool column_next_uint(struct column_cursor *column, uint64_t *ret)
{
    const uint8_t *next = varint_get(column->at, column->end, ret);
    if (!next)
        return false;
    column->at = next;
    return true;
}

static inline bool column_next_delta(struct column_cursor *column, uint64_t *ret)
{
    uint64_t code;
    if (!column_next_uint(column, &code))
        return false;
    *ret = column->previous += zigzag_decode(code);
    return true;
}

#endif
