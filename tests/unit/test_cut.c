/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the cut proposes on heaps that are written down, and what it says of their consequences against looking again at what is reached. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cut/cuttable.h"
#include "fail_allocation.h"
#include "heap_builder.h"
#include "random.h"
#include "graph/shares.h"
#include "heap/strong.h"
#include "trials.h"
#include "cut/what_if.h"

static const char types[] = "type app.Target heap object Target members __dict__ slot\nTarget : type\n"
                            "type app.Box heap object Box members __dict__ attrs x y\nBox : type\n"
                            "type frozenset gc\ntype app.Pair heap base tuple object Pair\nPair : type\n";

/* --- what is proposed --- */

/* The references of the cut of `t`, sorted by the analyzer, one a line. */
static void assert_cut(const char *heap_text, const char *expected)
{
    struct test_heap heap;
    struct wh_error error;
    struct wh_cut *cut;
    struct text names = {0};
    test_heap_init(&heap, "%s%s", types, heap_text);
    struct wh_cut_query query = {.query = {.address = heap_builder_address(test_heap_node(&heap, "t"))}};
    assert_int_equal(wh_cut(heap.analysis, &query, &error, &cut), WH_OK);
    for (size_t i = 0; i < cut->references_shown; i++)
        text_addf(&names, "%s%s", i ? "\n" : "", cut->references[i].reference);
    assert_string_equal(text_string(&names), expected);
    assert_true(cut->complete);
    assert_int_equal(cut->freed_targets + cut->fixed_targets, cut->targets);
    if (cut->share_count == 1)   /* one holder alone holds all that is freed */
        assert_true(cut->shares[0].exclusive_bytes == cut->freed.bytes && cut->shares[0].exclusive_objects == cut->freed.objects && !cut->shared_bytes);
    text_deinit(&names);
    wh_cut_free(cut);
    test_heap_deinit(&heap);
}

static void the_item_of_a_list_is_cut(void **state)
{
    (void)state;
    assert_cut("module app { 'a' a }\na : list [ 1 t ]\nt : app.Target", "app.a[1]");
}

static void an_item_of_a_dict_counts_once_for_key_and_value(void **state)
{
    (void)state;
    assert_cut("module app { 'a' a 'b' b }\na : dict { t x }\nx : list [ t ]\nb : tuple [ ]\nt : app.Target", "app.a[<Target>]");
}

static void a_tuple_is_not_cut_but_what_holds_it(void **state)
{
    (void)state;
    assert_cut("module app { 'a' a }\na : list [ p ]\np : tuple [ q ]\nq : app.Pair [ t ]\nt : app.Target", "app.a[0]");
    assert_cut("module app { 'a' a }\na : frozenset < t >\nt : app.Target", "app.a");
}

static void an_attribute_is_cut_in_whatever_way_it_is_stored(void **state)
{
    (void)state;
    assert_cut("module app { 'b' b }\nb : app.Box .x t\nt : app.Target", "app.b.x");
    assert_cut("module app { 'b' b }\nb : app.Target .slot t\nt : app.Target", "app.b.slot");
    assert_cut("module app { 'b' b }\nb : app.Box .__dict__ d\nd : dict { 'y' t }\nt : app.Target", "app.b.y");
}

static void a_function_is_cut_at_its_closure_or_its_defaults(void **state)
{
    (void)state;
    static const char code[] = "code c 'f' '/a.py' 1 args 1 locals n free seen\n";
    struct text text = {0};
    text_addf(&text, "%smodule app { 'f' f }\nf : function .__code__ c .__closure__ cs\ncs : tuple [ cell ]\ncell : cell .cell_contents t\nt : app.Target", code);
    assert_cut(text_string(&text), "app.f → closure variable seen");
    text_clear(&text);
    text_addf(&text, "%smodule app { 'f' f }\nf : function .__code__ c .__defaults__ d\nd : tuple [ t ]\nt : app.Target", code);
    assert_cut(text_string(&text), "app.f.__defaults__");
    text_deinit(&text);
}

static void a_local_variable_is_the_last_resort(void **state)
{
    (void)state;
    static const char frame[] = "code c 'f' '/a.py' 1 locals n\nthread 1 'MainThread' main\nr : frame .f_code c ( g ) pseudo\nframe r c 2\n";
    struct text text = {0};
    text_addf(&text, "%sg : list [ t ]\nt : app.Target", frame);
    assert_cut(text_string(&text), "n[0] (local of f at a.py:2, thread MainThread)");
    text_clear(&text);
    text_addf(&text, "%smodule app { 'a' a }\na : list [ g ]\ng : tuple [ t ]\nt : app.Target", frame);
    assert_cut(text_string(&text), "n (local of f at a.py:2, thread MainThread)\napp.a[0]");
    text_deinit(&text);
}

/* The bound method cannot be changed; of the two ways to cut it off the dict's item is taken rather than the generator's local. */
static void among_equally_few_the_one_that_can_be_removed_is_chosen(void **state)
{
    (void)state;
    assert_cut("module app { 'a' a }\na : dict { 'k' g }\ng : generator .gi_code c ( t )\ncode c 'f' '/a.py' 1 locals n\nt : app.Target", "app.a['k']");
}

static void a_class_held_by_its_instances_is_cut_with_them(void **state)
{
    (void)state;
    assert_cut("type app.Dynamic heap object t\nt : type\nmodule app { 'a' a 'Dynamic' t }\na : list [ i j ]\ni : app.Dynamic\nj : app.Dynamic",
               "app.a\napp.Dynamic");
}

static void modules_native_objects_and_roots_are_fixed(void **state)
{
    (void)state;
    assert_cut("module t { 'x' x }\nx : list [ ]", "");
    assert_cut("module app { }\nt : app.Target native 1", "");
    assert_cut("module app { 'a' t }\nroot interpreter 'why' t\nt : app.Target", "");
    assert_cut("module app { 'a' a }\na : list [ t ]\nt : tuple [ ] immortal", "");
}

static void weak_references_hold_nothing(void **state)
{
    (void)state;
    assert_cut("module app { 'a' a 'w' w }\na : list [ t ]\nw : weakref / t /\nt : app.Target", "app.a[0]");
}

/* --- questions --- */

static const char shop[] =
    "module app { 'Target' Target 'orders' orders 'recent' recent 'users' users }\n"
    "orders : dict { 'o1' o1 'o2' o2 }\nrecent : list [ o2 big ]\nusers : list [ u ]\nbig : bytearray size 50000\n"
    "o1 : app.Target .slot u size 1000\no2 : app.Target .slot u size 2000\nu : app.Box size 4000\n";

static struct wh_cut *ask(struct test_heap *heap, const struct wh_cut_query *query)
{
    struct wh_error error;
    struct wh_cut *cut = NULL;
    enum wh_status status = wh_cut(heap->analysis, query, &error, &cut);
    if (status)
        fail_msg("%s", error.message);
    return cut;
}

static void a_type_is_freed_and_what_it_shares_with_others_stays(void **state)
{
    (void)state;
    struct test_heap heap;
    test_heap_init(&heap, "%s%s", types, shop);
    struct wh_cut *cut = ask(&heap, &(struct wh_cut_query){.query = {.type = "app.Target"}});
    assert_int_equal(cut->targets, 2);
    assert_int_equal(cut->freed_targets, 2);
    assert_int_equal(cut->reference_count, 2);
    assert_string_equal(cut->references[0].reference, "app.orders");
    assert_string_equal(cut->references[0].label, ".orders");
    assert_string_equal(cut->references[0].from.type, "module");
    assert_string_equal(cut->references[0].to.type, "dict");
    assert_string_equal(cut->references[1].reference, "app.recent[0]");
    assert_int_equal(cut->remaining_count, 1);
    assert_string_equal(cut->remaining[0].held_by, "app.users[0]");
    assert_false(cut->remaining[0].target);
    assert_int_equal(cut->share_count, 2);
    assert_int_equal(cut->references[0].exclusive_bytes, cut->shares[0].exclusive_bytes);
    assert_int_equal(cut->references[0].cumulative_bytes + cut->shared_bytes, cut->references[1].cumulative_bytes);
    assert_int_equal(cut->references[1].cumulative_bytes, cut->freed.bytes);
    assert_int_equal(cut->most.references, 2);
    assert_false(cut->asks_for_one);
    assert_string_equal(cut->shares[0].holder, "app.orders");
    assert_int_equal(cut->shares[1].exclusive_bytes, 0);
    assert_int_equal(cut->shares[0].exclusive_bytes + cut->shared_bytes, cut->freed.bytes);
    assert_int_equal(cut->shared_bytes, 2000);
    wh_cut_free(cut);
    test_heap_deinit(&heap);
}

static void given_references_are_removed_instead(void **state)
{
    (void)state;
    static const char *const without[] = {"app.recent[1]", "app.orders['o1']", "app.orders[\"o1\"]"};
    struct test_heap heap;
    test_heap_init(&heap, "%s%s", types, shop);
    struct wh_cut *cut = ask(&heap, &(struct wh_cut_query){.query = {.type = "app.Target"}, .without = without, .without_count = 3});
    assert_int_equal(cut->reference_count, 2);
    assert_int_equal(cut->freed_targets, 1);
    assert_int_equal(cut->targets, 2);
    assert_true(cut->freed.bytes >= 51000);
    assert_true(cut->remaining[0].target);
    assert_string_equal(cut->remaining[0].held_by, "app.orders['o2']");
    wh_cut_free(cut);
    cut = ask(&heap, &(struct wh_cut_query){.without = without, .without_count = 1});
    assert_int_equal(cut->freed.bytes, 50000);
    assert_int_equal(cut->freed.objects, 1);
    assert_int_equal(cut->targets, 0);
    wh_cut_free(cut);
    test_heap_deinit(&heap);
}

/* What stays is named by a module that holds it, though a frame that does stands before it. */
static void what_stays_is_held_by_the_best_that_is_left(void **state)
{
    (void)state;
    static const char *const without[] = {"app.a[0]"};
    struct test_heap heap;
    test_heap_init(&heap, "%scode c 'f' '/a.py' 1 locals n\nthread 1 'MainThread' main\nr : frame .f_code c ( g ) pseudo\nframe r c 2\n"
                          "g : list [ t ]\nmodule app { 'a' a 'z' z }\na : list [ t ]\nt : app.Target size 1000\nz : list [ y ]\ny : list [ t ]", types);
    struct wh_cut *cut = ask(&heap, &(struct wh_cut_query){.query = {.type = "app.Target"}, .without = without, .without_count = 1});
    assert_int_equal(cut->freed_targets, 0);
    assert_int_equal(cut->remaining_count, 1);
    assert_string_equal(cut->remaining[0].held_by, "app.z[0][0]");
    wh_cut_free(cut);
    test_heap_deinit(&heap);
}

static void garbage_needs_no_cut(void **state)
{
    (void)state;
    struct test_heap heap;
    test_heap_init(&heap, "%smodule app { }\nt : app.Target .slot u\nu : app.Target .slot t", types);
    struct wh_cut *cut = ask(&heap, &(struct wh_cut_query){.query = {.type = "app.Target"}});
    assert_int_equal(cut->targets, 0);
    assert_int_equal(cut->garbage_targets, 2);
    assert_int_equal(cut->reference_count, 0);
    wh_cut_free(cut);
    test_heap_deinit(&heap);
}

static void a_question_that_cannot_be_answered_is_refused(void **state)
{
    (void)state;
    static const struct { const char *without; size_t suspect; enum wh_status status; const char *sentence; } cases[] = {
        {"app", 0, WH_ERR_USAGE, "'app' names an object; a reference is an attribute, an item or a variable: 'app.cache'"},
        {"app.missing", 0, WH_ERR_INPUT, "the snapshot has no object 'app.missing'"},
        {"app.", 0, WH_ERR_USAGE, "cannot read the expression 'app.' at character 5: a name or * has to follow the dot"},
        {NULL, 9, WH_ERR_INPUT, "there is no suspect 9, only 0"},
        {NULL, 0, WH_ERR_USAGE, "no object is named: give an address, a type or an expression"},
    };
    struct test_heap heap;
    test_heap_init(&heap, "%s%s", types, shop);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct wh_error error = {0};
        struct wh_cut *cut;
        struct wh_cut_query query = {.suspect = cases[i].suspect, .without = &cases[i].without, .without_count = cases[i].without != NULL};
        assert_int_equal(wh_cut(heap.analysis, &query, &error, &cut), cases[i].status);
        assert_string_equal(error.message, cases[i].sentence);
        assert_null(cut);
    }
    test_heap_deinit(&heap);
}

static void lists_are_limited_and_counts_are_not(void **state)
{
    (void)state;
    struct test_heap heap;
    test_heap_init(&heap, "%smodule app { 'a' a 'b' b 'c' c }\na : list [ t ]\nb : list [ t ]\nc : list [ t ]\nt : app.Target .slot u\nu : app.Target", types);
    struct wh_cut *cut = ask(&heap, &(struct wh_cut_query){.query = {.type = "app.Target"}, .limit = 1});
    assert_int_equal(cut->reference_count, 3);
    assert_int_equal(cut->references_shown, 1);
    assert_int_equal(cut->share_count, 3);
    assert_int_equal(cut->shares_shown, 1);
    assert_int_equal(cut->freed_targets, 2);
    wh_cut_free(cut);
    test_heap_deinit(&heap);
}

/* --- against looking again --- */

/* Objects of all kinds that refer to each other at random; some hang on the module. */
static struct heap_builder *random_heap(struct random *random)
{
    static const char *const opens[] = {"list [", "tuple [", "dict {", "app.Box .x"};
    static const char *const closes[] = {"]", "]", "}", ""};
    struct heap_builder *builder = heap_builder_create();
    uint32_t count = 2 + random_below(random, 18);
    heap_builder_add(builder, "%s", types);
    struct text text = {0};
    text_add(&text, "module app {");
    for (uint32_t i = 0; i < count; i++) {
        if (random_below(random, 3) == 0)
            text_addf(&text, " 'n%u' n%u", i, i);
    }
    text_add(&text, " }\n");
    for (uint32_t i = 0; i < count; i++) {
        uint32_t kind = random_below(random, 4), length = kind == 3 ? 1 : 2 * random_below(random, 3);
        text_addf(&text, "n%u : %s", i, opens[kind]);
        for (uint32_t j = 0; j < length; j++)
            text_addf(&text, " n%u", random_below(random, count));
        text_addf(&text, " %s size %u%s\n", closes[kind], 16 + random_below(random, 1000), random_below(random, 12) ? "" : random_below(random, 2) ? " native 1" : " immortal");
    }
    if (random_below(random, 3) == 0)
        text_addf(&text, "root interpreter 'why' n%u\n", random_below(random, count));
    if (random_below(random, 2))
        text_addf(&text, "code c 'f' '/a.py' 1 locals a b\nthread 1 'MainThread' main\nr : frame .f_code c ( n%u n%u ) pseudo\nframe r c 2\n",
                  random_below(random, count), random_below(random, count));
    heap_builder_add(builder, "%s", text_string(&text));
    text_deinit(&text);
    return builder;
}

/* What is reached when the marked edges of the strong graph are gone. */
static uint64_t *reach_again(const struct edge_view *view, const bool *gone)
{
    const struct graph *graph = view->graph;
    uint64_t *reached = calloc(bitmap_word_count(graph->node_count), sizeof(*reached));
    assert_non_null(reached);
    for (uint32_t i = 0; i < graph->root_count; i++)
        bitmap_set(reached, graph->root_node[i]);
    for (bool more = true; more;) {
        more = false;
        for (uint32_t node = 1; node < graph->node_count; node++) {
            uint32_t last = graph->first_edge_of_node[node + 1];
            for (uint32_t edge = graph->first_edge_of_node[node]; edge <= last; edge++) {
                uint32_t target = edge_view_target(view, node, edge);
                if ((edge < last && gone[edge]) || !bitmap_test(reached, node) || bitmap_test(reached, target))
                    continue;
                bitmap_set(reached, target);
                more = true;
            }
        }
    }
    return reached;
}

static struct wh_mass lost(const struct model *model, const struct edge_view *view, const bool *gone)
{
    struct wh_mass mass = {0, 0};
    uint64_t *reached = reach_again(view, gone);
    for (uint32_t node = 1; node < view->graph->node_count; node++) {
        if (bitmap_test(reached, node) || !dominators_is_live(model->dominators, node))
            continue;
        mass.objects++;
        mass.bytes += model_shallow(model, node);
    }
    free(reached);
    return mass;
}

static struct cut_edges pick_edges(struct random *random, const struct cut_rules *rules, const struct graph *graph)
{
    struct cut_edges cut = {calloc(graph->edge_count + 1, sizeof(struct cut_edge)), 0};
    assert_non_null(cut.edges);
    for (uint32_t node = 1; node < graph->node_count; node++) {
        for (uint32_t edge = graph->first_edge_of_node[node]; edge < graph->first_edge_of_node[node + 1]; edge++) {
            bool pair = cut_rules_is_pair(rules, node, edge);
            if (random_below(random, 8) == 0)
                cut.edges[cut.count++] = (struct cut_edge){node, edge, pair};
            edge += pair;
        }
    }
    return cut;
}

static void mark(const struct cut_edges *cut, uint32_t first, uint32_t count, bool *gone)
{
    for (uint32_t i = first; i < first + count; i++) {
        gone[cut->edges[i].edge] = true;
        gone[cut->edges[i].edge + cut->edges[i].pair] = true;
    }
}

struct split { struct shares shares; uint32_t *order; uint64_t *bytes_of_place; };

/* The shares of what was found to go, and what the references free one after the other, in any order. */
static void split_freed(const struct model *model, const struct strong_graph *strong, const struct cut_edges *cut, const struct what_if *what_if,
                        struct random *random, struct split *ret)
{
    struct wh_error error;
    struct node_sizes sizes = heap_sizes(model->heap);
    const struct freed_nodes freed = {what_if->freed_bitmap, what_if->paths.reached_bitmap, {what_if->freed.bytes, what_if->freed.objects},
                                      retained_sizes(model->retained)};
    ret->order = calloc(cut->count + 1, sizeof(*ret->order));
    ret->bytes_of_place = calloc(cut->count + 1, sizeof(*ret->bytes_of_place));
    assert_true(ret->order && ret->bytes_of_place);
    for (uint32_t i = 0; i < cut->count; i++) {
        uint32_t other = random_below(random, i + 1);
        ret->order[i] = ret->order[other];
        ret->order[other] = i;
    }
    assert_int_equal(shares_init(&strong->view, &sizes, cut, &freed, NULL, &error, &ret->shares), WH_OK);
    assert_int_equal(shares_add_up(&strong->view, &sizes, cut, &freed, ret->order, NULL, &error, ret->bytes_of_place), WH_OK);
}

static void split_deinit(struct split *split)
{
    shares_deinit(&split->shares);
    free(split->order);
    free(split->bytes_of_place);
}

static void assert_alone(const struct model *model, const struct strong_graph *strong, const struct cut_edges *cut, uint32_t first, uint32_t count,
                         struct share share, uint64_t seed)
{
    bool *gone = calloc(strong->graph.edge_count + 2, sizeof(*gone));
    assert_non_null(gone);
    mark(cut, first, count, gone);
    struct wh_mass alone = lost(model, &strong->view, gone);
    free(gone);
    if (share.bytes != alone.bytes || share.objects != alone.objects)
        fail_msg("seed %#" PRIx64 ": %u references from %u free %" PRIu64 " objects, not %" PRIu64, seed, count, first, alone.objects, share.objects);
}

/* Against leaving out each reference alone, each holder's, and the first ones of the order. */
static void check_split(const struct model *model, const struct strong_graph *strong, const struct cut_edges *cut, const struct split *split,
                        struct wh_mass all, uint64_t seed)
{
    uint64_t sum = 0;
    bool *gone = calloc(strong->graph.edge_count + 2, sizeof(*gone));
    assert_non_null(gone);
    for (uint32_t i = 0; i < cut->count; i++) {
        assert_alone(model, strong, cut, i, 1, split->shares.of_edge[i], seed);
        mark(cut, split->order[i], 1, gone);
        if (lost(model, &strong->view, gone).bytes != split->bytes_of_place[i])
            fail_msg("seed %#" PRIx64 ": the first %u references do not free %" PRIu64 " bytes", seed, i + 1, split->bytes_of_place[i]);
    }
    for (uint32_t i = 0; i < split->shares.count; i++) {
        const struct holder *holder = &split->shares.holders[i];
        assert_alone(model, strong, cut, holder->edge, holder->references, holder->alone, seed);
        sum += holder->alone.bytes;
    }
    assert_true(split->shares.bytes <= sum && split->shares.bytes <= all.bytes);
    free(gone);
}

static bool refers(const struct edge_view *view, uint32_t node, uint32_t target)
{
    bool found = false;
    for (uint32_t edge = edge_view_first(view, node); !found && edge <= edge_view_last(view, node); edge++)
        found = edge_view_target(view, node, edge) == target;
    return found;
}

/* Each path goes by references that are left, and starts at a root. */
static void check_paths(const struct edge_view *view, const struct bfs_tree *paths, uint64_t seed)
{
    for (uint32_t node = 1; node < paths->node_count; node++) {
        uint32_t steps = 0, at = node;
        if (!bfs_tree_is_reached(paths, node))
            continue;
        for (; paths->parent_of_node[at] != NODE_NONE; at = paths->parent_of_node[at]) {
            if (steps++ > paths->node_count || !refers(view, paths->parent_of_node[at], at))
                fail_msg("seed %#" PRIx64 ": the path to node %u has no reference to node %u", seed, node, at);
        }
        uint32_t root = bfs_tree_root_of_start(paths, at);
        if (root == NODE_NONE || view->graph->root_node[root] != at)
            fail_msg("seed %#" PRIx64 ": the path to node %u starts at node %u, which is no root", seed, node, at);
    }
}

/* Removes the references of a cut, and checks what that is said to free against looking again; then those of each holder. */
static void check_cut(const struct model *model, struct strong_graph *strong, const struct cut_edges *cut, struct random *random, uint64_t seed)
{
    struct wh_error error;
    struct what_if what_if;
    struct split split;
    bool *gone = calloc(strong->graph.edge_count + 2, sizeof(*gone));
    assert_non_null(gone);
    mark(cut, 0, cut->count, gone);
    struct wh_mass expected = lost(model, &strong->view, gone);
    free(gone);
    assert_int_equal(what_if_init(model, strong, cut, NULL, &error, &what_if), WH_OK);
    if (what_if.freed.objects != expected.objects || what_if.freed.bytes != expected.bytes)
        fail_msg("seed %#" PRIx64 ": %" PRIu64 " objects freed, not %" PRIu64, seed, what_if.freed.objects, expected.objects);
    check_paths(&strong->view, &what_if.paths, seed);
    split_freed(model, strong, cut, &what_if, random, &split);
    what_if_deinit(&what_if);
    check_split(model, strong, cut, &split, expected, seed);
    split_deinit(&split);
}

static void check_random(uint64_t seed)
{
    struct random random = {seed};
    struct test_heap heap;
    struct wh_error error;
    struct strong_graph strong;
    struct cut_rules rules;
    test_heap_open(random_heap(&random), &heap);
    const struct model *model = heap.model;
    assert_int_equal(strong_graph_init(model->heap, model->retention, model->dominators->live_bitmap, &error, &strong), WH_OK);
    assert_int_equal(cut_rules_init(model->heap, &strong, &error, &rules), WH_OK);
    bool *gone = calloc(strong.graph.edge_count + 2, sizeof(*gone));
    assert_non_null(gone);
    uint64_t *reached = reach_again(&strong.view, gone);
    for (uint32_t node = 1; node < model->heap->node_count; node++)
        assert_int_equal(bitmap_test(reached, node), dominators_is_live(model->dominators, node));
    free(reached);
    free(gone);
    struct cut_edges cut = pick_edges(&random, &rules, &strong.graph);
    check_cut(model, &strong, &cut, &random, seed);
    cut_edges_deinit(&cut);
    cut_rules_deinit(&rules);
    strong_graph_deinit(&strong);
    test_heap_deinit(&heap);
}

static void what_is_freed_is_what_is_no_longer_reached(void **state)
{
    (void)state;
    uint64_t trials = trials_count("random heaps with references removed", 2000);
    for (uint64_t trial = 0; trial < trials; trial++)
        check_random(trials_seed(3, trial));
}

/* --- out of memory --- */

static void a_failed_allocation_is_an_error(void **state)
{
    (void)state;
    static const char *const without[] = {"app.recent[1]"};
    struct wh_cut_query queries[] = {{.query = {.type = "app.Target"}}, {.without = without, .without_count = 1}, {.suspect = 1}};
    struct test_heap heap;
    test_heap_init(&heap, "%s%s", types, shop);
    for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]); i++) {
        for (uint64_t n = 1;; n++) {
            struct wh_error error = {0};
            struct wh_cut *cut;
            fail_allocation_arm(n);
            enum wh_status status = wh_cut(heap.analysis, &queries[i], &error, &cut);
            if (!fail_allocation_disarm()) {
                assert_true(status == WH_OK || (i == 2 && status == WH_ERR_INPUT));
                wh_cut_free(cut);
                break;
            }
            assert_true(status == WH_ERR_RESOURCE || status == WH_OK);
            assert_int_equal(status == WH_OK, cut != NULL);
            wh_cut_free(cut);
        }
    }
    test_heap_deinit(&heap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_item_of_a_list_is_cut),
        cmocka_unit_test(an_item_of_a_dict_counts_once_for_key_and_value),
        cmocka_unit_test(a_tuple_is_not_cut_but_what_holds_it),
        cmocka_unit_test(an_attribute_is_cut_in_whatever_way_it_is_stored),
        cmocka_unit_test(a_function_is_cut_at_its_closure_or_its_defaults),
        cmocka_unit_test(a_local_variable_is_the_last_resort),
        cmocka_unit_test(among_equally_few_the_one_that_can_be_removed_is_chosen),
        cmocka_unit_test(a_class_held_by_its_instances_is_cut_with_them),
        cmocka_unit_test(modules_native_objects_and_roots_are_fixed),
        cmocka_unit_test(weak_references_hold_nothing),
        cmocka_unit_test(a_type_is_freed_and_what_it_shares_with_others_stays),
        cmocka_unit_test(given_references_are_removed_instead),
        cmocka_unit_test(what_stays_is_held_by_the_best_that_is_left),
        cmocka_unit_test(garbage_needs_no_cut),
        cmocka_unit_test(a_question_that_cannot_be_answered_is_refused),
        cmocka_unit_test(lists_are_limited_and_counts_are_not),
        cmocka_unit_test(what_is_freed_is_what_is_no_longer_reached),
        cmocka_unit_test(a_failed_allocation_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
