/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Independent paths, paths that ignore references, merged paths, and what sets retain. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fail_allocation.h"
#include "heap_builder.h"
#include "random.h"
#include "trials.h"

static const char shop[] =
    "type app.Order heap object Order members __dict__\n"
    "module app { 'Order' Order 'orders' orders 'recent' recent 'both' both }\nOrder : type\n"
    "orders : dict { 'k' o1 'l' o2 'm' o3 }\nrecent : list [ o1 o4 ]\nboth : tuple [ recent orders ]\n"
    "o1 : app.Order size 100\no2 : app.Order size 200\no3 : app.Order size 300\no4 : app.Order size 400\n";

static char *expressions(const struct wh_paths *paths)
{
    struct text text = {0};
    for (size_t i = 0; i < paths->count; i++)
        text_addf(&text, "%s%s", i ? "\n" : "", paths->paths[i].expression);
    char *string = strdup(text_string(&text));
    text_deinit(&text);
    assert_non_null(string);
    return string;
}

static void assert_paths(struct test_heap *heap, const struct wh_query *query, const struct wh_path_options *options, const char *expected)
{
    struct wh_error error;
    struct wh_paths *paths;
    assert_int_equal(wh_other_paths(heap->analysis, query, options, &error, &paths), WH_OK);
    char *found = expressions(paths);
    assert_string_equal(found, expected);
    free(found);
    wh_paths_free(paths);
}

static void independent_paths_share_no_removable_reference(void **state)
{
    (void)state;
    struct test_heap heap;
    test_heap_init(&heap, "%s", shop);
    struct wh_query query = {.expression = "app.orders['k']"};
    assert_paths(&heap, &query, &(struct wh_path_options){.independent = 1}, "app.orders['k']");
    assert_paths(&heap, &query, &(struct wh_path_options){.independent = 9}, "app.orders['k']\napp.recent[0]");
    test_heap_deinit(&heap);
    test_heap_init(&heap, "module app { 'a' a 'b' b 'c' c }\na : list [ x ]\nb : list [ x x ]\nc : list [ d ]\nd : dict { 'k' x }\nx : list [ x ]");
    query = (struct wh_query){.expression = "app.a[0]"};
    assert_paths(&heap, &query, &(struct wh_path_options){.independent = 9}, "app.a[0]\napp.b[0]\napp.c[0]['k']");
    assert_paths(&heap, &query, &(struct wh_path_options){.independent = 2}, "app.a[0]\napp.b[0]");
    test_heap_deinit(&heap);
}

/* The second shortest path uses references of two others: without it there are as many as the fewest references to cut. */
static void a_path_that_is_in_the_way_of_two_is_given_up(void **state)
{
    (void)state;
    struct test_heap heap;
    test_heap_init(&heap, "module app { 'g' a 'h' h } ; a : list [ b c ] ; b : list [ t ] ; c : list [ e ] ; e : list [ t ] ; h : list [ i ] ; i : list [ b ] ; t : object");
    struct wh_query query = {.address = heap_builder_address(test_heap_node(&heap, "t"))};
    assert_paths(&heap, &query, &(struct wh_path_options){.independent = 1}, "app.g[0][0]");
    assert_paths(&heap, &query, &(struct wh_path_options){.independent = 9}, "app.g[1][0][0]\napp.h[0][0][0]");
    test_heap_deinit(&heap);
}

/* How many references two paths have in common, those that begin them aside. */
static void assert_independent(const struct wh_paths *paths)
{
    for (size_t i = 0; i < paths->count; i++) {
        for (size_t j = 0; j < i; j++) {
            for (size_t a = 1; a < paths->paths[i].hop_count; a++) {
                for (size_t b = 1; b < paths->paths[j].hop_count; b++) {
                    const struct wh_hop *x = &paths->paths[i].hops[a], *y = &paths->paths[j].hops[b];
                    assert_false(x->object.address == y->object.address && x[-1].object.address == y[-1].object.address);
                }
            }
        }
    }
}

static void there_are_as_many_independent_paths_as_references_to_cut(void **state)
{
    (void)state;
    uint64_t trials = trials_count("random heaps with their independent paths", 1000);
    for (uint64_t trial = 0; trial < trials; trial++) {
        struct random random = {trials_seed(6, trial)};
        struct heap_builder *builder = heap_builder_create();
        struct test_heap heap;
        struct wh_error error;
        struct wh_paths *paths;
        struct wh_cut *cut;
        enum { NODES = 12 };
        bool refers[NODES][NODES] = {{false}};
        heap_builder_add(builder, "module app { 'a' n0 'b' n1 'c' n2 }\n");
        for (uint32_t i = 0; i < 30; i++)
            refers[random_below(&random, NODES)][random_below(&random, NODES)] = true;
        for (uint32_t i = 0; i < NODES; i++) {
            struct text items = {0};
            for (uint32_t j = 0; j < NODES; j++) {
                if (refers[i][j])
                    text_addf(&items, " n%u", j);
            }
            heap_builder_add(builder, "n%u : list [%s ]\n", i, text_string(&items));
            text_deinit(&items);
        }
        test_heap_open(builder, &heap);
        struct wh_query query = {.address = heap_builder_address(test_heap_node(&heap, "n11"))};
        assert_int_equal(wh_cut(heap.analysis, &(struct wh_cut_query){.query = query}, &error, &cut), WH_OK);
        enum wh_status status = wh_other_paths(heap.analysis, &query, &(struct wh_path_options){.independent = NODES}, &error, &paths);
        if ((status ? 0 : paths->count) != cut->reference_count)
            fail_msg("trial %" PRIu64 ": %d paths, %d references", trial, status ? 0 : (int)paths->count, (int)cut->reference_count);
        if (!status)
            assert_independent(paths);
        wh_paths_free(paths);
        wh_cut_free(cut);
        test_heap_deinit(&heap);
    }
}

static void weak_references_and_those_that_own_nothing_are_used_if_asked_for(void **state)
{
    (void)state;
    struct test_heap heap;
    test_heap_init(&heap, "module app { 'a' a 'w' w 'f' f } ; a : list [ box ] ; box : list [ x ] ; w : weakref / x / ; x : list [ ]\n"
                          "f : function .__globals__ g ; chain : list [ c2 ] ; c2 : list [ g ] ; g : dict { 'k' y } ; y : list [ ]\n"
                          "root interpreter 'k' chain");
    struct wh_query x = {.expression = "app.a[0][0]"}, y = {.address = heap_builder_address(test_heap_node(&heap, "y"))};
    assert_paths(&heap, &x, &(struct wh_path_options){.owners = true}, "app.a[0][0]");
    assert_paths(&heap, &x, &(struct wh_path_options){.weak = true}, "app.w → weak referent");
    assert_paths(&heap, &y, &(struct wh_path_options){.owners = true}, "app.f.__globals__['k']");
    test_heap_deinit(&heap);
}

static void ignored_references_are_not_used(void **state)
{
    (void)state;
    static const char *const orders[] = {"app.orders"}, *const all[] = {"app.orders", "app.both", "app.recent"};
    struct test_heap heap;
    struct wh_error error;
    struct wh_paths *paths;
    struct wh_query query = {.expression = "app.orders['l']"};
    test_heap_init(&heap, "%s", shop);
    assert_paths(&heap, &query, &(struct wh_path_options){.ignore = orders, .ignore_count = 1}, "app.both[1]['l']");
    assert_int_equal(wh_other_paths(heap.analysis, &query, &(struct wh_path_options){.ignore = all, .ignore_count = 3}, &error, &paths), WH_ERR_INPUT);
    assert_string_equal(error.message, "nothing holds the object but what is to be ignored");
    assert_paths(&heap, &query, &(struct wh_path_options){0}, "app.orders['l']");
    static const char *const items[] = {"app.orders[*]"}, *const attributes[] = {"app.*"};
    query = (struct wh_query){.expression = "app.orders['k']"};
    assert_paths(&heap, &query, &(struct wh_path_options){.ignore = items, .ignore_count = 1}, "app.recent[0]");
    assert_int_equal(wh_other_paths(heap.analysis, &query, &(struct wh_path_options){.ignore = attributes, .ignore_count = 1}, &error, &paths), WH_ERR_INPUT);
    test_heap_deinit(&heap);
}

static void assert_held_otherwise(struct test_heap *heap, const char *name, const char *ignored, const char *expected)
{
    struct wh_query query = {.address = heap_builder_address(test_heap_node(heap, name))};
    assert_paths(heap, &query, &(struct wh_path_options){.ignore = &ignored, .ignore_count = 1}, expected);
}

/* A reference is named as views name what it leads to. */
static void whatever_a_name_says_can_be_ignored(void **state)
{
    (void)state;
    struct test_heap heap;
    test_heap_init(&heap,
        "module app { 'all' all 'f' f 'set' set 'local' local 'odd name' odd } ; all : list [ seen default kw element mine rows shared odd ]\n"
        "code code 'f' 'app.py' 1 args 1 kwonly 1 locals b k free seen ; f : function .__code__ code .__closure__ cells .__defaults__ defaults .__kwdefaults__ kws\n"
        "cells : tuple [ cell ] ; cell : cell .cell_contents seen ; defaults : tuple [ default ] ; kws : dict { 'k' kw } ; set : set < element >\n"
        "type _thread._local members localdicts ; local : _thread._local .localdicts dicts ; dicts : dict { key mine.dict } ; mine.dict : dict { 'mine' mine }\n"
        "code run 'run' 'app.py' 9 locals rows shared ; thread 1 '' main ; frame_object : frame .f_code run ( rows c2 ) pseudo ; frame frame_object run 12\n"
        "c2 : cell .cell_contents shared ; seen : object ; default : object ; kw : object ; element : object ; mine : object ; rows : list [ ] ; shared : list [ ] ; key : object\n"
        "odd : object");
    assert_held_otherwise(&heap, "seen", "app.all[0]", "app.f → closure variable seen");
    assert_held_otherwise(&heap, "seen", "app.f → closure variable seen", "app.all[0]");
    assert_held_otherwise(&heap, "default", "app.f → default argument b", "app.all[1]");
    assert_held_otherwise(&heap, "kw", "app.f → default argument k", "app.all[2]");
    assert_held_otherwise(&heap, "element", "app.set → set element", "app.all[3]");
    assert_held_otherwise(&heap, "mine", "app.local.mine", "app.all[4]");
    assert_held_otherwise(&heap, "rows", "app.all", "rows (local of run at app.py:12, thread MainThread)");
    assert_held_otherwise(&heap, "rows", "rows (local of run at app.py:12, thread MainThread)", "app.all[5]");
    assert_held_otherwise(&heap, "shared", "shared (local of run at app.py:12, thread MainThread)", "app.all[6]");
    assert_held_otherwise(&heap, "odd", "app.__dict__['odd name']", "app.all[7]");
    assert_held_otherwise(&heap, "rows", "app.all[0:5]", "app.all[5]");
    assert_held_otherwise(&heap, "rows", "app.all[0…5]", "rows (local of run at app.py:12, thread MainThread)");
    assert_held_otherwise(&heap, "odd", "app.all[*]", "app.__dict__['odd name']");
    test_heap_deinit(&heap);
}

static char *merged_rows(const struct wh_merged *merged)
{
    struct text text = {0};
    for (size_t i = 0; i < merged->row_count; i++)
        text_addf(&text, "%d %s %d %d\n", (int)merged->rows[i].parent, merged->rows[i].name, (int)merged->rows[i].count, (int)merged->rows[i].hidden);
    char *string = strdup(text_string(&text));
    text_deinit(&text);
    assert_non_null(string);
    return string;
}

static void assert_merged(struct test_heap *heap, const char *type, const struct wh_path_options *options, const char *expected)
{
    struct wh_error error;
    struct wh_merged *merged;
    struct wh_query query = {.type = type};
    uint64_t tops = 0;
    assert_int_equal(wh_merged(heap->analysis, &query, options, &error, &merged), WH_OK);
    char *found = merged_rows(merged);
    assert_string_equal(found, expected);
    for (size_t i = 0; i < merged->row_count; i++)
        tops += merged->rows[i].parent < 0 ? merged->rows[i].count : 0;
    assert_int_equal(tops + merged->hidden, merged->reached);
    free(found);
    wh_merged_free(merged);
}

static void merged_paths_say_how_many_come_through_whom(void **state)
{
    (void)state;
    static const char *const orders[] = {"app.orders"};
    struct test_heap heap;
    test_heap_init(&heap, "%s", shop);
    assert_merged(&heap, "app.Order", &(struct wh_path_options){0}, "-1 app 4 0\n0 app.orders 3 3\n0 app.recent 1 1\n");
    assert_merged(&heap, "app.Order", &(struct wh_path_options){.ignore = orders, .ignore_count = 1},
                  "-1 app 4 0\n0 app.recent 2 2\n0 app.both[1] 2 2\n");
    test_heap_deinit(&heap);
}

static void small_branches_are_summed(void **state)
{
    (void)state;
    struct test_heap heap;
    struct heap_builder *builder = heap_builder_create();
    heap_builder_add(builder, "type app.N heap object N\nmodule app { 'a' a 'b' b 'N' N }\nN : type\n");
    struct text items = {0};
    for (unsigned i = 0; i < 500; i++)
        text_addf(&items, " n%u", i);
    heap_builder_add(builder, "a : list [%s ]\nb : list [ m0 m1 ]\nm0 : app.N\nm1 : app.N\n", text_string(&items));
    for (unsigned i = 0; i < 500; i++)
        heap_builder_add(builder, "n%u : app.N\n", i);
    text_deinit(&items);
    test_heap_open(builder, &heap);
    assert_merged(&heap, "app.N", &(struct wh_path_options){0}, "-1 app.a 500 500\n");
    test_heap_deinit(&heap);
}

static void a_long_chain_of_the_objects_themselves_has_few_rows(void **state)
{
    (void)state;
    enum { LENGTH = 3000 };
    struct test_heap heap;
    struct wh_error error;
    struct wh_merged *merged;
    struct heap_builder *builder = heap_builder_create();
    heap_builder_add(builder, "type app.N members next\nmodule app { 'n' n0 }\n");
    for (unsigned i = 0; i < LENGTH; i++)
        heap_builder_add(builder, "n%u : app.N .next n%u\n", i, i + 1 < LENGTH ? i + 1 : 0);
    test_heap_open(builder, &heap);
    struct wh_query query = {.type = "app.N"};
    assert_int_equal(wh_merged(heap.analysis, &query, &(struct wh_path_options){0}, &error, &merged), WH_OK);
    assert_int_equal(merged->reached, LENGTH);
    assert_true(merged->row_count > 1 && merged->row_count < 60);
    wh_merged_free(merged);
    test_heap_deinit(&heap);
}

/* --- what sets retain --- */

static struct wh_retained retained(struct test_heap *heap, const struct wh_retained_query *query)
{
    struct wh_retained answer;
    struct wh_error error;
    enum wh_status status = wh_retained(heap->analysis, query, &error, &answer);
    if (status)
        fail_msg("%s", error.message);
    return answer;
}

static void a_set_retains_what_its_members_hold_together(void **state)
{
    (void)state;
    static const char *const both[] = {"app.a", "app.b"}, *const one[] = {"app.a"};
    struct test_heap heap;
    test_heap_init(&heap, "type app.sub.Y object Y\nmodule app { 'a' a 'b' b 'Y' Y }\nY : type\na : list [ x y ] size 10\nb : list [ x a ] size 20\n"
                          "x : bytearray size 1000\ny : app.sub.Y size 500");
    struct wh_retained answer = retained(&heap, &(struct wh_retained_query){.expressions = both, .expression_count = 2});
    assert_int_equal(answer.exact.bytes, 1530);
    assert_int_equal(answer.exact.objects, 4);
    assert_int_equal(answer.top_sum.bytes, 530);
    assert_int_equal(answer.top_members, 2);
    assert_int_equal(answer.members.bytes, 30);
    answer = retained(&heap, &(struct wh_retained_query){.expressions = one, .expression_count = 1});
    assert_int_equal(answer.exact.bytes, 510);
    answer = retained(&heap, &(struct wh_retained_query){.query.package = "app"});
    assert_int_equal(answer.exact.bytes, 500);
    answer = retained(&heap, &(struct wh_retained_query){.query.module = "app.sub"});
    assert_int_equal(answer.exact.bytes, 500);
    answer = retained(&heap, &(struct wh_retained_query){.query.type = "list"});
    assert_int_equal(answer.exact.bytes, 1530);
    test_heap_deinit(&heap);
}

static void an_unknown_set_is_refused(void **state)
{
    (void)state;
    struct test_heap heap;
    struct wh_retained answer;
    struct wh_error error;
    test_heap_init(&heap, "%s", shop);
    assert_int_equal(wh_retained(heap.analysis, &(struct wh_retained_query){.query.module = "ap"}, &error, &answer), WH_ERR_INPUT);
    assert_string_equal(error.message, "the snapshot has no object whose class is of 'ap'; did you mean 'app'?");
    assert_int_equal(wh_retained(heap.analysis, &(struct wh_retained_query){.query.package = "ap"}, &error, &answer), WH_ERR_INPUT);
    assert_int_equal(wh_retained(heap.analysis, &(struct wh_retained_query){.query.module = NULL}, &error, &answer), WH_ERR_USAGE);
    test_heap_deinit(&heap);
}

/* Bytes of what the roots reach, but not through lists. */
static uint64_t lost_without_lists(const struct model *model)
{
    const struct graph *graph = &model->retention->graph;
    bool *reached = calloc(graph->node_count, sizeof(bool));
    uint64_t lost = 0;
    assert_non_null(reached);
    for (uint32_t i = 0; i < graph->root_count; i++)
        reached[graph->root_node[i]] = true;
    for (uint32_t round = 0; round < graph->node_count; round++) {
        for (uint32_t node = 1; node < graph->node_count; node++) {
            if (!reached[node] || heap_type_is(model->heap, node, "builtins", "list"))
                continue;
            for (uint32_t ref = model->heap->first_ref_of_node[node]; ref < model->heap->first_ref_of_node[node + 1]; ref++)
                reached[retention_target(model->retention, model->heap, ref)] = true;
            reached[retention_class(model->retention, node)] = true;
        }
    }
    for (uint32_t node = 1; node < graph->node_count; node++) {
        if (dominators_is_live(model->dominators, node) && (!reached[node] || heap_type_is(model->heap, node, "builtins", "list")))
            lost += model_shallow(model, node);
    }
    free(reached);
    return lost;
}

static void sets_retain_exactly_what_is_not_reached_without_them(void **state)
{
    (void)state;
    uint64_t trials = trials_count("random heaps without their lists", 1000);
    for (uint64_t trial = 0; trial < trials; trial++) {
        struct random random = {trials_seed(5, trial)};
        struct heap_builder *builder = heap_builder_create();
        struct test_heap heap;
        uint32_t count = 2 + random_below(&random, 18);
        heap_builder_add(builder, "module app { 'a' n0 'b' n1 }\n");
        for (uint32_t i = 0; i < count; i++) {
            heap_builder_add(builder, "n%u : %s [ n%u n%u ] size %u\n", i, i == 0 || random_below(&random, 2) ? "list" : "tuple",
                             random_below(&random, count), random_below(&random, count), 1 + random_below(&random, 999));
        }
        test_heap_open(builder, &heap);
        struct wh_retained answer = retained(&heap, &(struct wh_retained_query){.query.type = "list"});
        if (answer.exact.bytes != lost_without_lists(heap.model) || answer.top_sum.bytes > answer.exact.bytes)
            fail_msg("trial %" PRIu64, trial);
        test_heap_deinit(&heap);
    }
}

static void a_failed_allocation_is_an_error(void **state)
{
    (void)state;
    static const char *const orders[] = {"app.orders"};
    struct wh_path_options options = {.ignore = orders, .ignore_count = 1, .independent = 3};
    struct wh_query query = {.expression = "app.recent[0]"};
    struct test_heap heap;
    test_heap_init(&heap, "%s", shop);
    for (uint64_t n = 1, failed = 3; failed; n++) {
        struct wh_error error = {0};
        struct wh_paths *paths;
        struct wh_merged *merged;
        struct wh_retained answer;
        failed = 0;
        fail_allocation_arm(n);
        enum wh_status status = wh_other_paths(heap.analysis, &query, &options, &error, &paths);
        failed += fail_allocation_disarm();
        assert_true((status == WH_OK) == (paths != NULL) && (status == WH_OK || status == WH_ERR_RESOURCE));
        wh_paths_free(paths);
        fail_allocation_arm(n);
        status = wh_merged(heap.analysis, &(struct wh_query){.type = "app.Order"}, &options, &error, &merged);
        failed += fail_allocation_disarm();
        assert_true((status == WH_OK) == (merged != NULL) && (status == WH_OK || status == WH_ERR_RESOURCE));
        wh_merged_free(merged);
        fail_allocation_arm(n);
        status = wh_retained(heap.analysis, &(struct wh_retained_query){.query.package = "app"}, &error, &answer);
        failed += fail_allocation_disarm();
        assert_true(status == WH_OK || status == WH_ERR_RESOURCE);
    }
    test_heap_deinit(&heap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(independent_paths_share_no_removable_reference),
        cmocka_unit_test(a_path_that_is_in_the_way_of_two_is_given_up),
        cmocka_unit_test(there_are_as_many_independent_paths_as_references_to_cut),
        cmocka_unit_test(weak_references_and_those_that_own_nothing_are_used_if_asked_for),
        cmocka_unit_test(ignored_references_are_not_used),
        cmocka_unit_test(whatever_a_name_says_can_be_ignored),
        cmocka_unit_test(merged_paths_say_how_many_come_through_whom),
        cmocka_unit_test(small_branches_are_summed),
        cmocka_unit_test(a_long_chain_of_the_objects_themselves_has_few_rows),
        cmocka_unit_test(a_set_retains_what_its_members_hold_together),
        cmocka_unit_test(an_unknown_set_is_refused),
        cmocka_unit_test(sets_retain_exactly_what_is_not_reached_without_them),
        cmocka_unit_test(a_failed_allocation_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
