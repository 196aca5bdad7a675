/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One test a lie: each field of FORMAT.md 1 gets one wrong value, and one sentence is expected. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <whoholds/formats/reader.h>

#include "fail_allocation.h"
#include "random.h"
#include "snapshot_bytes.h"
#include "trials.h"

/* reader.h promises this much memory for each chunk, which takes at least so many bytes. Doubling arrays ask for up to twice that. */
enum { BYTES_PER_CHUNK = 256, CHUNK_BYTES_MIN = 15, FIRST_CHUNKS = 8 * TABLE_COUNT };
/* What read_all asks for to decode, whatever it is: 64 KiB a column of each table, and libzstd's own. */
enum { DECODING_BYTES = TABLE_COUNT * TABLE_COLUMNS_MAX * 65536 + 100000 };

/* Bytes with their length: they hold zeros. Pieces of a literal end where a hexadecimal digit would go on an escape. */
#define BYTES(literal) {literal, sizeof(literal) - 1}
struct piece { const char *bytes; size_t length; };

#define MAGIC "\xa5magic\xa8whoholds"
#define VERSION "\xa7version\x01"
#define FEATURES "\xa8" "features\x90"
#define GOOD_HEADER "\x83" MAGIC VERSION FEATURES
/* A chunk of two rows: fields "a" and "bc". */
#define GOOD_CHUNK "\x93\xa6" "fields\x02\x81\xa4name\xc4\x05\x01" "a\x02" "bc"
#define COUNTS(chunks) "\x93\xa3" "end\x85\xa6" "chunks" chunks "\xa7objects\x00\xa4refs\x00\xa8pause_ns\x05\xa7" "dump_ns\x06"
#define ZSTD_HEADER "\x83" MAGIC VERSION "\xa8" "features\x91\xa4zstd"
/* Frames by hand (RFC 8878): the magic, a descriptor without a window, the length in one byte; then the last block: so many times one byte. */
#define FRAME_OF(descriptor, length, block) "\x28\xb5\x2f\xfd" descriptor length block
#define FRAME(length, block) FRAME_OF("\x20", length, block)
#define FORTY(byte) "\x43\x01\x00" byte   /* 40 << 3 | 1 << 1 | 1 */
/* Rows of table extras. */
#define IN_EXTRAS(rows, extension) "\x93\xa6" "extras" rows "\x81\xa5" "count" extension
#define HEADER_WITH(field) "\x84" MAGIC VERSION FEATURES field

/* A file of these pieces, with the right checksum. */
static void put_file(struct snapshot_bytes *file, struct piece header, struct piece body, struct piece trailer)
{
    snapshot_bytes_add(file, header.bytes, header.length);
    snapshot_bytes_add(file, body.bytes, body.length);
    snapshot_bytes_add(file, trailer.bytes, trailer.length);
    snapshot_bytes_add_checksum(file);
}

static const struct piece good_header = BYTES(GOOD_HEADER), good_chunk = BYTES(GOOD_CHUNK), good_trailer = BYTES(COUNTS("\x01"));

static enum wh_status read_rows(const struct snapshot *snapshot, enum table table, uint64_t *rows, struct wh_error *error)
{
    struct table_cursor cursor;
    struct cell cells[TABLE_COLUMNS_MAX];
    bool more = true;
    enum wh_status status = WH_OK;
    table_cursor_init(&cursor, snapshot, table);
    while (!status && more) {
        status = table_cursor_next(&cursor, cells, &more, error);
        *rows += !status && more;
    }
    table_cursor_deinit(&cursor);
    return status;
}

/* Parses, and reads all tables. */
static enum wh_status read_all(const uint8_t *bytes, size_t length, struct wh_error *error)
{
    struct snapshot snapshot;
    enum wh_status status = snapshot_parse(bytes, length, &snapshot, error);
    if (status) {
        assert_null(snapshot.bytes);
        return status;
    }
    for (int table = 0; !status && table < TABLE_COUNT; table++) {
        uint64_t rows = 0;
        status = read_rows(&snapshot, (enum table)table, &rows, error);
        assert_true(status || rows == snapshot.tables[table].row_count);
    }
    snapshot_deinit(&snapshot);
    return status;
}

static void a_file_written_by_hand_is_read(void **state)
{
    struct snapshot_bytes file = {0};
    struct snapshot snapshot;
    struct wh_error error;
    uint64_t rows = 0;
    (void)state;
    put_file(&file, good_header, good_chunk, good_trailer);
    assert_int_equal(snapshot_parse(file.bytes, file.length, &snapshot, &error), WH_OK);
    assert_int_equal(read_rows(&snapshot, TABLE_FIELDS, &rows, &error), WH_OK);
    assert_int_equal(rows, 2);
    assert_true(snapshot.pause_ns == 5 && snapshot.dump_ns == 6);
    snapshot_deinit(&snapshot);
    snapshot_bytes_deinit(&file);
}

/* A piece without bytes stands for the good one. */
struct lie { struct piece header, body, trailer; const char *sentence; };
#define IN_HEADER(literal, sentence) {BYTES(literal), {NULL, 0}, {NULL, 0}, sentence}
#define IN_BODY(literal, sentence) {{NULL, 0}, BYTES(literal), {NULL, 0}, sentence}
#define IN_FRAME(literal, sentence) {BYTES(ZSTD_HEADER), BYTES(literal), {NULL, 0}, sentence}
#define IN_TRAILER(literal, sentence) {{NULL, 0}, {NULL, 0}, BYTES(literal), sentence}

static const struct lie lies[] = {
    IN_HEADER("\x82" VERSION MAGIC, "not a whoholds snapshot: the file does not begin with the magic 'whoholds'"),
    IN_HEADER("\x80", "not a whoholds snapshot"),
    IN_HEADER("\x93" MAGIC VERSION FEATURES, "not a whoholds snapshot"),
    IN_HEADER("\x83\xa5magic\xa8whoheld!" VERSION FEATURES, "not a whoholds snapshot"),
    IN_HEADER("\x83" MAGIC "\xa7version\x02" FEATURES, "the snapshot has format version 2; this program reads version 1"),
    IN_HEADER("\x83" MAGIC "\xa7version\x00" FEATURES, "the snapshot has format version 0; this program reads version 1"),
    IN_HEADER("\x83" MAGIC "\xa7version\xa1" "1" FEATURES, "an unsigned number expected at byte 24"),
    IN_HEADER("\x82" MAGIC FEATURES, "its header does not tell its version"),
    IN_HEADER("\x82" MAGIC VERSION, "its header does not tell its features"),
    IN_HEADER("\x83" MAGIC VERSION "\xa8" "features\x91\xa4lzma", "the snapshot needs the feature 'lzma', which this program does not know"),
    IN_HEADER("\x83" MAGIC VERSION "\xa8" "features\x92\xa4zstd\xa4lzma", "the snapshot needs the feature 'lzma', which this program does not know"),
    IN_HEADER("\x83" MAGIC VERSION "\xa8" "features\x91\x07", "a feature's name expected"),
    IN_HEADER("\x83" MAGIC VERSION "\xa8" "features\x80", "an array of features expected"),
    IN_HEADER(HEADER_WITH("\x01\x01"), "a key of the header expected at byte 35"),
    IN_HEADER(HEADER_WITH("\xaa" "created_ns\xff"), "an unsigned number expected"),
    IN_HEADER(HEADER_WITH("\xa3pid\xa1" "1"), "an unsigned number expected"),
    IN_HEADER(HEADER_WITH("\xaahexversion\xc0"), "an unsigned number expected"),
    IN_HEADER(HEADER_WITH("\xa7program\x01"), "a string expected"),
    IN_HEADER(HEADER_WITH("\xa6python\xc4\x01x"), "a string expected"),
    IN_HEADER(HEADER_WITH("\xa4mode\x01"), "a string expected"),
    IN_HEADER(HEADER_WITH("\xa7trigger\x01"), "a string expected"),
    IN_HEADER(HEADER_WITH("\xa6values\x01"), "a string expected"),
    IN_HEADER(HEADER_WITH("\xaa" "collecting\x01"), "a boolean expected"),
    IN_BODY("\xc1", "no msgpack value at byte 35"),
    IN_BODY("\xa1x", "a chunk expected at byte 35"),
    IN_BODY("\x92\xa6" "fields\x00", "a chunk is an array of 3, not 2, at byte 35"),
    IN_BODY("\x93\x01\x00\x80", "a table's name expected at byte 36"),
    IN_BODY("\x93\xa6" "fields\xa1x\x80", "an unsigned number expected at byte 43"),
    IN_BODY("\x93\xa6" "fields\xff\x80", "an unsigned number expected at byte 43"),
    IN_BODY("\x93\xa6" "fields\x00\x90", "a map of columns expected at byte 44"),
    IN_BODY("\x93\xa6" "fields\x00\x81\x01\xc4\x00", "a column's name expected at byte 45"),
    IN_BODY("\x93\xa6" "fields\x00\x81\xa4name\xa0", "a column's bytes expected at byte 50"),
    IN_BODY("\x93\xa6" "fields\x00\x80", "a chunk of table fields lacks column name at byte 45"),
    IN_BODY("\x93\xa6" "fields\x01\x81\xa5other\xc4\x01\x00", "a chunk of table fields lacks column name"),
    IN_BODY("\x93\xa6" "fields\x02\x81\xa4name\xc4\x01\x00", "table fields claims 2 rows, but column name has 1 bytes at byte 52"),
    IN_BODY("\x93\xa6" "fields\x00\x81\xa4name\xc4\x01\x00", "table fields claims 0 rows, but column name has 1 bytes"),
    IN_BODY("\x93\xa6" "fields\xcf\xff\xff\xff\xff\xff\xff\xff\xff\x81\xa4name\xc4\x01\x00",
            "table fields claims 18446744073709551615 rows, but column name has 1 bytes"),
    IN_BODY("\x93\xa6" "fields\x01\x81\xa4name\xc4\x02\x02x", "column name of table fields does not fit its rows"),
    IN_BODY("\x93\xa6" "fields\x01\x81\xa4name\xc4\x03\x01xy", "column name of table fields does not fit its rows"),
    IN_BODY("\x93\xa6" "fields\x01\x81\xa4name\xc4\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "column name of table fields does not fit its rows"),
    IN_BODY("\x93\xa6" "extras\x01\x81\xa5" "count\xc4\x01\x80", "column count of table extras does not fit its rows at byte 53"),
    IN_BODY("\x93\xa6" "extras\x01\x81\xa5" "count\xc4\x02\x01\x01", "column count of table extras does not fit its rows at byte 54"),
    IN_BODY("\x93\xa6" "extras\x01\x81\xa5" "count\xc4\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", "column count of table extras does not fit its rows"),
    IN_BODY("\x93\xa6" "extras\x01\x81\xa5" "count\xc4\x0b\xff\xff\xff\xff\xff\xff\xff\xff\xff\x81\x00", "column count of table extras does not fit its rows"),
    IN_BODY("\x93\xa7regions\x01\x81\xa4" "base\xc4\x02\x01\x01", "column base of table regions does not fit its rows"),
    IN_BODY(IN_EXTRAS("\x28", "\xc7\x0b\x01" FRAME("\x28", FORTY("\x00"))), "a column's bytes expected at byte 51"),
    IN_FRAME(IN_EXTRAS("\x28", "\xc7\x0b\x02" FRAME("\x28", FORTY("\x00"))), "a column's bytes expected"),
    IN_FRAME(IN_EXTRAS("\x28", "\xc7\x00\x01"), "column count of table extras is no zstd frame that tells its length, at byte"),
    IN_FRAME(IN_EXTRAS("\x28", "\xc7\x04\x01" "\x28\xb5\x2f\xfd"), "is no zstd frame that tells its length"),
    IN_FRAME(IN_EXTRAS("\x28", "\xc7\x0b\x01" "\x28\xb5\x2f\xfe\x20\x28" FORTY("\x00") "\x00"), "is no zstd frame that tells its length"),
    /* a window of 1 KiB instead of the length; a skippable frame; more than a column may hold, in four bytes and in eight */
    IN_FRAME(IN_EXTRAS("\x28", "\xc7\x0a\x01" FRAME_OF("\x00", "\x00", FORTY("\x00"))), "is no zstd frame that tells its length"),
    IN_FRAME(IN_EXTRAS("\x28", "\xc7\x0a\x01" "\x50\x2a\x4d\x18\x02\x00\x00\x00\x00\x00"), "is a zstd frame that saves nothing"),
    IN_FRAME(IN_EXTRAS("\x28", "\xc7\x0d\x01" FRAME_OF("\xa0", "\x01\x00\x01\x00", FORTY("\x00"))), "claims to hold more than 65536 bytes"),
    IN_FRAME(IN_EXTRAS("\x28", "\xc7\x11\x01" FRAME_OF("\xe0", "\xff\xff\xff\xff\xff\xff\xff\x7f", FORTY("\x00"))), "claims to hold more than"),
    IN_FRAME(IN_EXTRAS("\x08", "\xc7\x0a\x01" FRAME("\x08", "\x43\x00\x00\x00")), "is a zstd frame that saves nothing, at byte"),
    IN_FRAME(IN_EXTRAS("\x28", "\xc7\x0b\x01" FRAME("\x28", FORTY("\x00")) "\x00"), "is not one whole zstd frame, at byte"),
    IN_FRAME(IN_EXTRAS("\x28", "\xc7\x14\x01" FRAME("\x28", FORTY("\x00")) FRAME("\x28", FORTY("\x00"))), "is not one whole zstd frame, at byte"),
    IN_FRAME(IN_EXTRAS("\x28", "\xc7\x09\x01" FRAME("\x28", "\x43\x01\x00")), "is not one whole zstd frame"),
    IN_FRAME(IN_EXTRAS("\x29", "\xc7\x0a\x01" FRAME("\x29", FORTY("\x00"))), "the zstd frame of column count of table extras is damaged at byte"),
    IN_FRAME(IN_EXTRAS("\x27", "\xc7\x0a\x01" FRAME("\x27", FORTY("\x00"))), "the zstd frame of column count of table extras is damaged at byte"),
    IN_FRAME(IN_EXTRAS("\x28", "\xc7\x0b\x01" FRAME_OF("\x21", "\x05\x28", FORTY("\x00"))), "is damaged"), /* needs a dictionary */
    IN_FRAME(IN_EXTRAS("\x29", "\xc7\x0a\x01" FRAME("\x28", FORTY("\x00"))), "table extras claims 41 rows, but column count has 40 bytes at byte"),
    IN_FRAME(IN_EXTRAS("\x00", "\xc7\x0a\x01" FRAME("\x28", FORTY("\x00"))), "table extras claims 0 rows, but column count has 40 bytes"),
    IN_FRAME(IN_EXTRAS("\x27", "\xc7\x0a\x01" FRAME("\x28", FORTY("\x00"))), "column count of table extras does not fit its rows"),
    IN_FRAME(IN_EXTRAS("\x28", "\xc7\x0a\x01" FRAME("\x28", FORTY("\x80"))), "column count of table extras does not fit its rows"),
    IN_FRAME("\x93\xa6" "fields\x28\x81\xa4name\xc7\x0a\x01" FRAME("\x28", FORTY("\x01")), "column name of table fields does not fit its rows"),
    IN_FRAME("\x93\xa6" "fields\x27\x81\xa4name\xc7\x0a\x01" FRAME("\x27", FORTY("\x00")), "the zstd frame of column name of table fields is damaged at byte"),
    IN_TRAILER("\x93\xa3" "end\x90", "the trailer's counts expected"),
    IN_TRAILER("\x93\xa3" "end\x81\x01\x01", "a key of the trailer expected"),
    IN_TRAILER("\x93\xa3" "end\x81\xa6" "chunks\xa1" "1", "an unsigned number expected"),
    IN_TRAILER("\x93\xa3" "end\x81\xa8pause_ns\xff", "an unsigned number expected"),
    IN_TRAILER("\x93\xa3" "end\x81\xa7" "dump_ns\xc2", "an unsigned number expected"),
    IN_TRAILER("\x93\xa3" "end\x80", "the trailer counts 0 chunks, the file has 1"),
    IN_TRAILER(COUNTS("\x02"), "the trailer counts 2 chunks, the file has 1"),
    IN_TRAILER("\x93\xa3" "end\x82\xa6" "chunks\x01\xa7objects\x01", "the trailer counts 1 objects, the file has 0"),
    IN_TRAILER("\x93\xa3" "end\x82\xa6" "chunks\x01\xa4refs\x01", "the trailer counts 1 references, the file has 0"),
    IN_TRAILER(COUNTS("\x01") "\xa1x", "the checksum expected"),
    IN_TRAILER(COUNTS("\x01") "\x05", "the checksum is not in its nine-byte form"),
};

static struct piece piece_or(struct piece piece, struct piece good)
{
    return piece.bytes ? piece : good;
}

static void every_lie_has_its_sentence(void **state)
{
    unsigned wrong = 0;
    (void)state;
    for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
        struct snapshot_bytes file = {0};
        struct wh_error error = {0};
        put_file(&file, piece_or(lies[i].header, good_header), piece_or(lies[i].body, good_chunk), piece_or(lies[i].trailer, good_trailer));
        enum wh_status status = read_all(file.bytes, file.length, &error);
        if (status != WH_ERR_INPUT || error.code != WH_ERR_INPUT || !strstr(error.message, lies[i].sentence)) {
            print_error("lie %zu: status %d, \"%s\" instead of \"%s\"\n", i, status, error.message, lies[i].sentence);
            wrong++;
        }
        snapshot_bytes_deinit(&file);
    }
    assert_int_equal(wrong, 0);
}

static void what_readers_must_ignore_is_ignored(void **state)
{
    static const struct lie strangers[] = {
        IN_HEADER(HEADER_WITH("\xa5shape\x92\x81\x01\x02\xc0"), ""),
        IN_BODY("\x93\xa5marks\x93\x01\x02\x03\xc0", ""),
        IN_BODY("\x93\xa6" "fields\x01\x82\xa5" "color\xc4\x00\xa4name\xc4\x01\x00", ""),
        IN_BODY("\x93\xa6" "fields\x00\x81\xa4name\xc4\x00", ""),
        IN_FRAME(IN_EXTRAS("\x28", "\xc7\x0a\x01" FRAME("\x28", FORTY("\x00"))), ""),
        IN_FRAME("\x93\xa6" "fields\x28\x82\xa5" "color\xc7\x01\x01\x00\xa4name\xc7\x0a\x01" FRAME("\x28", FORTY("\x00")), ""),
        IN_TRAILER("\x93\xa3" "end\x82\xa6" "chunks\x01\xa5moons\x91\xc0", ""),
    };
    (void)state;
    for (size_t i = 0; i < sizeof(strangers) / sizeof(strangers[0]); i++) {
        struct snapshot_bytes file = {0};
        struct wh_error error = {0};
        const struct lie *stranger = &strangers[i];
        put_file(&file, piece_or(stranger->header, good_header), piece_or(stranger->body, good_chunk), piece_or(stranger->trailer, good_trailer));
        if (read_all(file.bytes, file.length, &error))
            fail_msg("stranger %zu: %s", i, error.message);
        snapshot_bytes_deinit(&file);
    }
}

static void a_wrong_checksum_and_bytes_after_the_end_are_refused(void **state)
{
    struct snapshot_bytes file = {0};
    struct wh_error error;
    (void)state;
    put_file(&file, good_header, good_chunk, good_trailer);
    file.bytes[file.length - 1] ^= 1;
    assert_int_equal(read_all(file.bytes, file.length, &error), WH_ERR_INPUT);
    assert_non_null(strstr(error.message, "checksum expected"));
    file.bytes[file.length - 1] ^= 1;
    snapshot_bytes_add(&file, "\xc0", 1);
    assert_int_equal(read_all(file.bytes, file.length, &error), WH_ERR_INPUT);
    assert_non_null(strstr(error.message, "there are bytes after the trailer"));
    snapshot_bytes_deinit(&file);
}

/* A file with several rows, of all tables. */
static struct snapshot_bytes written_file(unsigned rows, bool compress)
{
    struct snapshot_header header = snapshot_bytes_header;
    struct snapshot_bytes file = {0};
    struct snapshot_writer *writer;
    struct wh_error error;
    void *memory = malloc(snapshot_writer_memory(compress));
    assert_non_null(memory);
    header.compress = compress;
    assert_int_equal(snapshot_writer_begin(memory, snapshot_bytes_sink, &file, &header, &writer, &error), WH_OK);
    for (unsigned row = 0; row < rows; row++) {
        for (int table = 0; table < TABLE_COUNT; table++) {
            struct cell cells[TABLE_COLUMNS_MAX];
            for (unsigned c = 0; c < TABLE_COLUMNS_MAX; c++)
                cells[c] = (struct cell){row % 5, "name"};
            snapshot_writer_row(writer, (enum table)table, cells);
        }
    }
    assert_int_equal(snapshot_writer_finish(writer, &(struct snapshot_totals){1000, 2000}, &error), WH_OK);
    free(memory);
    return file;
}

static void check_cuts(unsigned rows, bool compress)
{
    struct snapshot_bytes file = written_file(rows, compress);
    size_t begin = strlen("\x8c\xa5magic\xa8whoholds");
    for (size_t length = 0; length < file.length; length++) {
        struct wh_error error = {0};
        /* A copy of just these bytes: a sanitizer sees a read behind them. */
        uint8_t *cut = malloc(length ? length : 1);
        assert_non_null(cut);
        memcpy(cut, file.bytes, length);
        assert_int_equal(read_all(cut, length, &error), WH_ERR_INPUT);
        if (!length)
            assert_string_equal(error.message, "not a whoholds snapshot: the file is empty");
        else if (!strstr(error.message, "the snapshot is truncated: the file ends before its trailer, at byte "))
            fail_msg("%zu of %zu bytes (magic: %zu): %s", length, file.length, begin, error.message);
        free(cut);
    }
    snapshot_bytes_deinit(&file);
}

static void a_file_cut_at_any_byte_is_truncated(void **state)
{
    (void)state;
    check_cuts(3, false);
    check_cuts(60, true);
}

static void counts_that_the_file_cannot_hold_cost_nothing(void **state)
{
    static const struct lie hostile[] = {
        IN_HEADER("\xdf\xff\xff\xff\xff" MAGIC VERSION FEATURES, ""),
        IN_HEADER("\x83" MAGIC VERSION "\xa8" "features\xdd\xff\xff\xff\xff", ""),
        IN_HEADER(HEADER_WITH("\xa1x\xdd\xff\xff\xff\xff"), ""),
        IN_HEADER(HEADER_WITH("\xa7program\xdb\xff\xff\xff\xff"), ""),
        IN_BODY("\xdd\xff\xff\xff\xff", ""),
        IN_BODY("\x93\xa5marks\xdd\xff\xff\xff\xff\xc0", ""),
        IN_BODY("\x93\xa6" "fields\x01\xdf\xff\xff\xff\xff", ""),
        IN_BODY("\x93\xa6" "fields\xce\xff\xff\xff\xff\x81\xa4name\xc6\xff\xff\xff\xff", ""),
        IN_TRAILER("\x93\xa3" "end\xdf\xff\xff\xff\xff", ""),
    };
    (void)state;
    for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
        struct snapshot_bytes file = {0};
        struct wh_error error = {0};
        const struct lie *lie = &hostile[i];
        put_file(&file, piece_or(lie->header, good_header), piece_or(lie->body, good_chunk), piece_or(lie->trailer, good_trailer));
        uint64_t before = fail_allocation_bytes_asked();
        assert_int_equal(read_all(file.bytes, file.length, &error), WH_ERR_INPUT);
        assert_true(fail_allocation_bytes_asked() - before <= BYTES_PER_CHUNK * 8);
        snapshot_bytes_deinit(&file);
    }
}

static void memory_is_bounded_by_the_length_of_the_file(void **state)
{
    enum { CHUNKS = 100000 };
    struct snapshot_bytes file = {0};
    struct wh_error error;
    (void)state;
    snapshot_bytes_add(&file, good_header.bytes, good_header.length);
    for (int i = 0; i < CHUNKS; i++)
        snapshot_bytes_add(&file, "\x93\xa4refs\x00\x81\xa2to\xc4\x00", 13);
    static const char trailer[] = "\x93\xa3" "end\x81\xa6" "chunks\xce\x00\x01\x86\xa0";
    snapshot_bytes_add(&file, trailer, sizeof(trailer) - 1);
    snapshot_bytes_add_checksum(&file);
    uint64_t before = fail_allocation_bytes_asked();
    assert_int_equal(read_all(file.bytes, file.length, &error), WH_OK);
    uint64_t asked = fail_allocation_bytes_asked() - before;
    /* All sizes of a doubling array together are at most twice the last one, which is at most twice what is in it. */
    assert_true(asked <= 4 * (file.length / 13 + FIRST_CHUNKS) * BYTES_PER_CHUNK);
    snapshot_bytes_deinit(&file);
}

/* `frames` chunks of one frame of 64 KiB of zeros each, and enough that is skipped to make a whole file of `length` bytes. */
static struct snapshot_bytes file_of_zeros(uint32_t frames, size_t length)
{
    static const char chunk[] = "\x93\xa4refs\xce\x00\x01\x00\x00\x81\xa2to\xc7\x0d\x01" FRAME_OF("\xa0", "\x00\x00\x01\x00", "\x03\x00\x08\x00");
    struct snapshot_bytes file = {0};
    uint32_t count = frames + (length > 0), refs = frames << 16;
    char trailer[] = "\x93\xa3" "end\x82\xa6" "chunks\xce????\xa4refs\xce????";
    size_t trailer_length = sizeof(trailer) - 1, chunks_at = trailer_length - 14, refs_at = trailer_length - 4;
    snapshot_bytes_add(&file, ZSTD_HEADER, sizeof(ZSTD_HEADER) - 1);
    for (uint32_t i = 0; i < frames; i++)
        snapshot_bytes_add(&file, chunk, sizeof(chunk) - 1);
    for (int i = 0; i < 4; i++) {
        trailer[chunks_at + (size_t)i] = (char)(count >> (24 - 8 * i));
        trailer[refs_at + (size_t)i] = (char)(refs >> (24 - 8 * i));
    }
    if (length) {
        uint8_t head[] = "\x93\xa1x\x00\xc6????";
        size_t body = length - file.length - (sizeof(head) - 1) - trailer_length - 9;
        for (int i = 0; i < 4; i++)
            head[sizeof(head) - 5 + (size_t)i] = (uint8_t)(body >> (24 - 8 * i));
        snapshot_bytes_add(&file, head, sizeof(head) - 1);
        for (size_t i = 0; i < body; i++)
            snapshot_bytes_add(&file, "", 1);
    }
    snapshot_bytes_add(&file, trailer, trailer_length);
    snapshot_bytes_add_checksum(&file);
    assert_true(!length || file.length == length);
    return file;
}

static void a_bomb_is_refused_before_its_rows_are_believed(void **state)
{
    enum { FRAMES = 1000, EXPANSION_MAX = 16, ENOUGH = FRAMES * 65536 / EXPANSION_MAX };
    struct wh_error error = {0};
    struct snapshot_bytes bomb = file_of_zeros(FRAMES, 0);
    (void)state;
    uint64_t before = fail_allocation_bytes_asked();
    assert_int_equal(read_all(bomb.bytes, bomb.length, &error), WH_ERR_INPUT);
    assert_true(fail_allocation_bytes_asked() - before <= 4 * (FRAMES + FIRST_CHUNKS) * BYTES_PER_CHUNK);
    assert_non_null(strstr(error.message, "its frames claim to hold 65536000 bytes, more than 16 times the"));
    snapshot_bytes_deinit(&bomb);
    /* The same in a file of the size that it takes: whole, so it is read. */
    for (size_t length = ENOUGH - 1; length <= ENOUGH; length++) {
        struct snapshot_bytes file = file_of_zeros(FRAMES, length);
        before = fail_allocation_bytes_asked();
        assert_int_equal(read_all(file.bytes, file.length, &error), length < ENOUGH ? WH_ERR_INPUT : WH_OK);
        assert_true(fail_allocation_bytes_asked() - before <= 4 * (FRAMES + FIRST_CHUNKS) * BYTES_PER_CHUNK + DECODING_BYTES);
        snapshot_bytes_deinit(&file);
    }
}

static void check_changes(unsigned rows, bool compress)
{
    uint64_t trials = trials_count("files with changed bytes under a right checksum", 20000), read = 0;
    struct snapshot_bytes file = written_file(rows, compress);
    uint64_t decoding = compress ? DECODING_BYTES + 16 * file.length : 0;
    uint8_t *changed = malloc(file.length);
    assert_non_null(changed);
    for (uint64_t trial = 0; trial < trials; trial++) {
        struct random random = {trials_seed(3, trial)};
        struct wh_error error = {0};
        memcpy(changed, file.bytes, file.length);
        for (uint32_t left = 1 + random_below(&random, 3); left; left--)
            changed[random_below(&random, (uint32_t)file.length)] = (uint8_t)random_next(&random);
        snapshot_bytes_mend_checksum(changed, file.length);
        uint64_t before = fail_allocation_bytes_asked();
        enum wh_status status = read_all(changed, file.length, &error);
        if (status != WH_OK && status != WH_ERR_INPUT)
            fail_msg("trial %" PRIu64 ": status %d, %s", trial, status, error.message);
        assert_true(fail_allocation_bytes_asked() - before <=
                    decoding + 4 * (file.length / CHUNK_BYTES_MIN + FIRST_CHUNKS) * BYTES_PER_CHUNK);
        read += status == WH_OK;
    }
    printf("[          ] %" PRIu64 " of them could be read\n", read);
    free(changed);
    snapshot_bytes_deinit(&file);
}

static void changed_bytes_are_read_or_refused(void **state)
{
    (void)state;
    check_changes(20, false);
    check_changes(60, true);
}

static void check_failed_allocations(bool compress)
{
    struct snapshot_bytes file = written_file(200000, compress);
    for (uint64_t n = 1;; n++) {
        struct snapshot snapshot;
        struct wh_error error = {0};
        fail_allocation_arm(n);
        enum wh_status status = snapshot_parse(file.bytes, file.length, &snapshot, &error);
        if (!fail_allocation_disarm()) {
            assert_int_equal(status, WH_OK);
            assert_true(n > 2 * TABLE_COUNT);
            snapshot_deinit(&snapshot);
            break;
        }
        assert_int_equal(status, WH_ERR_RESOURCE);
        assert_non_null(strstr(error.message, "not enough memory "));
        assert_null(snapshot.bytes);
    }
    snapshot_bytes_deinit(&file);
}

static void a_failed_allocation_is_told_and_leaves_nothing(void **state)
{
    (void)state;
    check_failed_allocations(false);
    check_failed_allocations(true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_written_by_hand_is_read),
        cmocka_unit_test(every_lie_has_its_sentence),
        cmocka_unit_test(what_readers_must_ignore_is_ignored),
        cmocka_unit_test(a_wrong_checksum_and_bytes_after_the_end_are_refused),
        cmocka_unit_test(a_file_cut_at_any_byte_is_truncated),
        cmocka_unit_test(counts_that_the_file_cannot_hold_cost_nothing),
        cmocka_unit_test(memory_is_bounded_by_the_length_of_the_file),
        cmocka_unit_test(a_bomb_is_refused_before_its_rows_are_believed),
        cmocka_unit_test(changed_bytes_are_read_or_refused),
        cmocka_unit_test(a_failed_allocation_is_told_and_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
