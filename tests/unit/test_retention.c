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

#include "fail_allocation.h"
#include "heap_builder.h"
#include "random.h"
#include "heap/retention.h"
#include "trials.h"

/* The kind of the first root that names the object, 0 if there is none. */
static enum root_kind root_kind_of(const struct test_heap *heap, const char *name)
{
    const struct retention *retention = heap->model->retention;
    for (uint32_t i = 0; i < retention->graph.root_count; i++) {
        if (retention->graph.root_node[i] == test_heap_node(heap, name))
            return retention->roots[i].kind;
    }
    return 0;
}

static bool keeps(const struct test_heap *heap, const char *from, const char *to)
{
    const struct retention *retention = heap->model->retention;
    uint32_t source = test_heap_node(heap, from), target = test_heap_node(heap, to);
    for (uint32_t ref = heap->heap->first_ref_of_node[source]; ref < heap->heap->first_ref_of_node[source + 1]; ref++) {
        if (retention_target(retention, heap->heap, ref) == target)
            return true;
    }
    return retention_class(retention, source) == target;
}

/* Of places and targets: a checksum that depends on the order. */
static uint64_t sum_of_references(const struct heap *heap)
{
    uint64_t sum = heap->ref_count;
    for (uint32_t node = 0; node <= heap->node_count; node++)
        sum = sum * 31 + heap->first_ref_of_node[node];
    for (uint64_t ref = 0; ref < heap->ref_count; ref++)
        sum = sum * 31 + heap->target_of_ref[ref];
    return sum;
}

/* The graph has exactly the edges that keep something alive, and the heap is itself again afterwards. */
static void assert_lends_and_gets_back(struct test_heap *heap)
{
    struct heap *lender = &heap->analysis->heap;
    const struct retention *kept = heap->model->retention;
    uint64_t sum = sum_of_references(lender);
    struct retention retention;
    assert_int_equal(retention_init(lender, NULL, NULL, &retention), WH_OK);
    assert_int_equal(graph_check(&retention.graph, NULL), WH_OK);
    uint32_t *first = retention.graph.first_edge_of_node, *target = retention.graph.target_of_edge;
    uint32_t edge_count = retention.graph.edge_count, *copied = malloc(((size_t)edge_count + 1) * sizeof(*copied));
    uint32_t *begins = malloc(((size_t)lender->node_count + 1) * sizeof(*begins));
    assert_true(copied && begins);
    memcpy(copied, target, edge_count * sizeof(*copied));
    memcpy(begins, first, ((size_t)lender->node_count + 1) * sizeof(*begins));
    retention_give_back(&retention);
    assert_int_equal(sum_of_references(lender), sum);
    uint32_t edge = 0;
    for (uint32_t node = 0; node < lender->node_count; node++) {
        assert_int_equal(begins[node], edge);
        for (uint32_t ref = lender->first_ref_of_node[node]; ref < lender->first_ref_of_node[node + 1]; ref++)
            assert_int_equal(copied[edge++], retention_target(kept, lender, ref));
        if (retention_class(kept, node))
            assert_int_equal(copied[edge++], retention_class(kept, node));
    }
    assert_int_equal(edge, edge_count);
    assert_int_equal(retention_lend(&retention, NULL), WH_OK);
    assert_int_equal(retention.graph.edge_count, edge_count);
    assert_memory_equal(retention.graph.target_of_edge, copied, edge_count * sizeof(*copied));
    assert_memory_equal(retention.graph.first_edge_of_node, begins, ((size_t)lender->node_count + 1) * sizeof(*begins));
    retention_give_back(&retention);
    assert_int_equal(sum_of_references(lender), sum);
    free(copied);
    free(begins);
    retention_deinit(&retention);
}

static bool is_live(const struct test_heap *heap, const char *name)
{
    return dominators_is_live(heap->model->dominators, test_heap_node(heap, name));
}

static void weak_references_keep_nothing_alive(void **state)
{
    struct test_heap heap;
    (void)state;
    test_heap_init(&heap, "module app { 'ref' ref } ; type weakref members __callback__ ; ref : weakref .__callback__ callback / lost /\n"
                          "lost : list [ ] ; callback : object");
    assert_false(keeps(&heap, "ref", "lost"));
    assert_true(keeps(&heap, "ref", "callback"));
    assert_false(is_live(&heap, "lost"));
    assert_true(is_live(&heap, "callback"));
    test_heap_deinit(&heap);
}

static void a_running_frame_holds_only_what_nothing_else_does(void **state)
{
    struct test_heap heap;
    (void)state;
    test_heap_init(&heap,
        "module app { 'shared' shared 'f' f } ; shared : list [ item ] ; item : object ; f : function .__code__ code .__globals__ app.__dict__\n"
        "code code 'f' 'app.py' 1 locals mine ours\n"
        "thread 1 'main' main ; run : frame .f_code code .f_globals app.__dict__ ( mine item shared ) pseudo ; frame run code 3\n"
        "mine : list [ own ] ; own : object");
    assert_true(keeps(&heap, "run", "mine"));
    assert_true(keeps(&heap, "run", "code"));
    assert_false(keeps(&heap, "run", "item"));
    assert_false(keeps(&heap, "run", "shared"));
    assert_false(keeps(&heap, "run", "app.__dict__"));
    assert_int_equal(root_kind_of(&heap, "run"), ROOT_FRAME);
    assert_int_equal(heap.model->dominators->idom_of_node[test_heap_node(&heap, "item")], test_heap_node(&heap, "shared"));
    test_heap_deinit(&heap);
}

static void a_generator_that_runs_still_owns_its_locals(void **state)
{
    struct test_heap heap;
    (void)state;
    test_heap_init(&heap, "module app { 'shared' shared } ; shared : list [ ] ; code code 'g' 'app.py' 1 locals a\n"
                          "thread 1 'main' main ; gen : generator .gi_code code ( shared ) ; frame gen code 3");
    assert_true(keeps(&heap, "gen", "shared"));
    test_heap_deinit(&heap);
}

static void a_function_holds_its_globals_where_nobody_else_does(void **state)
{
    struct test_heap heap;
    (void)state;
    test_heap_init(&heap,
        "module app { 'f' f 'g' g } ; f : function .__globals__ app.__dict__ ; g : function .__globals__ namespace .__closure__ cells\n"
        "namespace : dict { 'h' h } ; h : function .__globals__ namespace ; cells : tuple [ ]");
    assert_false(keeps(&heap, "f", "app.__dict__"));
    assert_true(keeps(&heap, "g", "namespace"));
    assert_true(keeps(&heap, "g", "cells"));
    test_heap_deinit(&heap);
}

static void all_soft_references_count_where_no_other_reaches_the_target(void **state)
{
    struct test_heap heap;
    (void)state;
    test_heap_init(&heap, "module app { 'f' f 'g' g } ; f : function .__globals__ exec ; g : function .__globals__ exec ; exec : dict { 'x' big }\n"
                          "big : list [ ]");
    assert_true(keeps(&heap, "f", "exec"));
    assert_true(keeps(&heap, "g", "exec"));
    assert_int_equal(heap.model->dominators->idom_of_node[test_heap_node(&heap, "exec")], test_heap_node(&heap, "app.__dict__"));
    test_heap_deinit(&heap);
}

static void classes_are_held_by_their_instances_in_chains(void **state)
{
    struct test_heap heap;
    (void)state;
    test_heap_init(&heap,
        "type app.Known heap object Known ; type app.Lost heap object Lost ; type app.Meta heap object Meta\n"
        "module app { 'Known' Known 'a' a 'b' b 'c' c } ; Known : type ; Lost : app.Meta ; a : app.Known ; b : app.Lost ; c : app.Lost ; Meta : type");
    assert_false(keeps(&heap, "a", "Known"));
    assert_true(keeps(&heap, "b", "Lost"));
    assert_true(keeps(&heap, "c", "Lost"));
    assert_true(keeps(&heap, "Lost", "Meta"));
    assert_true(is_live(&heap, "Lost") && is_live(&heap, "Meta"));
    assert_int_equal(root_kind_of(&heap, "Lost"), 0);
    assert_int_equal(heap.model->retention->type_reference_count, 3);
    assert_lends_and_gets_back(&heap);
    test_heap_deinit(&heap);
}

static void references_that_nobody_has_make_a_native_root(void **state)
{
    struct test_heap heap;
    (void)state;
    test_heap_init(&heap,
        "held : list [ inner ] native 2 ; inner : object ; cycle : list [ back ] ; back : list [ cycle ] ; cycle_held : list [ cycle_held ] native 1\n"
        "module app { 'seen' seen } ; seen : list [ ] native 5");
    assert_int_equal(root_kind_of(&heap, "held"), ROOT_NATIVE);
    assert_int_equal(root_kind_of(&heap, "cycle_held"), ROOT_NATIVE);
    assert_int_equal(root_kind_of(&heap, "seen"), 0);   /* alive anyway: who else refers to it does not matter */
    assert_int_equal(root_kind_of(&heap, "inner"), 0);
    assert_int_equal(heap.model->retention->native_count, 2);
    for (uint32_t i = 0; i < heap.model->retention->graph.root_count; i++) {
        if (heap.model->retention->graph.root_node[i] == test_heap_node(&heap, "held"))
            assert_int_equal(heap.model->retention->roots[i].unaccounted, 2);
    }
    test_heap_deinit(&heap);
}

static void garbage_stays_garbage(void **state)
{
    struct test_heap heap;
    (void)state;
    test_heap_init(&heap, "type app.Dead heap object Dead ; Dead : type ; a : app.Dead + b ; b : list [ a c ] ; c : tuple [ d ] ; d : object\n"
                          "f : function .__globals__ g ; g : dict { 'f' f } ; module app { }");
    static const char *const names[] = {"Dead", "a", "b", "c", "d", "f", "g"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (is_live(&heap, names[i]))
            fail_msg("%s is not garbage", names[i]);
    }
    assert_int_equal(heap.model->dominators->garbage_count, 8);   /* these and the key 'f' */
    assert_true(keeps(&heap, "f", "g"));   /* among garbage, soft references count */
    test_heap_deinit(&heap);
}

static void constants_and_static_types_are_the_interpreters(void **state)
{
    struct test_heap heap;
    (void)state;
    test_heap_init(&heap, "word : str 'word' native 1 ; number : int '5' native 3 ; code code 'f' '_' 1 ; frozen : tuple [ ] immortal refs 0\n"
                          "static : type untracked native 1 ; made : type native 1 ; plain : list [ ] native 1 ; dead : str 'dead' refs 0");
    assert_int_equal(root_kind_of(&heap, "word"), ROOT_INTERPRETER);
    assert_int_equal(root_kind_of(&heap, "number"), ROOT_INTERPRETER);
    assert_int_equal(root_kind_of(&heap, "frozen"), ROOT_INTERPRETER);
    assert_int_equal(root_kind_of(&heap, "static"), ROOT_TYPE);
    assert_int_equal(root_kind_of(&heap, "made"), ROOT_NATIVE);
    assert_int_equal(root_kind_of(&heap, "plain"), ROOT_NATIVE);
    assert_int_equal(root_kind_of(&heap, "dead"), 0);
    test_heap_deinit(&heap);
}

static void roots_come_in_groups_modules_first(void **state)
{
    struct test_heap heap;
    (void)state;
    test_heap_init(&heap, "root thread 'thread state dict' a thread 1 ; root interpreter 'codecs' b ; thread 7 'main' main ; f : frame pseudo ; frame f c 1\n"
                          "code c 'c' 'c.py' 1 ; module app { } ; a : dict { } ; b : dict { } ; n : list [ ] native 1");
    const struct retention *retention = heap.model->retention;
    static const enum root_kind kinds[] = {ROOT_MODULES, ROOT_INTERPRETER, ROOT_THREAD, ROOT_FRAME, ROOT_NATIVE};
    static const uint32_t ends[] = {1, 2, 4};
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        assert_int_equal(retention->roots[i].kind, kinds[i]);
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
        assert_int_equal(retention->group_end[i], ends[i]);
    assert_int_equal(retention->group_end[3], retention->graph.root_count);
    assert_int_equal(retention->roots[2].thread, 0);
    assert_int_equal(retention->roots[3].frame, 0);
    assert_int_equal(retention->roots[1].thread, UINT32_MAX);
    test_heap_deinit(&heap);
}

/* --- at random --- */

enum { RANDOM_OBJECTS = 24 };

static uint32_t any(struct random *random)
{
    return random_below(random, RANDOM_OBJECTS);
}

static void describe_random(struct random *random, uint32_t at, char *line, size_t size)
{
    static const char *const native[] = {"", "", "", "", " native 1"};
    const char *more = native[random_below(random, 5)];
    switch (random_below(random, 7)) {
    case 0:
        snprintf(line, size, "o%u : function .__globals__ o%u .__closure__ o%u%s", at, any(random), any(random), more);
        break;
    case 1:
        snprintf(line, size, "o%u : weakref / o%u /%s", at, any(random), more);
        break;
    case 2:
        snprintf(line, size, "o%u : app.T%u + o%u%s", at, random_below(random, 3), any(random), more);
        break;
    case 3:
        snprintf(line, size, "o%u : frame .f_globals o%u ( o%u o%u ) pseudo", at, any(random), any(random), any(random));
        break;
    default:
        snprintf(line, size, "o%u : list [ o%u _ o%u ]%s", at, any(random), any(random), more);
    }
}

static struct heap_builder *random_heap(uint64_t seed)
{
    struct random random = {seed};
    struct heap_builder *builder = heap_builder_create();
    bool framed[RANDOM_OBJECTS] = {false};
    for (uint32_t type = 0; type < 3; type++)
        heap_builder_add(builder, "type app.T%u heap object o%u", type, any(&random));
    heap_builder_add(builder, "code code 'f' 'app.py' 1 ; thread 1 'main' main");
    for (uint32_t at = 0; at < RANDOM_OBJECTS; at++) {
        char line[120];
        describe_random(&random, at, line, sizeof(line));
        heap_builder_add(builder, "%s", line);
    }
    for (uint32_t i = random_below(&random, 4); i > 0; i--)
        heap_builder_add(builder, "root interpreter 'r' o%u", any(&random));
    for (uint32_t i = random_below(&random, 3); i > 0; i--) {
        uint32_t frame = any(&random);
        if (!framed[frame])
            heap_builder_add(builder, "frame o%u code 1", frame);
        framed[frame] = true;
    }
    return builder;
}

/*
 * By definition: alive is what roots, or objects that more references are counted to than objects have, reach through references that are not
 * weak, an instance's reference to its class included. `known`: the roots alone reach it.
 */
static void find_live(const struct heap *heap, bool *known, bool *live)
{
    uint64_t counted[200] = {0};
    bool more = true;
    for (uint32_t i = 0; i < heap->root_count; i++)
        live[heap->roots[i].node] = true;
    for (uint32_t i = 0; i < heap->frame_count; i++)
        live[heap->frames[i].node] = true;
    for (unsigned pass = 0; pass < 2; pass++) {
        for (more = true; more;) {
            more = false;
            memset(counted, 0, sizeof(counted));
            for (uint32_t node = 1; node < heap->node_count; node++) {
                const struct heap_type *type = heap_type(heap, node);
                struct heap_sections sections = heap_sections(heap, node);
                uint32_t end = heap_items_kind(heap, node) == FORM_ITEMS_WEAK ? sections.items : sections.end;
                for (uint32_t ref = sections.members; ref <= end; ref++) {
                    uint32_t target = ref < end ? heap->target_of_ref[ref] : type->flags & TYPE_HEAP ? type->node : HEAP_NULL;
                    counted[target]++;
                    if (live[node] && target && !live[target])
                        live[target] = more = true;
                }
            }
        }
        if (!pass)
            memcpy(known, live, heap->node_count * sizeof(*known));
        for (uint32_t node = 1; node < heap->node_count; node++)
            live[node] |= heap_refcount(heap, node) > counted[node] || heap->form_of_node[node] & FORM_IMMORTAL;
    }
}

/* What a root reaches has no need of native code to hold it. */
static void assert_native_roots_are_needed(const struct retention *retention, const bool *known)
{
    for (uint32_t root = retention->group_end[2]; root < retention->graph.root_count; root++)
        assert_false(known[retention->graph.root_node[root]]);
}

static void nothing_alive_becomes_unreachable_and_nothing_dead_alive(void **state)
{
    (void)state;
    uint64_t trials = trials_count("random heaps", 20000);
    for (uint64_t trial = 0; trial < trials; trial++) {
        struct test_heap heap;
        bool known[200], live[200] = {false};
        test_heap_open(random_heap(trials_seed(1, trial)), &heap);
        find_live(heap.heap, known, live);
        assert_native_roots_are_needed(heap.model->retention, known);
        assert_lends_and_gets_back(&heap);
        for (uint32_t node = 1; node < heap.heap->node_count; node++) {
            if (live[node] != dominators_is_live(heap.model->dominators, node))
                fail_msg("seed %d: node %u is %s", (int)trials_seed(1, trial), node, live[node] ? "alive" : "dead");
        }
        test_heap_deinit(&heap);
    }
}

static void every_failed_allocation_is_an_error_and_leaks_nothing(void **state)
{
    struct test_heap heap;
    (void)state;
    test_heap_open(random_heap(7), &heap);
    uint64_t sum = sum_of_references(heap.heap);
    for (uint64_t nth = 1;; nth++) {
        struct retention retention;
        struct wh_error error;
        fail_allocation_arm(nth);
        enum wh_status status = retention_init(&heap.analysis->heap, NULL, &error, &retention);
        bool failed = fail_allocation_disarm();
        assert_int_equal(status, failed ? WH_ERR_RESOURCE : WH_OK);
        assert_true(!failed || !retention.roots);
        retention_deinit(&retention);
        assert_int_equal(sum_of_references(heap.heap), sum);
        if (!failed)
            break;
        assert_memory_equal(error.message, "out of memory", 13);
    }
    test_heap_deinit(&heap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weak_references_keep_nothing_alive),
        cmocka_unit_test(a_running_frame_holds_only_what_nothing_else_does),
        cmocka_unit_test(a_generator_that_runs_still_owns_its_locals),
        cmocka_unit_test(a_function_holds_its_globals_where_nobody_else_does),
        cmocka_unit_test(all_soft_references_count_where_no_other_reaches_the_target),
        cmocka_unit_test(classes_are_held_by_their_instances_in_chains),
        cmocka_unit_test(references_that_nobody_has_make_a_native_root),
        cmocka_unit_test(garbage_stays_garbage),
        cmocka_unit_test(constants_and_static_types_are_the_interpreters),
        cmocka_unit_test(roots_come_in_groups_modules_first),
        cmocka_unit_test(nothing_alive_becomes_unreachable_and_nothing_dead_alive),
        cmocka_unit_test(every_failed_allocation_is_an_error_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
