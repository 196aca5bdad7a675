/* SPDX-License-Identifier: MIT */
#include <whoholds/formats/writer.h>

#include <string.h>

#include <msgpack/pack.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <whoholds/formats/varint.h>

#include "frame_encoder.h"

enum {
    COLUMN_CAPACITY = 32 * 1024,
    CHUNK_ROWS_MAX = COLUMN_CAPACITY / VARINT_MAX_BYTES,  /* numbers can then never overflow their column */
    INLINE_BYTES_MAX = COLUMN_CAPACITY / 2,               /* a longer byte string goes to the sink directly */
};

_Static_assert((int)COLUMN_CAPACITY <= (int)FRAME_DECODED_MAX, "a column's buffer fits into one frame");
_Static_assert((int)SNAPSHOT_REFS_AT_ONCE <= (int)CHUNK_ROWS_MAX, "they fit in one chunk");

struct column_buffer {
    uint8_t *begin;
    uint8_t *end;
    uint64_t previous;
};

struct table_buffer {
    uint32_t rows;
    uint64_t rows_flushed;
    struct column_buffer columns[TABLE_COLUMNS_MAX];
};

struct snapshot_writer {
    snapshot_sink sink;
    void *sink_context;
    struct wh_error error; /* the first failure; code WH_OK while all is well */
    msgpack_packer packer;
    XXH64_state_t checksum;
    uint64_t bytes;
    uint64_t chunks;
    uint64_t object_id; /* of the object last written: references are relative to it */
    struct frame_encoder *encoder; /* NULL: columns are written as they are */
    uint64_t bytes_in_frames;
    struct table_buffer tables[TABLE_COUNT];
};

static size_t column_total(void)
{
    size_t total = 0;
    for (int table = 0; table < TABLE_COUNT; table++)
        total += snapshot_schema[table].column_count;
    return total;
}

size_t snapshot_writer_memory(bool compress)
{
    return sizeof(struct snapshot_writer) + column_total() * COLUMN_CAPACITY + (compress ? frame_encoder_memory() : 0);
}

/* Returns the place behind them. */
static uint8_t *place_columns(struct snapshot_writer *writer)
{
    uint8_t *at = (uint8_t *)(writer + 1);
    for (int table = 0; table < TABLE_COUNT; table++) {
        for (unsigned c = 0; c < snapshot_schema[table].column_count; c++) {
            struct column_buffer *column = &writer->tables[table].columns[c];
            column->begin = column->end = at;
            at += COLUMN_CAPACITY;
        }
    }
    return at;
}

static void emit(struct snapshot_writer *writer, const void *bytes, size_t length)
{
    if (writer->error.code || !length)
        return;
    XXH64_update(&writer->checksum, bytes, length);
    writer->bytes += length;
    enum wh_status status = writer->sink(writer->sink_context, bytes, length, &writer->error);
    writer->error.code = status;
}

/* msgpack-c's callback: it hands over a few bytes at a time, the sink is expected to buffer. */
static int pack_write(void *context, const char *bytes, size_t length)
{
    emit(context, bytes, length);
    return 0;
}

static void pack_string(msgpack_packer *packer, const char *text)
{
    msgpack_pack_str_with_body(packer, text, strlen(text));
}

static void pack_string_field(msgpack_packer *packer, const char *key, const char *value)
{
    pack_string(packer, key);
    pack_string(packer, value ? value : "");
}

static void pack_uint_field(msgpack_packer *packer, const char *key, uint64_t value)
{
    pack_string(packer, key);
    msgpack_pack_uint64(packer, value);
}

static void pack_header(msgpack_packer *packer, const struct snapshot_header *header)
{
    msgpack_pack_map(packer, 13);
    pack_string_field(packer, "magic", SNAPSHOT_MAGIC);
    pack_uint_field(packer, "version", SNAPSHOT_VERSION);
    pack_string(packer, "features");
    msgpack_pack_array(packer, header->compress);
    if (header->compress)
        pack_string(packer, SNAPSHOT_FEATURE_ZSTD);
    pack_uint_field(packer, "created_ns", header->created_ns);
    pack_uint_field(packer, "pid", header->pid);
    pack_string_field(packer, "program", header->program);
    pack_string_field(packer, "python", header->python);
    pack_uint_field(packer, "hexversion", header->hexversion);
    pack_string_field(packer, "mode", header->mode);
    pack_string_field(packer, "trigger", header->trigger);
    pack_string_field(packer, "values", header->values);
    pack_string(packer, "collecting");
    header->collecting ? msgpack_pack_true(packer) : msgpack_pack_false(packer);
    pack_string(packer, "interrupted");
    header->interrupted ? msgpack_pack_true(packer) : msgpack_pack_false(packer);
}

enum wh_status snapshot_writer_begin(void *memory, snapshot_sink sink, void *context, const struct snapshot_header *header,
                                     struct snapshot_writer **ret, struct wh_error *error)
{
    struct snapshot_writer *writer = memory;
    *ret = NULL;
    memset(writer, 0, sizeof(*writer));
    writer->sink = sink;
    writer->sink_context = context;
    XXH64_reset(&writer->checksum, 0);
    msgpack_packer_init(&writer->packer, writer, pack_write);
    uint8_t *rest = place_columns(writer);
    if (header->compress)
        writer->encoder = frame_encoder_init(rest);
    if (header->compress && !writer->encoder)
        writer->error.code = wh_error_set(&writer->error, WH_ERR_RESOURCE, "no memory to compress the snapshot");
    pack_header(&writer->packer, header);
    if (writer->error.code) {
        if (error)
            *error = writer->error;
        return writer->error.code;
    }
    *ret = writer;
    return WH_OK;
}

/* The part of a byte cell that is not copied into the column's buffer. */
static size_t overhang(const struct table_schema *schema, unsigned column, const struct cell *cells)
{
    if (!cells || schema->columns[column].encoding != ENCODING_BYTES || cells[column].number <= INLINE_BYTES_MAX)
        return 0;
    return cells[column].number;
}

/*
 * Whether the column was written as a frame. It is not if that saved nothing, nor if all frames so far held more bytes than a reader has
 * to believe of a file of this length: only columns of hardly anything but the same value come near that.
 */
static bool pack_frame(struct snapshot_writer *writer, const struct column_buffer *column)
{
    size_t length = (size_t)(column->end - column->begin);
    const uint8_t *frame = NULL;
    if (!writer->encoder || writer->bytes_in_frames + length > FRAME_EXPANSION_MAX * writer->bytes)
        return false;
    size_t frame_length = frame_encode(writer->encoder, column->begin, length, &frame);
    if (!frame_length)
        return false;
    msgpack_pack_ext(&writer->packer, frame_length, FRAME_EXTENSION_TYPE);
    emit(writer, frame, frame_length);
    writer->bytes_in_frames += length;
    return true;
}

/* `direct`: so many bytes of a long byte string of the last row follow the buffer. */
static void pack_plain(struct snapshot_writer *writer, const struct column_buffer *column, const void *bytes, size_t direct)
{
    size_t buffered = (size_t)(column->end - column->begin);
    msgpack_pack_bin(&writer->packer, buffered + direct);
    emit(writer, column->begin, buffered);
    if (direct)
        emit(writer, bytes, direct);
}

/* Writes the buffered rows as one chunk. `last` is NULL, or the last row, whose long byte strings follow the buffers directly. */
static void flush_table(struct snapshot_writer *writer, enum table table, const struct cell *last)
{
    struct table_buffer *buffer = &writer->tables[table];
    const struct table_schema *schema = &snapshot_schema[table];
    if (!buffer->rows)
        return;
    msgpack_pack_array(&writer->packer, 3);
    pack_string(&writer->packer, schema->name);
    msgpack_pack_uint32(&writer->packer, buffer->rows);
    msgpack_pack_map(&writer->packer, schema->column_count);
    for (unsigned c = 0; c < schema->column_count; c++) {
        struct column_buffer *column = &buffer->columns[c];
        size_t direct = overhang(schema, c, last);
        pack_string(&writer->packer, schema->columns[c].name);
        if (direct || !pack_frame(writer, column))
            pack_plain(writer, column, direct ? last[c].bytes : NULL, direct);
        column->end = column->begin;
        column->previous = 0;
    }
    buffer->rows_flushed += buffer->rows;
    buffer->rows = 0;
    writer->chunks++;
}

static inline void put_uint(struct column_buffer *column, uint64_t value)
{
    column->end = varint_put(column->end, value);
}

static inline void put_delta(struct column_buffer *column, uint64_t value)
{
    put_uint(column, zigzag_encode(value - column->previous));
    column->previous = value;
}

static void put_bytes(struct column_buffer *column, const struct cell *cell)
{
    put_uint(column, cell->number);
    if (cell->number && cell->number <= INLINE_BYTES_MAX) {
        memcpy(column->end, cell->bytes, cell->number);
        column->end += cell->number;
    }
}

static void put_cell(struct column_buffer *column, enum encoding encoding, const struct cell *cell)
{
    if (encoding == ENCODING_BYTES)
        put_bytes(column, cell);
    else if (encoding == ENCODING_DELTA)
        put_delta(column, cell->number);
    else
        put_uint(column, cell->number);
}

static bool row_fits(const struct table_buffer *buffer, const struct table_schema *schema, const struct cell *cells)
{
    if (buffer->rows >= CHUNK_ROWS_MAX)
        return false;
    for (unsigned c = 0; c < schema->column_count; c++) {
        if (schema->columns[c].encoding != ENCODING_BYTES || cells[c].number > INLINE_BYTES_MAX)
            continue;
        size_t used = (size_t)(buffer->columns[c].end - buffer->columns[c].begin);
        if (used + VARINT_MAX_BYTES + cells[c].number > COLUMN_CAPACITY - CHUNK_ROWS_MAX)
            return false;
    }
    return true;
}

void snapshot_writer_row(struct snapshot_writer *writer, enum table table, const struct cell *cells)
{
    struct table_buffer *buffer = &writer->tables[table];
    const struct table_schema *schema = &snapshot_schema[table];
    bool flush_after = false;
    if (!row_fits(buffer, schema, cells))
        flush_table(writer, table, NULL);
    for (unsigned c = 0; c < schema->column_count; c++) {
        put_cell(&buffer->columns[c], schema->columns[c].encoding, &cells[c]);
        flush_after |= overhang(schema, c, cells) > 0;
    }
    buffer->rows++;
    if (flush_after)
        flush_table(writer, table, cells);
}

void snapshot_writer_object(struct snapshot_writer *writer, const struct object_row *row)
{
    struct table_buffer *buffer = &writer->tables[TABLE_OBJECTS];
    if (buffer->rows >= CHUNK_ROWS_MAX)
        flush_table(writer, TABLE_OBJECTS, NULL);
    put_delta(&buffer->columns[OBJECTS_ID], row->id);
    put_uint(&buffer->columns[OBJECTS_TYPE], row->type);
    put_uint(&buffer->columns[OBJECTS_FORM], row->form);
    put_uint(&buffer->columns[OBJECTS_SIZE], row->size);
    put_uint(&buffer->columns[OBJECTS_REFCOUNT], row->refcount);
    put_uint(&buffer->columns[OBJECTS_REFS], row->refs);
    buffer->rows++;
    writer->object_id = row->id;
}

uint8_t *snapshot_writer_begin_refs(struct snapshot_writer *writer, size_t count)
{
    struct table_buffer *buffer = &writer->tables[TABLE_REFS];
    if (buffer->rows + count > CHUNK_ROWS_MAX)
        flush_table(writer, TABLE_REFS, NULL);
    return buffer->columns[REFS_TO].end;
}

void snapshot_writer_end_refs(struct snapshot_writer *writer, uint8_t *end, size_t count)
{
    struct table_buffer *buffer = &writer->tables[TABLE_REFS];
    buffer->columns[REFS_TO].end = end;
    buffer->rows += (uint32_t)count;
}

void snapshot_writer_ref(struct snapshot_writer *writer, uint64_t target_id)
{
    uint8_t *at = snapshot_writer_begin_refs(writer, 1);
    snapshot_writer_end_refs(writer, snapshot_put_ref(at, writer->object_id, target_id), 1);
}

bool snapshot_writer_failed(const struct snapshot_writer *writer)
{
    return writer->error.code != WH_OK;
}

uint64_t snapshot_writer_bytes(const struct snapshot_writer *writer)
{
    return writer->bytes;
}

static void pack_trailer(struct snapshot_writer *writer, const struct snapshot_totals *totals)
{
    msgpack_packer *packer = &writer->packer;
    msgpack_pack_array(packer, 3);
    pack_string(packer, SNAPSHOT_END);
    msgpack_pack_map(packer, 5);
    pack_uint_field(packer, "chunks", writer->chunks);
    pack_uint_field(packer, "objects", writer->tables[TABLE_OBJECTS].rows_flushed);
    pack_uint_field(packer, "refs", writer->tables[TABLE_REFS].rows_flushed);
    pack_uint_field(packer, "pause_ns", totals->pause_ns);
    pack_uint_field(packer, "dump_ns", totals->dump_ns);
    uint64_t checksum = XXH64_digest(&writer->checksum);
    msgpack_pack_fix_uint64(packer, checksum);
}

enum wh_status snapshot_writer_finish(struct snapshot_writer *writer, const struct snapshot_totals *totals, struct wh_error *error)
{
    for (int table = 0; table < TABLE_COUNT; table++)
        flush_table(writer, (enum table)table, NULL);
    pack_trailer(writer, totals);
    if (writer->error.code && error)
        *error = writer->error;
    return writer->error.code;
}
