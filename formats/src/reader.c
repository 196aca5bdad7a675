/* SPDX-License-Identifier: MIT */
#include <whoholds/formats/reader.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "cursor.h"
#include "frame_decoder.h"

enum { CHECKSUM_BYTES = 9, CHECKSUM_TAG = 0xcf };

struct chunk_column {
    const uint8_t *bytes;   /* the values, or the frame that holds them */
    uint64_t length;        /* of the values */
    uint32_t frame_length;  /* 0: there is no frame */
};

/* A store's three columns, and whoever walks along another table meanwhile. */
enum { FRAME_SLOTS = 8 };

struct frame_slot {
    const uint8_t *frame;   /* what was decoded; NULL: nothing */
    uint64_t asked;         /* later than all slots with a lower number */
    uint8_t bytes[FRAME_DECODED_MAX];
};

/* Where the rows of one chunk lie. */
struct chunk {
    uint64_t first_row, rows;
    struct chunk_column columns[TABLE_COLUMNS_MAX];
};

struct parser {
    struct snapshot *snapshot;
    struct cursor cursor;
    struct wh_error *error;
    uint64_t chunks;
    uint64_t bytes_in_frames, byte_string_bytes; /* what they say that they hold; of columns of byte strings */
    bool version_read, features_read;
};

static uint64_t offset_of(const struct parser *parser, const uint8_t *at)
{
    return (uint64_t)(at - parser->cursor.begin);
}

static enum wh_status truncated(const struct parser *parser)
{
    return wh_error_set_at(parser->error, (uint64_t)(parser->cursor.end - parser->cursor.begin),
                           "the snapshot is truncated: the file ends before its trailer,");
}

static enum wh_status fault_error(const struct parser *parser, enum cursor_fault fault)
{
    if (fault == CURSOR_CUT_OFF)
        return truncated(parser);
    return wh_error_set_at(parser->error, offset_of(parser, parser->cursor.at), "the snapshot is corrupt: no msgpack value");
}

static enum wh_status take(struct parser *parser, enum value_kind kind, const char *what, struct value *ret)
{
    const uint8_t *start = parser->cursor.at;
    enum cursor_fault fault = cursor_next(&parser->cursor, ret);
    if (fault)
        return fault_error(parser, fault);
    if (ret->kind != kind)
        return wh_error_set_at(parser->error, offset_of(parser, start), "the snapshot is corrupt: %s expected", what);
    return WH_OK;
}

static bool value_is(const struct value *value, const char *text)
{
    return value->length == strlen(text) && !memcmp(value->bytes, text, value->length);
}

static enum wh_status skip(struct parser *parser)
{
    enum cursor_fault fault = cursor_skip(&parser->cursor);
    return fault ? fault_error(parser, fault) : WH_OK;
}

static enum wh_status take_uint(struct parser *parser, uint64_t *ret)
{
    struct value value;
    enum wh_status status = take(parser, VALUE_UINT, "an unsigned number", &value);
    if (!status)
        *ret = value.number;
    return status;
}

static enum wh_status take_span(struct parser *parser, struct span *ret)
{
    struct value value;
    enum wh_status status = take(parser, VALUE_STR, "a string", &value);
    if (!status)
        *ret = (struct span){(const char *)value.bytes, value.length};
    return status;
}

static enum wh_status take_bool(struct parser *parser, bool *ret)
{
    struct value value;
    enum wh_status status = take(parser, VALUE_BOOL, "a boolean", &value);
    if (!status)
        *ret = value.number != 0;
    return status;
}

static enum wh_status take_version(struct parser *parser)
{
    uint64_t version;
    enum wh_status status = take_uint(parser, &version);
    if (status)
        return status;
    parser->version_read = true;
    if (version != SNAPSHOT_VERSION)
        return wh_error_set(parser->error, WH_ERR_INPUT, "the snapshot has format version %" PRIu64 "; this program reads version %d",
                            version, SNAPSHOT_VERSION);
    return WH_OK;
}

static enum wh_status take_feature(struct parser *parser)
{
    struct value name;
    enum wh_status status = take(parser, VALUE_STR, "a feature's name", &name);
    if (status)
        return status;
    if (value_is(&name, SNAPSHOT_FEATURE_ZSTD)) {
        parser->snapshot->compressed = true;
        return WH_OK;
    }
    return wh_error_set(parser->error, WH_ERR_INPUT, "the snapshot needs the feature '%.*s', which this program does not know",
                        (int)(name.length < 64 ? name.length : 64), (const char *)name.bytes);
}

static enum wh_status take_features(struct parser *parser)
{
    struct value list;
    parser->features_read = true;
    enum wh_status status = take(parser, VALUE_ARRAY, "an array of features", &list);
    for (uint64_t i = 0; !status && i < list.number; i++)
        status = take_feature(parser);
    return status;
}

static enum wh_status take_header_field(struct parser *parser)
{
    struct snapshot *snapshot = parser->snapshot;
    struct value key;
    enum wh_status status = take(parser, VALUE_STR, "a key of the header", &key);
    if (status)
        return status;
    const struct { const char *key; uint64_t *number; struct span *span; } fields[] = {
        {"created_ns", &snapshot->created_ns, NULL}, {"pid", &snapshot->pid, NULL},
        {"hexversion", &snapshot->hexversion, NULL}, {"program", NULL, &snapshot->program},
        {"python", NULL, &snapshot->python},         {"mode", NULL, &snapshot->mode},
        {"trigger", NULL, &snapshot->trigger},       {"values", NULL, &snapshot->values},
    };
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        if (value_is(&key, fields[i].key))
            return fields[i].number ? take_uint(parser, fields[i].number) : take_span(parser, fields[i].span);
    }
    if (value_is(&key, "version"))
        return take_version(parser);
    if (value_is(&key, "features"))
        return take_features(parser);
    if (value_is(&key, "collecting"))
        return take_bool(parser, &snapshot->collecting);
    if (value_is(&key, "interrupted"))
        return take_bool(parser, &snapshot->interrupted);
    return skip(parser);
}

static enum wh_status not_a_snapshot(const struct parser *parser)
{
    return wh_error_set(parser->error, WH_ERR_INPUT, "not a whoholds snapshot: the file does not begin with the magic '%s'", SNAPSHOT_MAGIC);
}

/* The magic comes first; before it has been seen, "truncated" may only be said of a file that begins like one of ours. */
static enum wh_status take_magic(struct parser *parser, uint64_t *fields)
{
    static const uint8_t begin[] = "\xa5magic\xa8" SNAPSHOT_MAGIC;
    size_t begin_length = sizeof(begin) - 1;
    struct value map;
    enum cursor_fault fault = cursor_next(&parser->cursor, &map);
    if (parser->cursor.begin == parser->cursor.end)
        return wh_error_set(parser->error, WH_ERR_INPUT, "not a whoholds snapshot: the file is empty");
    if (fault || map.kind != VALUE_MAP || !map.number)
        return not_a_snapshot(parser);
    size_t left = (size_t)(parser->cursor.end - parser->cursor.at);
    if (memcmp(parser->cursor.at, begin, left < begin_length ? left : begin_length))
        return not_a_snapshot(parser);
    if (left < begin_length)
        return truncated(parser);
    parser->cursor.at += begin_length;
    *fields = map.number - 1;
    return WH_OK;
}

static enum wh_status take_header(struct parser *parser)
{
    uint64_t fields = 0;
    enum wh_status status = take_magic(parser, &fields);
    while (!status && fields--)
        status = take_header_field(parser);
    if (!status && !(parser->version_read && parser->features_read))
        status = wh_error_set_at(parser->error, offset_of(parser, parser->cursor.at), "the snapshot is corrupt: its header does not tell its %s",
                                 parser->version_read ? "features" : "version");
    return status;
}

static int table_by_name(const struct value *name)
{
    for (int table = 0; table < TABLE_COUNT; table++) {
        if (value_is(name, snapshot_schema[table].name))
            return table;
    }
    return -1;
}

static int column_by_name(const struct table_schema *schema, const struct value *name)
{
    for (unsigned c = 0; c < schema->column_count; c++) {
        if (value_is(name, schema->columns[c].name))
            return (int)c;
    }
    return -1;
}

/* A blob, or where features allow it a frame. */
static enum wh_status take_column_value(struct parser *parser, struct value *ret)
{
    const uint8_t *start = parser->cursor.at;
    enum cursor_fault fault = cursor_next(&parser->cursor, ret);
    if (fault)
        return fault_error(parser, fault);
    if (ret->kind == VALUE_BIN || (ret->kind == VALUE_EXT && parser->snapshot->compressed && ret->bytes[0] == FRAME_EXTENSION_TYPE))
        return WH_OK;
    return wh_error_set_at(parser->error, offset_of(parser, start), "the snapshot is corrupt: a column's bytes expected");
}

/* An extension's first byte is its type. */
static enum wh_status take_frame(struct parser *parser, const struct table_schema *schema, const struct column_schema *column,
                                 const struct value *value, struct chunk_column *ret)
{
    uint32_t decoded_length = 0;
    const char *fault = frame_inspect(value->bytes + 1, value->length - 1, &decoded_length);
    if (fault)
        return wh_error_set_at(parser->error, offset_of(parser, value->bytes), "the snapshot is corrupt: column %s of table %s %s,", column->name,
                               schema->name, fault);
    parser->bytes_in_frames += decoded_length;
    parser->byte_string_bytes += column->encoding == ENCODING_BYTES ? decoded_length : 0;
    *ret = (struct chunk_column){value->bytes + 1, decoded_length, (uint32_t)value->length - 1};
    return WH_OK;
}

static enum wh_status take_column(struct parser *parser, const struct table_schema *schema, struct chunk *chunk)
{
    struct value name, value;
    enum wh_status status = take(parser, VALUE_STR, "a column's name", &name);
    if (!status)
        status = take_column_value(parser, &value);
    int number = status ? -1 : column_by_name(schema, &name);
    if (number < 0)
        return status;
    struct chunk_column *column = &chunk->columns[number];
    *column = (struct chunk_column){value.bytes, value.length, 0};
    if (value.kind == VALUE_EXT)
        status = take_frame(parser, schema, &schema->columns[number], &value, column);
    if (!status && (chunk->rows > column->length || (!chunk->rows && column->length)))
        status = wh_error_set_at(parser->error, offset_of(parser, column->bytes),
                                 "the snapshot is corrupt: table %s claims %" PRIu64 " rows, but column %s has %" PRIu64 " bytes",
                                 schema->name, chunk->rows, schema->columns[number].name, column->length);
    return status;
}

static enum wh_status check_columns(const struct parser *parser, const struct table_schema *schema, const struct chunk *chunk)
{
    for (unsigned c = 0; c < schema->column_count; c++) {
        if (!chunk->columns[c].bytes)
            return wh_error_set_at(parser->error, offset_of(parser, parser->cursor.at),
                                   "the snapshot is corrupt: a chunk of table %s lacks column %s", schema->name, schema->columns[c].name);
    }
    return WH_OK;
}

static enum wh_status append_chunk(struct snapshot_table *table, const struct chunk *chunk, struct wh_error *error)
{
    if (table->chunk_count == table->chunk_capacity) {
        uint32_t capacity = table->chunk_capacity ? table->chunk_capacity * 2 : 8;
        struct chunk *chunks = realloc(table->chunks, (size_t)capacity * sizeof(*chunks));
        if (!chunks)
            return wh_error_set(error, WH_ERR_RESOURCE, "not enough memory for the index of the snapshot's chunks");
        table->chunks = chunks;
        table->chunk_capacity = capacity;
    }
    table->chunks[table->chunk_count] = *chunk;
    table->chunks[table->chunk_count++].first_row = table->row_count;
    table->row_count += chunk->rows;
    return WH_OK;
}

/* The array of three and the table's name have been read. */
static enum wh_status take_chunk(struct parser *parser, const struct value *name)
{
    struct chunk chunk = {0};
    struct value columns;
    int table = table_by_name(name);
    parser->chunks++;
    if (table < 0) {
        enum wh_status status = skip(parser);
        return status ? status : skip(parser);
    }
    const struct table_schema *schema = &snapshot_schema[table];
    enum wh_status status = take_uint(parser, &chunk.rows);
    if (!status)
        status = take(parser, VALUE_MAP, "a map of columns", &columns);
    for (uint64_t i = 0; !status && i < columns.number; i++)
        status = take_column(parser, schema, &chunk);
    if (!status)
        status = check_columns(parser, schema, &chunk);
    if (!status)
        status = append_chunk(&parser->snapshot->tables[table], &chunk, parser->error);
    return status;
}

static enum wh_status check_count(const struct parser *parser, const char *what, uint64_t claimed, uint64_t found)
{
    if (claimed == found)
        return WH_OK;
    return wh_error_set(parser->error, WH_ERR_INPUT, "the snapshot is corrupt: the trailer counts %" PRIu64 " %s, the file has %" PRIu64,
                        claimed, what, found);
}

static enum wh_status take_counts(struct parser *parser)
{
    struct snapshot *snapshot = parser->snapshot;
    uint64_t chunks = 0, objects = 0, refs = 0;
    const struct { const char *key; uint64_t *number; } counts[] = {
        {"chunks", &chunks}, {"objects", &objects}, {"refs", &refs},
        {"pause_ns", &snapshot->pause_ns}, {"dump_ns", &snapshot->dump_ns},
    };
    struct value map;
    enum wh_status status = take(parser, VALUE_MAP, "the trailer's counts", &map);
    for (uint64_t i = 0; !status && i < map.number; i++) {
        struct value key;
        uint64_t *number = NULL;
        status = take(parser, VALUE_STR, "a key of the trailer", &key);
        for (size_t k = 0; !status && k < sizeof(counts) / sizeof(counts[0]); k++) {
            if (value_is(&key, counts[k].key))
                number = counts[k].number;
        }
        if (!status)
            status = number ? take_uint(parser, number) : skip(parser);
    }
    if (!status)
        status = check_count(parser, "chunks", chunks, parser->chunks);
    if (!status)
        status = check_count(parser, "objects", objects, snapshot->tables[TABLE_OBJECTS].row_count);
    if (!status)
        status = check_count(parser, "references", refs, snapshot->tables[TABLE_REFS].row_count);
    return status;
}

static enum wh_status take_checksum(struct parser *parser)
{
    const uint8_t *start = parser->cursor.at;
    struct value value;
    enum wh_status status = take(parser, VALUE_UINT, "the checksum", &value);
    if (status)
        return status;
    if (*start != CHECKSUM_TAG)
        return wh_error_set_at(parser->error, offset_of(parser, start), "the snapshot is corrupt: the checksum is not in its nine-byte form");
    if (parser->cursor.at != parser->cursor.end)
        return wh_error_set_at(parser->error, offset_of(parser, parser->cursor.at), "the snapshot is corrupt: there are bytes after the trailer");
    uint64_t found = XXH64(parser->cursor.begin, offset_of(parser, start), 0);
    if (found != value.number)
        return wh_error_set(parser->error, WH_ERR_INPUT, "the snapshot is corrupt: checksum expected %016" PRIx64 ", found %016" PRIx64,
                            value.number, found);
    return WH_OK;
}

static enum wh_status take_chunks_and_trailer(struct parser *parser)
{
    for (;;) {
        struct value array, name;
        const uint8_t *start = parser->cursor.at;
        enum wh_status status = take(parser, VALUE_ARRAY, "a chunk", &array);
        if (!status && array.number != 3)
            status = wh_error_set_at(parser->error, offset_of(parser, start), "the snapshot is corrupt: a chunk is an array of 3, not %" PRIu64 ",",
                                     array.number);
        if (!status)
            status = take(parser, VALUE_STR, "a table's name", &name);
        if (status)
            return status;
        if (value_is(&name, SNAPSHOT_END))
            break;
        status = take_chunk(parser, &name);
        if (status)
            return status;
    }
    enum wh_status status = take_counts(parser);
    return status ? status : take_checksum(parser);
}

/* Before anything is sized by rows that are in frames: those are bounded by the length of the file, too. */
static enum wh_status check_expansion(const struct parser *parser)
{
    if (parser->bytes_in_frames / FRAME_EXPANSION_MAX <= parser->snapshot->length)
        return WH_OK;
    return wh_error_set(parser->error, WH_ERR_INPUT, "the snapshot is corrupt: its frames claim to hold %" PRIu64 " bytes, more than %d times the "
                        "%" PRIu64 " of the file", parser->bytes_in_frames, FRAME_EXPANSION_MAX, parser->snapshot->length);
}

static enum wh_status damaged(const struct snapshot *snapshot, enum table table, unsigned column, const uint8_t *frame, struct wh_error *error)
{
    const struct table_schema *schema = &snapshot_schema[table];
    return wh_error_set_at(error, (uint64_t)(frame - snapshot->bytes), "the snapshot is corrupt: the zstd frame of column %s of table %s is damaged",
                           schema->columns[column].name, schema->name);
}

/* From then on the column's values are at `place`. Returns the place behind them, NULL if the frame is damaged. */
static uint8_t *decode_to(const struct snapshot *snapshot, struct chunk_column *column, uint8_t *place)
{
    if (!frame_decode(snapshot->decoder, column->bytes, column->frame_length, place, (uint32_t)column->length))
        return NULL;
    *column = (struct chunk_column){place, column->length, 0};
    return place + column->length;
}

static enum wh_status decode_column(const struct parser *parser, enum table table, unsigned c, uint8_t **place)
{
    struct snapshot *snapshot = parser->snapshot;
    for (uint32_t i = 0; i < snapshot->tables[table].chunk_count; i++) {
        struct chunk_column *column = &snapshot->tables[table].chunks[i].columns[c];
        uint8_t *next = column->frame_length ? decode_to(snapshot, column, *place) : *place;
        if (!next)
            return damaged(snapshot, table, c, column->bytes, parser->error);
        *place = next;
    }
    return WH_OK;
}

/*
 * Byte strings are pointed to for as long as there is a snapshot, so their columns are decoded once and stay. Those of numbers, which
 * are nearly all of a file, are decoded by whoever reads them, a chunk at a time.
 */
static enum wh_status decode_byte_strings(const struct parser *parser)
{
    struct snapshot *snapshot = parser->snapshot;
    enum wh_status status = WH_OK;
    if (!snapshot->compressed)
        return WH_OK;
    snapshot->decoder = frame_decoder_create();
    snapshot->decoded = malloc(parser->byte_string_bytes + 1);
    snapshot->slots = calloc(FRAME_SLOTS, sizeof(*snapshot->slots));
    if (!snapshot->decoder || !snapshot->decoded || !snapshot->slots)
        return wh_error_set(parser->error, WH_ERR_RESOURCE, "not enough memory to decompress the snapshot");
    uint8_t *place = snapshot->decoded;
    for (int table = 0; table < TABLE_COUNT; table++) {
        for (unsigned c = 0; !status && c < snapshot_schema[table].column_count; c++) {
            if (snapshot_schema[table].columns[c].encoding == ENCODING_BYTES)
                status = decode_column(parser, (enum table)table, c, &place);
        }
    }
    return status;
}

enum wh_status snapshot_parse(const uint8_t *bytes, uint64_t length, struct snapshot *ret, struct wh_error *error)
{
    struct parser parser = {.snapshot = ret, .cursor = {bytes, bytes, bytes + length}, .error = error};
    memset(ret, 0, sizeof(*ret));
    ret->bytes = bytes;
    ret->length = length;
    enum wh_status status = take_header(&parser);
    if (!status)
        status = take_chunks_and_trailer(&parser);
    if (!status)
        status = check_expansion(&parser);
    if (!status)
        status = decode_byte_strings(&parser);
    if (status)
        snapshot_deinit(ret);
    return status;
}

void snapshot_deinit(struct snapshot *snapshot)
{
    for (int table = 0; table < TABLE_COUNT; table++)
        free(snapshot->tables[table].chunks);
    frame_decoder_destroy(snapshot->decoder);
    free(snapshot->decoded);
    free(snapshot->slots);
    memset(snapshot, 0, sizeof(*snapshot));
}

void table_cursor_init(struct table_cursor *ret, const struct snapshot *snapshot, enum table table)
{
    memset(ret, 0, sizeof(*ret));
    ret->snapshot = snapshot;
    ret->table = table;
}

void table_cursor_deinit(struct table_cursor *cursor)
{
    free(cursor->scratch);
    cursor->scratch = NULL;
}

/* Where in the file, if it is there: not of what was in a frame. */
enum wh_status column_bad_value(const struct table_cursor *cursor, unsigned column, struct wh_error *error)
{
    static const char sentence[] = "the snapshot is corrupt: column %s of table %s does not fit its rows";
    const struct table_schema *schema = &snapshot_schema[cursor->table];
    const struct snapshot *snapshot = cursor->snapshot;
    uintptr_t offset = (uintptr_t)cursor->columns[column].at - (uintptr_t)snapshot->bytes;
    if (offset < snapshot->length)
        return wh_error_set_at(error, offset, sentence, schema->columns[column].name, schema->name);
    return wh_error_set(error, WH_ERR_INPUT, sentence, schema->columns[column].name, schema->name);
}

/* Of a column that is in a frame the values are then in its part of the scratch memory. */
static enum wh_status open_column(struct table_cursor *cursor, unsigned c, const struct chunk_column *column, struct wh_error *error)
{
    const uint8_t *at = column->bytes;
    if (column->frame_length) {
        if (!cursor->scratch)
            cursor->scratch = malloc((size_t)snapshot_schema[cursor->table].column_count * FRAME_DECODED_MAX);
        if (!cursor->scratch)
            return wh_error_set(error, WH_ERR_RESOURCE, "not enough memory to decompress the snapshot");
        uint8_t *place = cursor->scratch + (size_t)c * FRAME_DECODED_MAX;
        if (!frame_decode(cursor->snapshot->decoder, at, column->frame_length, place, (uint32_t)column->length))
            return damaged(cursor->snapshot, cursor->table, c, at, error);
        at = place;
    }
    cursor->columns[c] = (struct column_cursor){at, at + column->length, 0};
    return WH_OK;
}

enum wh_status table_cursor_open_chunk(struct table_cursor *cursor, uint64_t *rows, struct wh_error *error)
{
    const struct snapshot_table *table = &cursor->snapshot->tables[cursor->table];
    unsigned column_count = snapshot_schema[cursor->table].column_count;
    for (unsigned c = 0; c < column_count; c++) {
        if (cursor->columns[c].at != cursor->columns[c].end)
            return column_bad_value(cursor, c, error);
    }
    /* Chunks without rows are legal and told nobody: *rows 0 means the end. */
    while (cursor->next_chunk < table->chunk_count && !table->chunks[cursor->next_chunk].rows)
        cursor->next_chunk++;
    *rows = cursor->rows_left = 0;
    if (cursor->next_chunk == table->chunk_count)
        return WH_OK;
    const struct chunk *chunk = &table->chunks[cursor->next_chunk++];
    for (unsigned c = 0; c < column_count; c++) {
        enum wh_status status = open_column(cursor, c, &chunk->columns[c], error);
        if (status)
            return status;
    }
    *rows = cursor->rows_left = chunk->rows;
    return WH_OK;
}

/* Takes numbers of one byte, eight at a time. Returns how many. */
static size_t take_short(const uint8_t *at, const uint8_t *end, size_t count, uint64_t *ret)
{
    size_t taken = 0;
    for (; count - taken >= VARINT_WORD_BYTES && (size_t)(end - at) - taken >= VARINT_WORD_BYTES; taken += VARINT_WORD_BYTES) {
        if (varint_load_word(at + taken) & UINT64_C(0x8080808080808080))
            break;
        for (unsigned i = 0; i < VARINT_WORD_BYTES; i++)
            ret[taken + i] = at[taken + i];
    }
    return taken;
}

bool column_next_uints(struct column_cursor *column, size_t count, uint64_t *ret)
{
    const uint8_t *at = column->at, *end = column->end;
    for (size_t done = 0; done < count;) {
        size_t taken = take_short(at, end, count - done, ret + done);
        at += taken;
        done += taken;
        /* Where one is longer, others are: not each is looked for at once. */
        for (size_t last = done + VARINT_WORD_BYTES < count ? done + VARINT_WORD_BYTES : count; done < last; done++) {
            const uint8_t *next = varint_get(at, end, &ret[done]);
            if (!next) {
                column->at = at;
                return false;
            }
            at = next;
        }
    }
    column->at = at;
    return true;
}

bool column_next_deltas(struct column_cursor *column, size_t count, uint64_t *ret)
{
    uint64_t sum = column->previous;
    if (!column_next_uints(column, count, ret))
        return false;
    for (size_t i = 0; i < count; i++)
        ret[i] = sum += zigzag_decode(ret[i]);
    column->previous = sum;
    return true;
}

static bool column_next_bytes(struct column_cursor *column, struct cell *ret)
{
    struct column_cursor ahead = *column;
    if (!column_next_uint(&ahead, &ret->number) || ret->number > (uint64_t)(ahead.end - ahead.at))
        return false;
    ret->bytes = ahead.at;
    column->at = ahead.at + ret->number;
    return true;
}

static bool column_next_cell(struct column_cursor *column, enum encoding encoding, struct cell *ret)
{
    if (encoding == ENCODING_BYTES)
        return column_next_bytes(column, ret);
    ret->bytes = NULL;
    if (encoding == ENCODING_DELTA)
        return column_next_delta(column, &ret->number);
    return column_next_uint(column, &ret->number);
}

enum wh_status table_cursor_next(struct table_cursor *cursor, struct cell *cells, bool *more, struct wh_error *error)
{
    const struct table_schema *schema = &snapshot_schema[cursor->table];
    *more = false;
    if (!cursor->rows_left) {
        uint64_t rows;
        enum wh_status status = table_cursor_open_chunk(cursor, &rows, error);
        if (status || !rows)
            return status;
    }
    for (unsigned c = 0; c < schema->column_count; c++) {
        if (!column_next_cell(&cursor->columns[c], schema->columns[c].encoding, &cells[c]))
            return column_bad_value(cursor, c, error);
    }
    cursor->rows_left--;
    *more = true;
    return WH_OK;
}

void column_reader_init(struct column_reader *ret, const struct snapshot *snapshot, enum table table, unsigned column)
{
    *ret = (struct column_reader){.snapshot = snapshot, .table = &snapshot->tables[table], .column = column,
                                  .delta = snapshot_schema[table].columns[column].encoding == ENCODING_DELTA};
}

/* The last chunk that begins at or before the row; of several (empty ones are legal) the one with rows. */
static const struct chunk *chunk_of_row(const struct snapshot_table *table, uint64_t row)
{
    uint32_t low = 0, high = table->chunk_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (table->chunks[middle].first_row <= row)
            low = middle + 1;
        else
            high = middle;
    }
    return &table->chunks[low - 1];
}

/* The slot that has the frame's bytes: the one that has them already, else the one that was asked for longest ago. NULL if it is damaged. */
static const struct frame_slot *decode_to_slot(const struct snapshot *snapshot, const struct chunk_column *column)
{
    struct frame_slot *slot = &snapshot->slots[0];
    uint64_t now = 0;
    for (unsigned i = 0; i < FRAME_SLOTS; i++) {
        struct frame_slot *other = &snapshot->slots[i];
        now = other->asked > now ? other->asked : now;
        if (slot->frame != column->bytes && (other->frame == column->bytes || other->asked < slot->asked))
            slot = other;
    }
    slot->asked = now + 1;
    if (slot->frame == column->bytes)
        return slot;
    bool decoded = frame_decode(snapshot->decoder, column->bytes, column->frame_length, slot->bytes, (uint32_t)column->length);
    slot->frame = decoded ? column->bytes : NULL;
    return decoded ? slot : NULL;
}

static bool column_reader_open(struct column_reader *reader, const struct chunk *chunk)
{
    const struct chunk_column *column = &chunk->columns[reader->column];
    const uint8_t *at = column->bytes;
    reader->next_row = reader->end_row = 0; /* of no chunk, if it cannot be decoded */
    reader->slot = NULL;
    if (column->frame_length) {
        reader->slot = decode_to_slot(reader->snapshot, column);
        if (!reader->slot)
            return false;
        reader->frame = column->bytes;
        at = reader->slot->bytes;
    }
    reader->cursor = (struct column_cursor){at, at + column->length, 0};
    reader->next_row = chunk->first_row;
    reader->end_row = chunk->first_row + chunk->rows;
    return true;
}

/* Is the cursor somewhere before the row, in its chunk, and are the chunk's bytes where they were? */
static bool column_reader_is_near(const struct column_reader *reader, uint64_t row)
{
    return row >= reader->next_row && row < reader->end_row && (!reader->slot || reader->slot->frame == reader->frame);
}

bool column_reader_get(struct column_reader *reader, uint64_t row, uint64_t *ret)
{
    if (row >= reader->table->row_count)
        return false;
    if (!column_reader_is_near(reader, row) && !column_reader_open(reader, chunk_of_row(reader->table, row)))
        return false;
    for (; reader->next_row <= row; reader->next_row++) {
        bool read = reader->delta ? column_next_delta(&reader->cursor, ret) : column_next_uint(&reader->cursor, ret);
        if (!read) {
            reader->end_row = 0; /* the next one starts anew */
            return false;
        }
    }
    return true;
}
