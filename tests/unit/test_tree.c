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

static struct wh_tree *ask(const struct test_heap *heap, size_t budget)
{
    struct wh_tree *tree;
    struct wh_error error;
    if (wh_tree(heap->analysis, budget, &error, &tree))
        fail_msg("%s", error.message);
    return tree;
}

/* What each row retains is its own size, its children, its groups and what is hidden; parents come before their children. */
static void assert_adds_up(const struct wh_tree *tree, uint64_t seed)
{
    for (size_t i = 0; i < tree->row_count; i++) {
        const struct wh_tree_row *row = &tree->rows[i];
        uint64_t bytes = row->object.shallow_bytes + row->hidden_bytes;
        if (row->group)
            continue;
        for (size_t k = 0; k < tree->row_count; k++)
            bytes += tree->rows[k].parent == (int64_t)i ? tree->rows[k].object.retained_bytes : 0;
        if (bytes != row->object.retained_bytes)
            fail_msg("seed %d: row %zu of %zu, %s, has %d of %d bytes", (int)seed, i, tree->row_count, row->label, (int)bytes,
                     (int)row->object.retained_bytes);
        assert_true(i == 0 ? row->parent == -1 : row->parent >= 0 && row->parent < (int64_t)i);
        assert_true(!row->hidden_count == !row->hidden_bytes || row->hidden_count);
    }
}

static void the_first_row_is_the_whole_heap(void **state)
{
    struct test_heap heap;
    (void)state;
    test_heap_init(&heap, "module app { 'cache' cache } ; cache : list [ a b ] size 100 ; a : bytearray size 1000 ; b : bytearray size 2000");
    struct wh_tree *tree = ask(&heap, 0);
    assert_string_equal(tree->rows[0].label, "(heap)");
    assert_int_equal(tree->rows[0].object.retained_bytes, model_live_bytes(heap.model));
    assert_adds_up(tree, 0);
    wh_tree_free(tree);
    test_heap_deinit(&heap);
}

static void a_tree_can_begin_at_an_object(void **state)
{
    struct test_heap heap;
    struct wh_tree *tree;
    struct wh_error error;
    (void)state;
    test_heap_init(&heap, "module app { 'cache' cache } ; cache : list [ a b ] size 100 ; a : bytearray size 1000 ; b : list [ c ] size 50 ; c : bytearray size 2000\n"
                          "dead : list [ d ] refs 0 ; d : bytearray size 700");
    assert_int_equal(wh_tree_below(heap.analysis, &(struct wh_query){.expression = "app.cache"}, 0, &error, &tree), WH_OK);
    assert_string_equal(tree->rows[0].label, "app.cache");
    assert_string_equal(tree->rows[0].object.type, "list");
    assert_int_equal(tree->rows[0].object.retained_bytes, 3150);
    assert_int_equal(tree->row_count, 4);
    assert_string_equal(tree->rows[1].label, "[1]");
    assert_adds_up(tree, 0);
    wh_tree_free(tree);
    uint64_t address = heap_builder_address(test_heap_node(&heap, "dead"));
    assert_int_equal(wh_tree_below(heap.analysis, &(struct wh_query){.address = address}, 0, &error, &tree), WH_OK);
    assert_int_equal(tree->row_count, 2);
    assert_int_equal(tree->rows[1].object.retained_bytes, 700);
    assert_adds_up(tree, 0);
    wh_tree_free(tree);
    assert_int_equal(wh_tree_below(heap.analysis, &(struct wh_query){.expression = "app.nothing"}, 0, &error, &tree), WH_ERR_INPUT);
    assert_null(tree);
    test_heap_deinit(&heap);
}

static const struct wh_tree_row *find_row(const struct wh_tree *tree, const char *label)
{
    for (size_t i = 0; i < tree->row_count; i++) {
        if (!strcmp(tree->rows[i].label, label))
            return &tree->rows[i];
    }
    fail_msg("there is no row %s", label);
    return NULL;
}

static void rows_have_the_references_label_and_come_by_size(void **state)
{
    struct test_heap heap;
    (void)state;
    test_heap_init(&heap, "module app { 'cache' cache } ; cache : list [ a b ] size 100 ; a : bytearray size 1000 ; b : bytearray size 2000");
    struct wh_tree *tree = ask(&heap, 0);
    const struct wh_tree_row *cache = find_row(tree, "['cache']"), *a = find_row(tree, "[0]"), *b = find_row(tree, "[1]");
    assert_int_equal(cache->object.retained_bytes, 3100);
    assert_int_equal(tree->rows[a->parent].object.address, cache->object.address);
    assert_int_equal(b->parent, a->parent);
    assert_true(b < a);
    assert_int_equal(b->object.retained_bytes, 2000);
    wh_tree_free(tree);
    test_heap_deinit(&heap);
}

static void children_without_a_row_are_groups_or_hidden(void **state)
{
    struct heap_builder *builder = heap_builder_create();
    struct test_heap heap;
    (void)state;
    heap_builder_add(builder, "root interpreter 'r' all ; all : list [ b0 b1 b2 b3 b4 b5 b6 b7 b8 b9 t s ] size 100");
    for (int i = 0; i < 10; i++)
        heap_builder_add(builder, "b%d : bytearray size %d", i, 1000 + i);
    heap_builder_add(builder, "t : tuple size 10 ; s : set size 5");
    test_heap_open(builder, &heap);
    struct wh_tree *tree = ask(&heap, 4);
    assert_true(tree->row_count <= 4);
    assert_adds_up(tree, 0);
    const struct wh_tree_row *group = find_row(tree, "bytearray");
    assert_true(group->group >= 2);
    assert_int_equal(group->object.address, 0);
    assert_int_equal(group->object.retained_objects, group->group);
    const struct wh_tree_row *all = &tree->rows[group->parent];
    assert_int_equal(all->hidden_count, 2);
    assert_int_equal(all->hidden_bytes, 15);
    wh_tree_free(tree);
    test_heap_deinit(&heap);
}

static struct heap_builder *random_heap(uint64_t seed, unsigned objects)
{
    static const char *const types[] = {"list", "tuple", "set", "object"};
    struct random random = {seed};
    struct heap_builder *builder = heap_builder_create();
    for (unsigned i = 0; i < objects; i++)
        heap_builder_add(builder, "o%u : %s + o%u + o%u size %u", i, types[random_below(&random, 4)], random_below(&random, i + 1 < objects ? i + 2 : objects),
                         random_below(&random, objects), random_below(&random, 100));
    for (unsigned i = 0; i < 3; i++)
        heap_builder_add(builder, "root interpreter 'r' o%u", random_below(&random, objects));
    return builder;
}

/* No object without a row is larger than one with a row. */
static void assert_the_largest_have_rows(const struct test_heap *heap, const struct wh_tree *tree, uint64_t seed)
{
    uint64_t least = UINT64_MAX;
    size_t rows = 0, larger = 0;
    for (size_t i = 1; i < tree->row_count; i++) {
        if (tree->rows[i].group)
            continue;
        rows++;
        least = tree->rows[i].object.retained_bytes < least ? tree->rows[i].object.retained_bytes : least;
    }
    for (uint32_t node = 1; node < heap->heap->node_count; node++)
        larger += dominators_is_live(heap->model->dominators, node) && model_retained(heap->model, node) > least;
    if (rows && larger >= rows)
        fail_msg("seed %d: %zu objects are larger than the least of %zu rows", (int)seed, larger, rows);
}

static void every_budget_is_kept_and_every_byte_is_somewhere(void **state)
{
    (void)state;
    uint64_t trials = trials_count("random heaps", 400);
    for (uint64_t trial = 0; trial < trials; trial++) {
        struct test_heap heap;
        test_heap_open(random_heap(trials_seed(1, trial), 2 + trial % 60), &heap);
        for (size_t budget = 1; budget < 80; budget += 1 + budget / 3) {
            struct wh_tree *tree = ask(&heap, budget);
            assert_true(tree->row_count >= 1 && tree->row_count <= budget);
            assert_adds_up(tree, trials_seed(1, trial));
            assert_the_largest_have_rows(&heap, tree, trials_seed(1, trial));
            wh_tree_free(tree);
        }
        test_heap_deinit(&heap);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_row_is_the_whole_heap),
        cmocka_unit_test(a_tree_can_begin_at_an_object),
        cmocka_unit_test(rows_have_the_references_label_and_come_by_size),
        cmocka_unit_test(children_without_a_row_are_groups_or_hidden),
        cmocka_unit_test(every_budget_is_kept_and_every_byte_is_somewhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
