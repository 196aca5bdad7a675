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

#include "base/text.h"
#include "fail_allocation.h"
#include "graph/layers.h"
#include "heap_builder.h"
#include "random.h"
#include "trials.h"

/* --- layers --- */

static void assert_layers(const struct layers *layers, uint32_t nodes, const struct layers_edge *edges, uint32_t edge_count)
{
    for (uint32_t a = 0; a < nodes; a++) {
        assert_true(layers->point_of_node[a].x >= 0);
        for (uint32_t b = 0; b < a; b++) {
            double distance = layers->point_of_node[a].x - layers->point_of_node[b].x;
            if (layers->point_of_node[a].layer == layers->point_of_node[b].layer)
                if (distance < 0.99 && distance > -0.99)
                    fail_msg("nodes %u and %u of %u: %f", a, b, nodes, distance);
        }
    }
    for (uint32_t edge = 0; edge < edge_count; edge++) {
        uint32_t layer = layers->point_of_node[edges[edge].from].layer, end = layers->point_of_node[edges[edge].to].layer;
        assert_true(layer < end);
        for (uint32_t i = layers->first_bend_of_edge[edge]; i < layers->first_bend_of_edge[edge + 1]; i++) {
            assert_int_equal(layers->bends[i].layer, ++layer);
            assert_true(layers->bends[i].x >= 0);
        }
        assert_int_equal(layer + 1, end);
    }
}

/* An edge leads down, and passes each layer between its ends once; nodes and bends of a layer do not lie on each other. */
static void nodes_of_a_graph_without_cycles_stand_below_what_leads_to_them(void **state)
{
    (void)state;
    for (uint64_t trial = 0, trials = trials_count("random graphs", 200); trial < trials; trial++) {
        struct random random = {trials_seed(1, trial)};
        struct layers_edge edges[60];
        struct layers layers;
        uint32_t nodes = 2 + random_below(&random, 30), count = random_below(&random, 60);
        for (uint32_t i = 0; i < count; i++) {
            uint32_t to = 1 + random_below(&random, nodes - 1);
            edges[i] = (struct layers_edge){random_below(&random, to), to};
        }
        assert_int_equal(layers_init(nodes, edges, count, NULL, &layers), WH_OK);
        assert_layers(&layers, nodes, edges, count);
        layers_deinit(&layers);
    }
}

static void a_cycle_is_drawn_although_an_edge_leads_up(void **state)
{
    const struct layers_edge edges[] = {{0, 1}, {1, 2}, {2, 1}, {2, 3}};
    struct layers layers;
    (void)state;
    assert_int_equal(layers_init(4, edges, 4, NULL, &layers), WH_OK);
    assert_true(layers.point_of_node[0].layer < layers.point_of_node[1].layer);
    assert_int_equal(layers.first_bend_of_edge[4], layers.first_bend_of_edge[3] + layers.point_of_node[3].layer - layers.point_of_node[2].layer - 1);
    layers_deinit(&layers);
}

static void what_is_too_large_to_be_read_is_not_drawn(void **state)
{
    struct layers layers;
    struct wh_error error;
    (void)state;
    assert_int_equal(layers_init(LAYERS_MAX + 1, NULL, 0, &error, &layers), WH_ERR_USAGE);
    assert_string_equal(error.message, "a graph of 1001 nodes and 0 edges is not drawn");
}

/* --- paths --- */

static const char three_ways[] =
    "module app { 'items' items 'store' store 'registry' registry } ; items : list [ a ] ; a : bytes size 5000\n"
    "type app.Store heap members __dict__ ; store : app.Store .__dict__ d ; d : dict { 'trail' items } ; registry : dict { 'audit' list }\n"
    "list : list [ items ]";

static struct wh_paths *find_paths(const struct test_heap *heap)
{
    struct wh_paths *paths;
    struct wh_error error;
    struct wh_query query = {.expression = "app.items"};
    struct wh_path_options options = {.independent = 5};
    if (wh_other_paths(heap->analysis, &query, &options, &error, &paths))
        fail_msg("%s", error.message);
    return paths;
}

static void paths_become_one_graph_whose_nodes_stand_once(void **state)
{
    struct test_heap heap;
    struct wh_drawing *drawing;
    struct text text = {0};
    (void)state;
    test_heap_init(&heap, "%s", three_ways);
    struct wh_paths *paths = find_paths(&heap);
    assert_int_equal(wh_draw_paths(paths, NULL, &drawing), WH_OK);
    for (size_t i = 0; i < drawing->node_count; i++) {
        const struct wh_drawn_node *node = &drawing->nodes[i];
        text_addf(&text, "%u %s%s%s%s\n", node->layer, node->name, node->first ? " first" : "", node->target ? " target" : "",
                  node->dominator ? " dominator" : "");
    }
    for (size_t i = 0; i < drawing->edge_count; i++) {
        const struct wh_drawn_edge *edge = &drawing->edges[i];
        text_addf(&text, "%d to %d %s, %d bends\n", (int)edge->from, (int)edge->to, edge->label, (int)edge->bend_count);
    }
    assert_string_equal(text_string(&text),
                        "0 sys.modules['app'] first dominator\n3 list target dominator\n1 app.Store\n1 dict\n2 list\n"
                        "0 to 1 .items, 2 bends\n0 to 2 .store, 0 bends\n2 to 1 .trail, 1 bends\n0 to 3 .registry, 0 bends\n"
                        "3 to 4 ['audit'], 0 bends\n4 to 1 [0], 0 bends\n");
    text_deinit(&text);
    wh_drawing_free(drawing);
    wh_paths_free(paths);
    test_heap_deinit(&heap);
}

static void no_path_is_an_empty_drawing(void **state)
{
    struct wh_paths paths = {0};
    struct wh_drawing *drawing;
    (void)state;
    assert_int_equal(wh_draw_paths(&paths, NULL, &drawing), WH_OK);
    assert_int_equal(drawing->node_count + drawing->edge_count, 0);
    wh_drawing_free(drawing);
}

static void without_memory_there_is_an_error_and_no_leak(void **state)
{
    struct test_heap heap;
    (void)state;
    test_heap_init(&heap, "%s", three_ways);
    struct wh_paths *paths = find_paths(&heap);
    for (uint64_t nth = 1;; nth++) {
        struct wh_drawing *drawing;
        struct wh_error error = {0};
        fail_allocation_arm(nth);
        enum wh_status status = wh_draw_paths(paths, &error, &drawing);
        bool failed = fail_allocation_disarm();
        if (status != (failed ? WH_ERR_RESOURCE : WH_OK) || !drawing != failed)
            fail_msg("allocation %d: status %d, %s", (int)nth, status, error.message);
        wh_drawing_free(drawing);
        if (!failed)
            break;
    }
    wh_paths_free(paths);
    test_heap_deinit(&heap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nodes_of_a_graph_without_cycles_stand_below_what_leads_to_them),
        cmocka_unit_test(a_cycle_is_drawn_although_an_edge_leads_up),
        cmocka_unit_test(what_is_too_large_to_be_read_is_not_drawn),
        cmocka_unit_test(paths_become_one_graph_whose_nodes_stand_once),
        cmocka_unit_test(no_path_is_an_empty_drawing),
        cmocka_unit_test(without_memory_there_is_an_error_and_no_leak),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
