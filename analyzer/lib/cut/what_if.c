/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cut/what_if.h"

#include <stdlib.h>

#include "base/array.h"
#include "base/node_vector.h"
#include "graph/left_paths.h"

enum { WORTH_A_LINE_BYTES = 512 };

static uint32_t count_removed(const struct cut_edges *cut)
{
    uint32_t count = cut->count;
    for (uint32_t i = 0; i < cut->count; i++)
        count += cut->edges[i].pair;
    return count;
}

/* What is silent already stays so when the references are put back. */
static void remove_edges(struct what_if *what_if, const struct cut_edges *cut)
{
    uint64_t *silent_bitmap = what_if->strong->silent_bitmap;
    for (uint32_t i = 0; i < cut->count; i++) {
        for (uint32_t edge = cut->edges[i].edge; edge <= cut->edges[i].edge + cut->edges[i].pair; edge++) {
            if (bitmap_test(silent_bitmap, edge))
                continue;
            what_if->removed[what_if->removed_count++] = edge;
            bitmap_set(silent_bitmap, edge);
        }
    }
}

static void restore_edges(struct what_if *what_if)
{
    for (uint32_t i = 0; i < what_if->removed_count; i++)
        bitmap_clear(what_if->strong->silent_bitmap, what_if->removed[i]);
}

static uint64_t bytes_of_run(const struct node_sizes *sizes, uint32_t begin, uint32_t end)
{
    uint64_t bytes = 0;
    for (uint32_t node = begin; node < end; node++)
        bytes += node_sizes_get(sizes, node);
    return bytes;
}

static enum wh_status find_freed(const struct model *model, struct what_if *what_if, struct wh_error *error)
{
    const uint64_t *live_bitmap = model->dominators->live_bitmap, *reached_bitmap = what_if->paths.reached_bitmap;
    uint32_t node_count = model->heap->node_count;
    size_t words = bitmap_word_count(node_count);
    struct node_sizes sizes = heap_sizes(model->heap);
    enum wh_status status = array_alloc(words, sizeof(uint64_t), "what is freed", error, &what_if->freed_bitmap);
    if (status)
        return status;
    for (size_t word = 0; word < words; word++)
        what_if->freed_bitmap[word] = live_bitmap[word] & ~reached_bitmap[word];
    for (uint32_t begin, end = 0; bitmap_next_run(what_if->freed_bitmap, node_count, &begin, &end);) {
        what_if->freed.objects += end - begin;
        what_if->freed.bytes += bytes_of_run(&sizes, begin, end);
    }
    return WH_OK;
}

static enum wh_status start(struct strong_graph *strong, const struct cut_edges *cut, struct wh_error *error, struct what_if *ret)
{
    *ret = (struct what_if){.strong = strong};
    enum wh_status status = array_alloc(count_removed(cut), sizeof(*ret->removed), "the references", error, &ret->removed);
    if (!status)
        remove_edges(ret, cut);
    return status;
}

enum wh_status what_if_init(const struct model *model, struct strong_graph *strong, const struct cut_edges *cut,
                            const struct progress *progress, struct wh_error *error, struct what_if *ret)
{
    struct root_groups groups = strong_graph_groups(strong);
    enum wh_status status = start(strong, cut, error, ret);
    if (!status)
        status = left_paths_init(&strong->view, &groups, model->paths, cut, progress, error, &ret->paths);
    if (!status)
        status = find_freed(model, ret, error);
    if (status)
        what_if_deinit(ret);
    return status;
}

enum wh_status what_if_init_shortest(const struct model *model, struct strong_graph *strong, const struct cut_edges *cut,
                                     const struct progress *progress, struct wh_error *error, struct what_if *ret)
{
    struct root_groups groups = strong_graph_groups(strong);
    enum wh_status status = start(strong, cut, error, ret);
    if (!status)
        status = bfs_tree_init_view(&strong->view, &groups, progress, error, &ret->paths);
    if (!status)
        status = find_freed(model, ret, error);
    if (status)
        what_if_deinit(ret);
    return status;
}

void what_if_deinit(struct what_if *what_if)
{
    restore_edges(what_if);
    free(what_if->removed);
    free(what_if->freed_bitmap);
    bfs_tree_deinit(&what_if->paths);
    *what_if = (struct what_if){0};
}

struct model what_if_model(const struct model *model, const struct what_if *what_if, struct retention *retention)
{
    struct model left = *model;
    *retention = *model->retention;
    retention->graph.root_count = what_if->strong->graph.root_count;
    retention->graph.root_node = what_if->strong->graph.root_node;
    retention->silent_bitmap = what_if->strong->silent_bitmap;
    retention->type_reference_count = 0;
    retention->roots = what_if->strong->roots;
    left.retention = retention;
    left.paths = &what_if->paths;
    return left;
}

/* --- what stays --- */

struct collector {
    const struct model *model;
    const struct what_if *what_if;
    struct wh_error *error;
    uint64_t *seen;              /* not to be looked at, or not again: also all that does not stay */
    struct node_vector found;
};

static bool is_program_text(const struct heap *heap, uint32_t node)
{
    static const char *const types[] = {"module", "function", "code", "builtin_function_or_method", "frame", "cell"};
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        if (heap_type_is(heap, node, "builtins", types[i]))
            return true;
    }
    return heap_is_class(heap, node);
}

static bool is_worth_a_line(const struct model *model, uint32_t node)
{
    return model_retained(model, node) >= WORTH_A_LINE_BYTES && !(model->heap->form_of_node[node] & FORM_IMMORTAL) &&
           !is_program_text(model->heap, node);
}

static enum wh_status collect(struct collector *collector, uint32_t node)
{
    if (bitmap_test(collector->seen, node))
        return WH_OK;
    bitmap_set(collector->seen, node);
    return is_worth_a_line(collector->model, node) ? node_vector_add(&collector->found, node, "what stays", collector->error) : WH_OK;
}

static enum wh_status collect_all(struct collector *collector)
{
    const struct what_if *what_if = collector->what_if;
    const struct graph *graph = what_if->strong->view.graph;
    const uint32_t *target_of_edge = graph->target_of_edge;
    const uint64_t *seen = collector->seen;
    enum wh_status status = WH_OK;
    for (uint32_t i = 0; !status && i < what_if->removed_count; i++)
        status = collect(collector, target_of_edge[what_if->removed[i]]);
    for (uint32_t begin, end = 0; !status && bitmap_next_run(what_if->freed_bitmap, graph->node_count, &begin, &end);) {
        uint32_t last = graph->first_edge_of_node[end];
        for (uint32_t edge = graph->first_edge_of_node[begin]; !status && edge < last; edge++) {
            if (!bitmap_test(seen, target_of_edge[edge]) && !edge_view_is_silent(&what_if->strong->view, edge))
                status = collect(collector, target_of_edge[edge]);
        }
    }
    return status;
}

static enum wh_status collect_targets(struct collector *collector, const uint32_t *targets, uint32_t count)
{
    enum wh_status status = WH_OK;
    for (uint32_t i = 0; !status && i < count; i++) {
        if (bitmap_test(collector->seen, targets[i]))
            continue;
        bitmap_set(collector->seen, targets[i]);
        status = node_vector_add(&collector->found, targets[i], "what stays", collector->error);
    }
    return status;
}

static enum wh_status fill_remaining(struct collector *collector, const uint32_t *targets, uint32_t target_count, uint32_t limit,
                                     struct remainings *ret)
{
    const struct node_vector *found = &collector->found;
    enum wh_status status = collect_targets(collector, targets, target_count);
    uint32_t kept_targets = found->count;
    if (!status)
        status = collect_all(collector);
    if (status || !found->count)
        return status;
    qsort_r(found->nodes, kept_targets, sizeof(uint32_t), model_compare_retained, (void *)collector->model);
    qsort_r(found->nodes + kept_targets, found->count - kept_targets, sizeof(uint32_t), model_compare_retained, (void *)collector->model);
    ret->total = found->count;
    uint32_t count = found->count < limit ? found->count : limit;
    status = array_alloc(count, sizeof(*ret->rows), "what stays", collector->error, &ret->rows);
    for (; !status && ret->count < count; ret->count++)
        ret->rows[ret->count] = (struct remaining){found->nodes[ret->count], ret->count < kept_targets};
    return status;
}

/* Node 0 counts as reached, but stays nowhere. */
static void see_unreached(const struct bfs_tree *paths, uint64_t *seen)
{
    for (size_t word = 0; word < bitmap_word_count(paths->node_count); word++)
        seen[word] = ~paths->reached_bitmap[word];
    bitmap_set(seen, NODE_NULL);
}

enum wh_status what_if_remaining(const struct model *model, const struct what_if *what_if, const uint32_t *targets, uint32_t target_count,
                                 uint32_t limit, struct wh_error *error, struct remainings *ret)
{
    struct collector collector = {.model = model, .what_if = what_if, .error = error};
    *ret = (struct remainings){0};
    enum wh_status status = array_alloc(bitmap_word_count(model->heap->node_count), sizeof(uint64_t), "what stays", error, &collector.seen);
    if (!status) {
        see_unreached(&what_if->paths, collector.seen);
        status = fill_remaining(&collector, targets, target_count, limit, ret);
    }
    free(collector.seen);
    node_vector_deinit(&collector.found);
    return status;
}

void remainings_deinit(struct remainings *remainings)
{
    free(remainings->rows);
    *remainings = (struct remainings){0};
}
