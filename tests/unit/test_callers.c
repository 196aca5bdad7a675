/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bytecode_heap.h"
#include "fail_allocation.h"
#include "holders/callers.h"

/* The library's inner(x), and outer(), which calls inner(). */
#define LIBRARY                                                                                                             \
    "module lib { 'inner' inner 'outer' outer }\n"                                                                          \
    "code inner_code 'inner' '/usr/lib/python3.8/lib.py' 10 args 1 old locals x bytecode 02000600\n"                        \
    "code outer_code 'outer' '/usr/lib/python3.8/lib.py' 20 old names inner bytecode 010007000600\n"                        \
    "inner : function .__code__ inner_code .__globals__ lib.__dict__\nouter : function .__code__ outer_code .__globals__ lib.__dict__\n"

/* The application's work(), which calls outer(). */
#define WORK                                                                                                                \
    "code work_code 'work' '/src/app.py' 30 old names outer bytecode 010007000600\n"                                        \
    "work : function .__code__ work_code .__globals__ app.__dict__\n"

/* What calls the function of `code`, or, without a holder's name and if told so, hands it over. */
static enum wh_status ask(const struct test_heap *heap, const char *code, const char *holder, bool hand_over, struct call_sites *ret)
{
    struct code_index *index;
    struct wh_error error;
    enum wh_status status = code_index_create(heap->heap, &error, &index);
    if (status)
        return status;
    uint32_t row = code_index_row(index, test_heap_node(heap, code));
    status = hand_over ? callers_that_hand_over(index, row, &error, ret)
                       : callers_of_application(index, row, holder ? test_heap_node(heap, holder) : HEAP_NULL, &error, ret);
    code_index_destroy(index);
    return status;
}

static void assert_site(const struct test_heap *heap, const struct call_site *site, const char *code, uint32_t offset)
{
    assert_int_equal(heap->heap->codes[site->row].node, test_heap_node(heap, code));
    assert_int_equal(site->offset, offset);
}

/* warnings.warn is written in C, and calls warnings._showwarnmsg, which is not. */
static void what_native_code_calls_is_reached_through_it(void **state)
{
    struct test_heap heap;
    struct call_sites sites;
    static const char *const kinds[] = {"builtin_function_or_method", "object"};
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        struct text text = {0};
        text_addf(&text, "type builtin_function_or_method\nmodule warnings { '_showwarnmsg' show 'warn' warn }\nwarn : %s\nmodule app { 'warn' warn 'work' work }\n"
                         "code show_code '_showwarnmsg' '/usr/lib/python3.8/warnings.py' 10 args 1 old locals x bytecode 02000600\n"
                         "show : function .__code__ show_code .__globals__ warnings.__dict__\n"
                         "code work_code 'work' '/src/app.py' 30 old names warn bytecode 010007000600\n"
                         "work : function .__code__ work_code .__globals__ app.__dict__\n", kinds[i]);
        bytecode_heap_open(&heap, text_string(&text));
        assert_int_equal(ask(&heap, "show_code", NULL, false, &sites), WH_OK);
        assert_int_equal(sites.count, !i);
        if (sites.count)
            assert_site(&heap, &sites.sites[0], "work_code", 2);
        call_sites_deinit(&sites);
        test_heap_deinit(&heap);
        text_deinit(&text);
    }
}

static void the_application_is_found_behind_the_library(void **state)
{
    struct test_heap heap;
    struct call_sites sites;
    (void)state;
    bytecode_heap_open(&heap, "module app { 'outer' outer 'work' work }\n" LIBRARY WORK);
    assert_int_equal(ask(&heap, "inner_code", NULL, false, &sites), WH_OK);
    assert_int_equal(sites.count, 1);
    assert_site(&heap, &sites.sites[0], "work_code", 2);
    assert_int_equal(sites.sites[0].match, MATCH_EXACT);
    assert_int_equal(sites.sites[0].executed, EXECUTION_UNKNOWN);
    call_sites_deinit(&sites);
    test_heap_deinit(&heap);
}

static void the_shortest_way_through_the_library_counts(void **state)
{
    struct test_heap heap;
    struct call_sites sites;
    (void)state;
    /* def direct(): inner(inner()) */
    bytecode_heap_open(&heap, "module app { 'outer' outer 'inner' inner 'work' work 'direct' direct }\n" LIBRARY WORK
                     "code direct_code 'direct' '/src/app.py' 40 old names inner bytecode 01000100070007010600\n"
                     "direct : function .__code__ direct_code .__globals__ app.__dict__\n");
    assert_int_equal(ask(&heap, "inner_code", NULL, false, &sites), WH_OK);
    assert_int_equal(sites.count, 2);
    assert_site(&heap, &sites.sites[0], "direct_code", 4);
    assert_site(&heap, &sites.sites[1], "direct_code", 6);
    call_sites_deinit(&sites);
    test_heap_deinit(&heap);
}

static void a_namesake_is_not_called(void **state)
{
    struct test_heap heap;
    struct call_sites sites;
    (void)state;
    bytecode_heap_open(&heap, "module app { 'outer' own 'work' work }\n" LIBRARY WORK
                     "code own_code 'outer' '/src/app.py' 50 args 1 old locals x bytecode 02000600\n"
                     "own : function .__code__ own_code .__globals__ app.__dict__\n");
    assert_int_equal(ask(&heap, "inner_code", NULL, false, &sites), WH_OK);
    assert_int_equal(sites.count, 0);
    call_sites_deinit(&sites);
    test_heap_deinit(&heap);
}

/* near and far are Buffers, one of which leads to the holder; add_near() and add_far() call their add(). */
#define BUFFERS(near_file)                                                                                                  \
    "type lib.Buffer object buffer_class members __dict__\nbuffer_class : type .__dict__ buffer_names\n"                    \
    "buffer_names : dict { 'add' add }\n"                                                                                   \
    "code add_code 'add' '/usr/lib/python3.8/lib.py' 10 args 1 old locals self bytecode 02000600\n"                         \
    "add : function .__code__ add_code .__globals__ app.__dict__\n"                                                         \
    "module app { 'near' near 'far' far 'add_near' add_near 'add_far' add_far 'main' main }\n"                              \
    "near : lib.Buffer .__dict__ names\nfar : lib.Buffer\nnames : dict { 'items' items }\nitems : list [ ]\n"              \
    "code near_code 'add_near' '" near_file "' 60 old names near add bytecode 0100030104000600\n"                           \
    "code far_code 'add_far' '/src/app.py' 70 old names far add bytecode 0100030104000600\n"                                \
    "code main_code 'main' '/src/app.py' 80 old names add_near bytecode 010007000600\n"                                     \
    "add_near : function .__code__ near_code .__globals__ app.__dict__\n"                                                   \
    "add_far : function .__code__ far_code .__globals__ app.__dict__\nmain : function .__code__ main_code .__globals__ app.__dict__\n"

static void it_is_told_how_far_the_object_is_from_the_holder(void **state)
{
    struct test_heap heap;
    struct call_sites sites;
    (void)state;
    bytecode_heap_open(&heap, BUFFERS("/src/app.py"));
    assert_int_equal(ask(&heap, "add_code", "items", false, &sites), WH_OK);
    assert_int_equal(sites.count, 2);
    assert_site(&heap, &sites.sites[0], "near_code", 4);
    assert_site(&heap, &sites.sites[1], "far_code", 4);
    assert_int_equal(sites.sites[0].distance, 3);
    assert_true(sites.sites[1].distance > sites.sites[0].distance);
    call_sites_deinit(&sites);
    test_heap_deinit(&heap);
}

/* Nearer in calls is add_far(), but its object does not lead to the holder. */
static void an_object_far_from_the_holder_does_not_end_the_search(void **state)
{
    struct test_heap heap;
    struct call_sites sites;
    (void)state;
    bytecode_heap_open(&heap, BUFFERS("/usr/lib/python3.8/lib.py"));
    assert_int_equal(ask(&heap, "add_code", "items", false, &sites), WH_OK);
    assert_int_equal(sites.count, 2);
    assert_site(&heap, &sites.sites[0], "far_code", 4);
    assert_site(&heap, &sites.sites[1], "main_code", 2);
    call_sites_deinit(&sites);
    test_heap_deinit(&heap);
}

/* def start(): run(body) ... body(): handed over is what is passed, not what is called. */
static void a_function_is_handed_over_as_an_argument(void **state)
{
    struct test_heap heap;
    struct call_sites sites;
    (void)state;
    bytecode_heap_open(&heap, "module app { 'run' outer 'body' body 'start' start 'call' call }\n" LIBRARY
                     "code body_code 'body' '/src/app.py' 80 args 1 old locals x bytecode 02000600\n"
                     "body : function .__code__ body_code .__globals__ app.__dict__\n"
                     "code start_code 'start' '/src/app.py' 90 old names run body bytecode 0100010107010600\n"
                     "code call_code 'call' '/src/app.py' 95 old names body bytecode 010007000600\n"
                     "start : function .__code__ start_code .__globals__ app.__dict__\ncall : function .__code__ call_code .__globals__ app.__dict__\n");
    assert_int_equal(ask(&heap, "body_code", NULL, true, &sites), WH_OK);
    assert_int_equal(sites.count, 1);
    assert_site(&heap, &sites.sites[0], "start_code", 4);
    call_sites_deinit(&sites);
    assert_int_equal(ask(&heap, "body_code", NULL, false, &sites), WH_OK);
    assert_int_equal(sites.count, 1);
    assert_site(&heap, &sites.sites[0], "call_code", 2);
    call_sites_deinit(&sites);
    test_heap_deinit(&heap);
}

static void each_allocation_may_fail(void **state)
{
    struct test_heap heap;
    (void)state;
    bytecode_heap_open(&heap, "module app { 'outer' outer 'work' work }\n" LIBRARY WORK);
    for (uint64_t n = 1;; n++) {
        struct call_sites sites;
        fail_allocation_arm(n);
        enum wh_status status = ask(&heap, "inner_code", NULL, false, &sites);
        if (!fail_allocation_disarm()) {
            assert_int_equal(status, WH_OK);
            call_sites_deinit(&sites);
            break;
        }
        assert_int_equal(status, WH_ERR_RESOURCE);
    }
    test_heap_deinit(&heap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_native_code_calls_is_reached_through_it),
        cmocka_unit_test(the_application_is_found_behind_the_library),
        cmocka_unit_test(the_shortest_way_through_the_library_counts),
        cmocka_unit_test(a_namesake_is_not_called),
        cmocka_unit_test(it_is_told_how_far_the_object_is_from_the_holder),
        cmocka_unit_test(an_object_far_from_the_holder_does_not_end_the_search),
        cmocka_unit_test(a_function_is_handed_over_as_an_argument),
        cmocka_unit_test(each_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
