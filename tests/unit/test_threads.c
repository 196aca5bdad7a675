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

#include "heap_builder.h"

static struct wh_threads *ask(const struct test_heap *heap)
{
    struct wh_threads *threads;
    struct wh_error error;
    if (wh_threads(heap->analysis, &error, &threads))
        fail_msg("%s", error.message);
    return threads;
}

static void each_thread_has_its_frames_innermost_first(void **state)
{
    struct test_heap heap;
    struct nameless_file source;
    (void)state;
    nameless_file_init(&source);
    nameless_file_fill(&source, "one\n  rows = load()\nthree\n", 26);
    test_heap_init(&heap,
        "code load 'Store.load' '%s' 1 locals rows n ; code main 'main' '/nowhere/app.py' 9\n"
        "thread 7 'main' main ; f1 : frame .f_code load ( rows _ temp ) pseudo ; frame f1 load 2 ; f2 : frame .f_code main pseudo ; frame f2 main 12\n"
        "thread 8 'worker' ; f3 : generator .gi_code load ( rows c ) ; c : cell .cell_contents n ; frame f3 load 3\n"
        "thread 9 '' ; rows : list [ ] size 500 ; temp : object ; n : int '5'", source.path);
    struct wh_threads *threads = ask(&heap);
    assert_int_equal(threads->count, 3);
    assert_string_equal(threads->threads[0].name, "MainThread");
    assert_string_equal(threads->threads[1].name, "worker");
    assert_string_equal(threads->threads[2].name, "9");
    assert_int_equal(threads->threads[0].ident, 7);
    assert_int_equal(threads->threads[0].frame_count, 2);
    assert_int_equal(threads->threads[1].frame_count, 1);
    assert_int_equal(threads->threads[2].frame_count, 0);
    const struct wh_stack_frame *frame = &threads->threads[0].frames[0];
    assert_string_equal(frame->line.function, "Store.load");
    assert_string_equal(frame->line.file, source.path);
    assert_int_equal(frame->line.line, 2);
    assert_string_equal(frame->line.text, "rows = load()");
    assert_string_equal(frame->line.evidence, "frame");
    assert_int_equal(frame->local_count, 1);
    assert_string_equal(frame->locals[0].name, "rows");
    assert_int_equal(frame->locals[0].object.retained_bytes, 500);
    frame = &threads->threads[0].frames[1];
    assert_string_equal(frame->line.function, "main");
    assert_string_equal(frame->line.text, "");
    assert_int_equal(frame->local_count, 0);
    frame = &threads->threads[1].frames[0];
    assert_int_equal(frame->local_count, 2);
    assert_string_equal(frame->locals[1].name, "n");
    assert_string_equal(frame->locals[1].object.preview, "5");
    wh_threads_free(threads);
    test_heap_deinit(&heap);
    nameless_file_deinit(&source);
}

static void a_thread_has_the_name_that_threading_gave_it(void **state)
{
    struct test_heap heap;
    (void)state;
    test_heap_init(&heap,
        "module threading { '_active' active } ; active : dict { 140001 main 'x' other 140002 worker 140003 nameless 9999999999999999999999999999 other }\n"
        "type threading.Thread members __dict__ ; main : threading.Thread .__dict__ d1 ; worker : threading.Thread .__dict__ d2 ; other : object\n"
        "nameless : threading.Thread ; d1 : dict { '_name' 'Main' } ; d2 : dict { '_name' 'ingest' }\n"
        "thread 140002 'kernel' ; thread 140003 'kernel' ; thread 140001 'kernel' main ; thread 140004 'kernel'");
    struct wh_threads *threads = ask(&heap);
    static const char *const names[] = {"Main", "ingest", "kernel", "kernel"};   /* the main one first, the others as they came */
    assert_int_equal(threads->count, 4);
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(threads->threads[i].name, names[i]);
    wh_threads_free(threads);
    test_heap_deinit(&heap);
}

static void a_snapshot_without_threads_has_none(void **state)
{
    struct test_heap heap;
    (void)state;
    test_heap_init(&heap, "module app { }");
    struct wh_threads *threads = ask(&heap);
    assert_int_equal(threads->count, 0);
    wh_threads_free(threads);
    test_heap_deinit(&heap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_thread_has_its_frames_innermost_first),
        cmocka_unit_test(a_thread_has_the_name_that_threading_gave_it),
        cmocka_unit_test(a_snapshot_without_threads_has_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
