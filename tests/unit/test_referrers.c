/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fail_allocation.h"
#include "heap_builder.h"
#include "random.h"
#include "heap/referrers.h"
#include "trials.h"

static void every_reference_counts_weak_ones_too(void **state)
{
    struct test_heap heap;
    struct referrers referrers;
    struct wh_error error;
    uint32_t count;
    (void)state;
    test_heap_init(&heap, "a : list [ x y x ] ; b : dict { x x } ; c : weakref / x / ; x : object ; y : list [ y ] ; z : object");
    uint32_t x = test_heap_node(&heap, "x"), y = test_heap_node(&heap, "y"), z = test_heap_node(&heap, "z"), a = test_heap_node(&heap, "a");
    uint32_t targets[] = {z, y, x, x, HEAP_NULL};
    assert_int_equal(referrers_find(heap.heap, targets, 5, 0, &error, &referrers), WH_OK);
    const struct referrer *rows = referrers_of(&referrers, x, &count);
    assert_int_equal(count, 5);
    assert_int_equal(rows[0].source, a);
    assert_int_equal(rows[1].source, a);
    assert_int_equal(rows[1].ref, heap.heap->first_ref_of_node[a] + 2);
    assert_int_equal(rows[4].source, test_heap_node(&heap, "c"));
    rows = referrers_of(&referrers, y, &count);
    assert_int_equal(count, 2);
    referrers_of(&referrers, z, &count);
    assert_int_equal(count, 0);
    referrers_of(&referrers, a, &count);
    assert_int_equal(count, 0);
    referrers_deinit(&referrers);
    test_heap_deinit(&heap);
}

static void a_limit_keeps_the_first_in_the_files_order(void **state)
{
    struct test_heap heap;
    struct referrers referrers;
    struct wh_error error;
    uint32_t count;
    (void)state;
    test_heap_init(&heap, "a : list [ x y ] ; b : list [ x y ] ; c : list [ x ] ; x : object ; y : object");
    uint32_t targets[] = {test_heap_node(&heap, "x"), test_heap_node(&heap, "y")};
    assert_int_equal(referrers_find(heap.heap, targets, 2, 2, &error, &referrers), WH_OK);
    const struct referrer *rows = referrers_of(&referrers, targets[0], &count);
    assert_int_equal(count, 2);
    assert_int_equal(rows[0].source, test_heap_node(&heap, "a"));
    assert_int_equal(rows[1].source, test_heap_node(&heap, "b"));
    referrers_of(&referrers, targets[1], &count);
    assert_int_equal(count, 2);
    referrers_deinit(&referrers);
    assert_int_equal(referrers_find(heap.heap, targets, 0, 0, &error, &referrers), WH_OK);
    assert_int_equal(referrers.count, 0);
    test_heap_deinit(&heap);
}

enum { OBJECTS = 40 };

static struct heap_builder *random_lists(uint64_t seed)
{
    struct random random = {seed};
    struct heap_builder *builder = heap_builder_create();
    for (uint32_t i = 0; i < OBJECTS; i++)
        heap_builder_add(builder, "o%u : list [ o%u _ o%u o%u ]", i, random_below(&random, OBJECTS), random_below(&random, OBJECTS),
                         random_below(&random, 5));
    return builder;
}

static void what_is_found_is_what_a_look_at_all_references_finds(void **state)
{
    (void)state;
    uint64_t trials = trials_count("random heaps", 300);
    for (uint64_t trial = 0; trial < trials; trial++) {
        struct test_heap heap;
        struct referrers referrers;
        struct wh_error error;
        struct random random = {trials_seed(2, trial)};
        uint32_t targets[10], target_count = 1 + random_below(&random, 10), limit = random_below(&random, 4);
        test_heap_open(random_lists(trials_seed(1, trial)), &heap);
        for (uint32_t i = 0; i < target_count; i++)
            targets[i] = random_below(&random, OBJECTS + 1);
        assert_int_equal(referrers_find(heap.heap, targets, target_count, limit, &error, &referrers), WH_OK);
        for (uint32_t i = 0; i < target_count; i++) {
            uint32_t count, expected = 0;
            const struct referrer *rows = referrers_of(&referrers, targets[i], &count);
            for (uint32_t ref = 0; targets[i] && ref < heap.heap->ref_count && (!limit || expected < limit); ref++) {
                if (heap.heap->target_of_ref[ref] == targets[i])
                    assert_int_equal(rows[expected++].ref, ref);
            }
            if (count != expected)
                fail_msg("seed %d: %u of %u referrers", (int)trials_seed(1, trial), count, expected);
        }
        referrers_deinit(&referrers);
        test_heap_deinit(&heap);
    }
}

static void every_failed_allocation_is_an_error_and_leaks_nothing(void **state)
{
    struct test_heap heap;
    uint32_t targets[5] = {1, 2, 3, 4, 5};
    (void)state;
    test_heap_open(random_lists(3), &heap);
    for (uint64_t nth = 1;; nth++) {
        struct referrers referrers;
        struct wh_error error;
        fail_allocation_arm(nth);
        enum wh_status status = referrers_find(heap.heap, targets, 5, 0, &error, &referrers);
        bool failed = fail_allocation_disarm();
        assert_int_equal(status, failed ? WH_ERR_RESOURCE : WH_OK);
        referrers_deinit(&referrers);
        if (!failed)
            break;
        assert_memory_equal(error.message, "out of memory", 13);
    }
    test_heap_deinit(&heap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_reference_counts_weak_ones_too),
        cmocka_unit_test(a_limit_keeps_the_first_in_the_files_order),
        cmocka_unit_test(what_is_found_is_what_a_look_at_all_references_finds),
        cmocka_unit_test(every_failed_allocation_is_an_error_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
