/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "graph/shares.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/bitmap_ranks.h"
#include "base/node_vector.h"
#include "graph/dominators.h"
#include "graph/retained.h"

static enum wh_status list_holders(const struct cut_edges *cut, struct wh_error *error, struct shares *ret)
{
    bool merge = cut->count > SHARES_BY_REFERENCE_MAX;
    enum wh_status status = array_alloc_zeroed(cut->count, sizeof(*ret->holders), "the holders", error, &ret->holders);
    if (!status)
        status = array_alloc_zeroed(cut->count, sizeof(*ret->of_edge), "the shares", error, &ret->of_edge);
    for (uint32_t i = 0; !status && i < cut->count; i++) {
        if (merge && i && cut->edges[i].node == cut->edges[i - 1].node)
            ret->holders[ret->count - 1].references++;
        else
            ret->holders[ret->count++] = (struct holder){.edge = i, .references = 1};
    }
    return status;
}

struct sharer {
    const struct edge_view *view;
    const struct node_sizes *sizes;
    const struct cut_edges *cut;
    const struct freed_nodes *freed;
    const struct progress *progress;
    struct wh_error *error;
    struct shares *ret;
    struct bitmap_ranks ranks;   /* of what is freed */
};

static uint32_t node_of_holder(const struct sharer *sharer, uint32_t row)
{
    return sharer->cut->edges[sharer->ret->holders[row].edge].node;
}

static bool stays(const struct sharer *sharer, uint32_t node)
{
    return bitmap_test(sharer->freed->reached_bitmap, node);
}

/* Does a holder stand behind another: is it freed itself? */
static bool are_nested(const struct sharer *sharer)
{
    bool nested = false;
    for (uint32_t i = 0; i < sharer->cut->count; i++)
        nested |= bitmap_test(sharer->freed->freed_bitmap, sharer->cut->edges[i].node);
    return nested;
}

/* --- holders that stay: whose each object is --- */

/*
 * A label says what leads to an object: the reference i by i + 1, several references of the holder h by first_holder + h, or SEVERAL holders. All references
 * are followed but the heaviest; what the others do not lead to is the heaviest one's.
 */
enum { NOBODY = 0, SEVERAL = UINT16_MAX };

struct painter {
    const struct sharer *sharer;
    uint16_t *label_of_node;      /* of what is freed */
    uint64_t *painted_bitmap;     /* by node: it has a label */
    uint64_t *pending_bitmap;     /* by node: its label has changed, and its referents are to be told */
    uint64_t *rest_bitmap;        /* by node: only the heaviest reference leads to it */
    uint16_t *holder_of_label;
    uint16_t first_holder;
    uint32_t heaviest;            /* a reference */
    uint32_t at;                  /* nodes up to this one have been passed: they wait in the list */
    struct node_vector waiting;
};

static uint16_t merge_labels(const struct painter *painter, uint16_t one, uint16_t other)
{
    if (one == NOBODY || one == other)
        return other;
    if (one == SEVERAL || other == SEVERAL || painter->holder_of_label[one] != painter->holder_of_label[other])
        return SEVERAL;
    return painter->first_holder + painter->holder_of_label[one];
}

/* The label leads to the node, too. */
static enum wh_status paint(struct painter *painter, uint32_t node, uint16_t label)
{
    if (!bitmap_test(painter->sharer->freed->freed_bitmap, node))
        return WH_OK;
    uint16_t known = painter->label_of_node[node], merged = merge_labels(painter, known, label);
    if (merged == known)
        return WH_OK;
    painter->label_of_node[node] = merged;
    bitmap_set(painter->painted_bitmap, node);
    if (bitmap_test(painter->pending_bitmap, node))
        return WH_OK;
    bitmap_set(painter->pending_bitmap, node);
    return node <= painter->at ? node_vector_add(&painter->waiting, node, "the shares", painter->sharer->error) : WH_OK;
}

static enum wh_status paint_referents(struct painter *painter, uint32_t node)
{
    const struct edge_view *view = painter->sharer->view;
    const uint32_t *target_of_edge = view->graph->target_of_edge;
    uint16_t label = painter->label_of_node[node];
    uint32_t last = edge_view_last(view, node);
    enum wh_status status = WH_OK;
    bitmap_clear(painter->pending_bitmap, node);
    for (uint32_t edge = edge_view_first(view, node); !status && edge < last; edge++) {
        if (!edge_view_is_silent(view, edge))
            status = paint(painter, target_of_edge[edge], label);
    }
    return status ? status : paint(painter, edge_view_kind_target(view, node), label);
}

static enum wh_status paint_reference(struct painter *painter, uint32_t reference)
{
    const struct sharer *sharer = painter->sharer;
    const struct cut_edge *row = &sharer->cut->edges[reference];
    enum wh_status status = WH_OK;
    if (!stays(sharer, row->node))
        return WH_OK;
    for (uint32_t edge = row->edge; !status && edge <= cut_edge_last(row); edge++)
        status = paint(painter, sharer->view->graph->target_of_edge[edge], (uint16_t)(reference + 1));
    return status;
}

static enum wh_status paint_waiting(struct painter *painter)
{
    enum wh_status status = WH_OK;
    painter->at = UINT32_MAX;
    while (!status && painter->waiting.count)
        status = paint_referents(painter, painter->waiting.nodes[--painter->waiting.count]);
    return status;
}

/* As the objects stand, most before what they refer to; then what was passed. Each changes its label three times at most. */
static enum wh_status paint_others(struct painter *painter)
{
    const struct sharer *sharer = painter->sharer;
    uint32_t node_count = sharer->view->graph->node_count;
    enum wh_status status = WH_OK;
    for (uint32_t i = 0; !status && i < sharer->cut->count; i++)
        status = i == painter->heaviest ? WH_OK : paint_reference(painter, i);
    for (size_t word = 0; !status && word < bitmap_word_count(node_count); word++) {
        uint64_t left = UINT64_MAX;
        while (!status && painter->pending_bitmap[word] & left) {
            unsigned bit = (unsigned)__builtin_ctzll(painter->pending_bitmap[word] & left);
            left = UINT64_MAX << bit << 1;
            painter->at = (uint32_t)(word * BITMAP_WORD_BITS) + bit;
            status = paint_referents(painter, painter->at);
        }
        if (!status)
            status = progress_tick(sharer->progress, "the shares", word, bitmap_word_count(node_count), sharer->error);
    }
    return status ? status : paint_waiting(painter);
}

static enum wh_status paint_kinds_of_rest(struct painter *painter, uint16_t label)
{
    const struct edge_view *view = painter->sharer->view;
    bool any = false;
    for (uint32_t kind = 0; view->kind_of_node && kind < view->kind_count; kind++)
        any |= bitmap_test(painter->painted_bitmap, view->target_of_kind[kind]);
    enum wh_status status = WH_OK;
    for (uint32_t node = 1; any && !status && node < view->graph->node_count; node++) {
        if (bitmap_test(painter->rest_bitmap, node))
            status = paint(painter, edge_view_kind_target(view, node), label);
    }
    return status;
}

/* What the others do not lead to is left. Of that no more is looked at than what refers to something that others lead to as well. */
static enum wh_status paint_around_rest(struct painter *painter)
{
    const struct sharer *sharer = painter->sharer;
    const struct graph *graph = sharer->view->graph;
    uint16_t label = (uint16_t)(painter->heaviest + 1);
    for (size_t word = 0; word < bitmap_word_count(graph->node_count); word++)
        painter->rest_bitmap[word] = sharer->freed->freed_bitmap[word] & ~painter->painted_bitmap[word];
    enum wh_status status = paint_kinds_of_rest(painter, label);
    for (uint32_t begin, end = 0; !status && bitmap_next_run(painter->rest_bitmap, graph->node_count, &begin, &end);) {
        uint32_t last = graph->first_edge_of_node[end];
        for (uint32_t edge = graph->first_edge_of_node[begin]; !status && edge < last; edge++) {
            if (bitmap_test(painter->painted_bitmap, graph->target_of_edge[edge]) && !edge_view_is_silent(sharer->view, edge))
                status = paint(painter, graph->target_of_edge[edge], label);
        }
    }
    const struct cut_edge *row = &sharer->cut->edges[painter->heaviest];
    for (uint32_t edge = row->edge; !status && edge <= cut_edge_last(row); edge++) {
        if (bitmap_test(painter->painted_bitmap, graph->target_of_edge[edge]))
            status = paint(painter, graph->target_of_edge[edge], label);
    }
    return status ? status : paint_waiting(painter);
}

static void add_share(struct share *share, uint64_t bytes, uint64_t objects)
{
    share->bytes += bytes;
    share->objects += objects;
}

static void add_to_label(const struct painter *painter, uint16_t label, uint64_t bytes, uint64_t objects)
{
    struct shares *ret = painter->sharer->ret;
    if (label == SEVERAL)
        return;
    if (label < painter->first_holder)
        add_share(&ret->of_edge[label - 1], bytes, objects);
    add_share(&ret->holders[painter->holder_of_label[label]].alone, bytes, objects);
    ret->bytes += bytes;
}

static void add_up_labels(const struct painter *painter)
{
    const struct sharer *sharer = painter->sharer;
    struct share rest = sharer->freed->all;
    for (uint32_t begin, end = 0; bitmap_next_run(painter->painted_bitmap, sharer->view->graph->node_count, &begin, &end);) {
        for (uint32_t node = begin; node < end; node++) {
            uint64_t bytes = node_sizes_get(sharer->sizes, node);
            rest.bytes -= bytes;
            rest.objects--;
            add_to_label(painter, painter->label_of_node[node], bytes, 1);
        }
    }
    add_to_label(painter, (uint16_t)(painter->heaviest + 1), rest.bytes, rest.objects);
}

static uint64_t weight_of(const struct sharer *sharer, const struct cut_edge *row)
{
    uint64_t weight = 0;
    for (uint32_t edge = row->edge; edge <= cut_edge_last(row); edge++)
        weight += node_sizes_get(&sharer->freed->weights, sharer->view->graph->target_of_edge[edge]);
    return weight;
}

/* UINT32_MAX: no reference holds anything. */
static uint32_t heaviest_reference(const struct sharer *sharer)
{
    uint32_t heaviest = UINT32_MAX;
    uint64_t most = 0;
    for (uint32_t i = 0; i < sharer->cut->count; i++) {
        const struct cut_edge *row = &sharer->cut->edges[i];
        uint64_t weight = stays(sharer, row->node) ? weight_of(sharer, row) : 0;
        if (stays(sharer, row->node) && (heaviest == UINT32_MAX || weight > most)) {
            heaviest = i;
            most = weight;
        }
    }
    return heaviest;
}

static enum wh_status painter_init(const struct sharer *sharer, struct painter *ret)
{
    const struct shares *shares = sharer->ret;
    uint32_t node_count = sharer->view->graph->node_count;
    size_t words = bitmap_word_count(node_count);
    *ret = (struct painter){.sharer = sharer, .first_holder = (uint16_t)(sharer->cut->count + 1), .heaviest = heaviest_reference(sharer)};
    enum wh_status status = array_alloc_zeroed(node_count, sizeof(uint16_t), "the shares", sharer->error, &ret->label_of_node);
    if (!status)
        status = array_alloc(ret->first_holder + (size_t)shares->count, sizeof(uint16_t), "the shares", sharer->error, &ret->holder_of_label);
    uint64_t **const bitmaps[] = {&ret->painted_bitmap, &ret->pending_bitmap, &ret->rest_bitmap};
    for (size_t i = 0; !status && i < sizeof(bitmaps) / sizeof(bitmaps[0]); i++)
        status = array_alloc_zeroed(words, sizeof(uint64_t), "the shares", sharer->error, bitmaps[i]);
    for (uint32_t row = 0; !status && row < shares->count; row++) {
        for (uint32_t i = 0; i < shares->holders[row].references; i++)
            ret->holder_of_label[shares->holders[row].edge + i + 1] = (uint16_t)row;
        ret->holder_of_label[ret->first_holder + row] = (uint16_t)row;
    }
    return status;
}

static void painter_deinit(struct painter *painter)
{
    free(painter->label_of_node);
    free(painter->holder_of_label);
    free(painter->painted_bitmap);
    free(painter->pending_bitmap);
    free(painter->rest_bitmap);
    node_vector_deinit(&painter->waiting);
}

static enum wh_status share_by_label(const struct sharer *sharer)
{
    struct painter painter;
    enum wh_status status = painter_init(sharer, &painter);
    if (!status && painter.heaviest != UINT32_MAX) {
        status = paint_others(&painter);
        if (!status)
            status = paint_around_rest(&painter);
        if (!status)
            add_up_labels(&painter);
    }
    painter_deinit(&painter);
    return status;
}

/* --- holders behind each other: a graph of what is freed --- */

/* Nodes 1 … are the freed ones; then come the holders' new objects, and those of the references that lead from there. */
struct splitter {
    const struct sharer *sharer;
    struct graph_edge *edges;     /* NULL: they are counted */
    uint64_t edge_count;
};

static void add_edge(struct splitter *splitter, uint32_t from, uint32_t to)
{
    if (splitter->edges)
        splitter->edges[splitter->edge_count] = (struct graph_edge){from, to};
    splitter->edge_count++;
}

static uint32_t local_node(const struct sharer *sharer, uint32_t node)
{
    return bitmap_ranks_get(&sharer->ranks, node) + 1;
}

static void split_node(struct splitter *splitter, uint32_t node)
{
    const struct edge_view *view = splitter->sharer->view;
    for (uint32_t edge = edge_view_first(view, node); edge <= edge_view_last(view, node); edge++) {
        uint32_t target = edge_view_target(view, node, edge);
        if (bitmap_test(splitter->sharer->freed->freed_bitmap, target))
            add_edge(splitter, local_node(splitter->sharer, node), local_node(splitter->sharer, target));
    }
}

static uint32_t local_holder(const struct sharer *sharer, uint32_t row)
{
    return sharer->ranks.count + 1 + row;
}

static uint32_t local_reference(const struct sharer *sharer, uint32_t reference)
{
    return sharer->ranks.count + 1 + sharer->ret->count + reference;
}

static void split_holder(struct splitter *splitter, uint32_t row)
{
    const struct sharer *sharer = splitter->sharer;
    const struct holder *holder = &sharer->ret->holders[row];
    if (bitmap_test(sharer->freed->freed_bitmap, node_of_holder(sharer, row)))
        add_edge(splitter, local_node(sharer, node_of_holder(sharer, row)), local_holder(sharer, row));
    for (uint32_t i = holder->edge; i < holder->edge + holder->references; i++) {
        const struct cut_edge *cut_edge = &sharer->cut->edges[i];
        add_edge(splitter, local_holder(sharer, row), local_reference(sharer, i));
        for (uint32_t edge = cut_edge->edge; edge <= cut_edge_last(cut_edge); edge++) {
            uint32_t target = sharer->view->graph->target_of_edge[edge];
            if (bitmap_test(sharer->freed->freed_bitmap, target))
                add_edge(splitter, local_reference(sharer, i), local_node(sharer, target));
        }
    }
}

static void split_all(struct splitter *splitter)
{
    const struct sharer *sharer = splitter->sharer;
    splitter->edge_count = 0;
    for (uint32_t begin, end = 0; bitmap_next_run(sharer->freed->freed_bitmap, sharer->view->graph->node_count, &begin, &end);) {
        for (uint32_t node = begin; node < end; node++)
            split_node(splitter, node);
    }
    for (uint32_t row = 0; row < sharer->ret->count; row++)
        split_holder(splitter, row);
}

/* The holders that stay are the roots. */
static enum wh_status split_graph(const struct sharer *sharer, struct graph *ret)
{
    struct splitter splitter = {.sharer = sharer};
    uint32_t *roots = NULL, root_count = 0;
    split_all(&splitter);
    enum wh_status status = array_alloc(splitter.edge_count, sizeof(*splitter.edges), "the shares", sharer->error, &splitter.edges);
    if (!status)
        status = array_alloc(sharer->ret->count, sizeof(*roots), "the shares", sharer->error, &roots);
    for (uint32_t i = 0; !status && i < sharer->ret->count; i++) {
        if (stays(sharer, node_of_holder(sharer, i)))
            roots[root_count++] = local_holder(sharer, i);
    }
    if (!status) {
        split_all(&splitter);
        status = graph_init((uint64_t)local_reference(sharer, sharer->cut->count), splitter.edges, splitter.edge_count, roots, root_count,
                            sharer->error, ret);
    }
    free(splitter.edges);
    free(roots);
    return status;
}

/* How many new objects each node dominates, itself included. */
static void count_holders(const struct dominators *dominators, uint32_t first_holder, uint32_t *count_of_node)
{
    for (uint32_t rank = dominators->node_count + 2; rank-- > 1;) {
        uint32_t node = dominators->node_of_rank[rank], idom = dominators->idom_of_node[node];
        count_of_node[node] += node >= first_holder && node < dominators->node_count;
        if (idom != NODE_NONE)
            count_of_node[idom] += count_of_node[node];
    }
}

/* Nodes that a new object dominates. */
static void mark_behind(const struct dominators *dominators, uint32_t first_holder, bool *behind_of_node)
{
    for (uint32_t rank = 1; rank < dominators->node_count + 2; rank++) {
        uint32_t node = dominators->node_of_rank[rank], idom = dominators->idom_of_node[node];
        if (idom != NODE_NONE)
            behind_of_node[node] = behind_of_node[idom] || (idom >= first_holder && idom < dominators->node_count);
    }
}

/* References that nothing reaches hold nothing. What is behind another holder counts there too, but in the sum once. */
static enum wh_status add_up_dominated(const struct sharer *sharer, const struct dominators *dominators, const struct retained *retained)
{
    struct shares *ret = sharer->ret;
    uint32_t first_holder = local_holder(sharer, 0), *count_of_node = NULL;
    bool *behind_of_node = NULL;
    enum wh_status status = array_alloc_zeroed((size_t)dominators->node_count + 2, sizeof(uint32_t), "the shares", sharer->error, &count_of_node);
    if (!status)
        status = array_alloc_zeroed((size_t)dominators->node_count + 2, sizeof(bool), "the shares", sharer->error, &behind_of_node);
    if (!status) {
        count_holders(dominators, first_holder, count_of_node);
        mark_behind(dominators, first_holder, behind_of_node);
    }
    for (uint32_t node = first_holder; !status && node < dominators->node_count; node++) {
        bool is_holder = node < first_holder + ret->count;
        struct share *share = is_holder ? &ret->holders[node - first_holder].alone : &ret->of_edge[node - first_holder - ret->count];
        if (!dominators_is_live(dominators, node))
            continue;
        *share = (struct share){retained_bytes(retained, node), retained->retained_count_of_node[node] - count_of_node[node]};
        ret->bytes += is_holder && !behind_of_node[node] ? share->bytes : 0;
    }
    free(count_of_node);
    free(behind_of_node);
    return status;
}

/* The sizes of what is freed; those of the holders' new objects are zero. */
static enum wh_status split_sizes(const struct sharer *sharer, uint32_t **size_of_node, struct node_big_size **big_size, uint32_t *big_count)
{
    enum wh_status status = array_alloc_zeroed(local_reference(sharer, sharer->cut->count), sizeof(uint32_t), "the shares", sharer->error, size_of_node);
    *big_size = NULL;
    *big_count = 0;
    if (!status)
        status = array_alloc(sharer->sizes->big_size_count, sizeof(**big_size), "the shares", sharer->error, big_size);
    for (uint32_t node = 1; !status && node < sharer->view->graph->node_count; node++) {
        if (!bitmap_test(sharer->freed->freed_bitmap, node))
            continue;
        uint32_t local = local_node(sharer, node);
        (*size_of_node)[local] = sharer->sizes->size_of_node[node];
        if (sharer->sizes->size_of_node[node] == UINT32_MAX)
            (*big_size)[(*big_count)++] = (struct node_big_size){local, node_sizes_get(sharer->sizes, node)};
    }
    return status;
}

static enum wh_status compute(const struct sharer *sharer, const struct graph *split, const struct node_sizes *sizes)
{
    struct dominators dominators;
    struct retained retained = {0};
    enum wh_status status = dominators_init(split, sharer->progress, sharer->error, &dominators);
    if (status)
        return status;
    status = retained_init(&dominators, sizes, sharer->progress, sharer->error, &retained);
    if (!status)
        status = add_up_dominated(sharer, &dominators, &retained);
    retained_deinit(&retained);
    dominators_deinit(&dominators);
    return status;
}

static enum wh_status share_by_dominators(struct sharer *sharer)
{
    struct graph split;
    uint32_t *size_of_node = NULL, big_count = 0;
    struct node_big_size *big_size = NULL;
    enum wh_status status = bitmap_ranks_init(sharer->freed->freed_bitmap, sharer->view->graph->node_count, sharer->error, &sharer->ranks);
    if (!status)
        status = split_graph(sharer, &split);
    if (status)
        return status;
    status = split_sizes(sharer, &size_of_node, &big_size, &big_count);
    const struct node_sizes sizes = {size_of_node, big_size, big_count};
    if (!status)
        status = compute(sharer, &split, &sizes);
    free(size_of_node);
    free(big_size);
    graph_deinit(&split);
    return status;
}

/* --- all of it --- */

enum wh_status shares_init(const struct edge_view *view, const struct node_sizes *sizes, const struct cut_edges *cut, const struct freed_nodes *freed,
                           const struct progress *progress, struct wh_error *error, struct shares *ret)
{
    struct sharer sharer = {.view = view, .sizes = sizes, .cut = cut, .freed = freed, .progress = progress, .error = error, .ret = ret};
    *ret = (struct shares){0};
    enum wh_status status = list_holders(cut, error, ret);
    if (!status && cut->count == 1) {
        ret->of_edge[0] = ret->holders[0].alone = freed->all;
        ret->bytes = freed->all.bytes;
    } else if (!status && cut->count) {
        bool many = (uint64_t)cut->count + ret->count >= SEVERAL;
        status = many || are_nested(&sharer) ? share_by_dominators(&sharer) : share_by_label(&sharer);
    }
    bitmap_ranks_deinit(&sharer.ranks);
    if (status)
        shares_deinit(ret);
    return status;
}

void shares_deinit(struct shares *shares)
{
    free(shares->of_edge);
    free(shares->holders);
    *shares = (struct shares){0};
}
