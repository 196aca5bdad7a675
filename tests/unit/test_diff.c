/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fail_allocation.h"
#include "heap_builder.h"

enum { SNAPSHOTS_MAX = 4 };

/* Several snapshots that stand open, one second apart. */
struct series { struct test_heap heaps[SNAPSHOTS_MAX]; struct wh_analysis *analyses[SNAPSHOTS_MAX]; size_t count; struct wh_diff *diff; };

static void series_add(struct series *series, struct heap_builder *builder)
{
    test_heap_open(builder, &series->heaps[series->count]);
    series->analyses[series->count] = series->heaps[series->count].analysis;
    series->count++;
}

static void series_add_text(struct series *series, const char *text)
{
    struct heap_builder *builder = heap_builder_create();
    heap_builder_set_origin(builder, "app.py", 4242, 1790000000000000000 + series->count * 1000000000);
    heap_builder_add(builder, "%s", text);
    series_add(series, builder);
}

static void series_compare(struct series *series)
{
    struct wh_error error;
    if (wh_diff(series->analyses, series->count, &error, NULL, &series->diff))
        fail_msg("%s", error.message);
}

static void series_deinit(struct series *series)
{
    wh_diff_free(series->diff);
    while (series->count)
        test_heap_deinit(&series->heaps[--series->count]);
}

static const struct wh_diff_row *find_row(const struct wh_diff_table *table, const char *name)
{
    for (size_t i = 0; i < table->row_count; i++) {
        if (!strcmp(table->rows[i].name, name))
            return &table->rows[i];
    }
    for (size_t i = 0; i < table->row_count; i++)
        print_error("%s\n", table->rows[i].name);
    fail_msg("there is no row %s", name);
    return NULL;
}

/* The series in words: `grown each since 1: 100 200 300`; since counts from 1. */
static void assert_row(const struct series *series, const struct wh_diff_table *table, const char *name, const char *expected)
{
    static const char *const changes[] = {"new", "grown", "flat", "shrunk", "gone"};
    const struct wh_diff_row *row = find_row(table, name);
    char text[256];
    int used = snprintf(text, sizeof(text), "%s%s since %zu:", changes[row->change], row->every_step ? " each" : "", row->since + 1);
    for (size_t i = 0; i < series->count; i++)
        used += snprintf(text + used, sizeof(text) - (size_t)used, " %d", (int)row->bytes[i]);
    assert_string_equal(text, expected);
    assert_true(row->bytes_change == (int64_t)row->bytes[series->count - 1] - (int64_t)row->bytes[0]);
    assert_true(row->count_change == (int64_t)row->count[series->count - 1] - (int64_t)row->count[0]);
}

static void assert_refused(struct series *series, enum wh_status expected, const char *sentence)
{
    struct wh_error error = {0};
    assert_int_equal(wh_diff(series->analyses, series->count, &error, NULL, &series->diff), expected);
    assert_null(series->diff);
    if (!strstr(error.message, sentence))
        fail_msg("%s", error.message);
}

/* In each snapshot the objects stand in another order, so that no address means the same. */
static void holders_are_found_again_by_their_names_however_small_they_were(void **state)
{
    struct series series = {0};
    (void)state;
    series_add_text(&series, "module app { 'cache' cache 'table' table 'old' old } ; cache : list [ a ] size 100 ; a : bytes size 900\n"
                             "table : dict { 'k' t } size 0 ; t : bytes size 50000 ; old : list [ o ] size 0 ; o : bytes size 40000");
    series_add_text(&series, "o : bytes size 40000 ; t : bytes size 50000 ; module app { 'table' table 'cache' cache 'old' old } ; old : list [ o ] size 0\n"
                             "table : dict { 'k' t } size 0 ; cache : list [ a ] size 100 ; a : bytes size 29900");
    series_add_text(&series, "a : bytes size 59900 ; module app { 'new' new 'cache' cache 'table' table } ; cache : list [ a ] size 100\n"
                             "new : list [ n ] size 0 ; n : bytes size 30000 ; table : dict { 'k' t } size 0 ; t : bytes size 50100");
    series_compare(&series);
    const struct wh_diff_table *holders = &series.diff->holders;
    assert_row(&series, holders, "app.cache", "grown each since 1: 1000 30000 60000");
    assert_row(&series, holders, "app.table", "flat since 2: 50017 50017 50117");
    assert_row(&series, holders, "app.new", "new since 2: 0 0 30000");
    assert_row(&series, holders, "app.old", "gone since 3: 40000 40000 0");
    assert_string_equal(holders->rows[0].name, "app.cache");
    assert_int_equal(find_row(holders, "app.new")->at_most[0], 0);
    assert_true(find_row(holders, "app.cache")->address == heap_builder_address(test_heap_node(&series.heaps[2], "cache")));
    assert_true(find_row(holders, "app.old")->address == 0);
    series_deinit(&series);
}

static void an_object_of_another_type_under_the_same_name_is_another_holder(void **state)
{
    struct series series = {0};
    (void)state;
    series_add_text(&series, "module app { 'cache' c } ; c : list [ a ] size 0 ; a : bytes size 40000");
    series_add_text(&series, "module app { 'cache' c } ; c : dict { 'k' a } size 0 ; a : bytes size 50000");
    series_compare(&series);
    assert_int_equal(series.diff->holders.row_count, 2);
    assert_string_equal(series.diff->holders.rows[0].type, "dict");
    assert_int_equal(series.diff->holders.rows[0].change, WH_CHANGE_NEW);
    assert_int_equal(series.diff->holders.rows[1].change, WH_CHANGE_GONE);
    series_deinit(&series);
}

static void what_lies_behind_keys_that_are_no_names_counts_as_one(void **state)
{
    struct series series = {0};
    (void)state;
    series_add_text(&series, "module app { 'd' d } ; d : dict { 'u-1' x 'name' n } size 0 ; x : list [ a ] size 0 ; a : bytes size 40000\n"
                             "n : list [ m ] size 0 ; m : bytes size 20000");
    series_add_text(&series, "module app { 'd' d } ; d : dict { 'u-7' x 'u-8' y 'name' n } size 0 ; x : list [ a ] size 0 ; a : bytes size 40000\n"
                             "y : list [ b ] size 0 ; b : bytes size 50000 ; n : list [ m ] size 0 ; m : bytes size 20000");
    series_add_text(&series, "module app { 'd' d } ; d : dict { 'name' n } size 0 ; n : list [ m ] size 0 ; m : bytes size 20000 ");
    series_compare(&series);
    const struct wh_diff_row *row = find_row(&series.diff->holders, "app.d['u-8']");
    assert_row(&series, &series.diff->holders, "app.d['u-8']", "gone since 3: 40000 90000 0");
    assert_int_equal(row->alike, 2);
    assert_true(row->at_most[2] > 0 && row->at_most[0] == 0);
    assert_row(&series, &series.diff->holders, "app.d['name']", "flat since 3: 20000 20000 20000");
    series_deinit(&series);
}

/* Locals and closures, too small to be found by themselves in the first snapshot; the function has moved on to another line. */
static void variables_of_functions_are_found_again(void **state)
{
    static const char *const program =
        "f : frame .f_code run ( rows ) pseudo\n"
        "code inner 'inner' '/src/app.py' 3 free other seen ; module app { 'inner' fn } ; fn : function .__code__ inner .__closure__ cells\n"
        "cells : tuple [ c0 c1 ] ; c0 : cell .cell_contents _ ; c1 : cell .cell_contents seen ; rows : list [ a ] size 0 ; seen : list [ b ] size 0\n";
    struct series series = {0};
    char text[2048];
    (void)state;
    for (int line = 14, size = 1000; size <= 81000; line++, size += 80000) {
        int used = snprintf(text, sizeof(text), "code run 'run' '/src/app.py' 12 locals rows ; thread 1 'main' main ; frame f run %d\n%s", line, program);
        snprintf(text + used, sizeof(text) - (size_t)used, "a : bytes size %d ; b : bytes size %d", size, size + 500);
        series_add_text(&series, text);
    }
    series_compare(&series);
    assert_row(&series, &series.diff->holders, "rows (local of run at app.py:15, thread MainThread)", "grown each since 1: 1000 81000");
    assert_row(&series, &series.diff->holders, "app.inner → closure variable seen", "grown each since 1: 1500 81500");
    series_deinit(&series);
}

static void what_nothing_in_python_holds_is_matched_by_its_type(void **state)
{
    struct series series = {0};
    (void)state;
    for (int size = 2000; size <= 4000; size += 2000) {
        struct heap_builder *builder = heap_builder_create();
        heap_builder_set_origin(builder, "app.py", 4242, 1790000000000000000 + (uint64_t)size);
        heap_builder_add(builder, "type app.Handle ; module app { }");
        for (int i = 0; i < 40; i++)
            heap_builder_add(builder, "h%d : app.Handle size %d native 1", i, size);
        series_add(&series, builder);
    }
    series_compare(&series);
    assert_row(&series, &series.diff->holders, "app.Handle held by native code", "grown each since 1: 80000 160000");
    series_deinit(&series);
}

static void types_are_matched_by_name_and_lines_by_place(void **state)
{
    static const char program[] = "type app.Node ; module app { 'a' a 'f' f } ; f : function .__code__ code .__globals__ app.__dict__\n"
                                  "code code 'add' '/nowhere/app.py' 5 old bytecode 64005300 lines 0000 ; recorder 3 ; ";
    struct series series = {0};
    char text[1024];
    (void)state;
    for (int i = 1; i <= 3; i++) {
        snprintf(text, sizeof(text), "%s stack %d %d code 0 ; a : app.Node size %d", program, 5000 * i, 4000 * i, 3000 * i);
        series_add_text(&series, text);
    }
    series_compare(&series);
    assert_row(&series, &series.diff->types, "app.Node", "grown each since 1: 3000 6000 9000");
    assert_true(series.diff->has_lines);
    assert_row(&series, &series.diff->lines, "add", "grown each since 1: 4000 8000 12000");
    assert_string_equal(find_row(&series.diff->lines, "add")->file, "/nowhere/app.py");
    assert_int_equal(find_row(&series.diff->lines, "add")->line, 5);
    series_deinit(&series);
}

static void without_a_recorder_in_each_there_are_no_lines(void **state)
{
    struct series series = {0};
    (void)state;
    series_add_text(&series, "module app { 'f' f } ; f : function .__code__ code ; code code 'add' 'app.py' 5 ; recorder 3 ; stack 50 40 code 0");
    series_add_text(&series, "module app { }");
    series_compare(&series);
    assert_false(series.diff->has_lines);
    assert_int_equal(series.diff->lines.row_count, 0);
    series_deinit(&series);
}

static void growth_is_dated_from_where_it_does_not_pause(void **state)
{
    struct series series = {0};
    char text[128];
    static const int sizes[] = {30000, 20000, 20000, 90000};
    (void)state;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        snprintf(text, sizeof(text), "module app { 'c' c } ; c : list [ a ] size 0 ; a : bytes size %d", sizes[i]);
        series_add_text(&series, text);
    }
    series_compare(&series);
    assert_row(&series, &series.diff->holders, "app.c", "grown since 3: 30000 20000 20000 90000");
    series_deinit(&series);
}

static void snapshots_are_compared_in_the_order_of_time(void **state)
{
    struct series series = {0};
    size_t latest = 7;
    (void)state;
    series_add_text(&series, "module app { 'c' c } ; c : list [ a ] size 0 ; a : bytes size 20000");
    series_add_text(&series, "module app { 'c' c } ; c : list [ a ] size 0 ; a : bytes size 40000");
    struct wh_analysis *backwards[] = {series.analyses[1], series.analyses[0]};
    assert_int_equal(wh_diff(backwards, 2, NULL, &latest, &series.diff), WH_OK);
    assert_int_equal(latest, 0);
    assert_row(&series, &series.diff->holders, "app.c", "grown each since 1: 20000 40000");
    assert_true(series.diff->same_process);
    assert_string_equal(series.diff->caution, "");
    series_deinit(&series);
}

static void a_suspect_finds_its_row(void **state)
{
    struct series series = {0};
    struct wh_suspects *suspects;
    (void)state;
    for (int size = 20000; size <= 40000; size += 20000) {
        char text[128];
        snprintf(text, sizeof(text), "module app { 'c' c } ; c : list [ a ] size 0 ; a : bytes size %d", size);
        series_add_text(&series, text);
    }
    series_compare(&series);
    assert_int_equal(wh_suspects(series.analyses[1], true, 0, NULL, &suspects), WH_OK);
    assert_string_equal(suspects->suspects[0].name, "app.c");
    assert_ptr_equal(wh_diff_of_suspect(series.diff, &suspects->suspects[0]), find_row(&series.diff->holders, "app.c"));
    suspects->suspects[0].holder.address = 1;
    assert_null(wh_diff_of_suspect(series.diff, &suspects->suspects[0]));
    wh_suspects_free(suspects);
    series_deinit(&series);
}

/* The verdict of the last of two snapshots, of a holder that one of them could not settle. */
static size_t settle(int first, int second, uint64_t other_process, bool all, enum wh_verdict *ret)
{
    struct series series = {0};
    struct wh_suspects *suspects;
    const int sizes[] = {first, second};
    for (size_t i = 0; i < 2; i++) {
        struct heap_builder *builder = heap_builder_create();
        heap_builder_set_origin(builder, "app.py", 4242 + i * other_process, 1790000000000000000 + i * 1000000000);
        heap_builder_add(builder, "module app { 'c' c } ; c : list [ a ] size 0 ; a : bytes size %d", sizes[i]);
        series_add(&series, builder);
    }
    series_compare(&series);
    assert_int_equal(wh_suspects(series.analyses[1], true, 0, NULL, &suspects), WH_OK);
    assert_string_equal(suspects->suspects[0].name, "app.c");
    suspects->count = 1;
    suspects->suspects[0].verdict = WH_VERDICT_UNCERTAIN;
    wh_suspects_settle(suspects, series.diff, all);
    size_t count = suspects->count;
    *ret = suspects->suspects[0].verdict;
    assert_int_equal(suspects->any_leak, count && *ret == WH_VERDICT_LEAK);
    wh_suspects_free(suspects);
    series_deinit(&series);
    return count;
}

static void what_one_snapshot_cannot_settle_two_do(void **state)
{
    enum wh_verdict verdict;
    (void)state;
    assert_int_equal(settle(20000, 40000, 0, false, &verdict), 1);
    assert_int_equal(verdict, WH_VERDICT_LEAK);
    assert_int_equal(settle(40000, 40000, 0, false, &verdict), 0);
    assert_int_equal(settle(40000, 20000, 0, true, &verdict), 1);
    assert_int_equal(verdict, WH_VERDICT_LARGE);
    assert_int_equal(settle(20000, 40000, 1, false, &verdict), 1);
    assert_int_equal(verdict, WH_VERDICT_UNCERTAIN);
}

static void add_origin(struct series *series, const char *program, uint64_t pid, const char *python, uint32_t hexversion)
{
    struct heap_builder *builder = heap_builder_create();
    heap_builder_set_origin(builder, program, pid, 1790000000000000000);
    heap_builder_set_version(builder, python, hexversion);
    heap_builder_add(builder, "module app { }");
    series_add(series, builder);
}

static void other_processes_are_told_and_other_programs_refused(void **state)
{
    struct series series = {0};
    (void)state;
    assert_refused(&series, WH_ERR_USAGE, "two snapshots");
    add_origin(&series, "/srv/app.py", 1, "3.11.7", 0x030b07f0);
    assert_refused(&series, WH_ERR_USAGE, "two snapshots");
    add_origin(&series, "app.py", 2, "3.11.7", 0x030b07f0);
    series_compare(&series);
    assert_false(series.diff->same_process);
    assert_string_equal(series.diff->caution, "The snapshots are of different processes: what differs between them need not have grown.");
    wh_diff_free(series.diff);
    add_origin(&series, "app.py", 2, "3.13.0", 0x030d00f0);
    series_compare(&series);
    assert_string_equal(series.diff->caution, "The snapshots are of different processes and interpreters (3.11.7, 3.13.0), whose objects differ in size: "
                                              "what differs between them need not have grown.");
    wh_diff_free(series.diff);
    add_origin(&series, "other.py", 2, "3.11.7", 0x030b07f0);
    assert_refused(&series, WH_ERR_USAGE, "different programs are not compared");
    series_deinit(&series);
}

static void without_memory_there_is_an_error_and_no_leak(void **state)
{
    static const char text[] = "module app { 'c' c 'f' f } ; c : list [ a ] size 0 ; a : bytes size 20000 ; f : function .__code__ code\n"
                               "code code 'add' 'app.py' 5 ; recorder 3 ; stack 50 40 code 0";
    (void)state;
    for (uint64_t nth = 1;; nth++) {
        struct series series = {0};
        struct wh_error error = {0};
        series_add_text(&series, text);
        series_add_text(&series, text);
        fail_allocation_arm(nth);
        enum wh_status status = wh_diff(series.analyses, 2, &error, NULL, &series.diff);
        bool failed = fail_allocation_disarm();
        if (status != (failed ? WH_ERR_RESOURCE : WH_OK) || !series.diff != failed)
            fail_msg("allocation %d: status %d, %s", (int)nth, status, error.message);
        series_deinit(&series);
        if (!failed)
            break;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(holders_are_found_again_by_their_names_however_small_they_were),
        cmocka_unit_test(an_object_of_another_type_under_the_same_name_is_another_holder),
        cmocka_unit_test(what_lies_behind_keys_that_are_no_names_counts_as_one),
        cmocka_unit_test(variables_of_functions_are_found_again),
        cmocka_unit_test(what_nothing_in_python_holds_is_matched_by_its_type),
        cmocka_unit_test(types_are_matched_by_name_and_lines_by_place),
        cmocka_unit_test(without_a_recorder_in_each_there_are_no_lines),
        cmocka_unit_test(growth_is_dated_from_where_it_does_not_pause),
        cmocka_unit_test(snapshots_are_compared_in_the_order_of_time),
        cmocka_unit_test(a_suspect_finds_its_row),
        cmocka_unit_test(what_one_snapshot_cannot_settle_two_do),
        cmocka_unit_test(other_processes_are_told_and_other_programs_refused),
        cmocka_unit_test(without_memory_there_is_an_error_and_no_leak),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
