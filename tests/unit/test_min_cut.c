/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The minimum cut, against every subset of references on small random graphs, and by construction on large ones. */
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "fail_allocation.h"
#include "graph_builder.h"
#include "graph/min_cut.h"
#include "random.h"
#include "trials.h"

enum { NODES_MAX = 12, EDGES_MAX = 26, CUT_MAX = 3, BITS = 64 };

/* Prices by edge; edges that are the first of a pair. */
struct priced { unsigned char price[BITS]; bool pair[BITS]; };

static unsigned priced_price(const void *context, uint32_t node, uint32_t edge)
{
    const struct priced *priced = context;
    (void)node;
    return priced->price[edge];
}

static bool priced_is_pair(const void *context, uint32_t node, uint32_t edge)
{
    const struct priced *priced = context;
    (void)node;
    return priced->pair[edge];
}

static unsigned free_price(const void *context, uint32_t node, uint32_t edge)
{
    (void)context, (void)node, (void)edge;
    return 0;
}

static bool no_pair(const void *context, uint32_t node, uint32_t edge)
{
    (void)context, (void)node, (void)edge;
    return false;
}

static const struct cut_rule_set free_rules = {NULL, free_price, no_pair};

/* --- the slow and obvious way --- */

/* Nodes that are reached without the edges of the mask. */
static uint64_t reach(const struct graph *graph, uint64_t removed)
{
    uint64_t reached = 1, before = 0;
    for (uint32_t i = 0; i < graph->root_count; i++)
        reached |= UINT64_C(1) << graph->root_node[i];
    while (before != reached) {
        before = reached;
        for (uint32_t node = 1; node < graph->node_count; node++) {
            for (uint32_t edge = graph->first_edge_of_node[node]; edge < graph->first_edge_of_node[node + 1]; edge++) {
                if (reached >> node & 1 && !(removed >> edge & 1))
                    reached |= UINT64_C(1) << graph->target_of_edge[edge];
            }
        }
    }
    return reached;
}

static uint64_t edges_of(const struct graph *graph, const struct priced *priced, uint32_t node, uint32_t edge)
{
    uint64_t mask = UINT64_C(1) << edge;
    if (edge + 1 < graph->first_edge_of_node[node + 1] && priced->pair[edge])
        mask |= UINT64_C(1) << (edge + 1);
    return mask;
}

struct unit { uint64_t mask; unsigned price; };

/* References that can be removed, a pair as one. */
static unsigned list_units(const struct graph *graph, const struct priced *priced, struct unit *units)
{
    unsigned count = 0;
    for (uint32_t node = 1; node < graph->node_count; node++) {
        for (uint32_t edge = graph->first_edge_of_node[node]; edge < graph->first_edge_of_node[node + 1]; edge++) {
            uint64_t mask = edges_of(graph, priced, node, edge);
            if (priced->price[edge] < REDUCTION_NEVER)
                units[count++] = (struct unit){mask, priced->price[edge]};
            edge += mask >> (edge + 1) & 1;
        }
    }
    return count;
}

/*
 * The least of count and price, as one number, over all subsets of at most CUT_MAX references; UINT64_MAX if none frees the targets. `stays`: what
 * any of the best subsets leaves alive, which the one nearest to the targets does.
 */
static uint64_t best_subset(const struct graph *graph, const struct unit *units, unsigned count, uint64_t targets, uint64_t *stays)
{
    uint64_t best = reach(graph, 0) & targets ? UINT64_MAX : 0;
    *stays = reach(graph, 0);
    for (unsigned a = 0; best && a < count; a++) {
        for (unsigned b = a; b < count; b++) {
            for (unsigned c = b; c < count; c++) {
                uint64_t size = 1 + (b > a) + (c > b), price = units[a].price;
                if (b == a && c > b)
                    continue;
                price += (b > a ? units[b].price : 0) + (c > b ? units[c].price : 0);
                uint64_t cost = size * CUT_UNIT + price;
                if (cost > best)
                    continue;
                uint64_t reached = reach(graph, units[a].mask | units[b].mask | units[c].mask);
                if (reached & targets)
                    continue;
                *stays = cost < best ? reached : *stays | reached;
                best = cost;
            }
        }
    }
    return best;
}

/* --- random graphs --- */

static struct priced random_prices(struct random *random, const struct graph *graph)
{
    struct priced priced = {{0}, {0}};
    for (uint32_t node = 1; node < graph->node_count; node++) {
        bool pairs = random_below(random, 4) == 0;
        uint32_t first = graph->first_edge_of_node[node];
        for (uint32_t edge = first; edge < graph->first_edge_of_node[node + 1]; edge++) {
            uint32_t kind = random_below(random, 10);
            priced.price[edge] = kind < 2 ? REDUCTION_NEVER : kind < 4 ? 1 + random_below(random, 8) : 0;
            priced.pair[edge] = pairs && (edge - first) % 2 == 0;
            if (pairs && (edge - first) % 2)
                priced.price[edge] = priced.price[edge - 1];
        }
    }
    return priced;
}

static uint64_t fixed_nodes(const struct graph *graph, const struct priced *priced)
{
    uint64_t cuttable = 0;
    for (uint32_t edge = 0; edge < graph->edge_count && edge < BITS; edge++)
        cuttable |= (uint64_t)(priced->price[edge] < REDUCTION_NEVER) << edge;
    return reach(graph, cuttable);
}

static uint32_t pick_targets(struct random *random, const struct graph *graph, uint32_t *targets)
{
    uint64_t live = reach(graph, 0);
    uint32_t count = 0, wanted = 1 + random_below(random, 3);
    for (uint32_t tries = 0; tries < 8 && count < wanted; tries++) {
        uint32_t node = 1 + random_below(random, graph->node_count - 1);
        bool known = !(live >> node & 1);
        for (uint32_t i = 0; i < count; i++)
            known |= targets[i] == node;
        if (!known)
            targets[count++] = node;
    }
    return count;
}

static uint64_t mask_of(const uint32_t *nodes, uint32_t count)
{
    uint64_t mask = 0;
    for (uint32_t i = 0; i < count; i++)
        mask |= UINT64_C(1) << nodes[i];
    return mask;
}

static uint64_t cost_of(const struct graph *graph, const struct priced *priced, const struct cut_edges *cut, uint64_t *removed)
{
    uint64_t cost = 0;
    *removed = 0;
    for (uint32_t i = 0; i < cut->count; i++) {
        uint64_t mask = edges_of(graph, priced, cut->edges[i].node, cut->edges[i].edge);
        assert_int_equal(cut->edges[i].pair, __builtin_popcountll(mask) == 2);
        assert_true(priced->price[cut->edges[i].edge] < REDUCTION_NEVER);
        cost += CUT_UNIT + priced->price[cut->edges[i].edge];
        *removed |= mask;
    }
    return cost;
}

static void check_random(uint64_t seed, const struct min_cut_limits *limits)
{
    struct random random = {seed};
    uint32_t nodes = 3 + random_below(&random, NODES_MAX - 3), edges = random_below(&random, EDGES_MAX);
    struct graph graph = random_graph(&random, nodes, edges, 1 + random_below(&random, 2));
    struct edge_view view = edge_view_of(&graph);
    struct priced priced = random_prices(&random, &graph);
    struct cut_rule_set rules = {&priced, priced_price, priced_is_pair};
    uint32_t targets[NODES_MAX], count = pick_targets(&random, &graph, targets);
    struct unit units[EDGES_MAX];
    struct wh_error error;
    struct min_cut cut;
    uint64_t removed, stays, wanted = mask_of(targets, count), fixed = fixed_nodes(&graph, &priced);

    assert_int_equal(min_cut_init(&view, &rules, targets, count, limits, NULL, &error, &cut), WH_OK);
    assert_int_equal(cut.fixed_targets, __builtin_popcountll(wanted & fixed));
    uint64_t cost = cost_of(&graph, &priced, &cut.cut, &removed);
    uint64_t best = best_subset(&graph, units, list_units(&graph, &priced, units), wanted & ~fixed, &stays);
    if (reach(&graph, removed) & wanted & ~fixed)
        fail_msg("seed %#" PRIx64 ": the cut does not free the objects", seed);
    if (cut.complete && (best == UINT64_MAX ? cost < (CUT_MAX + 1) * CUT_UNIT : cost != best))
        fail_msg("seed %#" PRIx64 ": the cut costs %#" PRIx64 ", the best subset %#" PRIx64, seed, cost, best);
    if (cut.complete && best != UINT64_MAX && reach(&graph, removed) != stays)
        fail_msg("seed %#" PRIx64 ": the cut frees more than the nearest: %#" PRIx64 " stays, not %#" PRIx64, seed, reach(&graph, removed), stays);
    min_cut_deinit(&cut);
    graph_deinit(&graph);
}

static void a_cut_is_the_best_of_all_subsets(void **state)
{
    (void)state;
    uint64_t trials = trials_count("random graphs against all subsets of 3 references", 20000);
    struct min_cut_limits network = min_cut_limits;
    network.sweeps = 0;   /* all is left to the network */
    for (uint64_t trial = 0; trial < trials; trial++) {
        check_random(trials_seed(1, trial), &min_cut_limits);
        check_random(trials_seed(5, trial), &network);
    }
}

static void the_best_known_cut_frees_the_objects_too(void **state)
{
    (void)state;
    static const struct min_cut_limits none = {.edges = 0, .peeled_edges = 0}, few = {.edges = 6, .peeled_edges = 2};
    uint64_t trials = trials_count("random graphs beyond the limits", 20000);
    for (uint64_t trial = 0; trial < trials; trial++)
        check_random(trials_seed(2, trial), trial % 2 ? &none : &few);
}

/* --- views --- */

enum { KINDS = 3 };

struct random_view { uint64_t silent; uint32_t kind_of_node[NODES_MAX], target_of_kind[KINDS]; };

/* Some edges that do not count, some kinds whose nodes refer to the same one. */
static struct edge_view look_at_random(struct random *random, const struct graph *graph, struct random_view *ret)
{
    ret->silent = random_below(random, UINT32_MAX) & random_below(random, UINT32_MAX);
    for (uint32_t node = 0; node < graph->node_count; node++)
        ret->kind_of_node[node] = random_below(random, KINDS);
    for (uint32_t kind = 0; kind < KINDS; kind++)
        ret->target_of_kind[kind] = kind ? random_below(random, graph->node_count) : NODE_NULL;
    return (struct edge_view){graph, &ret->silent, ret->kind_of_node, ret->target_of_kind, KINDS};
}

/* The prices of the edges of a graph that was made of a view. */
static struct priced priced_graph(const struct edge_view *view, const struct graph *graph, const struct priced *priced)
{
    struct priced ret = {{0}, {0}};
    for (uint32_t node = 1; node < graph->node_count; node++) {
        uint32_t first = edge_view_first(view, node), count = edge_view_last(view, node) - first;
        for (uint32_t edge = graph->first_edge_of_node[node]; edge < graph->first_edge_of_node[node + 1]; edge++) {
            uint32_t place = edge - graph->first_edge_of_node[node];
            ret.price[edge] = place < count ? priced->price[first + place] : REDUCTION_NEVER;
            ret.pair[edge] = place + 1 < count && priced->pair[first + place];
        }
    }
    return ret;
}

static uint64_t removed_from(const struct edge_view *view, const struct graph *graph, const struct cut_edges *cut)
{
    uint64_t removed = 0;
    for (uint32_t i = 0; i < cut->count; i++) {
        uint32_t edge = cut->edges[i].edge - edge_view_first(view, cut->edges[i].node) + graph->first_edge_of_node[cut->edges[i].node];
        removed |= (cut->edges[i].pair ? UINT64_C(3) : UINT64_C(1)) << edge;
    }
    return removed;
}

/* The cut of a view has to do to the graph that is made of it what this graph's own cut does. */
static void check_view(uint64_t seed)
{
    struct random random = {seed};
    uint32_t nodes = 3 + random_below(&random, NODES_MAX - 3), edges = random_below(&random, EDGES_MAX);
    struct graph graph = random_graph(&random, nodes, edges, 1 + random_below(&random, 2)), made;
    struct priced priced = random_prices(&random, &graph);
    struct random_view arrays;
    struct edge_view view = look_at_random(&random, &graph, &arrays);
    struct wh_error error;
    assert_int_equal(edge_view_graph_init(&view, &error, &made), WH_OK);
    assert_true(made.edge_count < BITS);
    struct priced made_priced = priced_graph(&view, &made, &priced);
    struct edge_view made_view = edge_view_of(&made);
    const struct cut_rule_set rules = {&priced, priced_price, priced_is_pair}, made_rules = {&made_priced, priced_price, priced_is_pair};
    uint32_t targets[NODES_MAX], count = pick_targets(&random, &made, targets);
    struct min_cut cut, made_cut;
    uint64_t made_removed;
    assert_int_equal(min_cut_init(&view, &rules, targets, count, &min_cut_limits, NULL, &error, &cut), WH_OK);
    assert_int_equal(min_cut_init(&made_view, &made_rules, targets, count, &min_cut_limits, NULL, &error, &made_cut), WH_OK);
    cost_of(&made, &made_priced, &made_cut.cut, &made_removed);
    if (cut.fixed_targets != made_cut.fixed_targets || cut.cut.count != made_cut.cut.count ||
        reach(&made, removed_from(&view, &made, &cut.cut)) != reach(&made, made_removed))
        fail_msg("seed %#" PRIx64 ": the view and the graph that is made of it have different cuts", seed);
    min_cut_deinit(&cut);
    min_cut_deinit(&made_cut);
    edge_view_graph_deinit(&made);
    graph_deinit(&graph);
}

static void a_view_is_cut_like_the_graph_that_it_shows(void **state)
{
    (void)state;
    uint64_t trials = trials_count("random views against graphs", 20000);
    for (uint64_t trial = 0; trial < trials; trial++)
        check_view(trials_seed(4, trial));
}

/* --- by construction --- */

static struct min_cut cut_written(const struct written_graph *written, const char *target)
{
    struct min_cut cut;
    struct wh_error error;
    struct edge_view view = edge_view_of(&written->graph);
    uint32_t node = written_graph_node(written, target);
    assert_int_equal(min_cut_init(&view, &free_rules, &node, 1, &min_cut_limits, NULL, &error, &cut), WH_OK);
    return cut;
}

static void of_a_chain_the_last_reference_is_cut(void **state)
{
    (void)state;
    struct written_graph written;
    written_graph_init("root a; a -> b; b -> c; c -> d; d -> e", &written);
    struct min_cut cut = cut_written(&written, "d");
    assert_int_equal(cut.cut.count, 1);
    assert_int_equal(cut.cut.edges[0].node, written_graph_node(&written, "c"));
    min_cut_deinit(&cut);
    written_graph_deinit(&written);
}

static void one_reference_above_beats_many_below(void **state)
{
    (void)state;
    struct written_graph written;
    written_graph_init("root a; a -> b; b -> p q r; p -> t; q -> t; r -> t; t -> p a", &written);
    struct min_cut cut = cut_written(&written, "t");
    assert_int_equal(cut.cut.count, 1);
    assert_int_equal(cut.cut.edges[0].node, written_graph_node(&written, "a"));
    min_cut_deinit(&cut);
    written_graph_deinit(&written);
}

static void a_root_cannot_be_freed(void **state)
{
    (void)state;
    struct written_graph written;
    written_graph_init("root a; a -> a b", &written);
    struct min_cut cut = cut_written(&written, "a");
    assert_int_equal(cut.cut.count, 0);
    assert_int_equal(cut.fixed_targets, 1);
    assert_true(cut.complete);
    min_cut_deinit(&cut);
    written_graph_deinit(&written);
}

/*
 * `holders` objects under the root each refer to all of `wide` objects of the first layer; `depth` layers follow, each object of which
 * refers to `fan` of the next; the last layer refers to the target. The planted cut: the references to the holders.
 */
static struct graph layered(struct random *random, uint32_t holders, uint32_t wide, uint32_t depth, uint32_t fan, uint32_t *target)
{
    struct graph_builder builder;
    graph_builder_init(&builder);
    uint32_t root = graph_builder_node(&builder), first_holder = root + 1, first = first_holder + holders;
    for (uint32_t i = 0; i < holders + wide * depth; i++)
        graph_builder_node(&builder);
    *target = graph_builder_node(&builder);
    graph_builder_root(&builder, root);
    for (uint32_t h = 0; h < holders; h++) {
        graph_builder_edge(&builder, root, first_holder + h);
        for (uint32_t i = 0; i < wide; i++)
            graph_builder_edge(&builder, first_holder + h, first + i);
    }
    for (uint32_t i = 0; i < wide * depth; i++) {
        for (uint32_t j = 0; j < fan; j++) {
            uint32_t next = first + (i / wide + 1) * wide + (i + j * (1 + random_below(random, wide / fan))) % wide;
            graph_builder_edge(&builder, first + i, i / wide + 1 < depth ? next : *target);
        }
    }
    return graph_builder_finish(&builder);
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void planted_holders_are_found_in_layers(void **state)
{
    (void)state;
    static const struct { uint32_t holders, wide, depth, fan; } cases[] = {{1, 100, 5, 3}, {7, 1000, 20, 4}, {20, 5000, 30, 5}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct random random = {i};
        uint32_t target;
        struct graph graph = layered(&random, cases[i].holders, cases[i].wide, cases[i].depth, cases[i].fan, &target);
        struct edge_view view = edge_view_of(&graph);
        struct min_cut cut;
        struct wh_error error;
        double begin = seconds();
        assert_int_equal(min_cut_init(&view, &free_rules, &target, 1, &min_cut_limits, NULL, &error, &cut), WH_OK);
        printf("[          ] %u references: %.3f s\n", graph.edge_count, seconds() - begin);
        assert_true(cut.complete);
        assert_int_equal(cut.cut.count, cases[i].holders);
        for (uint32_t h = 0; h < cut.cut.count; h++)
            assert_int_equal(cut.cut.edges[h].node, 1);
        min_cut_deinit(&cut);
        graph_deinit(&graph);
    }
}

/* A list of a million wrappers, each of which holds a target of its own through a dict. */
static void a_million_small_holders_are_peeled(void **state)
{
    (void)state;
    enum { COUNT = 1000000 };
    struct graph_builder builder;
    uint32_t *targets = malloc(COUNT * sizeof(*targets));
    struct min_cut cut;
    struct wh_error error;
    assert_non_null(targets);
    graph_builder_init(&builder);
    uint32_t root = graph_builder_node(&builder), list = graph_builder_node(&builder);
    graph_builder_root(&builder, root);
    graph_builder_edge(&builder, root, list);
    for (uint32_t i = 0; i < COUNT; i++) {
        uint32_t wrapper = graph_builder_node(&builder), dict = graph_builder_node(&builder);
        targets[i] = graph_builder_node(&builder);
        graph_builder_edge(&builder, list, wrapper);
        graph_builder_edge(&builder, wrapper, dict);
        graph_builder_edge(&builder, dict, targets[i]);
        graph_builder_edge(&builder, targets[i], dict);
    }
    struct graph graph = graph_builder_finish(&builder);
    struct edge_view view = edge_view_of(&graph);
    double begin = seconds();
    assert_int_equal(min_cut_init(&view, &free_rules, targets, COUNT, &min_cut_limits, NULL, &error, &cut), WH_OK);
    printf("[          ] %u references: %.3f s\n", graph.edge_count, seconds() - begin);
    assert_true(cut.complete);
    assert_int_equal(cut.cut.count, 1);
    assert_int_equal(cut.cut.edges[0].node, root);
    min_cut_deinit(&cut);
    graph_deinit(&graph);
    free(targets);
}

/* In an order in which no sweep gets far: the way back from the target is found all the same, and all of it. */
static void a_long_chain_in_any_order_is_followed(void **state)
{
    (void)state;
    enum { COUNT = 20000 };
    struct random random = {11};
    struct graph_builder builder;
    uint32_t *order = malloc(COUNT * sizeof(*order));
    struct min_cut cut;
    struct wh_error error;
    assert_non_null(order);
    graph_builder_init(&builder);
    for (uint32_t i = 0; i < COUNT; i++)
        order[i] = graph_builder_node(&builder);
    for (uint32_t i = COUNT - 1; i > 0; i--) {
        uint32_t other = random_below(&random, i + 1), node = order[i];
        order[i] = order[other];
        order[other] = node;
    }
    graph_builder_root(&builder, order[0]);
    for (uint32_t i = 0; i + 1 < COUNT; i++) {
        graph_builder_edge(&builder, order[i], order[i + 1]);
        graph_builder_edge(&builder, order[i], order[(i + 2) % COUNT]);
        graph_builder_edge(&builder, order[i + 1], order[i]);
    }
    struct graph graph = graph_builder_finish(&builder);
    struct edge_view view = edge_view_of(&graph);
    uint32_t target = order[COUNT - 1];
    assert_int_equal(min_cut_init(&view, &free_rules, &target, 1, &min_cut_limits, NULL, &error, &cut), WH_OK);
    assert_true(cut.complete);
    assert_int_equal(cut.cut.count, 2);
    assert_int_equal(cut.cut.edges[0].node + cut.cut.edges[1].node, order[COUNT - 2] + order[COUNT - 3]);
    min_cut_deinit(&cut);
    graph_deinit(&graph);
    free(order);
}

/* Edges to nodes whose number is 3 modulo 4 cannot be removed. */
static unsigned price_but_to(const void *context, uint32_t node, uint32_t edge)
{
    const struct graph *graph = context;
    (void)node;
    return graph->target_of_edge[edge] % 4 == 3 ? REDUCTION_NEVER : 0;
}

/* Of nothing that lies below a list is a network made: not of instances that have their __dict__, nor of what a class stands for. */
static void what_is_held_alone_is_no_part_of_the_network(void **state)
{
    (void)state;
    enum { COUNT = 2000 };
    static const struct min_cut_limits few = {.edges = 8, .peeled_edges = 8, .sweeps = 8};
    for (int class = 0; class < 2; class++) {
        struct graph_builder builder;
        uint32_t targets[COUNT], count = 0;
        graph_builder_init(&builder);
        uint32_t root = graph_builder_node(&builder), list = graph_builder_node(&builder), type = graph_builder_node(&builder);
        graph_builder_root(&builder, root);
        graph_builder_edge(&builder, root, list);
        while (builder.node_count % 4)
            graph_builder_node(&builder);
        for (uint32_t i = 0; i < COUNT; i++) {
            /* Numbers 0, 1 and 3 modulo 4: what is to be freed, an instance, what it cannot be parted from. */
            uint32_t target = graph_builder_node(&builder), instance = graph_builder_node(&builder);
            graph_builder_node(&builder);
            uint32_t dict = graph_builder_node(&builder);
            graph_builder_edge(&builder, list, instance);
            graph_builder_edge(&builder, instance, class ? type : dict);
            graph_builder_edge(&builder, class ? type : dict, target);
            graph_builder_edge(&builder, class ? root : dict, target);
            if (!class || i < 3)
                targets[count++] = target;
        }
        struct graph graph = graph_builder_finish(&builder);
        struct edge_view view = edge_view_of(&graph);
        const struct cut_rule_set rules = {&graph, price_but_to, no_pair};
        struct min_cut cut;
        struct wh_error error;
        assert_int_equal(min_cut_init(&view, &rules, targets, count, &few, NULL, &error, &cut), WH_OK);
        assert_true(cut.complete);
        assert_int_equal(cut.cut.count, class ? 3 + 1 : 1);
        assert_int_equal(cut.cut.edges[0].node, root);
        min_cut_deinit(&cut);
        graph_deinit(&graph);
    }
}

/* --- limits --- */

/*
 * One object under the root, then layers each of which has half as many objects as the one before and two references to each: it never is of use to cut further
 * down, but no object can tell by itself.
 */
static struct graph funnel(uint32_t wide, uint32_t *target)
{
    struct graph_builder builder;
    graph_builder_init(&builder);
    uint32_t root = graph_builder_node(&builder), top = graph_builder_node(&builder);
    graph_builder_root(&builder, root);
    graph_builder_edge(&builder, root, top);
    uint32_t first = builder.node_count;
    for (uint32_t i = 0; i < wide; i++)
        graph_builder_edge(&builder, top, graph_builder_node(&builder));
    for (uint32_t layer = wide; layer > 8; layer /= 2) {
        uint32_t next = builder.node_count;
        for (uint32_t i = 0; i < layer / 2; i++)
            graph_builder_node(&builder);
        for (uint32_t i = 0; i < layer; i++) {
            graph_builder_edge(&builder, first + i, next + i % (layer / 2));
            graph_builder_edge(&builder, first + i, next + (i + 1) % (layer / 2));
        }
        first = next;
    }
    *target = graph_builder_node(&builder);
    for (uint32_t i = first; i < *target; i++)
        graph_builder_edge(&builder, i, *target);
    return graph_builder_finish(&builder);
}

static void beyond_the_limit_a_single_dominator_is_the_answer(void **state)
{
    (void)state;
    uint32_t target;
    struct graph graph = funnel(128, &target);
    struct edge_view view = edge_view_of(&graph);
    const struct min_cut_limits limits[] = {{.edges = 100, .peeled_edges = 100}, {.edges = 1000000, .peeled_edges = 100}};
    static const char *const sentences[] = {"stopped at 100 references that lead to the objects", "stopped at 100 references that matter"};
    for (size_t i = 0; i < 2; i++) {
        struct min_cut cut;
        struct wh_error error;
        assert_int_equal(min_cut_init(&view, &free_rules, &target, 1, &limits[i], NULL, &error, &cut), WH_OK);
        assert_false(cut.complete);
        assert_string_equal(cut.stopped_at, sentences[i]);
        assert_int_equal(cut.cut.count, 1);
        assert_int_equal(cut.cut.edges[0].node, 1);
        min_cut_deinit(&cut);
    }
    graph_deinit(&graph);
}

static void beyond_the_limit_without_a_dominator_all_holders_are_cut(void **state)
{
    (void)state;
    struct random random = {8};
    uint32_t target;
    struct graph graph = layered(&random, 9, 50, 4, 3, &target);
    struct edge_view view = edge_view_of(&graph);
    const struct min_cut_limits limits = {.edges = 100, .peeled_edges = 100};
    struct min_cut cut;
    struct wh_error error;
    assert_int_equal(min_cut_init(&view, &free_rules, &target, 1, &limits, NULL, &error, &cut), WH_OK);
    assert_false(cut.complete);
    assert_int_equal(cut.cut.count, 9);
    min_cut_deinit(&cut);
    graph_deinit(&graph);
}

static void a_failed_allocation_is_an_error(void **state)
{
    (void)state;
    static const struct min_cut_limits few = {.edges = 4, .peeled_edges = 4};
    struct written_graph written;
    written_graph_init("root a b; a -> p q r; b -> q s; p -> t; q -> t u; r -> u t; s -> p t; t -> a", &written);
    struct edge_view view = edge_view_of(&written.graph);
    uint32_t target = written_graph_node(&written, "t");
    for (int bounded = 0; bounded < 2; bounded++) {
        for (uint64_t n = 1;; n++) {
            struct min_cut cut;
            struct wh_error error = {0};
            fail_allocation_arm(n);
            enum wh_status status = min_cut_init(&view, &free_rules, &target, 1, bounded ? &few : &min_cut_limits, NULL, &error, &cut);
            if (!fail_allocation_disarm()) {
                assert_int_equal(status, WH_OK);
                min_cut_deinit(&cut);
                assert_true(n > 8);
                break;
            }
            if (status == WH_OK) {   /* giving memory back may fail */
                min_cut_deinit(&cut);
                continue;
            }
            assert_int_equal(status, WH_ERR_RESOURCE);
            assert_true(error.message[0]);
        }
    }
    written_graph_deinit(&written);
}

#ifndef WHOHOLDS_SANITIZED
/* The heap of the child may grow by `room` bytes. */
static int cut_with_little_memory(const struct graph *graph, uint32_t target, uint64_t room)
{
    unsigned long pages = 0;
    malloc_trim(0);
    FILE *statm = fopen("/proc/self/statm", "r");
    if (!statm || fscanf(statm, "%lu", &pages) != 1)
        return 99;
    fclose(statm);
    struct rlimit limit = {.rlim_cur = pages * (uint64_t)sysconf(_SC_PAGESIZE) + room, .rlim_max = RLIM_INFINITY};
    setrlimit(RLIMIT_AS, &limit);
    struct min_cut cut;
    struct wh_error error = {0};
    struct edge_view view = edge_view_of(graph);
    enum wh_status status = min_cut_init(&view, &free_rules, &target, 1, &min_cut_limits, NULL, &error, &cut);
    return status == WH_OK || (status == WH_ERR_RESOURCE && error.message[0]) ? (int)status : 98;
}

static void little_memory_ends_in_an_error_not_in_an_abort(void **state)
{
    (void)state;
    struct random random = {9};
    uint32_t target;
    unsigned refused = 0, done = 0;
    struct graph graph = layered(&random, 5, 1000, 20, 3, &target);
    for (uint64_t room = 0; room < 64 << 20; room += 1 << 20) {
        pid_t child = fork();
        assert_true(child >= 0);
        if (!child)
            _exit(cut_with_little_memory(&graph, target, room));
        int result;
        assert_int_equal(waitpid(child, &result, 0), child);
        assert_true(WIFEXITED(result));
        assert_true(WEXITSTATUS(result) == WH_OK || WEXITSTATUS(result) == WH_ERR_RESOURCE);
        refused += WEXITSTATUS(result) == WH_ERR_RESOURCE;
        done += WEXITSTATUS(result) == WH_OK;
    }
    printf("[          ] %u refused, %u done\n", refused, done);
    assert_true(refused > 3 && done > 3);
    graph_deinit(&graph);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cut_is_the_best_of_all_subsets),
        cmocka_unit_test(the_best_known_cut_frees_the_objects_too),
        cmocka_unit_test(a_view_is_cut_like_the_graph_that_it_shows),
        cmocka_unit_test(of_a_chain_the_last_reference_is_cut),
        cmocka_unit_test(one_reference_above_beats_many_below),
        cmocka_unit_test(a_root_cannot_be_freed),
        cmocka_unit_test(planted_holders_are_found_in_layers),
        cmocka_unit_test(a_million_small_holders_are_peeled),
        cmocka_unit_test(a_long_chain_in_any_order_is_followed),
        cmocka_unit_test(what_is_held_alone_is_no_part_of_the_network),
        cmocka_unit_test(beyond_the_limit_a_single_dominator_is_the_answer),
        cmocka_unit_test(beyond_the_limit_without_a_dominator_all_holders_are_cut),
        cmocka_unit_test(a_failed_allocation_is_an_error),
#ifndef WHOHOLDS_SANITIZED
        cmocka_unit_test(little_memory_ends_in_an_error_not_in_an_abort),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
