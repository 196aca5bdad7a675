/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "graph/dominators.h"
#include "fail_allocation.h"
#include "graph_builder.h"
#include "little_stack.h"
#include "heap_generator.h"
#include "oracle.h"
#include "trials.h"

static struct dominators dominators_of(const struct graph *graph)
{
    struct dominators dominators;
    struct wh_error error;
    if (dominators_init(graph, NULL, &error, &dominators))
        fail_msg("%s", error.message);
    return dominators;
}

/* ------------------------------------------------------------------------------------------------ by hand */

/* `expected` is a list of "node dominator" pairs; the roots are called ROOT and GARBAGE. */
static void assert_dominators(const char *text, const char *expected)
{
    struct written_graph written;
    written_graph_init(text, &written);
    struct dominators dominators = dominators_of(&written.graph);
    char node[16], dominator[16];
    int length;
    for (; sscanf(expected, "%15s %15s%n", node, dominator, &length) == 2; expected += length) {
        uint32_t idom = dominators.idom_of_node[written_graph_node(&written, node)];
        if (strcmp(dominator, "ROOT") == 0)
            assert_int_equal(idom, graph_virtual_root(&written.graph));
        else if (strcmp(dominator, "GARBAGE") == 0)
            assert_int_equal(idom, graph_garbage_root(&written.graph));
        else
            assert_string_equal(written.name[idom], dominator);
    }
    dominators_deinit(&dominators);
    written_graph_deinit(&written);
}

static void a_chain_dominates_downwards(void **state)
{
    (void)state;
    assert_dominators("root a; a -> b; b -> c", "a ROOT b a c b");
}

static void what_two_hold_is_dominated_by_who_holds_both(void **state)
{
    (void)state;
    assert_dominators("root top; top -> a b; a -> shared; b -> shared; shared -> own", "shared top own shared a top b top");
}

static void what_two_roots_hold_is_dominated_by_none(void **state)
{
    (void)state;
    assert_dominators("root a b; a -> shared; b -> shared", "shared ROOT");
}

static void a_cycle_hangs_under_its_way_in(void **state)
{
    (void)state;
    assert_dominators("root a; a -> b; b -> c a b; c -> d; d -> b", "b a c b d c");
}

static void a_reference_to_a_root_changes_nothing(void **state)
{
    (void)state;
    assert_dominators("root a b; a -> c; c -> b; b -> d", "a ROOT b ROOT c a d b");
}

static void references_from_garbage_do_not_touch_the_living(void **state)
{
    (void)state;
    assert_dominators("root a; a -> b; b -> c; x -> c b y; y -> c", "b a c b x GARBAGE y x");
}

static void a_garbage_cycle_is_entered_at_its_first_object(void **state)
{
    (void)state;
    assert_dominators("root a; x -> y; y -> z; z -> x leaf", "x GARBAGE y x z y leaf z");
}

static void only_groups_that_no_garbage_holds_are_entries(void **state)
{
    (void)state;
    /* w and x are held by the later pair y, z, which nobody holds. */
    assert_dominators("root a; w -> x; x -> w; y -> z; z -> y w", "y GARBAGE z y w z x w");
}

static void the_paper_s_example_comes_out_as_printed(void **state)
{
    (void)state;
    /* Lengauer and Tarjan 1979, figures 1 and 2. */
    assert_dominators("root r; r -> a b c; a -> d; b -> a d e; c -> f g; d -> l; e -> h; f -> i; g -> i j; h -> e k; i -> k; j -> i;"
                      "k -> i r; l -> h",
                      "a r b r c r d r e r f c g c h r i r j g k r l d");
}

static void null_slots_are_no_references(void **state)
{
    (void)state;
    struct written_graph written;
    written_graph_init("root a; a -> 0 b 0; x -> 0", &written);
    struct dominators dominators = dominators_of(&written.graph);
    assert_int_equal(dominators.idom_of_node[NODE_NULL], graph_virtual_root(&written.graph));
    assert_true(dominators_is_live(&dominators, NODE_NULL));
    assert_int_equal(dominators.live_count, 2);
    assert_int_equal(dominators.garbage_count, 1);
    dominators_deinit(&dominators);
    written_graph_deinit(&written);
}

static void a_heap_without_roots_is_all_garbage(void **state)
{
    (void)state;
    assert_dominators("a -> b c; b -> c; c -> c", "a GARBAGE b a c a");
}

/* ------------------------------------------------------------------------------------------------ against the oracles */

static void assert_same_idoms(const struct graph *graph, const struct dominators *dominators, const uint32_t *expected, uint64_t seed)
{
    for (uint32_t node = 0; node < graph->node_count + 2; ++node) {
        if (dominators->idom_of_node[node] != expected[node])
            fail_msg("seed %" PRIu64 ": of %" PRIu32 " nodes, node %" PRIu32 " has dominator %" PRIu32 " instead of %" PRIu32, seed,
                     graph->node_count, node, dominators->idom_of_node[node], expected[node]);
    }
}

/* Every node once, after its dominator. */
static void assert_order(const struct graph *graph, const struct dominators *dominators, uint64_t seed)
{
    uint32_t entries = graph->node_count + 2;
    bool *seen = test_calloc(entries, sizeof(bool));
    for (uint32_t rank = 0; rank < entries; ++rank) {
        uint32_t node = dominators->node_of_rank[rank], idom = dominators->idom_of_node[node];
        if (seen[node] || (idom != NODE_NONE && !seen[idom]))
            fail_msg("seed %" PRIu64 ": node %" PRIu32 " is out of order", seed, node);
        seen[node] = true;
    }
    assert_int_equal(dominators->node_of_rank[0], graph_virtual_root(graph));
    test_free(seen);
}

/* Liveness follows from the dominators, which have been compared; entries are among the garbage root's children. */
static void assert_consistent(const struct graph *graph, const struct dominators *dominators, uint64_t seed)
{
    uint32_t live = 0, entry = 0;
    for (uint32_t node = 0; node < graph->node_count; ++node) {
        uint32_t top = node;
        while (top < graph->node_count)
            top = dominators->idom_of_node[top];
        if (dominators_is_live(dominators, node) != (top == graph_virtual_root(graph)))
            fail_msg("seed %" PRIu64 ": node %" PRIu32 " is wrongly live or not", seed, node);
        live += node != NODE_NULL && top == graph_virtual_root(graph);
        if (entry < dominators->garbage_entry_count && dominators->garbage_entry[entry] == node) {
            assert_int_equal(dominators->idom_of_node[node], graph_garbage_root(graph));
            ++entry;
        }
    }
    assert_int_equal(entry, dominators->garbage_entry_count);
    assert_int_equal(dominators->live_count, live);
    assert_int_equal(dominators->garbage_count, graph->node_count - 1 - live);
}

static struct dominators dominators_without_budget(const struct graph *graph)
{
    struct dominators dominators;
    struct wh_error error;
    if (dominators_init_bounded(graph, 0, NULL, &error, &dominators))
        fail_msg("%s", error.message);
    return dominators;
}

static void check_against(const struct graph *graph, const uint32_t *expected, uint64_t seed)
{
    struct dominators dominators = dominators_of(graph), bounded = dominators_without_budget(graph);
    assert_same_idoms(graph, &dominators, expected, seed);
    assert_same_idoms(graph, &bounded, expected, seed);
    assert_order(graph, &dominators, seed);
    assert_consistent(graph, &dominators, seed);
    dominators_deinit(&dominators);
    dominators_deinit(&bounded);
}

static void assert_entries(const struct graph *graph, uint64_t expected, uint64_t seed)
{
    struct dominators dominators = dominators_of(graph);
    uint64_t entries = 0;
    for (uint32_t i = 0; i < dominators.garbage_entry_count; ++i)
        entries |= UINT64_C(1) << dominators.garbage_entry[i];
    if (entries != expected)
        fail_msg("seed %" PRIu64 ": the garbage is entered at %" PRIx64 " instead of %" PRIx64, seed, entries, expected);
    dominators_deinit(&dominators);
}

static void small_graphs_agree_with_deleting_each_node(void **state)
{
    (void)state;
    uint64_t trials = trials_count("small graphs", 300000);
    for (uint64_t trial = 0; trial < trials; ++trial) {
        uint64_t seed = trials_seed(2, trial);
        struct random random = {seed};
        uint32_t nodes = 2 + random_below(&random, 13), edges = random_below(&random, 3 * nodes);
        struct graph graph = random_graph(&random, nodes, edges, random_below(&random, 4));
        struct oracle oracle;
        oracle_by_deletion(&graph, &oracle);
        check_against(&graph, oracle.idom_of_node, seed);
        assert_entries(&graph, oracle.entries, seed);
        graph_deinit(&graph);
    }
}

static void check_against_igraph(struct graph *graph, uint64_t seed)
{
    uint32_t *expected = test_malloc(((size_t)graph->node_count + 2) * sizeof(uint32_t));
    oracle_igraph_dominators(graph, expected);
    check_against(graph, expected, seed);
    test_free(expected);
}

static void medium_graphs_agree_with_igraph(void **state)
{
    (void)state;
    uint64_t trials = trials_count("medium graphs", 4000);
    for (uint64_t trial = 0; trial < trials; ++trial) {
        uint64_t seed = trials_seed(3, trial);
        struct random random = {seed};
        uint32_t nodes = 50 + random_below(&random, trial % 10 ? 1000 : 5000);
        uint32_t edges = nodes / 2 + random_below(&random, 3 * nodes);
        struct graph graph = random_graph(&random, nodes, edges, 1 + random_below(&random, 20));
        check_against_igraph(&graph, seed);
        graph_deinit(&graph);
    }
}

static void heaps_in_any_order_agree_with_igraph(void **state)
{
    (void)state;
    uint64_t trials = trials_count("heaps", 2000);
    for (uint64_t trial = 0; trial < trials; ++trial) {
        uint64_t seed = trials_seed(4, trial);
        struct random random = {seed};
        uint32_t nodes = 300 + random_below(&random, trial % 10 ? 1500 : 5000);
        struct heap_graph heap = heap_graph_generate(nodes, (enum heap_order)(trial % 4), seed);
        check_against_igraph(&heap.graph, seed);
        heap_graph_deinit(&heap);
    }
}

static void larger_heaps_agree_with_igraph(void **state)
{
    (void)state;
    for (int order = HEAP_ORDER_DUMP; order <= HEAP_ORDER_SHUF; ++order) {
        struct heap_graph heap = heap_graph_generate(100000, (enum heap_order)order, 1);
        check_against_igraph(&heap.graph, 1);
        heap_graph_deinit(&heap);
    }
}

static void traps_agree_with_igraph(void **state)
{
    (void)state;
    struct graph traps[] = {
        trap_linked_list_and_list(3000), trap_linked_list_knotted(3000), trap_chain(5000, 0),        trap_chain(5000, 1),
        trap_hub(5000),                  trap_copied_lists(60, 60),      trap_ladder(3000),
    };
    for (size_t i = 0; i < sizeof(traps) / sizeof(traps[0]); ++i) {
        check_against_igraph(&traps[i], i);
        graph_deinit(&traps[i]);
    }
}

/* ------------------------------------------------------------------------------------------------ size, depth, failure */

/* Run in a thread, where cmocka's asserts cannot be used: each returns whether the dominators are as they should be. */

/* Quadratic would be 10^12 steps, recursion a million frames. */
static bool long_list_is_right(uint32_t length)
{
    struct graph graph = trap_linked_list_and_list(length);
    struct dominators dominators = dominators_of(&graph);
    bool right = true;
    for (uint32_t i = 2; i <= length; ++i) {
        right &= dominators.idom_of_node[2 * i - 1] == 2 * i - 3;
        right &= dominators.idom_of_node[2 * i] == graph_virtual_root(&graph);
    }
    dominators_deinit(&dominators);
    graph_deinit(&graph);
    return right;
}

/* Every cell but the last can also be reached through the next one's value. */
static bool knotted_list_is_right(uint32_t length)
{
    struct graph graph = trap_linked_list_knotted(length);
    struct dominators dominators = dominators_of(&graph);
    bool right = dominators.idom_of_node[2 * length - 1] == 2 * length - 3;
    for (uint32_t node = 1; node < 2 * length - 1; ++node)
        right &= dominators.idom_of_node[node] == graph_virtual_root(&graph);
    dominators_deinit(&dominators);
    graph_deinit(&graph);
    return right;
}

static bool long_chain_is_right(uint32_t length, int backwards)
{
    struct graph graph = trap_chain(length, backwards);
    struct dominators dominators = dominators_of(&graph);
    bool right = true;
    for (uint32_t node = 1; node < length; ++node) {
        uint32_t below = backwards ? node : node + 1, above = backwards ? node + 1 : node;
        right &= dominators.idom_of_node[below] == above;
    }
    dominators_deinit(&dominators);
    graph_deinit(&graph);
    return right;
}

static bool long_ladder_is_live(uint32_t length)
{
    struct graph graph = trap_ladder(length);
    struct dominators dominators = dominators_of(&graph);
    bool right = dominators.live_count == 2 * length + 1;
    dominators_deinit(&dominators);
    graph_deinit(&graph);
    return right;
}

static bool deep_graphs_are_right(void)
{
    return long_list_is_right(500000) && knotted_list_is_right(500000) && long_chain_is_right(1000000, 0) && long_chain_is_right(1000000, 1) &&
           long_ladder_is_live(300000);
}

static void deep_graphs_need_neither_stack_nor_quadratic_time(void **state)
{
    (void)state;
    assert_true(with_little_stack(deep_graphs_are_right));
}

static void every_failed_allocation_is_an_error_and_leaks_nothing(void **state)
{
    (void)state;
    struct written_graph written;
    written_graph_init("root a; a -> b c; b -> d; c -> d; d -> b; x -> y; y -> x b; y -> z", &written);
    struct dominators dominators;
    struct wh_error error;
    for (uint64_t nth = 1;; ++nth) {
        fail_allocation_arm(nth);
        enum wh_status status = dominators_init_bounded(&written.graph, 0, NULL, &error, &dominators);
        if (!fail_allocation_disarm())
            break;
        if (status == WH_OK) { /* an array could not be made smaller, which is no failure */
            assert_int_equal(dominators.live_count, 4);
            dominators_deinit(&dominators);
            continue;
        }
        assert_int_equal(status, WH_ERR_RESOURCE);
        assert_memory_equal(error.message, "out of memory: ", 15);
        assert_null(dominators.idom_of_node);
    }
    dominators_deinit(&dominators);
    written_graph_deinit(&written);
}

struct cancel {
    int reports_left;
};

static bool cancel_after(void *context, const char *phase, uint64_t done, uint64_t total)
{
    struct cancel *cancel = context;
    assert_non_null(phase);
    assert_true(done <= total);
    return cancel->reports_left-- > 0;
}

static void it_can_be_cancelled_at_every_report(void **state)
{
    (void)state;
    struct written_graph written;
    written_graph_init("root a; a -> b c; b -> d; c -> d; x -> y; y -> x", &written);
    enum wh_status status = WH_ERR_RESOURCE;
    for (int reports = 0; status != WH_OK; ++reports) {
        struct cancel cancel = {reports};
        struct progress progress = {cancel_after, &cancel};
        struct wh_error error;
        struct dominators dominators;
        status = dominators_init(&written.graph, &progress, &error, &dominators);
        if (status) {
            assert_int_equal(status, WH_ERR_RESOURCE);
            assert_memory_equal(error.message, "cancelled ", 10);
            assert_null(dominators.idom_of_node);
        }
        dominators_deinit(&dominators);
        assert_true(reports < 100);
    }
    written_graph_deinit(&written);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_chain_dominates_downwards),
        cmocka_unit_test(what_two_hold_is_dominated_by_who_holds_both),
        cmocka_unit_test(what_two_roots_hold_is_dominated_by_none),
        cmocka_unit_test(a_cycle_hangs_under_its_way_in),
        cmocka_unit_test(a_reference_to_a_root_changes_nothing),
        cmocka_unit_test(references_from_garbage_do_not_touch_the_living),
        cmocka_unit_test(a_garbage_cycle_is_entered_at_its_first_object),
        cmocka_unit_test(only_groups_that_no_garbage_holds_are_entries),
        cmocka_unit_test(the_paper_s_example_comes_out_as_printed),
        cmocka_unit_test(null_slots_are_no_references),
        cmocka_unit_test(a_heap_without_roots_is_all_garbage),
        cmocka_unit_test(small_graphs_agree_with_deleting_each_node),
        cmocka_unit_test(medium_graphs_agree_with_igraph),
        cmocka_unit_test(heaps_in_any_order_agree_with_igraph),
        cmocka_unit_test(larger_heaps_agree_with_igraph),
        cmocka_unit_test(traps_agree_with_igraph),
        cmocka_unit_test(deep_graphs_need_neither_stack_nor_quadratic_time),
        cmocka_unit_test(every_failed_allocation_is_an_error_and_leaks_nothing),
        cmocka_unit_test(it_can_be_cancelled_at_every_report),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
