/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the writer writes, the reader reads: all tables, random rows, numbers and byte strings around every border; each plain and compressed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <whoholds/formats/reader.h>
#include <whoholds/formats/varint.h>

#include "fail_allocation.h"
#include "random.h"
#include "snapshot_bytes.h"
#include "trials.h"

enum { LONGEST = 300000 };
static char filler[LONGEST + 256];

/* How the tests write, all of them once this way and once that. */
static struct snapshot_header header;

static struct snapshot_writer *begin(void *memory, struct snapshot_bytes *out)
{
    struct snapshot_writer *writer;
    struct wh_error error;
    assert_int_equal(snapshot_writer_begin(memory, snapshot_bytes_sink, out, &header, &writer, &error), WH_OK);
    return writer;
}

static void *writer_memory(void)
{
    void *memory = malloc(snapshot_writer_memory(header.compress));
    assert_non_null(memory);
    return memory;
}

static uint64_t random_number(struct random *random)
{
    static const uint64_t borders[] = {0, 127, 128, UINT32_MAX, INT64_MAX, UINT64_C(1) << 63, UINT64_MAX};
    if (random_below(random, 4) == 0)
        return borders[random_below(random, sizeof(borders) / sizeof(borders[0]))];
    return random_next(random) >> random_below(random, 64);
}

static uint64_t random_length(struct random *random)
{
    static const uint32_t borders[] = {0, 1, 32767, 32768, 32769, 65525, 65535, 65536, 65537, LONGEST};
    if (random_below(random, 200) == 0)
        return borders[random_below(random, sizeof(borders) / sizeof(borders[0]))];
    return random_below(random, 40);
}

/* The same random state makes the same row. */
static void random_row(struct random *random, enum table table, struct cell *cells)
{
    const struct table_schema *schema = &snapshot_schema[table];
    for (unsigned c = 0; c < schema->column_count; c++) {
        bool is_bytes = schema->columns[c].encoding == ENCODING_BYTES;
        cells[c].number = is_bytes ? random_length(random) : random_number(random);
        cells[c].bytes = is_bytes ? filler + random_below(random, 256) : NULL;
    }
}

static void check_table(const struct snapshot *snapshot, enum table table, struct random random, uint64_t rows)
{
    const struct table_schema *schema = &snapshot_schema[table];
    struct table_cursor cursor;
    struct cell found[TABLE_COLUMNS_MAX], expected[TABLE_COLUMNS_MAX];
    struct wh_error error;
    bool more;
    assert_int_equal(snapshot->tables[table].row_count, rows);
    table_cursor_init(&cursor, snapshot, table);
    for (uint64_t row = 0; row < rows; row++) {
        assert_int_equal(table_cursor_next(&cursor, found, &more, &error), WH_OK);
        assert_true(more);
        random_row(&random, table, expected);
        for (unsigned c = 0; c < schema->column_count; c++) {
            assert_true(found[c].number == expected[c].number);
            if (expected[c].bytes)
                assert_memory_equal(found[c].bytes, expected[c].bytes, expected[c].number);
        }
    }
    assert_int_equal(table_cursor_next(&cursor, found, &more, &error), WH_OK);
    assert_false(more);
    table_cursor_deinit(&cursor);
}

/* By column_reader: here and there, backwards, and in order. */
static void check_numbers(const struct snapshot *snapshot, enum table table, struct random random, uint64_t rows)
{
    const struct table_schema *schema = &snapshot_schema[table];
    uint64_t *expected = malloc((rows + 1) * TABLE_COLUMNS_MAX * sizeof(*expected));
    assert_non_null(expected);
    for (uint64_t row = 0; row < rows; row++) {
        struct cell cells[TABLE_COLUMNS_MAX];
        random_row(&random, table, cells);
        for (unsigned c = 0; c < schema->column_count; c++)
            expected[row * TABLE_COLUMNS_MAX + c] = cells[c].number;
    }
    for (unsigned c = 0; c < schema->column_count; c++) {
        struct column_reader reader;
        uint64_t number;
        if (schema->columns[c].encoding == ENCODING_BYTES)
            continue;
        column_reader_init(&reader, snapshot, table, c);
        for (uint64_t i = 0; i < 2 * rows; i++) {
            uint64_t row = i < 3 ? rows - 1 : i < rows ? random_below(&random, (uint32_t)rows) : i - rows;
            assert_true(column_reader_get(&reader, row, &number));
            assert_true(number == expected[row * TABLE_COLUMNS_MAX + c]);
        }
        assert_false(column_reader_get(&reader, rows, &number));
    }
    free(expected);
}

static void rows_of_all_tables_come_back(void **state)
{
    uint64_t trials = trials_count("files with random rows in all tables", 400);
    void *memory = writer_memory();
    (void)state;
    for (uint64_t trial = 0; trial < trials; trial++) {
        struct random choice = {trials_seed(1, trial)}, values[TABLE_COUNT], first[TABLE_COUNT];
        struct snapshot_bytes file = {0};
        struct snapshot_writer *writer = begin(memory, &file);
        uint64_t rows[TABLE_COUNT] = {0};
        struct wh_error error;
        for (int table = 0; table < TABLE_COUNT; table++)
            first[table] = values[table] = (struct random){random_next(&choice)};
        for (uint32_t left = random_below(&choice, 20000); left; left--) {
            enum table table = random_below(&choice, TABLE_COUNT);
            struct cell cells[TABLE_COLUMNS_MAX];
            random_row(&values[table], table, cells);
            snapshot_writer_row(writer, table, cells);
            rows[table]++;
        }
        assert_int_equal(snapshot_writer_finish(writer, &(struct snapshot_totals){5, UINT64_MAX}, &error), WH_OK);
        assert_int_equal(snapshot_writer_bytes(writer), file.length);
        struct snapshot snapshot;
        assert_int_equal(snapshot_parse(file.bytes, file.length, &snapshot, &error), WH_OK);
        assert_true(snapshot.pause_ns == 5 && snapshot.dump_ns == UINT64_MAX && snapshot.compressed == header.compress);
        for (int table = 0; table < TABLE_COUNT; table++)
            check_table(&snapshot, (enum table)table, first[table], rows[table]);
        if (trial % 20 == 0)
            check_numbers(&snapshot, TABLE_STORES, first[TABLE_STORES], rows[TABLE_STORES]);
        snapshot_deinit(&snapshot);
        snapshot_bytes_deinit(&file);
    }
    free(memory);
}

static uint64_t store_number(uint64_t row, unsigned column)
{
    return column == STORES_ADDRESS ? row * 4096 + 8 : row % 100 + column;
}

/* More readers in more chunks than there is memory for decompressed ones: each finds what it reads, though the others' chunks took the place of its own. */
static void readers_that_take_turns_read_what_is_there(void **state)
{
    enum { ROWS = 60000, READERS = 12, STEPS = 30000 };
    void *memory = writer_memory();
    struct snapshot_bytes file = {0};
    struct snapshot_writer *writer = begin(memory, &file);
    struct column_reader readers[READERS];
    uint64_t rows[READERS] = {0};
    struct random random = {trials_seed(7, 0)};
    struct snapshot snapshot;
    struct wh_error error;
    (void)state;
    for (uint64_t row = 0; row < ROWS; row++) {
        const struct cell cells[] = {{store_number(row, 0), NULL}, {store_number(row, 1), NULL}, {store_number(row, 2), NULL}};
        snapshot_writer_row(writer, TABLE_STORES, cells);
    }
    assert_int_equal(snapshot_writer_finish(writer, &(struct snapshot_totals){0}, &error), WH_OK);
    assert_int_equal(snapshot_parse(file.bytes, file.length, &snapshot, &error), WH_OK);
    for (unsigned i = 0; i < READERS; i++)
        column_reader_init(&readers[i], &snapshot, TABLE_STORES, i % 3);
    for (int step = 0; step < STEPS; step++) {
        unsigned i = random_below(&random, READERS);
        uint64_t number;
        rows[i] = random_below(&random, 50) ? (rows[i] + random_below(&random, 3)) % ROWS : random_below(&random, ROWS);
        assert_true(column_reader_get(&readers[i], rows[i], &number));
        assert_true(number == store_number(rows[i], i % 3));
    }
    snapshot_deinit(&snapshot);
    snapshot_bytes_deinit(&file);
    free(memory);
}

/* The borders, each alone: a chunk may end before, in or after the long value. */
static void byte_strings_of_every_border_come_back(void **state)
{
    void *memory = writer_memory();
    (void)state;
    for (uint32_t border = 32 << 10; border <= 64 << 10; border += 32 << 10) {
        for (uint32_t length = border - 12; length <= border + 12; length++) {
            struct snapshot_bytes file = {0};
            struct snapshot_writer *writer = begin(memory, &file);
            struct wh_error error;
            struct snapshot snapshot;
            const struct cell rows[][1] = {{{3, filler}}, {{length, filler}}, {{0, NULL}}, {{length, filler}}, {{length, filler}}, {{2, filler}}};
            for (size_t i = 0; i < 6; i++)
                snapshot_writer_row(writer, TABLE_FIELDS, rows[i]);
            assert_int_equal(snapshot_writer_finish(writer, &(struct snapshot_totals){0}, &error), WH_OK);
            assert_int_equal(snapshot_parse(file.bytes, file.length, &snapshot, &error), WH_OK);
            struct table_cursor cursor;
            table_cursor_init(&cursor, &snapshot, TABLE_FIELDS);
            for (size_t i = 0; i < 6; i++) {
                struct cell found;
                bool more;
                assert_int_equal(table_cursor_next(&cursor, &found, &more, &error), WH_OK);
                assert_true(more);
                assert_int_equal(found.number, rows[i][0].number);
                assert_memory_equal(found.bytes, filler, found.number);
            }
            table_cursor_deinit(&cursor);
            snapshot_deinit(&snapshot);
            snapshot_bytes_deinit(&file);
        }
    }
    free(memory);
}

/* Enough objects and references for several chunks of each, which end at different objects. */
static void objects_and_references_come_back(void **state)
{
    enum { OBJECTS = 30000 };
    void *memory = writer_memory();
    struct snapshot_bytes file = {0};
    struct snapshot_writer *writer = begin(memory, &file);
    struct random random = {7};
    struct wh_error error;
    struct snapshot snapshot;
    (void)state;
    for (uint64_t i = 1; i <= OBJECTS; i++) {
        uint64_t refs = random_below(&random, 4);
        snapshot_writer_object(writer, &(struct object_row){i * 24, i % 7, 1, random_number(&random), i, refs});
        uint8_t *at = i & 1 ? snapshot_writer_begin_refs(writer, refs) : NULL; /* in both ways */
        for (uint64_t r = 0; r < refs; r++) {
            uint64_t target = random_below(&random, 3) ? (i * r + 1) % OBJECTS * 24 : 0;
            if (at)
                at = snapshot_put_ref(at, i * 24, target);
            else
                snapshot_writer_ref(writer, target);
        }
        if (at)
            snapshot_writer_end_refs(writer, at, refs);
    }
    assert_int_equal(snapshot_writer_finish(writer, &(struct snapshot_totals){0}, &error), WH_OK);
    assert_int_equal(snapshot_parse(file.bytes, file.length, &snapshot, &error), WH_OK);
    assert_int_equal(snapshot.tables[TABLE_OBJECTS].row_count, OBJECTS);
    assert_true(snapshot.tables[TABLE_REFS].chunk_count > 1);
    struct table_cursor objects, refs;
    table_cursor_init(&objects, &snapshot, TABLE_OBJECTS);
    table_cursor_init(&refs, &snapshot, TABLE_REFS);
    random = (struct random){7};
    for (uint64_t i = 1; i <= OBJECTS; i++) {
        struct cell row[TABLE_COLUMNS_MAX], ref[TABLE_COLUMNS_MAX];
        bool more;
        uint64_t count = random_below(&random, 4);
        assert_int_equal(table_cursor_next(&objects, row, &more, &error), WH_OK);
        assert_true(row[OBJECTS_ID].number == i * 24 && row[OBJECTS_TYPE].number == i % 7 && row[OBJECTS_REFS].number == count);
        assert_true(row[OBJECTS_SIZE].number == random_number(&random));
        for (uint64_t r = 0; r < count; r++) {
            uint64_t target = random_below(&random, 3) ? (i * r + 1) % OBJECTS * 24 : 0;
            assert_int_equal(table_cursor_next(&refs, ref, &more, &error), WH_OK);
            assert_true(target == (ref[REFS_TO].number ? i * 24 + zigzag_decode(ref[REFS_TO].number - 1) : 0));
        }
    }
    table_cursor_deinit(&objects);
    table_cursor_deinit(&refs);
    snapshot_deinit(&snapshot);
    snapshot_bytes_deinit(&file);
    free(memory);
}

static void the_header_comes_back(void **state)
{
    void *memory = writer_memory();
    struct snapshot_bytes file = {0};
    struct snapshot_writer *writer = begin(memory, &file);
    struct wh_error error;
    struct snapshot snapshot;
    (void)state;
    assert_int_equal(snapshot_writer_finish(writer, &(struct snapshot_totals){0}, &error), WH_OK);
    assert_int_equal(snapshot_parse(file.bytes, file.length, &snapshot, &error), WH_OK);
    assert_true(snapshot.created_ns == UINT64_MAX && snapshot.pid == 4711 && snapshot.hexversion == 0x030b02f0 && snapshot.collecting);
    assert_memory_equal(snapshot.program.bytes, "app.py", snapshot.program.length);
    assert_memory_equal(snapshot.python.bytes, "3.11.2", snapshot.python.length);
    assert_memory_equal(snapshot.mode.bytes, "fork", snapshot.mode.length);
    assert_memory_equal(snapshot.trigger.bytes, "signal", snapshot.trigger.length);
    assert_memory_equal(snapshot.values.bytes, "short", snapshot.values.length);
    snapshot_deinit(&snapshot);
    snapshot_bytes_deinit(&file);
    free(memory);
}

enum { EXPANSION_MAX = 16 };

static size_t length_with(bool compress, uint64_t rows, uint64_t modulus)
{
    struct snapshot_bytes file = {0};
    struct snapshot_writer *writer;
    struct wh_error error;
    struct snapshot_header told = header;
    void *memory = malloc(snapshot_writer_memory(true));
    told.compress = compress;
    assert_non_null(memory);
    assert_int_equal(snapshot_writer_begin(memory, snapshot_bytes_sink, &file, &told, &writer, &error), WH_OK);
    for (uint64_t row = 0; row < rows; row++)
        snapshot_writer_row(writer, TABLE_STORES, (struct cell[]){{row % modulus, NULL}, {row % 3, NULL}, {row * 64, NULL}});
    assert_int_equal(snapshot_writer_finish(writer, &(struct snapshot_totals){0}, &error), WH_OK);
    struct snapshot snapshot;
    size_t length = file.length;
    assert_int_equal(snapshot_parse(file.bytes, length, &snapshot, &error), WH_OK);
    snapshot_deinit(&snapshot);
    snapshot_bytes_deinit(&file);
    free(memory);
    return length;
}

/* However little a heap's columns tell: a reader has to believe the file. */
static void compressing_saves_most_of_a_dull_file_but_never_more_than_readers_believe(void **state)
{
    (void)state;
    for (uint64_t modulus = 1; modulus <= 4096; modulus *= 64) {
        size_t plain = length_with(false, 500000, modulus), compressed = length_with(true, 500000, modulus);
        assert_true(compressed < plain / 2);
        assert_true(compressed >= plain / (EXPANSION_MAX + 1));
    }
    assert_true(length_with(true, 500000, 1) < length_with(false, 500000, 1) / (EXPANSION_MAX - 2));
}

/* A sink that takes so many calls and then fails; it must not be called again. */
struct failing_sink { uint64_t calls_left; bool failed; };

static enum wh_status failing_sink(void *context, const void *bytes, size_t length, struct wh_error *error)
{
    struct failing_sink *sink = context;
    (void)bytes;
    (void)length;
    assert_false(sink->failed);
    if (sink->calls_left--)
        return WH_OK;
    sink->failed = true;
    return wh_error_set(error, WH_ERR_RESOURCE, "the disk is full");
}

static void the_first_failure_of_a_sink_is_the_writer_s(void **state)
{
    void *memory = writer_memory();
    bool failed = true;
    (void)state;
    for (uint64_t calls = 0; failed; calls++) {
        struct failing_sink sink = {calls, false};
        struct snapshot_writer *writer;
        struct wh_error error = {0};
        enum wh_status status = snapshot_writer_begin(memory, failing_sink, &sink, &header, &writer, &error);
        if (!status) {
            for (int i = 0; i < 3; i++)
                snapshot_writer_row(writer, TABLE_ACCOUNT, (struct cell[]){{40000, filler}, {7, NULL}});
            assert_int_equal(snapshot_writer_failed(writer), sink.failed);
            status = snapshot_writer_finish(writer, &(struct snapshot_totals){0}, &error);
        } else {
            assert_null(writer);
        }
        failed = sink.failed;
        assert_int_equal(status, failed ? WH_ERR_RESOURCE : WH_OK);
        if (failed)
            assert_string_equal(error.message, "the disk is full");
    }
    free(memory);
}

static enum wh_status deaf_sink(void *context, const void *bytes, size_t length, struct wh_error *error)
{
    (void)context;
    (void)bytes;
    (void)length;
    (void)error;
    return WH_OK;
}

static void the_writer_never_allocates(void **state)
{
    void *memory = writer_memory();
    struct snapshot_writer *writer;
    struct random random = {3};
    struct wh_error error;
    (void)state;
    fail_allocation_arm(1);
    enum wh_status begun = snapshot_writer_begin(memory, deaf_sink, NULL, &header, &writer, &error);
    for (int i = 0; i < 50000; i++) {
        struct cell cells[TABLE_COLUMNS_MAX];
        enum table table = random_below(&random, TABLE_COUNT);
        random_row(&random, table, cells);
        snapshot_writer_row(writer, table, cells);
    }
    enum wh_status finished = snapshot_writer_finish(writer, &(struct snapshot_totals){0}, &error);
    assert_false(fail_allocation_disarm());
    assert_int_equal(begun, WH_OK);
    assert_int_equal(finished, WH_OK);
    free(memory);
}

static int fill(void **state)
{
    struct random random = {1};
    (void)state;
    for (size_t i = 0; i < sizeof(filler); i++)
        filler[i] = (char)random_next(&random);
    return 0;
}

static int write_plain(void **state)
{
    header = snapshot_bytes_header;
    return fill(state);
}

static int write_compressed(void **state)
{
    write_plain(state);
    header.compress = true;
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_header_comes_back),
        cmocka_unit_test(rows_of_all_tables_come_back),
        cmocka_unit_test(readers_that_take_turns_read_what_is_there),
        cmocka_unit_test(byte_strings_of_every_border_come_back),
        cmocka_unit_test(objects_and_references_come_back),
        cmocka_unit_test(the_first_failure_of_a_sink_is_the_writer_s),
        cmocka_unit_test(the_writer_never_allocates),
        cmocka_unit_test(compressing_saves_most_of_a_dull_file_but_never_more_than_readers_believe),
    };
    int failed = cmocka_run_group_tests_name("plain", tests, write_plain, NULL);
    return failed + cmocka_run_group_tests_name("compressed", tests, write_compressed, NULL);
}
