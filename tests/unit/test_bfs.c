/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "graph/bfs.h"
#include "fail_allocation.h"
#include "graph_builder.h"
#include "little_stack.h"
#include "heap_generator.h"
#include "oracle.h"
#include "trials.h"

static struct bfs_tree tree_of(const struct graph *graph, const struct root_groups *groups)
{
    struct bfs_tree tree;
    struct wh_error error;
    if (bfs_tree_init(graph, groups, NULL, &error, &tree))
        fail_msg("%s", error.message);
    return tree;
}

/* `expected` is the path to a node, from its root, with the root's index in front: "0 a b c". */
static void assert_path(const struct written_graph *written, const struct bfs_tree *tree, const char *node_name, const char *expected)
{
    uint32_t path[WRITTEN_NODES_MAX], length = 0, node = written_graph_node(written, node_name);
    char text[256];
    int used = snprintf(text, sizeof(text), "%d", (int)bfs_tree_root_of_node(tree, node));
    for (; node != NODE_NONE; node = tree->parent_of_node[node])
        path[length++] = node;
    while (length-- > 0)
        used += snprintf(text + used, sizeof(text) - (size_t)used, " %s", written->name[path[length]]);
    assert_string_equal(text, expected);
}

static void the_path_is_the_shortest_and_then_the_first(void **state)
{
    (void)state;
    struct written_graph written;
    written_graph_init("root a b; a -> long; long -> target; b -> second first; first -> target; second -> other; other -> end;"
                       "target -> end",
                       &written);
    struct bfs_tree tree = tree_of(&written.graph, NULL);
    assert_path(&written, &tree, "target", "0 a long target");
    assert_path(&written, &tree, "end", "0 a long target end");
    assert_path(&written, &tree, "other", "1 b second other");
    bfs_tree_deinit(&tree);
    written_graph_deinit(&written);
}

static void an_earlier_group_claims_what_it_reaches_by_whatever_path(void **state)
{
    (void)state;
    const char *text = "root module; group; root frame value; module -> a; a -> b; b -> value frame_only_no; frame -> value own;"
                       "own -> b";
    struct written_graph written;
    written_graph_init(text, &written);
    struct bfs_tree tree = tree_of(&written.graph, &written.groups), plain = tree_of(&written.graph, NULL);
    assert_path(&written, &tree, "value", "0 module a b value");
    assert_path(&written, &tree, "own", "1 frame own");
    assert_path(&written, &plain, "value", "2 value");
    bfs_tree_deinit(&plain);
    bfs_tree_deinit(&tree);
    written_graph_deinit(&written);
}

static void a_repeated_root_counts_where_it_is_named_first(void **state)
{
    (void)state;
    struct written_graph written;
    written_graph_init("root b a b a 0 a; a -> c; lost -> a", &written);
    struct bfs_tree tree = tree_of(&written.graph, NULL);
    uint32_t lost = written_graph_node(&written, "lost");
    assert_path(&written, &tree, "c", "1 a c");
    assert_path(&written, &tree, "b", "0 b");
    assert_int_equal(tree.start_count, 2);
    assert_false(bfs_tree_is_reached(&tree, lost));
    assert_int_equal(bfs_tree_root_of_node(&tree, lost), NODE_NONE);
    assert_int_equal(bfs_tree_root_of_node(&tree, NODE_NULL), NODE_NONE);
    assert_true(bfs_tree_is_reached(&tree, NODE_NULL));
    bfs_tree_deinit(&tree);
    written_graph_deinit(&written);
}

static uint32_t distance_in_tree(const struct bfs_tree *tree, uint32_t node)
{
    uint32_t distance = 0;
    if (!bfs_tree_is_reached(tree, node))
        return UINT32_MAX;
    for (; tree->parent_of_node[node] != NODE_NONE; node = tree->parent_of_node[node])
        ++distance;
    return distance;
}

static bool refers(const struct graph *graph, uint32_t from, uint32_t to)
{
    for (uint32_t edge = graph->first_edge_of_node[from]; edge < graph->first_edge_of_node[from + 1]; ++edge) {
        if (graph->target_of_edge[edge] == to)
            return true;
    }
    return false;
}

static void assert_distances(const struct graph *graph, const struct bfs_tree *tree, const uint32_t *expected, uint64_t seed)
{
    for (uint32_t node = 1; node < graph->node_count; ++node) {
        uint32_t parent = tree->parent_of_node[node];
        if (distance_in_tree(tree, node) != expected[node])
            fail_msg("seed %" PRIu64 ": node %" PRIu32 " is at distance %" PRIu32 " instead of %" PRIu32, seed, node,
                     distance_in_tree(tree, node), expected[node]);
        if (parent != NODE_NONE && !refers(graph, parent, node))
            fail_msg("seed %" PRIu64 ": %" PRIu32 " does not refer to %" PRIu32, seed, parent, node);
    }
}

static void assert_starts(const struct graph *graph, const struct bfs_tree *tree)
{
    for (uint32_t i = 0; i < graph->root_count; ++i) {
        uint32_t root = graph->root_node[i], index = bfs_tree_root_of_start(tree, root);
        assert_true(bfs_tree_is_reached(tree, root));
        if (index == NODE_NONE) {
            assert_true(root == NODE_NULL || tree->parent_of_node[root] != NODE_NONE);
            continue;
        }
        assert_true(index <= i);
        assert_int_equal(graph->root_node[index], root);
        assert_int_equal(tree->parent_of_node[root], NODE_NONE);
    }
}

static void check_against_relaxation(const struct graph *graph, const struct root_groups *groups, uint64_t seed)
{
    uint32_t *expected = test_malloc(graph->node_count * sizeof(uint32_t));
    struct bfs_tree tree = tree_of(graph, groups);
    oracle_distances(graph, groups, expected);
    assert_distances(graph, &tree, expected, seed);
    assert_starts(graph, &tree);
    bfs_tree_deinit(&tree);
    test_free(expected);
}

static void small_graphs_have_the_distances_that_relaxation_gives(void **state)
{
    (void)state;
    uint64_t trials = trials_count("small graphs", 50000);
    for (uint64_t trial = 0; trial < trials; ++trial) {
        uint64_t seed = trials_seed(7, trial);
        struct random random = {seed};
        uint32_t nodes = 2 + random_below(&random, 20), edges = random_below(&random, 3 * nodes), roots = random_below(&random, 6);
        struct graph graph = random_graph(&random, nodes, edges, roots);
        uint32_t ends[] = {random_below(&random, roots + 1), roots};
        struct root_groups groups = {ends, 2};
        check_against_relaxation(&graph, NULL, seed);
        check_against_relaxation(&graph, &groups, seed);
        graph_deinit(&graph);
    }
}

static void heaps_have_the_distances_that_igraph_gives(void **state)
{
    (void)state;
    uint64_t trials = trials_count("heaps", 300);
    for (uint64_t trial = 0; trial < trials; ++trial) {
        uint64_t seed = trials_seed(8, trial);
        struct random random = {seed};
        struct heap_graph heap = heap_graph_generate(300 + random_below(&random, 3000), (enum heap_order)(trial % 4), seed);
        uint32_t *expected = test_malloc(heap.graph.node_count * sizeof(uint32_t));
        struct bfs_tree tree = tree_of(&heap.graph, NULL);
        oracle_igraph_distances(&heap.graph, expected);
        assert_distances(&heap.graph, &tree, expected, seed);
        bfs_tree_deinit(&tree);
        test_free(expected);
        heap_graph_deinit(&heap);
    }
}

/* The rule of ties, written down once more: of the referrers at equal distance, the one that was itself found first, ... */
static void the_first_found_referrer_is_the_parent(void **state)
{
    (void)state;
    uint64_t trials = trials_count("small graphs searched the plain way", 20000);
    for (uint64_t trial = 0; trial < trials; ++trial) {
        struct random random = {trials_seed(9, trial)};
        struct graph graph = random_graph(&random, 2 + random_below(&random, 20), random_below(&random, 60), 3);
        struct bfs_tree tree = tree_of(&graph, NULL);
        uint32_t found[32], found_count = 0;
        bool seen[32] = {true};
        for (uint32_t i = 0; i < graph.root_count; ++i) {
            if (!seen[graph.root_node[i]])
                found[found_count++] = graph.root_node[i];
            seen[graph.root_node[i]] = true;
        }
        for (uint32_t i = 0; i < found_count; ++i) {
            for (uint32_t edge = graph.first_edge_of_node[found[i]]; edge < graph.first_edge_of_node[found[i] + 1]; ++edge) {
                uint32_t target = graph.target_of_edge[edge];
                if (!seen[target]) {
                    assert_int_equal(tree.parent_of_node[target], found[i]);
                    found[found_count++] = target;
                    seen[target] = true;
                }
            }
        }
        bfs_tree_deinit(&tree);
        graph_deinit(&graph);
    }
}

static bool a_long_chain_is_right(void)
{
    struct graph graph = trap_chain(1000000, 1);
    struct bfs_tree tree = tree_of(&graph, NULL);
    bool right = true;
    for (uint32_t node = 1; node < 1000000; ++node)
        right &= tree.parent_of_node[node] == node + 1;
    bfs_tree_deinit(&tree);
    graph_deinit(&graph);
    return right;
}

static void a_chain_a_million_deep_needs_no_stack(void **state)
{
    (void)state;
    assert_true(with_little_stack(a_long_chain_is_right));
}

static void every_failed_allocation_is_an_error_and_leaks_nothing(void **state)
{
    (void)state;
    struct written_graph written;
    written_graph_init("root a; a -> b; b -> a; x -> a", &written);
    for (uint64_t nth = 1;; ++nth) {
        struct bfs_tree tree;
        struct wh_error error;
        fail_allocation_arm(nth);
        enum wh_status status = bfs_tree_init(&written.graph, &written.groups, NULL, &error, &tree);
        bool failed = fail_allocation_disarm();
        assert_int_equal(status, failed ? WH_ERR_RESOURCE : WH_OK);
        assert_true(!failed || !tree.parent_of_node);
        bfs_tree_deinit(&tree);
        if (!failed)
            break;
        assert_memory_equal(error.message, "out of memory: ", 15);
    }
    written_graph_deinit(&written);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_path_is_the_shortest_and_then_the_first),
        cmocka_unit_test(an_earlier_group_claims_what_it_reaches_by_whatever_path),
        cmocka_unit_test(a_repeated_root_counts_where_it_is_named_first),
        cmocka_unit_test(small_graphs_have_the_distances_that_relaxation_gives),
        cmocka_unit_test(heaps_have_the_distances_that_igraph_gives),
        cmocka_unit_test(the_first_found_referrer_is_the_parent),
        cmocka_unit_test(a_chain_a_million_deep_needs_no_stack),
        cmocka_unit_test(every_failed_allocation_is_an_error_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
