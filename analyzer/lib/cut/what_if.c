/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cut/what_if.h"

#include <stdlib.h>

#include "base/array.h"

enum { WORTH_A_LINE_BYTES = 512 };

static uint32_t count_removed(const struct cut_edges *cut)
{
    uint32_t count = cut->count;
    for (uint32_t i = 0; i < cut->count; i++)
        count += cut->edges[i].pair;
    return count;
}

static void remove_edge(struct what_if *what_if, uint32_t edge, uint32_t ref)
{
    uint32_t *target = &what_if->strong->graph.target_of_edge[edge];
    what_if->removed[what_if->removed_count++] = (struct removed_edge){edge, ref, *target};
    if (*target != NODE_NULL && ref != UINT32_MAX)
        bitmap_set(what_if->strong->silent_bitmap, ref);
    *target = NODE_NULL;
}

static void remove_edges(const struct heap *heap, struct what_if *what_if, const struct cut_edges *cut)
{
    for (uint32_t i = 0; i < cut->count; i++) {
        for (uint32_t edge = cut->edges[i].edge; edge <= cut->edges[i].edge + cut->edges[i].pair; edge++)
            remove_edge(what_if, edge, strong_graph_ref(what_if->strong, heap, cut->edges[i].node, edge));
    }
}

/* Backwards, so that a reference that was removed twice is what it was at first. */
static void restore_edges(struct what_if *what_if)
{
    for (uint32_t i = what_if->removed_count; i-- > 0;) {
        const struct removed_edge *removed = &what_if->removed[i];
        what_if->strong->graph.target_of_edge[removed->edge] = removed->target;
        if (removed->target != NODE_NULL && removed->ref != UINT32_MAX)
            bitmap_clear(what_if->strong->silent_bitmap, removed->ref);
    }
}

static void add_up_freed(const struct model *model, struct what_if *what_if)
{
    for (uint32_t node = 1; node < model->heap->node_count; node++) {
        if (!what_if_is_freed(what_if, node))
            continue;
        what_if->freed.objects++;
        what_if->freed.bytes += model_shallow(model, node);
    }
}

enum wh_status what_if_init(const struct model *model, struct strong_graph *strong, const struct cut_edges *cut,
                            const struct progress *progress, struct wh_error *error, struct what_if *ret)
{
    *ret = (struct what_if){.strong = strong, .live_bitmap = model->dominators->live_bitmap};
    uint32_t count = count_removed(cut);
    struct root_groups groups = strong_graph_groups(strong);
    enum wh_status status = array_alloc(count, sizeof(*ret->removed), "the references", error, &ret->removed);
    if (!status) {
        remove_edges(model->heap, ret, cut);
        status = bfs_tree_init(&strong->graph, &groups, progress, error, &ret->paths);
    }
    if (status)
        what_if_deinit(ret);
    else
        add_up_freed(model, ret);
    return status;
}

void what_if_deinit(struct what_if *what_if)
{
    restore_edges(what_if);
    free(what_if->removed);
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
    uint64_t *seen;
    uint32_t *nodes, count;
};

static bool is_program_text(const struct heap *heap, uint32_t node)
{
    static const char *const types[] = {"module", "function", "code", "builtin_function_or_method", "frame", "cell"};
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        if (heap_type_is(heap, node, "builtins", types[i]))
            return true;
    }
    return heap_is_instance(heap, node, "builtins", "type");
}

static bool is_worth_a_line(const struct model *model, uint32_t node)
{
    return model_retained(model, node) >= WORTH_A_LINE_BYTES && !(model->heap->form_of_node[node] & FORM_IMMORTAL) &&
           !is_program_text(model->heap, node);
}

static void collect(struct collector *collector, uint32_t node)
{
    if (node == HEAP_NULL || bitmap_test(collector->seen, node) || !bfs_tree_is_reached(&collector->what_if->paths, node))
        return;
    bitmap_set(collector->seen, node);
    if (is_worth_a_line(collector->model, node))
        collector->nodes[collector->count++] = node;
}

static void collect_referents(struct collector *collector, uint32_t node)
{
    const struct graph *graph = &collector->what_if->strong->graph;
    const struct heap *heap = collector->model->heap;
    uint32_t first = graph->first_edge_of_node[node], count = heap->first_ref_of_node[node + 1] - heap->first_ref_of_node[node];
    for (uint32_t edge = first; edge < first + count; edge++)
        collect(collector, graph->target_of_edge[edge]);
}

static void collect_all(struct collector *collector)
{
    const struct what_if *what_if = collector->what_if;
    for (uint32_t i = 0; i < what_if->removed_count; i++)
        collect(collector, what_if->removed[i].target);
    for (uint32_t node = 1; node < collector->model->heap->node_count; node++) {
        if (what_if_is_freed(what_if, node))
            collect_referents(collector, node);
    }
}

static int compare_retained(const void *left, const void *right, void *context)
{
    const struct model *model = context;
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    uint64_t size_a = model_retained(model, a), size_b = model_retained(model, b);
    if (size_a != size_b)
        return size_a > size_b ? -1 : 1;
    return (a > b) - (a < b);
}

static uint32_t collect_targets(struct collector *collector, const uint32_t *targets, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (bitmap_test(collector->seen, targets[i]) || !bfs_tree_is_reached(&collector->what_if->paths, targets[i]))
            continue;
        bitmap_set(collector->seen, targets[i]);
        collector->nodes[collector->count++] = targets[i];
    }
    return collector->count;
}

static enum wh_status fill_remaining(struct collector *collector, const uint32_t *targets, uint32_t target_count, uint32_t limit,
                                     struct wh_error *error, struct remainings *ret)
{
    uint32_t kept_targets = collect_targets(collector, targets, target_count);
    collect_all(collector);
    qsort_r(collector->nodes, kept_targets, sizeof(uint32_t), compare_retained, (void *)collector->model);
    qsort_r(collector->nodes + kept_targets, collector->count - kept_targets, sizeof(uint32_t), compare_retained, (void *)collector->model);
    ret->total = collector->count;
    uint32_t count = collector->count < limit ? collector->count : limit;
    enum wh_status status = array_alloc(count, sizeof(*ret->rows), "what stays", error, &ret->rows);
    for (; !status && ret->count < count; ret->count++)
        ret->rows[ret->count] = (struct remaining){collector->nodes[ret->count], ret->count < kept_targets};
    return status;
}

enum wh_status what_if_remaining(const struct model *model, const struct what_if *what_if, const uint32_t *targets, uint32_t target_count,
                                 uint32_t limit, struct wh_error *error, struct remainings *ret)
{
    struct collector collector = {.model = model, .what_if = what_if};
    *ret = (struct remainings){0};
    enum wh_status status = array_alloc_zeroed(bitmap_word_count(model->heap->node_count), sizeof(uint64_t), "what stays", error, &collector.seen);
    if (!status)
        status = array_alloc(model->heap->node_count, sizeof(uint32_t), "what stays", error, &collector.nodes);
    if (!status)
        status = fill_remaining(&collector, targets, target_count, limit, error, ret);
    free(collector.seen);
    free(collector.nodes);
    return status;
}

void remainings_deinit(struct remainings *remainings)
{
    free(remainings->rows);
    *remainings = (struct remainings){0};
}
