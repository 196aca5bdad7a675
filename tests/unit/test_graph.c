/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fail_allocation.h"
#include "graph/graph.h"
#include "graph_builder.h"
#include "trials.h"

static void a_node_keeps_its_edges_in_the_order_of_the_list(void **state)
{
    (void)state;
    struct graph_edge edges[] = {{2, 3}, {1, 2}, {2, 0}, {1, 1}, {2, 3}};
    uint32_t roots[] = {2, 2, 1};
    struct wh_error error;
    struct graph graph;
    assert_int_equal(graph_init(4, edges, 5, roots, 3, &error, &graph), WH_OK);
    assert_int_equal(graph.edge_count, 5);
    assert_memory_equal(graph.first_edge_of_node, ((uint32_t[]){0, 0, 2, 5, 5}), 5 * sizeof(uint32_t));
    assert_memory_equal(graph.target_of_edge, ((uint32_t[]){2, 1, 3, 0, 3}), 5 * sizeof(uint32_t));
    assert_memory_equal(graph.root_node, roots, sizeof(roots));
    assert_int_equal(graph_virtual_root(&graph), 4);
    assert_int_equal(graph_garbage_root(&graph), 5);
    assert_int_equal(graph_check(&graph, &error), WH_OK);
    graph_deinit(&graph);
    assert_null(graph.target_of_edge);
}

static void a_graph_may_be_the_null_node_alone(void **state)
{
    (void)state;
    struct wh_error error;
    struct graph graph;
    assert_int_equal(graph_init(1, NULL, 0, NULL, 0, &error, &graph), WH_OK);
    assert_int_equal(graph_check(&graph, &error), WH_OK);
    graph_deinit(&graph);
}

static void assert_rejected(enum wh_status status, const struct wh_error *error, const char *message)
{
    assert_int_equal(status, WH_ERR_INPUT);
    assert_string_equal(error->message, message);
}

static void a_list_that_makes_no_sense_is_refused_with_a_sentence(void **state)
{
    (void)state;
    struct wh_error error;
    struct graph graph;
    struct graph_edge fine = {1, 1}, from_nowhere = {2, 1}, to_nowhere = {1, 2}, from_null = {0, 1};
    uint32_t root = 2;
    assert_rejected(graph_init(0, NULL, 0, NULL, 0, &error, &graph), &error,
                    "a graph needs at least its NULL node, but has no node at all");
    assert_rejected(graph_init(UINT64_C(4294967294), NULL, 0, NULL, 0, &error, &graph), &error,
                    "too many objects: 4294967294, at most 4294967293 are supported");
    assert_rejected(graph_init(2, &fine, UINT64_C(4294967296), NULL, 0, &error, &graph), &error,
                    "too many references: 4294967296, at most 4294967295 are supported");
    assert_rejected(graph_init(2, &from_nowhere, 1, NULL, 0, &error, &graph), &error,
                    "reference 0 goes from object 2 to 1, but there are only 2 objects");
    assert_rejected(graph_init(2, &to_nowhere, 1, NULL, 0, &error, &graph), &error,
                    "reference 0 goes from object 1 to 2, but there are only 2 objects");
    assert_rejected(graph_init(2, &from_null, 1, NULL, 0, &error, &graph), &error, "reference 0 starts at the NULL object");
    assert_rejected(graph_init(2, &fine, 1, &root, 1, &error, &graph), &error, "root 0 is object 2, but there are only 2 objects");
    assert_null(graph.first_edge_of_node);
}

/* Each field of a graph gets one wrong value. */
static void the_check_finds_every_kind_of_damage(void **state)
{
    (void)state;
    uint32_t first_edge[] = {0, 0, 1, 2}, targets[] = {2, 0}, roots[] = {1};
    const struct graph good = {3, 2, first_edge, targets, 1, roots};
    struct graph bad = good;
    struct wh_error error;
    assert_int_equal(graph_check(&good, &error), WH_OK);

    bad.node_count = 0;
    assert_rejected(graph_check(&bad, &error), &error, "a graph needs at least its NULL node, but has no node at all");
    bad = good;
    bad.edge_count = 3;
    assert_rejected(graph_check(&bad, &error), &error, "the objects have 2 references together, but there are 3");

    first_edge[1] = 1;
    assert_rejected(graph_check(&good, &error), &error, "the NULL object must have no references");
    first_edge[1] = 0;
    first_edge[2] = 3;
    assert_rejected(graph_check(&good, &error), &error, "the references of object 2 end before they start");
    first_edge[2] = 1;

    targets[1] = 3;
    assert_rejected(graph_check(&good, &error), &error, "reference 1 goes to object 3, but there are only 3 objects");
    targets[1] = 0;
    roots[0] = 7;
    assert_rejected(graph_check(&good, &error), &error, "root 0 is object 7, but there are only 3 objects");
}

static uint32_t count_edges(const struct graph *graph, uint32_t from, uint32_t to)
{
    uint32_t count = 0;
    for (uint32_t edge = graph->first_edge_of_node[from]; edge < graph->first_edge_of_node[from + 1]; ++edge)
        count += graph->target_of_edge[edge] == to;
    return count;
}

static uint32_t count_referrers(const struct reverse_graph *reverse, uint32_t node, uint32_t referrer)
{
    uint32_t count = 0;
    for (uint32_t i = reverse->first_referrer_of_node[node]; i < reverse->first_referrer_of_node[node + 1]; ++i)
        count += reverse->referrer[i] == referrer;
    return count;
}

static void assert_reverse_of(const struct graph *graph, const struct reverse_graph *reverse)
{
    assert_int_equal(reverse->first_referrer_of_node[0], 0);
    assert_int_equal(reverse->first_referrer_of_node[graph->node_count], graph->edge_count);
    for (uint32_t from = 0; from < graph->node_count; ++from) {
        for (uint32_t to = 0; to < graph->node_count; ++to)
            assert_int_equal(count_edges(graph, from, to), count_referrers(reverse, to, from));
        for (uint32_t i = reverse->first_referrer_of_node[from] + 1; i < reverse->first_referrer_of_node[from + 1]; ++i)
            assert_true(reverse->referrer[i - 1] <= reverse->referrer[i]);
    }
}

static void the_reverse_graph_has_each_edge_once_the_other_way(void **state)
{
    (void)state;
    uint64_t trials = trials_count("graphs turned round", 2000);
    for (uint64_t trial = 0; trial < trials; ++trial) {
        struct random random = {trials_seed(1, trial)};
        struct graph graph = random_graph(&random, 1 + random_below(&random, 20), random_below(&random, 60), 2);
        struct reverse_graph reverse;
        struct wh_error error;
        assert_int_equal(reverse_graph_init(&graph, &error, &reverse), WH_OK);
        assert_reverse_of(&graph, &reverse);
        reverse_graph_deinit(&reverse);
        graph_deinit(&graph);
    }
}

static void a_written_graph_is_what_it_says(void **state)
{
    (void)state;
    struct written_graph written;
    written_graph_init("root a b; a -> b 0 c\n group; root c; c = 5000000000; lonely", &written);
    assert_int_equal(written.graph.node_count, 5);
    assert_int_equal(written_graph_node(&written, "c"), 3);
    assert_int_equal(written.graph.edge_count, 3);
    assert_memory_equal(written.graph.target_of_edge, ((uint32_t[]){2, 0, 3}), 3 * sizeof(uint32_t));
    assert_memory_equal(written.graph.root_node, ((uint32_t[]){1, 2, 3}), 3 * sizeof(uint32_t));
    assert_int_equal(written.groups.group_count, 2);
    assert_memory_equal(written.groups.group_end, ((uint32_t[]){2, 3}), 2 * sizeof(uint32_t));
    assert_int_equal(node_sizes_get(&written.sizes, 1), 1);
    assert_true(node_sizes_get(&written.sizes, 3) == UINT64_C(5000000000));
    written_graph_deinit(&written);
}

static void building_survives_every_failed_allocation(void **state)
{
    (void)state;
    struct graph_edge edges[] = {{1, 2}, {2, 1}};
    uint32_t root = 1;
    struct wh_error error;
    struct graph graph;
    for (uint64_t nth = 1;; ++nth) {
        fail_allocation_arm(nth);
        enum wh_status status = graph_init(3, edges, 2, &root, 1, &error, &graph);
        if (!fail_allocation_disarm())
            break;
        assert_int_equal(status, WH_ERR_RESOURCE);
        assert_memory_equal(error.message, "out of memory: ", 15);
        assert_null(graph.target_of_edge);
    }
    struct reverse_graph reverse;
    for (uint64_t nth = 1;; ++nth) {
        fail_allocation_arm(nth);
        enum wh_status status = reverse_graph_init(&graph, &error, &reverse);
        if (!fail_allocation_disarm())
            break;
        assert_int_equal(status, WH_ERR_RESOURCE);
        assert_null(reverse.referrer);
    }
    reverse_graph_deinit(&reverse);
    graph_deinit(&graph);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_node_keeps_its_edges_in_the_order_of_the_list),
        cmocka_unit_test(a_graph_may_be_the_null_node_alone),
        cmocka_unit_test(a_list_that_makes_no_sense_is_refused_with_a_sentence),
        cmocka_unit_test(the_check_finds_every_kind_of_damage),
        cmocka_unit_test(the_reverse_graph_has_each_edge_once_the_other_way),
        cmocka_unit_test(a_written_graph_is_what_it_says),
        cmocka_unit_test(building_survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
