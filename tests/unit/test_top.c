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
#include "random.h"
#include "trials.h"

static struct wh_top *ask(const struct test_heap *heap, enum wh_top_by by, size_t limit)
{
    struct wh_top *top;
    struct wh_error error;
    if (wh_top(heap->analysis, by, limit, &error, &top))
        fail_msg("%s", error.message);
    return top;
}

static const struct wh_top_row *find_row(const struct wh_top *top, const char *name)
{
    for (size_t i = 0; i < top->row_count; i++) {
        if (!strcmp(top->rows[i].name, name))
            return &top->rows[i];
    }
    fail_msg("there is no row %s", name);
    return NULL;
}

static void assert_row(const struct wh_top *top, const char *name, uint64_t count, uint64_t shallow, uint64_t retained)
{
    const struct wh_top_row *row = find_row(top, name);
    if (row->count != count || row->shallow_bytes != shallow || row->retained_bytes != retained)
        fail_msg("%s: %d objects, %d bytes, retains %d", name, (int)row->count, (int)row->shallow_bytes, (int)row->retained_bytes);
}

static const char nested[] =
    "type app.Node members next value ; type app.Other members next value ; type lib.Item\n"
    "root interpreter 'r' a ; root interpreter 'r' d\n"
    "a : app.Node .next b .value i1 size 10 ; b : app.Other .next c size 20 ; c : app.Node .value i2 size 30 ; d : app.Node size 40\n"
    "i1 : lib.Item size 100 ; i2 : lib.Item size 200 ; dead : lib.Item size 1000 refs 0";

static void what_a_row_retains_counts_nothing_twice(void **state)
{
    struct test_heap heap;
    (void)state;
    test_heap_init(&heap, "%s", nested);
    struct wh_top *top = ask(&heap, WH_TOP_TYPE, 0);
    assert_int_equal(top->row_count, 3);
    assert_row(top, "app.Node", 3, 80, 400);
    assert_row(top, "lib.Item", 2, 300, 300);
    assert_row(top, "app.Other", 1, 20, 250);
    assert_string_equal(top->rows[0].name, "app.Node");
    assert_string_equal(top->rows[2].name, "app.Other");
    assert_int_equal(top->omitted_rows, 0);
    wh_top_free(top);
    test_heap_deinit(&heap);
}

static void types_of_one_module_are_one_row(void **state)
{
    struct test_heap heap;
    (void)state;
    test_heap_init(&heap, "%s", nested);
    struct wh_top *top = ask(&heap, WH_TOP_MODULE, 0);
    assert_int_equal(top->row_count, 2);
    assert_row(top, "app", 4, 100, 400);
    assert_row(top, "lib", 2, 300, 300);
    wh_top_free(top);
    test_heap_deinit(&heap);
}

static void what_a_limit_leaves_out_is_summed_up(void **state)
{
    struct test_heap heap;
    (void)state;
    test_heap_init(&heap, "%s", nested);
    struct wh_top *top = ask(&heap, WH_TOP_TYPE, 1);
    assert_int_equal(top->row_count, 1);
    assert_int_equal(top->omitted_rows, 2);
    assert_int_equal(top->omitted_count, 3);
    assert_int_equal(top->omitted_shallow_bytes, 320);
    wh_top_free(top);
    top = ask(&heap, WH_TOP_TYPE, SIZE_MAX);
    assert_int_equal(top->row_count, 3);
    wh_top_free(top);
    test_heap_deinit(&heap);
}

static void rows_by_holder_are_the_points_where_mass_accumulates(void **state)
{
    struct test_heap heap;
    (void)state;
    test_heap_init(&heap, "module app { 'big' big 'small' small } ; big : list [ b1 b2 ] size 100 ; b1 : bytearray size 50000 ; b2 : bytearray size 50000\n"
                          "small : list [ s ] size 100 ; s : bytearray size 40000");
    struct wh_top *top = ask(&heap, WH_TOP_HOLDER, 0);
    assert_int_equal(top->row_count, 2);
    assert_row(top, "app.big", 3, 100, 100100);
    assert_row(top, "app.small", 2, 100, 40100);
    assert_string_equal(top->rows[0].name, "app.big");
    wh_top_free(top);
    top = ask(&heap, WH_TOP_HOLDER, 1);
    assert_int_equal(top->row_count, 1);
    assert_int_equal(top->omitted_rows, 1);
    assert_int_equal(top->omitted_count, 2);
    wh_top_free(top);
    test_heap_deinit(&heap);
}

static void what_has_no_holder_is_a_row_by_number_and_type(void **state)
{
    struct test_heap heap;
    (void)state;
    test_heap_init(&heap, "type app.Node members next ; module app { 'small' small } ; small : list [ ]\n"
                          "d1 : app.Node .next d1 size 30000 ; d2 : app.Node .next d2 size 30000 ; d3 : app.Node .next d3 size 30000");
    struct wh_top *top = ask(&heap, WH_TOP_HOLDER, 0);
    assert_int_equal(top->row_count, 1);
    assert_string_equal(top->rows[0].name, "3 × app.Node in cycles that nothing reaches");
    assert_int_equal(top->rows[0].retained_bytes, 90000);
    wh_top_free(top);
    test_heap_deinit(&heap);
}

static void rows_by_line_have_each_object_once(void **state)
{
    struct test_heap heap;
    (void)state;
    test_heap_init(&heap, "code make 'make' '/src/app.py' 12 lines 00010002 ; module app { 'big' big }\n"
                          "big : list [ b1 b2 ] store 2 2 size 100 ; b1 : bytearray size 50000 ; b2 : bytearray size 50000\n"
                          "recorder 3\nstack 4000 4000 make 0\nblock b1 50000 2 2");
    struct wh_top *top = ask(&heap, WH_TOP_LINE, 0);
    uint64_t bytes = 0;
    for (size_t i = 0; i < top->row_count; i++)
        bytes += top->rows[i].shallow_bytes;
    assert_int_equal(bytes, model_live_bytes(heap.model));
    const struct wh_top_row *allocated = find_row(top, "/src/app.py:12");
    assert_int_equal(allocated->count, 1);
    assert_int_equal(allocated->retained_bytes, 50000);
    assert_string_equal(allocated->line->evidence, "allocation");
    assert_string_equal(allocated->line->function, "make");
    assert_null(find_row(top, "no line is known")->line);
    wh_top_free(top);
    top = ask(&heap, WH_TOP_LINE, 1);
    assert_int_equal(top->row_count, 1);
    assert_int_equal(top->omitted_rows, 1);
    wh_top_free(top);
    test_heap_deinit(&heap);
}

/* --- at random --- */

enum { OBJECTS = 30, TYPES = 4 };

static struct heap_builder *random_heap(uint64_t seed)
{
    struct random random = {seed};
    struct heap_builder *builder = heap_builder_create();
    for (unsigned type = 0; type < TYPES; type++)
        heap_builder_add(builder, "type m%u.T%u", type / 2, type);
    for (unsigned i = 0; i < OBJECTS; i++)
        heap_builder_add(builder, "o%u : m%u.T%u + o%u + o%u size %u", i, i % TYPES / 2, i % TYPES, random_below(&random, OBJECTS),
                         random_below(&random, OBJECTS), random_below(&random, 100));
    for (unsigned i = 0; i < 4; i++)
        heap_builder_add(builder, "root interpreter 'r' o%u", random_below(&random, OBJECTS));
    return builder;
}

/* Is an object of the same row strictly above it in the dominator tree? */
static bool below_its_like(const struct model *model, uint32_t node, unsigned types_a_row)
{
    const struct heap *heap = model->heap;
    uint32_t row = heap->type_of_node[node] / types_a_row;
    for (uint32_t at = model->dominators->idom_of_node[node]; at < heap->node_count; at = model->dominators->idom_of_node[at]) {
        if (at && heap->type_of_node[at] / types_a_row == row)
            return true;
    }
    return false;
}

static void sums_are_what_a_look_at_each_object_finds(void **state)
{
    (void)state;
    uint64_t trials = trials_count("random heaps", 1000);
    for (uint64_t trial = 0; trial < trials; trial++) {
        struct test_heap heap;
        test_heap_open(random_heap(trials_seed(1, trial)), &heap);
        struct wh_top *top = ask(&heap, WH_TOP_TYPE, 0);
        uint64_t total = 0;
        for (size_t i = 0; i < top->row_count; i++) {
            uint64_t count = 0, shallow = 0, retained = 0;
            for (uint32_t node = 1; node < heap.heap->node_count; node++) {
                struct text name = {0};
                model_write_type(heap_type(heap.heap, node), &name);
                if (!strcmp(text_string(&name), top->rows[i].name) && dominators_is_live(heap.model->dominators, node)) {
                    count++;
                    shallow += model_shallow(heap.model, node);
                    retained += below_its_like(heap.model, node, 1) ? 0 : model_retained(heap.model, node);
                }
                text_deinit(&name);
            }
            total += shallow;
            if (i && top->rows[i].retained_bytes > top->rows[i - 1].retained_bytes)
                fail_msg("seed %d: the rows are in no order", (int)trials_seed(1, trial));
            assert_row(top, top->rows[i].name, count, shallow, retained);
        }
        assert_int_equal(total, model_live_bytes(heap.model));
        wh_top_free(top);
        test_heap_deinit(&heap);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_row_retains_counts_nothing_twice),
        cmocka_unit_test(types_of_one_module_are_one_row),
        cmocka_unit_test(what_a_limit_leaves_out_is_summed_up),
        cmocka_unit_test(rows_by_holder_are_the_points_where_mass_accumulates),
        cmocka_unit_test(what_has_no_holder_is_a_row_by_number_and_type),
        cmocka_unit_test(rows_by_line_have_each_object_once),
        cmocka_unit_test(sums_are_what_a_look_at_each_object_finds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
