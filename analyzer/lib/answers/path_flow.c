/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "answers/path_flow.h"

#include <stdlib.h>

#include "base/array.h"

void path_flow_deinit(struct path_flow *flow)
{
    free(flow->hops);
    *flow = (struct path_flow){0};
}

static int compare_hops(const void *left, const void *right)
{
    const struct flow_hop *a = left, *b = right;
    if (a->to != b->to)
        return a->to < b->to ? -1 : 1;
    return (a->from > b->from) - (a->from < b->from);
}

static enum wh_status add_hop(struct path_flow *flow, uint32_t from, uint32_t to, struct wh_error *error)
{
    if (flow->count == flow->capacity) {
        uint32_t capacity = flow->capacity ? flow->capacity * 2 : 64;
        struct flow_hop *hops = realloc(flow->hops, capacity * sizeof(*hops));
        if (!hops)
            return wh_error_set(error, WH_ERR_RESOURCE, "out of memory for the paths");
        flow->hops = hops;
        flow->capacity = capacity;
    }
    flow->hops[flow->count++] = (struct flow_hop){from, to};
    return WH_OK;
}

static void sort_hops(struct path_flow *flow)
{
    if (flow->count)
        qsort(flow->hops, flow->count, sizeof(*flow->hops), compare_hops);
}

enum wh_status path_flow_add(struct path_flow *flow, const struct path_scene *scene, uint32_t node, struct wh_error *error)
{
    const uint32_t *parent = scene->what_if.paths.parent_of_node;
    enum wh_status status = WH_OK;
    for (; !status && parent[node] != NODE_NONE; node = parent[node])
        status = add_hop(flow, parent[node], node, error);
    sort_hops(flow);
    flow->value++;
    return status;
}

/* The first hop that leads to the node, in the order of the hops. */
static uint32_t first_hop_to(const struct path_flow *flow, uint32_t node)
{
    uint32_t low = 0, high = flow->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (flow->hops[middle].to < node)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* --- one path more --- */

struct search {
    const struct path_flow *flow;
    const struct edge_view *view;
    uint64_t *seen_bitmap, *back_bitmap;   /* by node; its way leads back along a path */
    uint32_t *parent_of_node, *queue, begin, end;
};

static enum wh_status search_init(const struct path_flow *flow, const struct path_scene *scene, struct wh_error *error, struct search *ret)
{
    uint32_t count = scene->model->heap->node_count;
    *ret = (struct search){.flow = flow, .view = &scene->strong.view};
    enum wh_status status = array_alloc_zeroed(bitmap_word_count(count), sizeof(uint64_t), "the paths", error, &ret->seen_bitmap);
    if (!status)
        status = array_alloc_zeroed(bitmap_word_count(count), sizeof(uint64_t), "the paths", error, &ret->back_bitmap);
    if (!status)
        status = array_alloc(count, sizeof(uint32_t), "the paths", error, &ret->parent_of_node);
    if (!status)
        status = array_alloc(count, sizeof(uint32_t), "the paths", error, &ret->queue);
    return status;
}

static void search_deinit(struct search *search)
{
    free(search->seen_bitmap);
    free(search->back_bitmap);
    free(search->parent_of_node);
    free(search->queue);
}

static void visit(struct search *search, uint32_t node, uint32_t parent, bool back)
{
    if (node == NODE_NULL || bitmap_test(search->seen_bitmap, node))
        return;
    bitmap_set(search->seen_bitmap, node);
    if (back)
        bitmap_set(search->back_bitmap, node);
    search->parent_of_node[node] = parent;
    search->queue[search->end++] = node;
}

static void visit_next(struct search *search, uint32_t node)
{
    const struct path_flow *flow = search->flow;
    for (uint32_t edge = edge_view_first(search->view, node); edge <= edge_view_last(search->view, node); edge++)
        visit(search, edge_view_target(search->view, node, edge), node, false);
    for (uint32_t hop = first_hop_to(flow, node); hop < flow->count && flow->hops[hop].to == node; hop++)
        visit(search, flow->hops[hop].from, node, true);
}

/* From the roots in their order, so that a path begins at a module if one does. */
static bool reach(struct search *search, const struct path_scene *scene, uint32_t node)
{
    struct root_groups groups = strong_graph_groups(&scene->strong);
    uint32_t root = 0;
    for (uint32_t group = 0; group < groups.group_count; group++) {
        for (; root < groups.group_end[group]; root++)
            visit(search, scene->strong.graph.root_node[root], NODE_NONE, false);
        for (; search->begin < search->end && !bitmap_test(search->seen_bitmap, node); search->begin++)
            visit_next(search, search->queue[search->begin]);
    }
    return bitmap_test(search->seen_bitmap, node);
}

/* What the way uses is used; where it leads back, no more. */
static enum wh_status take_way(struct path_flow *flow, const struct search *search, uint32_t node, struct wh_error *error)
{
    enum wh_status status = WH_OK;
    uint32_t kept = 0;
    for (; !status && search->parent_of_node[node] != NODE_NONE; node = search->parent_of_node[node]) {
        uint32_t parent = search->parent_of_node[node];
        if (!bitmap_test(search->back_bitmap, node)) {
            status = add_hop(flow, parent, node, error);
            continue;
        }
        uint32_t hop = 0;
        while (flow->hops[hop].from != node || flow->hops[hop].to != parent)
            hop++;
        flow->hops[hop].from = flow->hops[hop].to = NODE_NONE;
    }
    for (uint32_t hop = 0; hop < flow->count; hop++) {
        if (flow->hops[hop].to != NODE_NONE)
            flow->hops[kept++] = flow->hops[hop];
    }
    flow->count = kept;
    flow->value += !status;
    sort_hops(flow);
    return status;
}

static enum wh_status leave_out(const struct path_flow *flow, struct path_scene *scene, struct wh_error *error)
{
    enum wh_status status = WH_OK;
    bool more;
    path_scene_leave_nothing(scene);
    for (uint32_t hop = 0; !status && hop < flow->count; hop++) {
        if (!hop || compare_hops(&flow->hops[hop - 1], &flow->hops[hop]) != 0)
            status = path_scene_leave_hop(scene, flow->hops[hop].from, flow->hops[hop].to, error, &more);
    }
    return status;
}

enum wh_status path_flow_find(struct path_flow *flow, struct path_scene *scene, uint32_t node, struct wh_error *error, bool *found)
{
    struct search search;
    enum wh_status status = search_init(flow, scene, error, &search);
    *found = !status && reach(&search, scene, node);
    if (*found)
        status = take_way(flow, &search, node, error);
    if (*found && !status)
        status = leave_out(flow, scene, error);
    search_deinit(&search);
    return status;
}

/* --- the paths --- */

static int compare_paths(const void *left, const void *right)
{
    const struct flow_path *a = left, *b = right;
    if (a->length != b->length)
        return a->length < b->length ? -1 : 1;
    for (uint32_t i = a->length; i-- > 0;) {
        if (a->nodes[i] != b->nodes[i])
            return a->nodes[i] < b->nodes[i] ? -1 : 1;
    }
    return 0;
}

/* Back from the node by hops that no path has used yet. Where a way crosses itself the loop is left out. */
static void follow_back(const struct path_flow *flow, uint64_t *used_bitmap, uint64_t *on_path_bitmap, uint32_t node, struct flow_path *ret)
{
    for (;;) {
        while (bitmap_test(on_path_bitmap, node)) {
            bitmap_clear(on_path_bitmap, ret->nodes[ret->length - 1]);
            ret->length--;
        }
        bitmap_set(on_path_bitmap, node);
        ret->nodes[ret->length++] = node;
        uint32_t hop = first_hop_to(flow, node);
        while (hop < flow->count && flow->hops[hop].to == node && bitmap_test(used_bitmap, hop))
            hop++;
        if (hop == flow->count || flow->hops[hop].to != node)
            break;
        bitmap_set(used_bitmap, hop);
        node = flow->hops[hop].from;
    }
    for (uint32_t i = 0; i < ret->length; i++)
        bitmap_clear(on_path_bitmap, ret->nodes[i]);
}

enum wh_status path_flow_paths(const struct path_flow *flow, uint32_t node, uint32_t node_count, struct wh_error *error, struct flow_path **ret)
{
    uint64_t *used_bitmap = NULL, *on_path_bitmap = NULL;
    enum wh_status status = array_alloc_zeroed(flow->value, sizeof(**ret), "the paths", error, ret);
    if (!status)
        status = array_alloc_zeroed(bitmap_word_count(flow->count), sizeof(uint64_t), "the paths", error, &used_bitmap);
    if (!status)
        status = array_alloc_zeroed(bitmap_word_count(node_count), sizeof(uint64_t), "the paths", error, &on_path_bitmap);
    for (uint32_t i = 0; !status && i < flow->value; i++) {
        status = array_alloc((size_t)flow->count + 1, sizeof(uint32_t), "the paths", error, &(*ret)[i].nodes);
        if (status)
            break;
        follow_back(flow, used_bitmap, on_path_bitmap, node, &(*ret)[i]);
        uint32_t *fitting = realloc((*ret)[i].nodes, (*ret)[i].length * sizeof(*fitting));
        (*ret)[i].nodes = fitting ? fitting : (*ret)[i].nodes;
    }
    if (!status && flow->value)
        qsort(*ret, flow->value, sizeof(**ret), compare_paths);
    free(used_bitmap);
    free(on_path_bitmap);
    return status;
}

void flow_paths_free(struct flow_path *paths, uint32_t count)
{
    for (uint32_t i = 0; paths && i < count; i++)
        free(paths[i].nodes);
    free(paths);
}
