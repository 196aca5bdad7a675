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
    enum wh_status status = array_alloc_zeroed(cut->count, sizeof(*ret->rows), "the holders", error, &ret->rows);
    for (uint32_t i = 0; !status && i < cut->count; i++) {
        if (merge && i && cut->edges[i].node == cut->edges[i - 1].node)
            ret->rows[ret->count - 1].references++;
        else
            ret->rows[ret->count++] = (struct share){.edge = i, .references = 1};
    }
    return status;
}

/* Its node is the holder's. */
static const struct cut_edge *first_reference(const struct cut_edges *cut, const struct share *share)
{
    return &cut->edges[share->edge];
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

/* Does a holder stand behind another: is it freed itself? */
static bool are_nested(const struct sharer *sharer)
{
    bool nested = false;
    for (uint32_t i = 0; i < sharer->ret->count; i++)
        nested |= bitmap_test(sharer->freed->freed_bitmap, first_reference(sharer->cut, &sharer->ret->rows[i])->node);
    return nested;
}

/* --- holders that stay: whose each object is --- */

enum { NOBODY = 0, SEVERAL = UINT16_MAX, OWNERS_MAX = SEVERAL - 1 };

struct painter {
    const struct sharer *sharer;
    uint16_t *owner_of_node;      /* the holder's row and one more, NOBODY, SEVERAL; SEVERAL for what is not freed: it concerns nobody */
    uint64_t *pending_bitmap;     /* by node: its owner has changed, and its referents are to be told */
    uint32_t at;                  /* nodes up to this one have been passed: they wait in the list */
    struct node_vector waiting;
};

static bool is_painted(const struct painter *painter, uint32_t node, uint16_t owner)
{
    return painter->owner_of_node[node] == owner || painter->owner_of_node[node] == SEVERAL;
}

/* A node that is not painted so yet. */
static enum wh_status paint(struct painter *painter, uint32_t node, uint16_t owner)
{
    uint16_t *known = &painter->owner_of_node[node];
    *known = *known == NOBODY ? owner : SEVERAL;
    if (bitmap_test(painter->pending_bitmap, node))
        return WH_OK;
    bitmap_set(painter->pending_bitmap, node);
    return node <= painter->at ? node_vector_add(&painter->waiting, node, "the shares", painter->sharer->error) : WH_OK;
}

static enum wh_status paint_referents(struct painter *painter, uint32_t node)
{
    const struct edge_view *view = painter->sharer->view;
    uint16_t owner = painter->owner_of_node[node];
    const uint32_t *target_of_edge = view->graph->target_of_edge;
    uint32_t last = edge_view_last(view, node), kind_target = edge_view_kind_target(view, node);
    enum wh_status status = WH_OK;
    bitmap_clear(painter->pending_bitmap, node);
    for (uint32_t edge = edge_view_first(view, node); !status && edge < last; edge++) {
        if (!is_painted(painter, target_of_edge[edge], owner) && !edge_view_is_silent(view, edge))
            status = paint(painter, target_of_edge[edge], owner);
    }
    return status || is_painted(painter, kind_target, owner) ? status : paint(painter, kind_target, owner);
}

static enum wh_status paint_holders(struct painter *painter)
{
    const struct sharer *sharer = painter->sharer;
    const uint32_t *target_of_edge = sharer->view->graph->target_of_edge;
    enum wh_status status = WH_OK;
    for (uint32_t row = 0; row < sharer->ret->count; row++) {
        const struct share *share = &sharer->ret->rows[row];
        const struct cut_edge *edges = first_reference(sharer->cut, share);
        bool stays = bitmap_test(sharer->freed->reached_bitmap, edges->node);
        for (uint32_t i = 0; stays && i < share->references; i++) {
            for (uint32_t edge = edges[i].edge; !status && edge <= edges[i].edge + edges[i].pair; edge++) {
                if (!is_painted(painter, target_of_edge[edge], (uint16_t)(row + 1)))
                    status = paint(painter, target_of_edge[edge], (uint16_t)(row + 1));
            }
        }
    }
    return status;
}

/* As the objects stand, most before what they refer to; then what was passed. Each changes its owner twice at most. */
static enum wh_status paint_all(struct painter *painter)
{
    const struct sharer *sharer = painter->sharer;
    uint32_t node_count = sharer->view->graph->node_count;
    enum wh_status status = paint_holders(painter);
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
    painter->at = UINT32_MAX;
    while (!status && painter->waiting.count)
        status = paint_referents(painter, painter->waiting.nodes[--painter->waiting.count]);
    return status;
}

static void add_up_owned(const struct painter *painter)
{
    const struct sharer *sharer = painter->sharer;
    for (size_t word = 0; word < bitmap_word_count(sharer->view->graph->node_count); word++) {
        for (uint64_t bits = sharer->freed->freed_bitmap[word]; bits; bits &= bits - 1) {
            uint32_t node = (uint32_t)(word * BITMAP_WORD_BITS) + (uint32_t)__builtin_ctzll(bits);
            uint16_t owner = painter->owner_of_node[node];
            if (owner == NOBODY || owner == SEVERAL)
                continue;
            struct share *share = &sharer->ret->rows[owner - 1];
            uint64_t bytes = node_sizes_get(sharer->sizes, node);
            share->objects++;
            share->bytes += bytes;
            sharer->ret->bytes += bytes;
        }
    }
}

static void start_owners(const struct painter *painter)
{
    const struct sharer *sharer = painter->sharer;
    uint32_t node_count = sharer->view->graph->node_count;
    memset(painter->owner_of_node, 0xff, node_count * sizeof(*painter->owner_of_node));
    for (size_t word = 0; word < bitmap_word_count(node_count); word++) {
        uint64_t bits = sharer->freed->freed_bitmap[word];
        if (bits == UINT64_MAX)
            memset(painter->owner_of_node + word * BITMAP_WORD_BITS, NOBODY, BITMAP_WORD_BITS * sizeof(*painter->owner_of_node));
        for (bits = bits == UINT64_MAX ? 0 : bits; bits; bits &= bits - 1)
            painter->owner_of_node[word * BITMAP_WORD_BITS + (unsigned)__builtin_ctzll(bits)] = NOBODY;
    }
}

static enum wh_status share_by_owner(const struct sharer *sharer)
{
    struct painter painter = {.sharer = sharer};
    size_t words = bitmap_word_count(sharer->view->graph->node_count);
    enum wh_status status = array_alloc(sharer->view->graph->node_count, sizeof(uint16_t), "the shares", sharer->error, &painter.owner_of_node);
    if (!status)
        start_owners(&painter);
    if (!status)
        status = array_alloc_zeroed(words, sizeof(uint64_t), "the shares", sharer->error, &painter.pending_bitmap);
    if (!status)
        status = paint_all(&painter);
    if (!status)
        add_up_owned(&painter);
    free(painter.owner_of_node);
    free(painter.pending_bitmap);
    node_vector_deinit(&painter.waiting);
    return status;
}

/* --- holders behind each other: a graph of what is freed --- */

/* Nodes 1 … are the freed ones, then come the holders' new objects. */
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

static void split_holder(struct splitter *splitter, const struct share *share, uint32_t holder)
{
    const struct sharer *sharer = splitter->sharer;
    const struct cut_edge *edges = first_reference(sharer->cut, share);
    if (bitmap_test(sharer->freed->freed_bitmap, edges->node))
        add_edge(splitter, local_node(sharer, edges->node), holder);
    for (uint32_t i = 0; i < share->references; i++) {
        for (uint32_t edge = edges[i].edge; edge <= edges[i].edge + edges[i].pair; edge++) {
            uint32_t target = sharer->view->graph->target_of_edge[edge];
            if (bitmap_test(sharer->freed->freed_bitmap, target))
                add_edge(splitter, holder, local_node(sharer, target));
        }
    }
}

static void split_all(struct splitter *splitter)
{
    const struct sharer *sharer = splitter->sharer;
    splitter->edge_count = 0;
    for (uint32_t node = 1; node < sharer->view->graph->node_count; node++) {
        if (bitmap_test(sharer->freed->freed_bitmap, node))
            split_node(splitter, node);
    }
    for (uint32_t i = 0; i < sharer->ret->count; i++)
        split_holder(splitter, &sharer->ret->rows[i], sharer->ranks.count + 1 + i);
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
        if (bitmap_test(sharer->freed->reached_bitmap, first_reference(sharer->cut, &sharer->ret->rows[i])->node))
            roots[root_count++] = sharer->ranks.count + 1 + i;
    }
    if (!status) {
        split_all(&splitter);
        status = graph_init((uint64_t)sharer->ranks.count + 1 + sharer->ret->count, splitter.edges, splitter.edge_count, roots, root_count,
                            sharer->error, ret);
    }
    free(splitter.edges);
    free(roots);
    return status;
}

/* A holder may stand behind another: how many holders' new objects each node dominates, itself included. */
static void count_holders(const struct dominators *dominators, uint32_t first_holder, uint32_t *count_of_node)
{
    for (uint32_t rank = dominators->node_count + 2; rank-- > 1;) {
        uint32_t node = dominators->node_of_rank[rank], idom = dominators->idom_of_node[node];
        count_of_node[node] += node >= first_holder && node < dominators->node_count;
        if (idom != NODE_NONE)
            count_of_node[idom] += count_of_node[node];
    }
}

/* Nodes that a holder dominates. */
static void mark_behind(const struct dominators *dominators, uint32_t first_holder, bool *behind_of_node)
{
    for (uint32_t rank = 1; rank < dominators->node_count + 2; rank++) {
        uint32_t node = dominators->node_of_rank[rank], idom = dominators->idom_of_node[node];
        if (idom != NODE_NONE)
            behind_of_node[node] = behind_of_node[idom] || (idom >= first_holder && idom < dominators->node_count);
    }
}

/* References that nothing reaches hold nothing. What is behind another holder counts there too, but in the sum once. */
static enum wh_status add_up(const struct dominators *dominators, const struct retained *retained, uint32_t first_holder,
                             struct wh_error *error, struct shares *ret)
{
    uint32_t *count_of_node = NULL;
    bool *behind_of_node = NULL;
    enum wh_status status = array_alloc_zeroed((size_t)dominators->node_count + 2, sizeof(uint32_t), "the shares", error, &count_of_node);
    if (!status)
        status = array_alloc_zeroed((size_t)dominators->node_count + 2, sizeof(bool), "the shares", error, &behind_of_node);
    if (!status) {
        count_holders(dominators, first_holder, count_of_node);
        mark_behind(dominators, first_holder, behind_of_node);
    }
    for (uint32_t i = 0; !status && i < ret->count; i++) {
        uint32_t node = first_holder + i;
        if (!dominators_is_live(dominators, node))
            continue;
        ret->rows[i].bytes = retained_bytes(retained, node);
        ret->rows[i].objects = retained->retained_count_of_node[node] - count_of_node[node];
        ret->bytes += behind_of_node[node] ? 0 : ret->rows[i].bytes;
    }
    free(count_of_node);
    free(behind_of_node);
    return status;
}

/* The sizes of what is freed; those of the holders' new objects are zero. */
static enum wh_status split_sizes(const struct sharer *sharer, uint32_t **size_of_node, struct node_big_size **big_size, uint32_t *big_count)
{
    enum wh_status status = array_alloc_zeroed((size_t)sharer->ranks.count + 1 + sharer->ret->count, sizeof(uint32_t), "the shares", sharer->error, size_of_node);
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
        status = add_up(&dominators, &retained, sharer->ranks.count + 1, sharer->error, sharer->ret);
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
    bool several = ret->count > 1;
    if (!status && several)
        status = ret->count > OWNERS_MAX || are_nested(&sharer) ? share_by_dominators(&sharer) : share_by_owner(&sharer);
    bitmap_ranks_deinit(&sharer.ranks);
    if (status)
        shares_deinit(ret);
    return status;
}

void shares_fill_single(uint64_t bytes, uint64_t objects, struct shares *shares)
{
    shares->rows[0].bytes = shares->bytes = bytes;
    shares->rows[0].objects = objects;
}

void shares_deinit(struct shares *shares)
{
    free(shares->rows);
    *shares = (struct shares){0};
}
