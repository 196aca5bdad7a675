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

struct found { struct dominators dominators; struct bfs_tree paths; };

static struct found search(const struct graph *graph, const struct root_groups *groups, bool scattered)
{
    struct found found;
    assert_int_equal(graph_search_as(scattered, graph, groups, NULL, NULL, &found.dominators, &found.paths), WH_OK);
    return found;
}

static void found_deinit(struct found *found)
{
    dominators_deinit(&found->dominators);
    bfs_tree_deinit(&found->paths);
}

static bool same(const void *left, const void *right, size_t count, size_t size)
{
    return !count || !memcmp(left, right, count * size);
}

/* Each node once, after its dominator. */
static bool is_order(const struct dominators *dominators)
{
    uint32_t count = dominators->node_count + 2;
    bool *seen = calloc(count, sizeof(bool)), right = true;
    assert_non_null(seen);
    for (uint32_t rank = 0; rank < count; rank++) {
        uint32_t node = dominators->node_of_rank[rank], idom = dominators->idom_of_node[node];
        right &= !seen[node] && (idom == NODE_NONE || seen[idom]);
        seen[node] = true;
    }
    free(seen);
    return right;
}

static void assert_the_same(const struct graph *graph, const struct root_groups *groups, uint64_t seed)
{
    struct found plain = search(graph, groups, false), renumbered = search(graph, groups, true);
    const struct dominators *a = &plain.dominators, *b = &renumbered.dominators;
    const struct bfs_tree *p = &plain.paths, *q = &renumbered.paths;
    size_t nodes = graph->node_count, words = bitmap_word_count(nodes);
    if (!same(a->idom_of_node, b->idom_of_node, nodes + 2, sizeof(uint32_t)) || !same(a->live_bitmap, b->live_bitmap, words, sizeof(uint64_t)) ||
        a->live_count != b->live_count || a->garbage_count != b->garbage_count || a->garbage_entry_count != b->garbage_entry_count ||
        !same(a->garbage_entry, b->garbage_entry, a->garbage_entry_count, sizeof(uint32_t)) || !is_order(b))
        fail_msg("seed %" PRIu64 ": other dominators", seed);
    if (!same(p->parent_of_node, q->parent_of_node, nodes, sizeof(uint32_t)) || !same(p->reached_bitmap, q->reached_bitmap, words, sizeof(uint64_t)) ||
        p->start_count != q->start_count || !same(p->start_node, q->start_node, p->start_count, sizeof(uint32_t)) ||
        !same(p->root_of_start, q->root_of_start, p->start_count, sizeof(uint32_t)))
        fail_msg("seed %" PRIu64 ": other paths", seed);
    found_deinit(&plain);
    found_deinit(&renumbered);
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
    struct graph traps[] = {trap_linked_list_and_list(3000), trap_linked_list_knotted(3000), trap_chain(3000, 1), trap_hub(3000), trap_ladder(3000)};
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

static void large_heaps_in_random_order_are_scattered_and_no_others(void **state)
{
    (void)state;
    for (int order = HEAP_ORDER_DUMP; order <= HEAP_ORDER_SHUF; order++) {
        struct heap_graph heap = heap_graph_generate(400000, (enum heap_order)order, 1);
        assert_int_equal(graph_is_scattered(&heap.graph), order == HEAP_ORDER_SHUF);
        if (order == HEAP_ORDER_SHUF)
            assert_the_same(&heap.graph, NULL, 1);
        heap_graph_deinit(&heap);
    }
}

static void every_failed_allocation_is_an_error_and_leaks_nothing(void **state)
{
    struct heap_graph heap = heap_graph_generate(300, HEAP_ORDER_SHUF, 1);
    (void)state;
    for (uint64_t nth = 1;; nth++) {
        struct found found;
        struct wh_error error;
        fail_allocation_arm(nth);
        enum wh_status status = graph_search_as(true, &heap.graph, NULL, NULL, &error, &found.dominators, &found.paths);
        bool failed = fail_allocation_disarm();
        assert_int_equal(status, failed ? WH_ERR_RESOURCE : WH_OK);
        found_deinit(&found);
        if (!failed)
            break;
    }
    heap_graph_deinit(&heap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_graphs_give_the_same_in_either_way),
        cmocka_unit_test(heaps_and_traps_give_the_same_in_either_way),
        cmocka_unit_test(large_heaps_in_random_order_are_scattered_and_no_others),
        cmocka_unit_test(every_failed_allocation_is_an_error_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
