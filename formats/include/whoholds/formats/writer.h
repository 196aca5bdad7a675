/* SPDX-License-Identifier: MIT */
/*
 * Writes a snapshot (FORMAT.md) front to back through a caller-given sink.
 *
 * Made for a forked child and for code that holds the GIL: it works in memory that the caller gives, never allocates, never seeks,
 * takes no lock, and calls nothing but the sink. Errors are sticky: after the first one every call returns the same status, so
 * a caller may check once, at snapshot_writer_finish.
 */
#ifndef WHOHOLDS_FORMATS_WRITER_H
#define WHOHOLDS_FORMATS_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <whoholds/formats/error.h>
#include <whoholds/formats/schema.h>
#include <whoholds/formats/varint.h>

struct snapshot_writer;

/* Takes all `length` bytes or fails with a filled-in error. Called with at most about 32 KiB, or with one large byte string. */
typedef enum wh_status (*snapshot_sink)(void *context, const void *bytes, size_t length, struct wh_error *error);

struct snapshot_header {
    uint64_t created_ns;
    uint64_t pid;
    const char *program;     /* UTF-8, surrogates allowed */
    const char *python;
    uint32_t hexversion;
    const char *mode;
    const char *trigger;
    const char *values;
    bool collecting;
    bool interrupted;        /* native code held the GIL */
    bool compress;           /* columns are zstd frames where that saves bytes */
};

struct snapshot_totals {
    uint64_t pause_ns;
    uint64_t dump_ns;
};

/* Bytes of memory that a writer needs, 0.7 MB more if it is to compress; the caller owns them until the writer is no longer used. */
size_t snapshot_writer_memory(bool compress);

/*
 * Places a writer at `memory` (8-byte aligned, snapshot_writer_memory(header->compress) bytes) and writes the header.
 * On failure *ret is NULL.
 */
enum wh_status snapshot_writer_begin(void *memory, snapshot_sink sink, void *context, const struct snapshot_header *header,
                                     struct snapshot_writer **ret, struct wh_error *error) WH_MUST_USE;

/* Appends a row to a table: one cell a column, in the schema's order; byte strings are copied or written before the call returns. */
void snapshot_writer_row(struct snapshot_writer *writer, enum table table, const struct cell *cells);

/* The two hot tables, without cells. An object's references are written right after it, as many as `refs` says. */
struct object_row {
    uint64_t id, type, form, size, refcount, refs;
};
void snapshot_writer_object(struct snapshot_writer *writer, const struct object_row *row);

/* One reference of the object last written. target_id 0 is an empty place. */
void snapshot_writer_ref(struct snapshot_writer *writer, uint64_t target_id);

/*
 * Several at once, at most SNAPSHOT_REFS_AT_ONCE: begin gives the place for `count` of them, snapshot_put_ref puts each and gives the place
 * for the next one, and end is told the last place. Without the end nothing was written.
 */
enum { SNAPSHOT_REFS_AT_ONCE = 1024 };
uint8_t *snapshot_writer_begin_refs(struct snapshot_writer *writer, size_t count);
void snapshot_writer_end_refs(struct snapshot_writer *writer, uint8_t *end, size_t count);

static inline uint8_t *snapshot_put_ref(uint8_t *at, uint64_t object_id, uint64_t target_id)
{
    return varint_put(at, target_id ? 1 + zigzag_encode(target_id - object_id) : 0);
}

/* True once something has failed; a long walk may look now and then and stop early. */
bool snapshot_writer_failed(const struct snapshot_writer *writer);

/* Bytes given to the sink so far. */
uint64_t snapshot_writer_bytes(const struct snapshot_writer *writer);

/* Flushes all tables and writes the trailer. Returns the first error that any call met. */
enum wh_status snapshot_writer_finish(struct snapshot_writer *writer, const struct snapshot_totals *totals,
                                      struct wh_error *error) WH_MUST_USE;

#endif
