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

#include "holders/accumulation.h"
#include "fail_allocation.h"
#include "heap_builder.h"

/* Opens the heap and finds its points. */
static struct accumulations *find(struct heap_builder *builder, struct test_heap *heap)
{
    struct wh_error error;
    test_heap_open(builder, heap);
    if (analysis_need_accumulations(heap->analysis, &error))
        fail_msg("%s", error.message);
    return &heap->analysis->accumulations;
}

static void add_many(struct heap_builder *builder, const char *name, unsigned count, const char *what)
{
    for (unsigned i = 0; i < count; i++)
        heap_builder_add(builder, "%s%u : %s", name, i, what);
}

/* A word list "name0 name1 …" for use inside of brackets; the caller frees. */
static char *words(const char *name, unsigned count)
{
    struct text text = {0};
    for (unsigned i = 0; i < count; i++)
        text_addf(&text, "%s%u ", name, i);
    return text.bytes;
}

static struct heap_builder *heap_of(const char *format, const char *name, unsigned count, const char *what)
{
    struct heap_builder *builder = heap_builder_create();
    char *list = words(name, count);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    heap_builder_add(builder, format, list);
#pragma GCC diagnostic pop
    add_many(builder, name, count, what);
    free(list);
    return builder;
}

static void assert_point(const struct test_heap *heap, const struct accumulation *point, enum accumulation_kind kind, const char *node)
{
    assert_int_equal(point->kind, kind);
    if (point->node != test_heap_node(heap, node))
        fail_msg("the holder is node %u, not %s", point->node, node);
}

static void a_list_of_many_holds_them(void **state)
{
    struct test_heap heap;
    (void)state;
    struct accumulations *points = find(heap_of("module app { 'cache' cache } ; cache : list [ %s ]", "x", 200, "str size 1000"), &heap);
    assert_int_equal(points->count, 1);
    assert_point(&heap, &points->points[0], ACCUMULATION_SINGLE, "cache");
    assert_int_equal(points->points[0].objects, 201);
    assert_int_equal(points->points[0].bytes, 200 * 1000 + 16 + 200 * 8);
    assert_int_equal(points->points[0].top, points->points[0].node);
    assert_int_equal(points->points[0].chain, 0);
    assert_int_equal(points->threshold, 16384);
    test_heap_deinit(&heap);
}

static void a_few_large_buffers_are_held_by_their_list(void **state)
{
    struct test_heap heap;
    (void)state;
    struct accumulations *points = find(heap_of("module app { 'cache' cache } ; cache : list [ %s ]", "x", 6, "bytearray size 5000057"), &heap);
    assert_int_equal(points->count, 1);
    assert_point(&heap, &points->points[0], ACCUMULATION_SINGLE, "cache");
    assert_int_equal(points->points[0].bytes, 6 * 5000057 + 64);
    test_heap_deinit(&heap);
}

static void a_dict_of_a_few_large_containers_is_looked_into(void **state)
{
    struct test_heap heap;
    static const char *const parts[] = {"b", "a", "c"};
    (void)state;
    struct heap_builder *builder = heap_of("module app { 'state' state } ; state : dict { 'a' a 'b' b 'c' c } ; b : list [ %s ] size 9000", "x", 50, "str size 1000");
    char *list = words("y", 40);
    heap_builder_add(builder, "a : list [ %s ] size 9000", list);
    free(list);
    list = words("z", 30);
    heap_builder_add(builder, "c : set < %s > size 9000", list);
    free(list);
    add_many(builder, "y", 40, "str size 1000");
    add_many(builder, "z", 30, "str size 1000");
    struct accumulations *points = find(builder, &heap);
    assert_int_equal(points->count, 3);
    for (size_t i = 0; i < 3; i++)
        assert_point(&heap, &points->points[i], ACCUMULATION_SINGLE, parts[i]);
    test_heap_deinit(&heap);
}

static void an_instance_whose_fields_share_everything_names_them(void **state)
{
    struct test_heap heap;
    struct text pairs = {0}, items = {0};
    (void)state;
    struct heap_builder *builder = heap_builder_create();
    for (unsigned i = 0; i < 100; i++) {
        text_addf(&items, "x%u ", i);
        text_addf(&pairs, "%u x%u ", i + 1000, i);
    }
    heap_builder_add(builder, "type app.Store members __dict__ ; module app { 'store' store } ; store : app.Store .__dict__ fields\n"
                     "fields : dict { 'items' items 'index' index } ; items : list [ %s ] ; index : dict { %s }", items.bytes, pairs.bytes);
    add_many(builder, "x", 100, "bytes size 1000");
    struct accumulations *points = find(builder, &heap);
    assert_int_equal(points->count, 1);
    const struct accumulation *point = &points->points[0];
    uint32_t node = point->holders[0], other = point->holders[1];
    assert_int_equal(point->holder_count, 2);
    assert_true((node == test_heap_node(&heap, "items") && other == test_heap_node(&heap, "index")) ||
                (node == test_heap_node(&heap, "index") && other == test_heap_node(&heap, "items")));
    assert_int_equal(point->member_count, 100);
    assert_int_equal(point->top, test_heap_node(&heap, "fields"));
    text_deinit(&pairs);
    text_deinit(&items);
    test_heap_deinit(&heap);
}

static void what_two_modules_share_is_a_group(void **state)
{
    struct test_heap heap;
    char *list = words("x", 100);
    (void)state;
    struct heap_builder *builder = heap_builder_create();
    heap_builder_add(builder, "module a { 'items' items } ; module b { 'index' index } ; items : list [ %s ] ; index : set < %s >", list, list);
    free(list);
    add_many(builder, "x", 100, "bytes size 1000");
    struct accumulations *points = find(builder, &heap);
    assert_int_equal(points->count, 1);
    assert_int_equal(points->points[0].kind, ACCUMULATION_SHARED);
    assert_int_equal(points->points[0].bytes, 100000);
    assert_int_equal(points->points[0].objects, 100);
    assert_int_equal(points->points[0].member_count, 100);
    assert_int_equal(points->points[0].holder_count, 2);
    assert_int_equal(points->points[0].node, test_heap_node(&heap, "items"));
    test_heap_deinit(&heap);
}

static struct heap_builder *linked_list(unsigned length)
{
    struct heap_builder *builder = heap_builder_create();
    heap_builder_add(builder, "type app.N members __dict__ ; module app { 'head' n0 }");
    for (unsigned i = 0; i < length; i++)
        heap_builder_add(builder, "n%u : app.N .__dict__ d%u size 48 ; d%u : dict { 'next' %s%u }", i, i, i, i + 1 < length ? "n" : "end", i + 1);
    heap_builder_add(builder, "end%u : str 'end'", length);
    return builder;
}

static void a_linked_list_is_held_by_its_head(void **state)
{
    struct test_heap heap;
    (void)state;
    struct accumulations *points = find(linked_list(10000), &heap);
    assert_int_equal(points->count, 1);
    assert_point(&heap, &points->points[0], ACCUMULATION_SINGLE, "n0");
    assert_in_range(points->points[0].chain, 9900, 10000);
    assert_int_equal(points->points[0].objects, 20002);
    test_heap_deinit(&heap);
}

static void a_buffer_that_a_module_holds_is_a_point_of_its_own(void **state)
{
    struct test_heap heap;
    (void)state;
    struct heap_builder *builder = heap_builder_create();
    heap_builder_add(builder, "module app { 'buffer' buffer } ; buffer : bytearray size 1000000");
    struct accumulations *points = find(builder, &heap);
    assert_int_equal(points->count, 1);
    assert_point(&heap, &points->points[0], ACCUMULATION_SINGLE, "buffer");
    assert_int_equal(points->points[0].bytes, 1000000);
    test_heap_deinit(&heap);
}

static void a_memo_belongs_to_the_function_that_it_remembers_for(void **state)
{
    struct test_heap heap;
    (void)state;
    struct accumulations *points = find(heap_of(
        "module app { 'f' memo } ; memo : functools._lru_cache_wrapper .cache store .__dict__ fields ; fields : dict { } ; store : dict { 1 inner }\n"
        "inner : list [ %s ]", "x", 100, "str size 1000"), &heap);
    assert_int_equal(points->count, 1);
    assert_point(&heap, &points->points[0], ACCUMULATION_SINGLE, "memo");
    test_heap_deinit(&heap);
}

static void where_nothing_is_large_there_is_no_point(void **state)
{
    struct test_heap heap;
    (void)state;
    struct accumulations *points = find(heap_of("module app { 'cache' cache } ; cache : list [ %s ]", "x", 10, "str size 1000"), &heap);
    assert_int_equal(points->count, 0);
    test_heap_deinit(&heap);
}

static void garbage_is_told_by_the_type_at_its_entries(void **state)
{
    struct test_heap heap;
    (void)state;
    struct accumulations *points = find(heap_of("module app { } ; lost : list [ lost %s ]", "x", 100, "bytearray size 1000"), &heap);
    assert_int_equal(points->count, 1);
    assert_int_equal(points->points[0].kind, ACCUMULATION_GARBAGE);
    assert_int_equal(points->points[0].node, test_heap_node(&heap, "lost"));
    assert_int_equal(points->points[0].member_count, 1);
    assert_int_equal(points->points[0].objects, 101);
    assert_true(points->points[0].bytes > 100000 && accumulation_has_no_holder(&points->points[0]));
    test_heap_deinit(&heap);
}

/* Also of large ones: each would be a holder of its own. */
static void what_native_code_holds_is_told_by_its_type(void **state)
{
    struct test_heap heap;
    (void)state;
    for (unsigned size = 1000; size <= 100000; size *= 100) {
        struct heap_builder *builder = heap_builder_create();
        heap_builder_add(builder, "module app { }");
        for (unsigned i = 0; i < 50; i++)
            heap_builder_add(builder, "frame%u : bytearray size %u native 1", i, size + i);
        struct accumulations *points = find(builder, &heap);
        assert_int_equal(points->count, 1);
        assert_int_equal(points->points[0].kind, ACCUMULATION_NATIVE);
        assert_int_equal(points->points[0].node, test_heap_node(&heap, "frame49"));
        assert_int_equal(points->points[0].member_count, 50);
        test_heap_deinit(&heap);
    }
}

static struct heap_builder *threads(const char *application_list)
{
    char *list = words("t", 12);
    struct heap_builder *builder = heap_builder_create();
    heap_builder_add(builder, "type threading.Thread ; module threading { 'all' all '__file__' '/usr/lib/python3.11/threading.py' } ; all : list [ %s ]", list);
    if (application_list)
        heap_builder_add(builder, "module app { 'mine' mine '__file__' '/srv/app.py' } ; mine : %s [ %s ]", application_list, list);
    free(list);
    for (unsigned i = 0; i < 12; i++)
        heap_builder_add(builder, "t%u : threading.Thread + args%u ; args%u : list [ b%u c%u ] ; b%u : bytes size 50000 ; c%u : bytes size 50000", i, i, i, i, i, i, i);
    return builder;
}

static void a_crowd_of_large_objects_is_one_group_and_the_application_s_list_is_named(void **state)
{
    struct test_heap heap;
    (void)state;
    struct accumulations *points = find(threads("tuple"), &heap);
    assert_int_equal(points->count, 1);
    assert_int_equal(points->points[0].kind, ACCUMULATION_SHARED);
    assert_int_equal(points->points[0].node, test_heap_node(&heap, "mine"));
    assert_int_equal(points->points[0].member_count, 12);
    test_heap_deinit(&heap);
    points = find(threads(NULL), &heap);
    assert_int_equal(points->count, 1);
    assert_int_equal(points->points[0].node, test_heap_node(&heap, "all"));
    test_heap_deinit(&heap);
}

static void a_buffer_that_is_nearly_all_of_an_instance_is_the_holder(void **state)
{
    struct test_heap heap;
    (void)state;
    struct heap_builder *builder = heap_builder_create();
    heap_builder_add(builder, "type app.Parser heap members __dict__ ; module app { 'parser' p } ; p : app.Parser .__dict__ d");
    heap_builder_add(builder, "d : dict { 'buffer' buffer 'name' name } ; buffer : bytearray size 1000000 ; name : str 'x'");
    struct accumulations *points = find(builder, &heap);
    assert_int_equal(points->count, 1);
    assert_point(&heap, &points->points[0], ACCUMULATION_SINGLE, "buffer");
    test_heap_deinit(&heap);
}

static void what_a_module_s_c_code_keeps_is_held_by_the_module(void **state)
{
    struct test_heap heap;
    char *list = words("f", 100), references[4096] = "";
    (void)state;
    for (char *word = strtok(list, " "); word; word = strtok(NULL, " "))
        snprintf(references + strlen(references), sizeof(references) - strlen(references), " + %s", word);
    free(list);
    struct heap_builder *builder = heap_builder_create();
    heap_builder_add(builder, "type app.Hook ; module app { } ; atexit : module%s ; root interpreter 'r' atexit", references);
    add_many(builder, "f", 100, "app.Hook size 1000");
    struct accumulations *points = find(builder, &heap);
    assert_int_equal(points->count, 1);
    assert_int_equal(points->points[0].kind, ACCUMULATION_SHARED);
    assert_int_equal(points->points[0].node, test_heap_node(&heap, "atexit"));
    test_heap_deinit(&heap);
}

static void bound_methods_of_large_objects_are_a_crowd(void **state)
{
    struct test_heap heap;
    char *list = words("m", 12), references[256] = "";
    (void)state;
    for (char *word = strtok(list, " "); word; word = strtok(NULL, " "))
        snprintf(references + strlen(references), sizeof(references) - strlen(references), " + %s", word);
    free(list);
    struct heap_builder *builder = heap_builder_create();
    heap_builder_add(builder, "type app.Session ; type method ; module app { } ; atexit : module%s ; root interpreter 'r' atexit", references);
    for (unsigned i = 0; i < 12; i++)
        heap_builder_add(builder, "m%u : method + s%u ; s%u : app.Session + b%u ; b%u : bytearray size 500000", i, i, i, i, i);
    struct accumulations *points = find(builder, &heap);
    assert_int_equal(points->count, 1);
    assert_int_equal(points->points[0].kind, ACCUMULATION_SHARED);
    assert_int_equal(points->points[0].node, test_heap_node(&heap, "atexit"));
    assert_int_equal(points->points[0].member_count, 12);
    test_heap_deinit(&heap);
}

enum { FEW = 15, MANY = 40 };

/* Modules that share a file, or that no import made, are data; what is imported is the program's text. */
static void modules_that_the_program_makes_are_held_by_sys_modules(void **state)
{
    struct test_heap heap;
    static const struct { const char *module; unsigned count, found; } cases[] = {
        {"module m%u { '__spec__' spec 'table' t%u '__file__' 'm%u.py' }", MANY, 0},
        {"module m%u { 'table' t%u '__name__' 'm%u' }", MANY, 1},
        {"module m%u { 'table' t%u '__name__' 'm%u' }", FEW, 0},
        {"module m%u { '__spec__' spec 'table' t%u '__file__' 'plugin.py' }", MANY, 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct heap_builder *builder = heap_builder_create();
        heap_builder_add(builder, "type app.Spec ; spec : app.Spec size 10");
        for (unsigned k = 0; k < cases[i].count; k++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
            heap_builder_add(builder, cases[i].module, k, k, k);
#pragma GCC diagnostic pop
            heap_builder_add(builder, "t%u : bytes size 3000", k);
        }
        struct accumulations *points = find(builder, &heap);
        assert_int_equal(points->count, cases[i].found);
        if (points->count) {
            assert_point(&heap, &points->points[0], ACCUMULATION_SHARED, "sys.modules");
            assert_int_equal(points->points[0].member_count, cases[i].count);
        }
        test_heap_deinit(&heap);
    }
}

static void a_namespace_of_very_many_names_is_data(void **state)
{
    struct test_heap heap;
    (void)state;
    for (unsigned count = 99; count <= 100; count++) {
        struct heap_builder *builder = heap_builder_create();
        char names[4096] = "";
        for (unsigned i = 0; i < count; i++)
            snprintf(names + strlen(names), sizeof(names) - strlen(names), "'config_%u' x%u ", i, i);
        heap_builder_add(builder, "module settings { %s }", names);
        add_many(builder, "x", count, "dict { } size 1000");
        struct accumulations *points = find(builder, &heap);
        assert_int_equal(points->count, count == 100);
        if (points->count)
            assert_point(&heap, &points->points[0], ACCUMULATION_SHARED, "settings");
        test_heap_deinit(&heap);
    }
}

static void the_parts_of_a_program_are_its_structure(void **state)
{
    struct test_heap heap;
    static const char *const structure[] = {"app", "app.__dict__", "Order", "Order.__dict__", "code", "run", "sys.modules", "old"};
    static const char *const data[] = {"order", "order.__dict__", "plain", "f"};
    (void)state;
    test_heap_init(&heap, "type app.Order heap object Order members __dict__ ; module app { 'Order' Order 'order' order 'plain' plain 'f' f 'old' old }\n"
                          "Order : type .__dict__ Order.__dict__ ; Order.__dict__ : dict { } ; order : app.Order .__dict__ order.__dict__\n"
                          "order.__dict__ : dict { } ; plain : dict { } ; f : function .__code__ code .__globals__ app.__dict__ ; old : frame\n"
                          "code code 'f' 'app.py' 1 ; thread 1 'main' main ; run : frame .f_code code pseudo ; frame run code 1");
    for (size_t i = 0; i < sizeof(structure) / sizeof(structure[0]); i++) {
        if (!accumulation_is_structure(heap.model, test_heap_node(&heap, structure[i])))
            fail_msg("%s is no structure", structure[i]);
    }
    for (size_t i = 0; i < sizeof(data) / sizeof(data[0]); i++) {
        if (accumulation_is_structure(heap.model, test_heap_node(&heap, data[i])))
            fail_msg("%s is structure", data[i]);
    }
    test_heap_deinit(&heap);
}

static void every_failed_allocation_is_an_error_and_leaks_nothing(void **state)
{
    struct test_heap heap;
    char *list = words("x", 100);
    (void)state;
    struct heap_builder *builder = heap_builder_create();
    heap_builder_add(builder, "module a { 'items' items } ; module b { 'index' index } ; items : list [ %s ] ; index : set < %s >", list, list);
    free(list);
    add_many(builder, "x", 100, "bytes size 1000");
    for (unsigned i = 0; i < MANY; i++)
        heap_builder_add(builder, "module m%u { 'table' t%u } ; t%u : bytes size 1000", i, i, i);
    test_heap_open(builder, &heap);
    for (uint64_t nth = 1;; nth++) {
        struct accumulations points;
        struct wh_error error;
        fail_allocation_arm(nth);
        enum wh_status status = accumulations_init(heap.model, &error, &points);
        bool failed = fail_allocation_disarm();
        assert_int_equal(status, failed ? WH_ERR_RESOURCE : WH_OK);
        accumulations_deinit(&points);
        if (!failed)
            break;
        assert_memory_equal(error.message, "out of memory", 13);
    }
    test_heap_deinit(&heap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_of_many_holds_them),
        cmocka_unit_test(a_few_large_buffers_are_held_by_their_list),
        cmocka_unit_test(a_dict_of_a_few_large_containers_is_looked_into),
        cmocka_unit_test(an_instance_whose_fields_share_everything_names_them),
        cmocka_unit_test(what_two_modules_share_is_a_group),
        cmocka_unit_test(a_linked_list_is_held_by_its_head),
        cmocka_unit_test(a_buffer_that_a_module_holds_is_a_point_of_its_own),
        cmocka_unit_test(a_memo_belongs_to_the_function_that_it_remembers_for),
        cmocka_unit_test(where_nothing_is_large_there_is_no_point),
        cmocka_unit_test(garbage_is_told_by_the_type_at_its_entries),
        cmocka_unit_test(what_native_code_holds_is_told_by_its_type),
        cmocka_unit_test(a_crowd_of_large_objects_is_one_group_and_the_application_s_list_is_named),
        cmocka_unit_test(a_buffer_that_is_nearly_all_of_an_instance_is_the_holder),
        cmocka_unit_test(what_a_module_s_c_code_keeps_is_held_by_the_module),
        cmocka_unit_test(bound_methods_of_large_objects_are_a_crowd),
        cmocka_unit_test(modules_that_the_program_makes_are_held_by_sys_modules),
        cmocka_unit_test(a_namespace_of_very_many_names_is_data),
        cmocka_unit_test(the_parts_of_a_program_are_its_structure),
        cmocka_unit_test(every_failed_allocation_is_an_error_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
