/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wh_tree: the largest part of the dominator tree that fits a budget of rows. */
#include <stdlib.h>
#include <string.h>

#include "answers/analysis.h"
#include "base/array.h"
#include "naming/naming.h"
#include "naming/query.h"

/* Of the budget, two thirds are for objects, the rest for groups. */
enum { BUDGET_DEFAULT = 2000, OBJECTS_SHARE = 2, GROUPS_SHARE = 1, GROUPS_PER_PARENT = 3, GROUP_MIN = 2 };

struct tree_result { struct wh_tree tree; struct arena arena; };

/* A node that is in, and how many of its children are: always the first, since they stand by size. */
struct chosen { uint32_t node, shown; int64_t parent; };

/* The best child that is not in yet, of a chosen node. */
struct candidate { uint64_t bytes; uint32_t node; uint32_t parent; };

struct grower {
    const struct model *model;
    uint32_t top;                /* the first node: an object, or the virtual root */
    struct wh_error *error;
    struct chosen *chosen;
    uint32_t chosen_count, budget;
    struct candidate *heap;      /* binary max-heap; one entry a chosen node at most */
    uint32_t heap_count;
};

static bool better(const struct candidate *a, const struct candidate *b)
{
    return a->bytes != b->bytes ? a->bytes > b->bytes : a->node < b->node;
}

static void swap(struct candidate *a, struct candidate *b)
{
    struct candidate held = *a;
    *a = *b;
    *b = held;
}

static void heap_push(struct grower *grower, struct candidate candidate)
{
    uint32_t at = grower->heap_count++;
    grower->heap[at] = candidate;
    for (; at && better(&grower->heap[at], &grower->heap[(at - 1) / 2]); at = (at - 1) / 2)
        swap(&grower->heap[at], &grower->heap[(at - 1) / 2]);
}

static struct candidate heap_pop(struct grower *grower)
{
    struct candidate top = grower->heap[0];
    grower->heap[0] = grower->heap[--grower->heap_count];
    for (uint32_t at = 0;;) {
        uint32_t best = at;
        for (uint32_t child = 2 * at + 1; child <= 2 * at + 2 && child < grower->heap_count; child++)
            best = better(&grower->heap[child], &grower->heap[best]) ? child : best;
        if (best == at)
            return top;
        swap(&grower->heap[at], &grower->heap[best]);
        at = best;
    }
}

static void offer_next_child(struct grower *grower, uint32_t chosen)
{
    struct chosen *entry = &grower->chosen[chosen];
    struct node_run children = model_children(grower->model, entry->node);
    if (entry->shown < children.count) {
        uint32_t child = children.nodes[entry->shown];
        heap_push(grower, (struct candidate){model_retained(grower->model, child), child, chosen});
    }
}

static void choose(struct grower *grower, uint32_t node, int64_t parent)
{
    grower->chosen[grower->chosen_count] = (struct chosen){node, 0, parent};
    offer_next_child(grower, grower->chosen_count++);
}

/* A parent is never smaller than its child, so the largest nodes of the tree hang together: take them best first. */
static void grow_tree(struct grower *grower)
{
    choose(grower, grower->top, -1);
    while (grower->heap_count && grower->chosen_count < grower->budget) {
        struct candidate best = heap_pop(grower);
        grower->chosen[best.parent].shown++;
        offer_next_child(grower, best.parent);
        choose(grower, best.node, best.parent);
    }
}

/* --- output --- */

struct group { uint32_t type; uint64_t count, bytes, objects, shallow; };

struct writer {
    const struct grower *grower;
    const struct model *model;
    struct wh_error *error;
    struct arena *arena;
    struct wh_tree *tree;
    size_t groups_left;
    struct group *group_of_type, *groups;   /* one for each type */
    uint32_t *first_child_of_chosen, *next_sibling_of_chosen;
    struct text text;
};

static const char *take_text(struct writer *writer)
{
    const char *string = arena_string(writer->arena, text_string(&writer->text));
    writer->arena->failed |= writer->text.failed;
    text_clear(&writer->text);
    return string;
}

/* The reference from the parent; if the parent does not refer to it itself, the last step of the object's name. */
static const char *row_label(struct writer *writer, uint32_t parent, uint32_t node)
{
    const struct heap *heap = writer->model->heap;
    struct naming_path path;
    for (uint32_t ref = parent < heap->node_count ? heap->first_ref_of_node[parent] : UINT32_MAX;
         parent < heap->node_count && ref < heap->first_ref_of_node[parent + 1]; ref++) {
        if (heap->target_of_ref[ref] != node)
            continue;
        label_write(heap, label_of_ref(heap, parent, ref), &writer->text);
        return take_text(writer);
    }
    if (naming_path_init(writer->model, node, NULL, &path)) {
        writer->arena->failed = true;
        return "";
    }
    if (parent >= heap->node_count)
        naming_write_expression(writer->model, &path, true, &writer->text);
    else
        naming_write_step(writer->model, &path, &path.steps[path.step_count - 1], &writer->text);
    naming_path_deinit(&path);
    return take_text(writer);
}

static struct wh_object whole_heap(const struct model *model)
{
    uint32_t root = graph_virtual_root(&model->retention->graph);
    return (struct wh_object){.type = "", .preview = "", .length = UINT64_MAX, .retained_bytes = model_retained(model, root),
                              .retained_objects = model->retained->retained_count_of_node[root]};
}

/* Of the first row: the whole heap, or one object by its name. */
static void add_first_row(struct writer *writer, uint32_t node)
{
    struct wh_tree_row *row = &writer->tree->rows[writer->tree->row_count++];
    *row = (struct wh_tree_row){.parent = -1, .label = "(heap)"};
    if (node >= writer->model->heap->node_count) {
        row->object = whole_heap(writer->model);
        return;
    }
    if (naming_expression(writer->model, node, false, NULL, &writer->text))
        writer->arena->failed = true;
    row->label = take_text(writer);
    row->object = model_object(writer->model, node, writer->arena);
}

static void add_node_row(struct writer *writer, const struct chosen *chosen, int64_t parent_row)
{
    writer->tree->rows[writer->tree->row_count++] = (struct wh_tree_row){
        .parent = parent_row,
        .label = row_label(writer, writer->grower->chosen[chosen->parent].node, chosen->node),
        .object = model_object(writer->model, chosen->node, writer->arena),
    };
}

static int compare_group_bytes(const void *left, const void *right)
{
    const struct group *a = left, *b = right;
    if (a->bytes != b->bytes)
        return a->bytes > b->bytes ? -1 : 1;
    return (a->type > b->type) - (a->type < b->type);
}

/* Sums up the nodes by type: the rows of `group_of_type` that they need, which are empty again afterwards, largest first. */
static uint32_t group_by_type(const struct model *model, struct node_run nodes, struct group *group_of_type, struct group *ret)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < nodes.count; i++) {
        uint32_t node = nodes.nodes[i];
        struct group *group = &group_of_type[model->heap->type_of_node[node]];
        group->count++;
        group->bytes += model_retained(model, node);
        group->objects += model->retained->retained_count_of_node[node];
        group->shallow += model_shallow(model, node);
        if (group->count == 1)
            ret[count++].type = model->heap->type_of_node[node];
    }
    for (uint32_t i = 0; i < count; i++) {
        uint32_t type = ret[i].type;
        ret[i] = group_of_type[type];
        ret[i].type = type;
        group_of_type[type] = (struct group){0};
    }
    qsort(ret, count, sizeof(*ret), compare_group_bytes);
    return count;
}

static void add_group_row(struct writer *writer, int64_t parent_row, const struct group *group)
{
    model_write_type(&writer->model->heap->types[group->type], &writer->text);
    const char *type = take_text(writer);
    writer->tree->rows[writer->tree->row_count++] = (struct wh_tree_row){
        .parent = parent_row, .label = type, .group = group->count,
        .object = {.type = type, .preview = "", .length = UINT64_MAX, .shallow_bytes = group->shallow,
                   .retained_bytes = group->bytes, .retained_objects = group->objects}};
}

/* The children without a row of their own: the heaviest types as one row each, the rest as numbers. */
static void add_hidden(struct writer *writer, const struct chosen *chosen, int64_t row)
{
    struct node_run children = model_children(writer->model, chosen->node);
    struct node_run hidden = {children.nodes + chosen->shown, children.count - chosen->shown};
    uint32_t count = hidden.count ? group_by_type(writer->model, hidden, writer->group_of_type, writer->groups) : 0;
    for (uint32_t i = 0; i < count; i++) {
        const struct group *group = &writer->groups[i];
        if (i < GROUPS_PER_PARENT && group->count >= GROUP_MIN && writer->groups_left) {
            writer->groups_left--;
            add_group_row(writer, row, group);
        } else {
            writer->tree->rows[row].hidden_count += group->count;
            writer->tree->rows[row].hidden_bytes += group->bytes;
        }
    }
}

/* Children are chosen in order of size, so linking them from the last to the first keeps that order. */
static void link_children(struct writer *writer)
{
    const struct grower *grower = writer->grower;
    for (uint32_t i = 0; i < grower->chosen_count; i++)
        writer->first_child_of_chosen[i] = writer->next_sibling_of_chosen[i] = UINT32_MAX;
    for (uint32_t i = grower->chosen_count; i-- > 1;) {
        uint32_t parent = (uint32_t)grower->chosen[i].parent;
        writer->next_sibling_of_chosen[i] = writer->first_child_of_chosen[parent];
        writer->first_child_of_chosen[parent] = i;
    }
}

/* Depth first; a node's groups come right after it, before its children. `row_of_chosen` doubles as the way back up. */
static void write_rows(struct writer *writer, int64_t *row_of_chosen)
{
    const struct grower *grower = writer->grower;
    uint32_t at = 0;
    for (;;) {
        const struct chosen *chosen = &grower->chosen[at];
        int64_t row = (int64_t)writer->tree->row_count;
        row_of_chosen[at] = row;
        if (chosen->parent < 0)
            add_first_row(writer, chosen->node);
        else
            add_node_row(writer, chosen, row_of_chosen[chosen->parent]);
        add_hidden(writer, chosen, row);
        if (writer->first_child_of_chosen[at] != UINT32_MAX) {
            at = writer->first_child_of_chosen[at];
            continue;
        }
        while (at && writer->next_sibling_of_chosen[at] == UINT32_MAX)
            at = (uint32_t)grower->chosen[at].parent;
        if (!at)
            return;
        at = writer->next_sibling_of_chosen[at];
    }
}

static enum wh_status output(const struct grower *grower, size_t rows, struct wh_error *error, struct tree_result *result)
{
    struct writer writer = {.grower = grower, .model = grower->model, .error = error, .arena = &result->arena, .tree = &result->tree};
    size_t count = grower->chosen_count;
    writer.groups_left = rows - count;
    result->tree.rows = arena_array(&result->arena, rows, sizeof(*result->tree.rows));
    writer.first_child_of_chosen = arena_array(&result->arena, count, sizeof(uint32_t));
    writer.next_sibling_of_chosen = arena_array(&result->arena, count, sizeof(uint32_t));
    int64_t *row_of_chosen = arena_array(&result->arena, count, sizeof(int64_t));
    enum wh_status status = arena_status(&result->arena, error);
    if (!status)
        status = array_alloc_zeroed(writer.model->heap->type_count, sizeof(*writer.group_of_type), "groups of siblings", error, &writer.group_of_type);
    if (!status)
        status = array_alloc(writer.model->heap->type_count, sizeof(*writer.groups), "groups of siblings", error, &writer.groups);
    if (!status) {
        link_children(&writer);
        write_rows(&writer, row_of_chosen);
    }
    free(writer.group_of_type);
    free(writer.groups);
    text_deinit(&writer.text);
    return status ? status : arena_status(&result->arena, error);
}

static enum wh_status grow_and_output(struct wh_analysis *analysis, uint32_t top, size_t budget, struct wh_error *error, struct wh_tree **ret)
{
    size_t nodes = (size_t)analysis->heap.node_count + 1, rows = budget ? budget : BUDGET_DEFAULT;
    size_t wanted = (rows * OBJECTS_SHARE + OBJECTS_SHARE) / (OBJECTS_SHARE + GROUPS_SHARE);
    struct grower grower = {.model = &analysis->model, .top = top, .error = error, .budget = (uint32_t)(wanted < nodes ? wanted : nodes)};
    rows = rows < grower.budget * (1 + (size_t)GROUPS_PER_PARENT) ? rows : grower.budget * (1 + (size_t)GROUPS_PER_PARENT);
    struct tree_result *result = calloc(1, sizeof(*result));
    enum wh_status status = result ? WH_OK : wh_error_set(error, WH_ERR_RESOURCE, "out of memory for the tree");
    if (!status)
        status = array_alloc(grower.budget, sizeof(*grower.chosen), "the tree's rows", error, &grower.chosen);
    if (!status)
        status = array_alloc((size_t)grower.budget + 1, sizeof(*grower.heap), "the tree's next rows", error, &grower.heap);
    if (!status) {
        grow_tree(&grower);
        status = output(&grower, rows, error, result);
    }
    free(grower.chosen);
    free(grower.heap);
    if (status)
        wh_tree_free(result ? &result->tree : NULL);
    else
        *ret = &result->tree;
    return status;
}

enum wh_status wh_tree(struct wh_analysis *analysis, size_t budget, struct wh_error *error, struct wh_tree **ret)
{
    *ret = NULL;
    enum wh_status status = analysis_need_model(analysis, error);
    return status ? status : grow_and_output(analysis, graph_virtual_root(&analysis->retention.graph), budget, error, ret);
}

enum wh_status wh_tree_below(struct wh_analysis *analysis, const struct wh_query *query, size_t budget, struct wh_error *error, struct wh_tree **ret)
{
    struct node_list list = {0};
    *ret = NULL;
    enum wh_status status = analysis_need_model(analysis, error);
    if (!status)
        status = query_find(&analysis->model, &analysis->lookup, query, 1, error, &list);
    if (!status)
        status = grow_and_output(analysis, list.nodes[0], budget, error, ret);
    node_list_deinit(&list);
    return status;
}

void wh_tree_free(struct wh_tree *tree)
{
    struct tree_result *result = (struct tree_result *)tree;
    if (!result)
        return;
    arena_deinit(&result->arena);
    free(result);
}
