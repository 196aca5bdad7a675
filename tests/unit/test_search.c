/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fail_allocation.h"
#include "graph/search.h"
#include "graph_builder.h"
#include "heap_generator.h"
#include "random.h"
#include "trials.h"

struct found { struct dominators dominators; struct retained retained; struct bfs_tree paths; };

static struct search_results results_of(struct found *found)
{
    return (struct search_results){&found->dominators, &found->retained, &found->paths};
}

static struct found search(const struct graph *graph, const struct root_groups *groups, const struct node_sizes *sizes, bool scattered)
{
    struct found found = {0};
    struct search_results results = results_of(&found);
    assert_int_equal(graph_search_as(scattered, graph, groups, sizes, NULL, NULL, &results), WH_OK);
    return found;
}

static void found_deinit(struct found *found)
{
    dominators_deinit(&found->dominators);
    retained_deinit(&found->retained);
    bfs_tree_deinit(&found->paths);
}

static bool same(const void *left, const void *right, size_t count, size_t size)
{
    return !count || !memcmp(left, right, count * size);
}

static bool same_dominators(const struct dominators *a, const struct dominators *b, size_t nodes)
{
    return same(a->idom_of_node, b->idom_of_node, nodes + 2, sizeof(uint32_t)) &&
           same(a->live_bitmap, b->live_bitmap, bitmap_word_count(nodes), sizeof(uint64_t)) && a->live_count == b->live_count &&
           a->garbage_count == b->garbage_count && a->garbage_entry_count == b->garbage_entry_count &&
           same(a->garbage_entry, b->garbage_entry, a->garbage_entry_count, sizeof(uint32_t)) && !a->node_of_rank && !b->node_of_rank;
}

static bool same_retained(const struct retained *a, const struct retained *b, size_t nodes)
{
    bool equal = true;
    for (uint32_t node = 0; equal && node < nodes + 2; node++)
        equal = retained_bytes(a, node) == retained_bytes(b, node);
    return equal &&
           same(a->retained_count_of_node, b->retained_count_of_node, nodes + 2, sizeof(uint32_t));
}

static bool same_paths(const struct bfs_tree *a, const struct bfs_tree *b, size_t nodes)
{
    return a->node_count == b->node_count && same(a->parent_of_node, b->parent_of_node, nodes, sizeof(uint32_t)) &&
           same(a->reached_bitmap, b->reached_bitmap, bitmap_word_count(nodes), sizeof(uint64_t)) && a->start_count == b->start_count &&
           same(a->start_node, b->start_node, a->start_count, sizeof(uint32_t)) &&
           same(a->root_of_start, b->root_of_start, a->start_count, sizeof(uint32_t));
}

/* Sizes from the seed, one of them of more than 32 bits. */
static void assert_the_same(const struct graph *graph, const struct root_groups *groups, uint64_t seed)
{
    struct random random = {seed};
    uint32_t nodes = graph->node_count, *size_of_node = random_sizes(&random, nodes);
    struct node_big_size big = {random_below(&random, nodes), UINT64_C(5) << 32};
    struct node_sizes sizes = {size_of_node, &big, 1};
    size_of_node[big.node] = UINT32_MAX;
    struct found plain = search(graph, groups, &sizes, false), renumbered = search(graph, groups, &sizes, true);
    if (!same_dominators(&plain.dominators, &renumbered.dominators, nodes))
        fail_msg("seed %" PRIu64 ": other dominators", seed);
    if (!same_retained(&plain.retained, &renumbered.retained, nodes))
        fail_msg("seed %" PRIu64 ": other retained sizes", seed);
    if (!same_paths(&plain.paths, &renumbered.paths, nodes))
        fail_msg("seed %" PRIu64 ": other paths", seed);
    found_deinit(&plain);
    found_deinit(&renumbered);
    free(size_of_node);
}

static void random_graphs_give_the_same_in_either_way(void **state)
{
    uint64_t trials = trials_count("random graphs", 40000);
    (void)state;
    for (uint64_t trial = 0; trial < trials; trial++) {
        uint64_t seed = trials_seed(1, trial);
        struct random random = {seed};
        uint32_t nodes = 2 + random_below(&random, trial % 50 ? 30 : 3000), roots = random_below(&random, 6);
        struct graph graph = random_graph(&random, nodes, random_below(&random, 3 * nodes), roots);
        uint32_t ends[2] = {random_below(&random, roots + 1), roots};
        struct root_groups groups = {ends, 2};
        assert_the_same(&graph, trial % 2 ? &groups : NULL, seed);
        graph_deinit(&graph);
    }
}

static void heaps_and_traps_give_the_same_in_either_way(void **state)
{
    struct graph traps[] = {trap_linked_list_and_list(3000), trap_linked_list_knotted(3000), trap_chain(3000, 1), trap_scattered_chain(3000), trap_hub(3000), trap_ladder(3000)};
    uint64_t trials = trials_count("heaps", 200);
    (void)state;
    for (size_t i = 0; i < sizeof(traps) / sizeof(traps[0]); i++) {
        assert_the_same(&traps[i], NULL, i);
        graph_deinit(&traps[i]);
    }
    for (uint64_t trial = 0; trial < trials; trial++) {
        uint64_t seed = trials_seed(2, trial);
        struct heap_graph heap = heap_graph_generate(300 + (uint32_t)trial * 10, (enum heap_order)(trial % 4), seed);
        assert_the_same(&heap.graph, NULL, seed);
        heap_graph_deinit(&heap);
    }
}

static void large_graphs_in_random_order_are_scattered_and_no_others(void **state)
{
    (void)state;
    for (int order = HEAP_ORDER_DUMP; order <= HEAP_ORDER_SHUF; order++) {
        struct heap_graph heap = heap_graph_generate(400000, (enum heap_order)order, 1);
        assert_int_equal(graph_is_scattered(&heap.graph), order == HEAP_ORDER_SHUF);
        if (order == HEAP_ORDER_SHUF)
            assert_the_same(&heap.graph, NULL, 1);
        heap_graph_deinit(&heap);
    }
    /* Of the ladder's references a fifth leads anywhere, but each object is found from a neighbour. */
    struct graph chain = trap_scattered_chain(400000), ladder = trap_ladder(200000);
    assert_true(graph_is_scattered(&chain));
    assert_false(graph_is_scattered(&ladder));
    graph_deinit(&chain);
    graph_deinit(&ladder);
}

static void paths_are_made_only_if_asked_for(void **state)
{
    struct heap_graph heap = heap_graph_generate(300, HEAP_ORDER_SHUF, 1);
    struct node_sizes sizes = {heap.size_of_node, NULL, 0};
    (void)state;
    for (int scattered = 0; scattered < 2; scattered++) {
        struct found with = search(&heap.graph, NULL, &sizes, scattered), without = {0};
        struct search_results results = {&without.dominators, &without.retained, NULL};
        assert_int_equal(graph_search_as(scattered, &heap.graph, NULL, &sizes, NULL, NULL, &results), WH_OK);
        assert_true(same_dominators(&with.dominators, &without.dominators, heap.graph.node_count));
        assert_true(same_retained(&with.retained, &without.retained, heap.graph.node_count));
        found_deinit(&with);
        found_deinit(&without);
    }
    heap_graph_deinit(&heap);
}

static void every_failed_allocation_is_an_error_and_leaks_nothing(void **state)
{
    struct heap_graph heap = heap_graph_generate(300, HEAP_ORDER_SHUF, 1);
    struct node_sizes sizes = {heap.size_of_node, NULL, 0};
    (void)state;
    for (uint64_t nth = 1;; nth++) {
        struct found found;
        struct search_results results = results_of(&found);
        struct wh_error error;
        fail_allocation_arm(nth);
        enum wh_status status = graph_search_as(true, &heap.graph, NULL, &sizes, NULL, &error, &results);
        bool failed = fail_allocation_disarm();
        assert_int_equal(status, failed ? WH_ERR_RESOURCE : WH_OK);
        assert_true(!failed || (!found.dominators.idom_of_node && !found.retained.retained_size_of_node && !found.paths.parent_of_node));
        found_deinit(&found);
        if (!failed)
            break;
    }
    heap_graph_deinit(&heap);
}

/* The search reports often enough to be stopped in each of its phases. */
static bool stop_at(void *context, const char *phase, uint64_t done, uint64_t total)
{
    uint32_t *reports_left = context;
    (void)phase, (void)done, (void)total;
    return (*reports_left)-- > 0;
}

static void a_search_can_be_stopped_at_each_report(void **state)
{
    struct heap_graph heap = heap_graph_generate(300, HEAP_ORDER_SHUF, 1);
    struct node_sizes sizes = {heap.size_of_node, NULL, 0};
    enum wh_status status = WH_ERR_RESOURCE;
    (void)state;
    for (uint32_t reports = 0; status; reports++) {
        struct found found;
        struct search_results results = results_of(&found);
        struct wh_error error;
        uint32_t left = reports;
        struct progress progress = {stop_at, &left};
        assert_true(reports < 100);
        status = graph_search_as(true, &heap.graph, NULL, &sizes, &progress, &error, &results);
        assert_true(!status || status == WH_ERR_RESOURCE);
        found_deinit(&found);
        assert_true(status || reports > 10);
    }
    heap_graph_deinit(&heap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_graphs_give_the_same_in_either_way),
        cmocka_unit_test(heaps_and_traps_give_the_same_in_either_way),
        cmocka_unit_test(large_graphs_in_random_order_are_scattered_and_no_others),
        cmocka_unit_test(paths_are_made_only_if_asked_for),
        cmocka_unit_test(a_search_can_be_stopped_at_each_report),
        cmocka_unit_test(every_failed_allocation_is_an_error_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
