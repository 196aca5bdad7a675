/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "heap_builder.h"

static const char small[] =
    "module app { 'cache' cache  'f' f }\n"
    "cache : list [ a b _ 'text' 7 ] ; a : bytearray size 5000 store 4000 4001 ; b : bytes 'xyz' of 100\n"
    "type app.Order heap object Order members __dict__ attrs x y\n"
    "Order : type size 900\n"
    "order : app.Order .__dict__ order.__dict__ .x a size 5000000000 frozen\n"
    "order.__dict__ : dict { 'k' b } + cache\n"
    "f : function .__code__ load .__globals__ app.__dict__ .__dict__ order\n"
    "code load 'load' '/src/app.py' 12 args 1 locals rows free seen\n"
    "thread 140001 'MainThread' main ; run : frame .f_code load ( a ) pseudo ; frame run load 14\n"
    "account rss 4096\n";

static void a_snapshot_is_loaded_as_it_was_written(void **state)
{
    struct test_heap heap;
    (void)state;
    test_heap_init(&heap, "%s", small);
    uint32_t cache = test_heap_node(&heap, "cache"), order = test_heap_node(&heap, "order"), a = test_heap_node(&heap, "a");
    struct node_run items = heap_items(heap.heap, cache);
    struct span text;
    assert_int_equal(items.count, 5);
    assert_int_equal(items.nodes[0], a);
    assert_int_equal(items.nodes[2], HEAP_NULL);
    assert_true(heap_string(heap.heap, items.nodes[3], &text) && span_is(text, "text"));
    assert_false(heap_string(heap.heap, items.nodes[4], &text));
    assert_true(heap_type_is(heap.heap, order, "app", "Order"));
    assert_int_equal(heap_address(heap.heap, order), heap_builder_address(order));
    assert_int_equal(heap_find_address(heap.heap, heap_builder_address(order)), order);
    assert_int_equal(heap_find_address(heap.heap, heap_builder_address(order) + 8), HEAP_NULL);
    struct node_sizes sizes = heap_sizes(heap.heap);
    assert_int_equal(node_sizes_get(&sizes, order), 5000000000);
    assert_int_equal(node_sizes_get(&sizes, a), 5000);
    assert_int_equal(heap_store(heap.heap, a)->length, 4000);
    assert_null(heap_store(heap.heap, order));
    assert_int_equal(heap.heap->refcount_of_node[a], 3);
    assert_int_equal(heap.heap->dangling_count, 0);
    test_heap_deinit(&heap);
}

static void attributes_are_found_wherever_python_keeps_them(void **state)
{
    struct test_heap heap;
    (void)state;
    test_heap_init(&heap, "%s", small);
    uint32_t order = test_heap_node(&heap, "order"), dict = test_heap_node(&heap, "order.__dict__");
    struct heap_sections sections = heap_sections(heap.heap, dict);
    assert_int_equal(heap_attribute(heap.heap, order, "x"), test_heap_node(&heap, "a"));
    assert_int_equal(heap_attribute(heap.heap, order, "k"), test_heap_node(&heap, "b"));
    assert_int_equal(heap_attribute(heap.heap, order, "y"), HEAP_NULL);
    assert_int_equal(heap_member(heap.heap, order, "__dict__"), dict);
    assert_int_equal(heap_member(heap.heap, order, "k"), HEAP_NULL);
    assert_int_equal(sections.items - sections.extras, 1);
    assert_int_equal(heap_items(heap.heap, dict).count, 2);
    test_heap_deinit(&heap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_snapshot_is_loaded_as_it_was_written),
        cmocka_unit_test(attributes_are_found_wherever_python_keeps_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
