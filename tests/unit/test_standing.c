/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the code stands whose local variable holds something. Line tables are as in 3.8: line 11, from instruction 4 on line 13. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "heap_builder.h"
#include "holders/standing.h"

#define WORK "code work 'work' '/src/app.py' 10 locals rows n old lines 00010402 ; type traceback members tb_frame\n"

static void open_heap(struct test_heap *ret, const char *text)
{
    struct heap_builder *builder = heap_builder_create();
    heap_builder_set_version(builder, "3.8.18", 0x030812f0);
    heap_builder_add(builder, WORK "%s", text);
    test_heap_open(builder, ret);
}

static bool of_path(const struct test_heap *heap, const char *object, struct standing *ret)
{
    struct naming_path path;
    struct wh_error error;
    assert_int_equal(naming_path_init(heap->model, test_heap_node(heap, object), &error, &path), WH_OK);
    bool found = standing_of_path(heap->model, &path, ret);
    naming_path_deinit(&path);
    return found;
}

static void assert_stands(const struct test_heap *heap, const char *object, enum standing_kind kind, uint32_t line, const char *evidence)
{
    struct standing standing;
    assert_true(of_path(heap, object, &standing));
    assert_int_equal(standing.kind, kind);
    assert_int_equal(standing.line, line);
    assert_int_equal(standing.code_node, test_heap_node(heap, "work"));
    assert_true(span_is(standing.local, "rows"));
    assert_string_equal(standing_evidence(&standing), evidence);
}

static void a_running_function_stands_where_its_thread_is(void **state)
{
    struct test_heap heap;
    struct standing standing;
    (void)state;
    open_heap(&heap, "thread 7 'main' main ; thread 8 'worker' ; f : frame .f_code work ( rows _ ) pseudo ; frame f work 12\n"
                     "rows : list [ x ] ; x : object ; module app { 'cache' cache } ; cache : list [ y ] ; y : object");
    assert_stands(&heap, "x", STANDING_RUNNING, 12, "frame");
    assert_true(of_path(&heap, "x", &standing));
    assert_int_equal(standing.thread, 1);
    assert_false(of_path(&heap, "y", &standing));
    test_heap_deinit(&heap);
}

static void a_generator_stands_at_its_yield_or_at_its_def(void **state)
{
    struct test_heap heap;
    struct standing standing;
    (void)state;
    open_heap(&heap, "module app { 'at_yield' at_yield 'not_started' not_started 'unknown' unknown }\n"
                     "at_yield : generator .gi_code work ( a _ ) ; not_started : generator .gi_code work ( b _ )\n"
                     "unknown : generator .gi_code work ( c _ ) ; a : list ; b : list ; c : list ; place at_yield 4 ; place not_started 0");
    assert_stands(&heap, "a", STANDING_SUSPENDED, 13, "suspended");
    assert_stands(&heap, "b", STANDING_SUSPENDED, 10, "suspended");
    assert_false(of_path(&heap, "c", &standing));
    test_heap_deinit(&heap);
}

static void a_frame_that_an_exception_left_stands_where_the_traceback_says(void **state)
{
    struct test_heap heap;
    (void)state;
    open_heap(&heap, "module app { 'error' traceback 'left' left } ; traceback : traceback .tb_frame f\n"
                     "f : frame .f_code work ( a _ ) ; left : frame .f_code work ( b _ ) ; a : list ; b : list\n"
                     "place traceback 0 ; place left 4 ; place f 4");
    assert_stands(&heap, "a", STANDING_TRACEBACK, 11, "traceback");
    assert_stands(&heap, "b", STANDING_LEFT, 13, "frame");
    test_heap_deinit(&heap);
}

static void the_largest_of_the_contents_stands_for_those_like_it(void **state)
{
    struct test_heap heap;
    struct standing standing;
    (void)state;
    open_heap(&heap, "module app { 'tasks' tasks 'mixed' mixed } ; tasks : list [ small other large ] ; other : list size 20\n"
                     "small : generator .gi_code work ( a _ ) ; large : generator .gi_code work ( n b ) ; a : list size 100 ; b : list size 900\n"
                     "n : list size 50 ; mixed : list [ box ] ; box : list [ g r1 r2 r3 ] ; r1 : list size 200 ; r2 : list size 200\n"
                     "r3 : list size 200 ; g : generator .gi_code work size 300 ; place small 0 ; place large 4 ; place g 4");
    assert_true(standing_of_contents(heap.model, test_heap_node(&heap, "tasks"), &standing));
    assert_int_equal(standing.kind, STANDING_SUSPENDED);
    assert_int_equal(standing.line, 13);
    assert_true(span_is(standing.local, "n"));
    assert_int_equal(standing.alike, 2);
    /* A generator that is a small part of what is held explains nothing. */
    assert_false(standing_of_contents(heap.model, test_heap_node(&heap, "mixed"), &standing));
    test_heap_deinit(&heap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_running_function_stands_where_its_thread_is),
        cmocka_unit_test(a_generator_stands_at_its_yield_or_at_its_def),
        cmocka_unit_test(a_frame_that_an_exception_left_stands_where_the_traceback_says),
        cmocka_unit_test(the_largest_of_the_contents_stands_for_those_like_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
