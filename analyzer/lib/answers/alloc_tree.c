/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wh_alloc_tree: the recorded stacks merged from their outermost frames inwards, as a flame graph shows them. */
#include <stdlib.h>

#include "answers/analysis.h"
#include "base/array.h"
#include "holders/growth.h"

enum { BUDGET_DEFAULT = 1000 };

/* Places that are no lines come first. */
enum { PLACE_NONE = UINT32_MAX, PLACE_LEFT_OUT = 0, PLACE_LOST, PLACE_NO_CODE, PLACE_FIRST_REAL };
static const char *const remarks[] = {
    [PLACE_LEFT_OUT] = "(frames that were not kept)", [PLACE_LOST] = "(stacks that were not kept)", [PLACE_NO_CODE] = "(no Python code)"};

/* Frames with the same code object and instruction. */
struct site {
    uint32_t first, count;      /* of places.rows */
    struct stack_place at;
};

/* The place of each frame: a number for each line, by which they can be compared. */
struct places {
    const struct heap *heap;
    uint32_t *rows;             /* of heap.stack_frames, sorted by code object and instruction */
    struct site *sites;         /* sorted by what they show */
    uint32_t site_count;
    uint32_t *of_frame;         /* PLACE_NONE: not shown */
    struct stack_place *at;     /* [number - PLACE_FIRST_REAL] */
};

/* A stack that counts: its places, outermost first. */
struct stack_path {
    const uint32_t *places;
    uint32_t count;
    uint64_t bytes, blocks;
};

struct trie_node {
    uint32_t parent, place;
    uint64_t bytes, blocks;
};

/* Nodes in depth-first order, each after its parent. The first is all stacks together. */
struct trie {
    struct trie_node *nodes;
    uint32_t count;
};

struct tree_result {
    struct wh_alloc_tree tree; /* first: what the caller sees */
    struct arena arena;
};

/* --- places --- */

static int compare_frames(const void *left, const void *right, void *context)
{
    const struct heap_stack_frame *frames = context;
    const struct heap_stack_frame *a = &frames[*(const uint32_t *)left], *b = &frames[*(const uint32_t *)right];
    if (a->code_node != b->code_node)
        return a->code_node < b->code_node ? -1 : 1;
    return (a->instruction > b->instruction) - (a->instruction < b->instruction);
}

/* By what is shown of them: two functions that were made from one source are one. */
static int compare_shown(const struct stack_place *a, const struct stack_place *b)
{
    int order = span_compare(a->file, b->file);
    if (!order)
        order = (a->line > b->line) - (a->line < b->line);
    return order ? order : span_compare(a->function, b->function);
}

static int compare_sites(const void *left, const void *right)
{
    const struct site *a = left, *b = right;
    int order = compare_shown(&a->at, &b->at);
    return order ? order : (a->first > b->first) - (a->first < b->first);
}

static void find_sites(struct places *places)
{
    struct heap_stack_frame *frames = places->heap->stack_frames;
    uint32_t count = places->heap->stack_frame_count;
    for (uint32_t i = 0; i < count; i++)
        places->rows[i] = i;
    qsort_r(places->rows, count, sizeof(*places->rows), compare_frames, frames);
    for (uint32_t i = 0; i < count; i++) {
        if (!i || compare_frames(&places->rows[i - 1], &places->rows[i], frames))
            places->sites[places->site_count++] = (struct site){.first = i, .at = growth_place(places->heap, &frames[places->rows[i]])};
        places->sites[places->site_count - 1].count++;
    }
}

static void number_sites(struct places *places)
{
    uint32_t count = 0;
    qsort(places->sites, places->site_count, sizeof(*places->sites), compare_sites);
    for (uint32_t i = 0; i < places->site_count; i++) {
        const struct site *site = &places->sites[i];
        uint32_t code = places->heap->stack_frames[places->rows[site->first]].code_node, number = PLACE_NONE;
        if (site->at.code_node) {
            if (!count || compare_shown(&places->at[count - 1], &site->at))
                places->at[count++] = site->at;
            number = PLACE_FIRST_REAL + count - 1;
        } else if (code == HEAP_NULL) {
            number = PLACE_LEFT_OUT;
        }
        for (uint32_t row = site->first; row < site->first + site->count; row++)
            places->of_frame[places->rows[row]] = number;
    }
}

static void places_deinit(struct places *places)
{
    free(places->rows);
    free(places->sites);
    free(places->of_frame);
    free(places->at);
}

static enum wh_status places_init(const struct heap *heap, struct wh_error *error, struct places *ret)
{
    size_t count = heap->stack_frame_count;
    *ret = (struct places){.heap = heap};
    enum wh_status status = array_alloc(count, sizeof(*ret->rows), "frames of stacks", error, &ret->rows);
    if (!status)
        status = array_alloc_zeroed(count, sizeof(*ret->sites), "instructions of stacks", error, &ret->sites);
    if (!status)
        status = array_alloc(count, sizeof(*ret->of_frame), "places of stacks", error, &ret->of_frame);
    if (!status)
        status = array_alloc(count, sizeof(*ret->at), "lines of stacks", error, &ret->at);
    if (!status) {
        find_sites(ret);
        number_sites(ret);
    }
    return status;
}

/* --- stacks --- */

/* The places of a stack, outermost first; what has none to show gets a remark. */
static uint32_t write_path(const struct places *places, uint32_t stack, uint32_t *ret)
{
    const struct heap_stack *at = &places->heap->stacks[stack];
    uint32_t count = 0;
    for (uint32_t i = at->frame_count; i-- > 0;) {
        uint32_t place = places->of_frame[at->first_frame + i];
        if (place != PLACE_NONE)
            ret[count++] = place;
    }
    if (!count)
        ret[count++] = stack == STACK_LOST ? PLACE_LOST : PLACE_NO_CODE;
    return count;
}

static int compare_paths(const void *left, const void *right)
{
    const struct stack_path *a = left, *b = right;
    for (uint32_t i = 0; i < a->count && i < b->count; i++)
        if (a->places[i] != b->places[i])
            return a->places[i] < b->places[i] ? -1 : 1;
    return (a->count > b->count) - (a->count < b->count);
}

/* `room` has a place for each frame and one more for each stack. */
static uint32_t write_paths(const struct places *places, bool live, uint32_t *room, struct stack_path *ret)
{
    const struct heap *heap = places->heap;
    uint32_t count = 0;
    for (uint32_t i = 0; i < heap->stack_count; i++) {
        const struct heap_stack *stack = &heap->stacks[i];
        struct stack_path path = {room, 0, live ? stack->live_bytes : stack->alloc_bytes, live ? stack->live_blocks : stack->alloc_blocks};
        if (!path.bytes)
            continue;
        path.count = write_path(places, i, room);
        room += path.count;
        ret[count++] = path;
    }
    qsort(ret, count, sizeof(*ret), compare_paths);
    return count;
}

/* --- the tree --- */

/* Whatever the file claims, a parent is at least as heavy as each of its children. */
static uint64_t add(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static void count_at(struct trie_node *node, const struct stack_path *path)
{
    node->bytes = add(node->bytes, path->bytes);
    node->blocks = add(node->blocks, path->blocks);
}

/* The paths are sorted, so each shares its beginning with the one before. `open` has the nodes of that one. */
static void build_trie(const struct stack_path *paths, uint32_t path_count, uint32_t *open, struct trie *trie)
{
    trie->nodes[trie->count++] = (struct trie_node){.place = PLACE_NONE};
    for (uint32_t i = 0; i < path_count; i++) {
        const struct stack_path *path = &paths[i], *before = i ? &paths[i - 1] : NULL;
        uint32_t parent = 0, depth = 0;
        count_at(&trie->nodes[0], path);
        for (; before && depth < path->count && depth < before->count && path->places[depth] == before->places[depth]; depth++) {
            parent = open[depth];
            count_at(&trie->nodes[parent], path);
        }
        for (; depth < path->count; depth++) {
            trie->nodes[trie->count] = (struct trie_node){.parent = parent, .place = path->places[depth]};
            parent = open[depth] = trie->count++;
            count_at(&trie->nodes[parent], path);
        }
    }
}

/* Heaviest first; of the same weight, parents before children. */
static int compare_nodes(const void *left, const void *right, void *context)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    const struct trie_node *nodes = context;
    if (nodes[a].bytes != nodes[b].bytes)
        return nodes[a].bytes > nodes[b].bytes ? -1 : 1;
    return (a > b) - (a < b);
}

static struct wh_alloc_node output_node(const struct places *places, const struct trie_node *node, struct arena *arena)
{
    struct wh_alloc_node ret = {.parent = -1, .function = "", .file = "", .bytes = node->bytes, .blocks = node->blocks};
    if (node->place < PLACE_FIRST_REAL) {
        ret.function = remarks[node->place];
    } else if (node->place != PLACE_NONE) {
        const struct stack_place *at = &places->at[node->place - PLACE_FIRST_REAL];
        ret.function = arena_span(arena, at->function);
        ret.file = arena_span(arena, at->file);
        ret.line = at->line;
    }
    return ret;
}

/* The heaviest `limit` nodes: each one's parent is among them. `order` is sorted; `row_of_node` is filled in. */
static void output(const struct places *places, const struct trie *trie, const uint32_t *order, size_t limit, uint32_t *row_of_node,
                   struct tree_result *result)
{
    struct wh_alloc_tree *tree = &result->tree;
    size_t shown = limit < trie->count ? limit : trie->count;
    tree->nodes = arena_array(&result->arena, shown, sizeof(*tree->nodes));
    for (uint32_t i = 0; tree->nodes && i < trie->count; i++) {
        const struct trie_node *node = &trie->nodes[order[i]];
        row_of_node[order[i]] = i;
        if (i < shown) {
            tree->nodes[i] = output_node(places, node, &result->arena);
            tree->nodes[i].parent = order[i] ? (int64_t)row_of_node[node->parent] : -1;
            tree->node_count++;
        } else if (row_of_node[node->parent] < shown) {
            struct wh_alloc_node *parent = &tree->nodes[row_of_node[node->parent]];
            parent->hidden++;
            parent->hidden_bytes = add(parent->hidden_bytes, node->bytes);
        }
    }
}

struct work {
    struct places places;
    uint32_t *room, *open, *order, *row_of_node;
    struct stack_path *paths;
    struct trie trie;
};

static void work_deinit(struct work *work)
{
    places_deinit(&work->places);
    free(work->room);
    free(work->open);
    free(work->order);
    free(work->row_of_node);
    free(work->paths);
    free(work->trie.nodes);
}

static enum wh_status work_init(const struct heap *heap, struct wh_error *error, struct work *ret)
{
    size_t steps = (size_t)heap->stack_frame_count + heap->stack_count, nodes = steps + 1;
    enum wh_status status = places_init(heap, error, &ret->places);
    if (!status)
        status = array_alloc(steps, sizeof(*ret->room), "paths of stacks", error, &ret->room);
    if (!status)
        status = array_alloc(steps, sizeof(*ret->open), "the nodes of a stack", error, &ret->open);
    if (!status)
        status = array_alloc(heap->stack_count, sizeof(*ret->paths), "stacks", error, &ret->paths);
    if (!status)
        status = array_alloc(nodes, sizeof(*ret->trie.nodes), "the tree of stacks", error, &ret->trie.nodes);
    if (!status)
        status = array_alloc(nodes, sizeof(*ret->order), "the tree's order", error, &ret->order);
    if (!status)
        status = array_alloc(nodes, sizeof(*ret->row_of_node), "the tree's rows", error, &ret->row_of_node);
    return status;
}

static enum wh_status build_and_output(const struct heap *heap, bool live, size_t limit, struct wh_error *error, struct tree_result *result)
{
    struct work work = {0};
    enum wh_status status = work_init(heap, error, &work);
    if (!status) {
        uint32_t paths = write_paths(&work.places, live, work.room, work.paths);
        build_trie(work.paths, paths, work.open, &work.trie);
        for (uint32_t i = 0; i < work.trie.count; i++)
            work.order[i] = i;
        qsort_r(work.order, work.trie.count, sizeof(*work.order), compare_nodes, work.trie.nodes);
        output(&work.places, &work.trie, work.order, limit, work.row_of_node, result);
        status = arena_status(&result->arena, error);
    }
    work_deinit(&work);
    return status;
}

enum wh_status wh_alloc_tree(struct wh_analysis *analysis, bool live, size_t limit, struct wh_error *error, struct wh_alloc_tree **ret)
{
    *ret = NULL;
    enum wh_status status = analysis_need_recorder(analysis, error);
    if (status)
        return status;
    struct tree_result *result = calloc(1, sizeof(*result));
    if (!result)
        return wh_error_set(error, WH_ERR_RESOURCE, "out of memory for the tree of allocations");
    status = build_and_output(&analysis->heap, live, limit ? limit : BUDGET_DEFAULT, error, result);
    if (status)
        wh_alloc_tree_free(&result->tree);
    else
        *ret = &result->tree;
    return status;
}

void wh_alloc_tree_free(struct wh_alloc_tree *tree)
{
    struct tree_result *result = (struct tree_result *)tree;
    if (!result)
        return;
    arena_deinit(&result->arena);
    free(result);
}
