/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fail_allocation.h"
#include "graph_builder.h"
#include "heap_generator.h"
#include "oracle.h"
#include "graph/retained.h"
#include "trials.h"

/* All stages up to the dominator tree. */
struct analysis {
    struct dominators dominators;
    struct retained retained;
    struct dominator_tree tree;
};

static struct analysis analyze(const struct graph *graph, const struct node_sizes *sizes)
{
    struct analysis analysis;
    struct wh_error error;
    if (dominators_init(graph, NULL, &error, &analysis.dominators) ||
        retained_init(&analysis.dominators, sizes, NULL, &error, &analysis.retained) ||
        dominator_tree_init(&analysis.dominators, &analysis.retained, NULL, &error, &analysis.tree) ||
        dominator_tree_sort(&analysis.tree, NULL, &error))
        fail_msg("%s", error.message);
    return analysis;
}

static void analysis_deinit(struct analysis *analysis)
{
    dominators_deinit(&analysis->dominators);
    retained_deinit(&analysis->retained);
    dominator_tree_deinit(&analysis->tree);
}

static void an_object_retains_itself_and_what_only_it_holds(void **state)
{
    (void)state;
    struct written_graph written;
    written_graph_init("root a b; a -> own shared 0; b -> shared; own -> deep; x -> y; y -> x;"
                       "a = 100; b = 10; own = 1000; deep = 10000; shared = 7; x = 3; y = 2",
                       &written);
    struct analysis analysis = analyze(&written.graph, &written.sizes);
    const struct retained *retained = &analysis.retained;
    const uint32_t *count = analysis.retained.retained_count_of_node;
    assert_int_equal(retained_bytes(retained, written_graph_node(&written, "a")), 11100);
    assert_int_equal(count[written_graph_node(&written, "a")], 3);
    assert_int_equal(retained_bytes(retained, written_graph_node(&written, "b")), 10);
    assert_int_equal(retained_bytes(retained, written_graph_node(&written, "shared")), 7);
    assert_int_equal(retained_bytes(retained, written_graph_node(&written, "x")), 5);
    assert_int_equal(retained_bytes(retained, graph_virtual_root(&written.graph)), 11117);
    assert_int_equal(count[graph_virtual_root(&written.graph)], 5);
    assert_int_equal(retained_bytes(retained, graph_garbage_root(&written.graph)), 5);
    assert_int_equal(count[graph_garbage_root(&written.graph)], 2);
    assert_int_equal(count[NODE_NULL], 0);
    analysis_deinit(&analysis);
    written_graph_deinit(&written);
}

static void objects_of_more_than_four_gibibytes_count_in_full(void **state)
{
    (void)state;
    struct written_graph written;
    written_graph_init("root a; a -> b c; a = 4294967294; b = 4294967295; c = 1099511627776", &written);
    struct analysis analysis = analyze(&written.graph, &written.sizes);
    assert_int_equal(written.sizes.big_size_count, 2);
    assert_true(retained_bytes(&analysis.retained, 1) == UINT64_C(4294967294) + UINT64_C(4294967295) + UINT64_C(1099511627776));
    analysis_deinit(&analysis);
    written_graph_deinit(&written);
}

static void children_come_biggest_first_and_equal_ones_by_number(void **state)
{
    (void)state;
    struct written_graph written;
    written_graph_init("root top; top -> a b c d 0; b -> e; a = 5; b = 1; c = 9; d = 5; e = 4; x -> x", &written);
    struct analysis analysis = analyze(&written.graph, &written.sizes);
    uint32_t top = written_graph_node(&written, "top"), first = analysis.tree.first_child_of_node[top];
    const char *expected[] = {"c", "a", "b", "d"};
    assert_int_equal(analysis.tree.first_child_of_node[top + 1] - first, 4);
    for (uint32_t i = 0; i < 4; ++i)
        assert_string_equal(written.name[analysis.tree.child[first + i]], expected[i]);
    /* The virtual root's children do not include the NULL object. */
    uint32_t root = graph_virtual_root(&written.graph);
    assert_int_equal(analysis.tree.first_child_of_node[root + 1] - analysis.tree.first_child_of_node[root], 1);
    assert_int_equal(analysis.tree.child[analysis.tree.first_child_of_node[root]], top);
    analysis_deinit(&analysis);
    written_graph_deinit(&written);
}

static uint64_t bytes_of_set(uint64_t set, const uint32_t *size_of_node)
{
    uint64_t bytes = 0;
    for (; set; set &= set - 1)
        bytes += size_of_node[__builtin_ctzll(set)];
    return bytes;
}

static void check_against_deletion(const struct graph *graph, const uint32_t *size_of_node, uint64_t seed)
{
    struct oracle oracle;
    struct node_sizes sizes = {.size_of_node = size_of_node};
    struct analysis analysis = analyze(graph, &sizes);
    oracle_by_deletion(graph, &oracle);
    for (uint32_t node = 1; node < graph->node_count; ++node) {
        if (retained_bytes(&analysis.retained, node) != bytes_of_set(oracle.dominated_by_node[node], size_of_node) ||
            analysis.retained.retained_count_of_node[node] != (uint32_t)__builtin_popcountll(oracle.dominated_by_node[node]))
            fail_msg("seed %" PRIu64 ": node %" PRIu32 " retains something else", seed, node);
    }
    analysis_deinit(&analysis);
}

/* Around what 32 bits hold, of one object or of several. UINT32_MAX itself is the mark of a size that stands elsewhere. */
static void make_large(struct random *random, uint32_t *size_of_node, uint32_t node_count)
{
    static const uint32_t large[] = {1, 2, UINT32_MAX - 1, UINT32_MAX - 2, UINT32_MAX / 2, UINT32_MAX / 2 + 1};
    for (uint32_t node = 1; node < node_count; ++node)
        size_of_node[node] = large[random_below(random, sizeof(large) / sizeof(large[0]))];
}

static void what_is_retained_is_what_deletion_makes_unreachable(void **state)
{
    (void)state;
    uint64_t trials = trials_count("small graphs", 50000);
    for (uint64_t trial = 0; trial < trials; ++trial) {
        uint64_t seed = trials_seed(5, trial);
        struct random random = {seed};
        uint32_t nodes = 2 + random_below(&random, 13), edges = random_below(&random, 3 * nodes);
        struct graph graph = random_graph(&random, nodes, edges, random_below(&random, 4));
        uint32_t *size_of_node = random_sizes(&random, nodes);
        if (trial % 2)
            make_large(&random, size_of_node, nodes);
        check_against_deletion(&graph, size_of_node, seed);
        free(size_of_node);
        graph_deinit(&graph);
    }
}

static void assert_sums(const struct graph *graph, const struct analysis *analysis, const uint32_t *size_of_node, uint64_t seed)
{
    uint32_t entries = graph->node_count + 2;
    uint64_t *bytes = test_malloc(entries * sizeof(uint64_t));
    uint32_t *count = test_malloc(entries * sizeof(uint32_t));
    oracle_retained(graph, analysis->dominators.idom_of_node, size_of_node, bytes, count);
    for (uint32_t node = 0; node < entries; ++node) {
        if (retained_bytes(&analysis->retained, node) != bytes[node] ||
            analysis->retained.retained_count_of_node[node] != count[node])
            fail_msg("seed %" PRIu64 ": node %" PRIu32 " retains something else", seed, node);
    }
    test_free(bytes);
    test_free(count);
}

static bool in_order(const struct analysis *analysis, uint32_t earlier, uint32_t later)
{
    uint64_t first = retained_bytes(&analysis->retained, earlier), second = retained_bytes(&analysis->retained, later);
    return first > second || (first == second && earlier < later);
}

/* Every object but NULL is one node's child, that of its dominator, in order. */
static void assert_families(const struct graph *graph, const struct analysis *analysis, uint64_t seed)
{
    const struct dominator_tree *tree = &analysis->tree;
    assert_int_equal(tree->first_child_of_node[0], 0);
    assert_int_equal(tree->first_child_of_node[graph->node_count + 2], graph->node_count - 1);
    for (uint32_t parent = 0; parent < graph->node_count + 2; ++parent) {
        for (uint32_t i = tree->first_child_of_node[parent]; i < tree->first_child_of_node[parent + 1]; ++i) {
            if (analysis->dominators.idom_of_node[tree->child[i]] != parent)
                fail_msg("seed %" PRIu64 ": node %" PRIu32 " has the wrong parent", seed, tree->child[i]);
            if (i > tree->first_child_of_node[parent] && !in_order(analysis, tree->child[i - 1], tree->child[i]))
                fail_msg("seed %" PRIu64 ": the children of %" PRIu32 " are out of order", seed, parent);
        }
    }
}

/* Families that are looked at one by one, in any order, are those of a tree that is sorted at once. */
static void assert_families_one_by_one(const struct graph *graph, const struct analysis *analysis, struct random *random)
{
    struct dominator_tree tree;
    struct wh_error error;
    uint32_t parents = graph->node_count + 2;
    assert_int_equal(dominator_tree_init(&analysis->dominators, &analysis->retained, NULL, &error, &tree), WH_OK);
    for (uint32_t i = 0; i < 2 * parents; ++i) {
        uint32_t parent = i < parents ? random_below(random, parents) : i - parents, first = tree.first_child_of_node[parent];
        assert_int_equal(first, analysis->tree.first_child_of_node[parent]);
        assert_memory_equal(dominator_tree_family(&tree, parent), analysis->tree.child + first,
                            (analysis->tree.first_child_of_node[parent + 1] - first) * sizeof(uint32_t));
    }
    dominator_tree_deinit(&tree);
}

static void heaps_add_up_and_their_families_are_sorted(void **state)
{
    (void)state;
    uint64_t trials = trials_count("heaps", 400);
    for (uint64_t trial = 0; trial < trials; ++trial) {
        uint64_t seed = trials_seed(6, trial);
        struct random random = {seed};
        struct heap_graph heap = heap_graph_generate(300 + random_below(&random, 3000), (enum heap_order)(trial % 4), seed);
        struct node_sizes sizes = {.size_of_node = heap.size_of_node};
        if (trial % 4 == 1)
            make_large(&random, heap.size_of_node, heap.graph.node_count);
        struct analysis analysis = analyze(&heap.graph, &sizes);
        assert_sums(&heap.graph, &analysis, heap.size_of_node, seed);
        assert_families(&heap.graph, &analysis, seed);
        assert_families_one_by_one(&heap.graph, &analysis, &random);
        analysis_deinit(&analysis);
        heap_graph_deinit(&heap);
    }
}

/* One parent with families of all lengths around the powers of two, where a merge sort goes wrong if it does. */
/* A family whose members have a few sizes, so that many are equal: multiples of `unit`. */
static void assert_family_is_sorted(uint32_t length, uint32_t unit)
{
    struct random random = {length};
    struct graph graph = trap_hub(length);
    uint32_t *size_of_node = random_sizes(&random, graph.node_count);
    for (uint32_t node = 0; node < graph.node_count; ++node)
        size_of_node[node] = size_of_node[node] % 20 * unit;
    struct node_sizes sizes = {.size_of_node = size_of_node};
    struct analysis analysis = analyze(&graph, &sizes);
    assert_families(&graph, &analysis, length);
    analysis_deinit(&analysis);
    graph_deinit(&graph);
    free(size_of_node);
}

static void families_of_every_length_are_sorted(void **state)
{
    static const uint32_t large[] = {1000, 1023, 1024, 1025, 5000}, units[] = {0, 1, 1000, 200000, 1 << 24};
    (void)state;
    for (uint32_t length = 0; length < 200; ++length)
        assert_family_is_sorted(length, 1);
    for (size_t i = 0; i < sizeof(large) / sizeof(large[0]); ++i) {
        for (size_t u = 0; u < sizeof(units) / sizeof(units[0]); ++u)
            assert_family_is_sorted(large[i], units[u]);
    }
}

static void every_failed_allocation_is_an_error_and_leaks_nothing(void **state)
{
    (void)state;
    struct written_graph written;
    written_graph_init("root a; a -> b c; b -> d; c -> d; x -> y", &written);
    struct analysis analysis = analyze(&written.graph, &written.sizes);
    for (uint64_t nth = 1;; ++nth) {
        struct wh_error error;
        struct retained retained = {0};
        struct dominator_tree tree = {0};
        fail_allocation_arm(nth);
        enum wh_status status = retained_init(&analysis.dominators, &written.sizes, NULL, &error, &retained);
        if (!status)
            status = dominator_tree_init(&analysis.dominators, &retained, NULL, &error, &tree);
        bool failed = fail_allocation_disarm();
        assert_int_equal(status, failed ? WH_ERR_RESOURCE : WH_OK);
        assert_true(!failed || !tree.child);
        retained_deinit(&retained);
        dominator_tree_deinit(&tree);
        if (!failed)
            break;
        assert_memory_equal(error.message, "out of memory: ", 15);
    }
    analysis_deinit(&analysis);
    written_graph_deinit(&written);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_object_retains_itself_and_what_only_it_holds),
        cmocka_unit_test(objects_of_more_than_four_gibibytes_count_in_full),
        cmocka_unit_test(children_come_biggest_first_and_equal_ones_by_number),
        cmocka_unit_test(what_is_retained_is_what_deletion_makes_unreachable),
        cmocka_unit_test(heaps_add_up_and_their_families_are_sorted),
        cmocka_unit_test(families_of_every_length_are_sorted),
        cmocka_unit_test(every_failed_allocation_is_an_error_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
