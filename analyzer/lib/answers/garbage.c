/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wh_garbage: what no root reaches, what native code holds, and the collector that is to deal with it. */
#include <inttypes.h>
#include <stdlib.h>

#include "answers/analysis.h"
#include "base/array.h"
#include "heap/collector.h"
#include "triage/cycle.h"

enum { LIMIT_DEFAULT = 20 };

struct garbage_result { struct wh_garbage garbage; struct arena arena; };   /* garbage first: what the caller sees */

/* Entries of one type. */
struct group { uint32_t type, node; uint64_t entries, objects, bytes, largest; };

struct sweeper {
    const struct model *model;
    const struct kinds *kinds;
    struct wh_error *error;
    size_t limit;
    struct wh_garbage *garbage;
    struct arena *arena;
};

/* --- cycles --- */

static int compare_groups(const void *left, const void *right)
{
    const struct group *a = left, *b = right;
    if (a->bytes != b->bytes)
        return a->bytes > b->bytes ? -1 : 1;
    return (a->type > b->type) - (a->type < b->type);
}

/* By type number; each group's example is its largest entry. */
static void fill_groups(const struct model *model, struct group *groups)
{
    for (uint32_t i = 0; i < model->dominators->garbage_entry_count; i++) {
        uint32_t node = model->dominators->garbage_entry[i];
        struct group *group = &groups[model->heap->type_of_node[node]];
        uint64_t bytes = model_retained(model, node);
        group->type = model->heap->type_of_node[node];
        group->entries++;
        group->objects += model->retained->retained_count_of_node[node];
        group->bytes += bytes;
        if (!group->node || bytes > group->largest) {
            group->node = node;
            group->largest = bytes;
        }
    }
}

static uint32_t drop_empty(struct group *groups, uint32_t count)
{
    uint32_t kept = 0;
    for (uint32_t type = 0; type < count; type++) {
        if (groups[type].entries)
            groups[kept++] = groups[type];
    }
    return kept;
}

static const char *take_text(struct sweeper *self, struct text *text)
{
    const char *string = arena_string(self->arena, text_string(text));
    self->arena->failed |= text->failed;
    text_clear(text);
    return string;
}

static enum wh_status output_group(struct sweeper *self, const struct group *group, struct wh_garbage_group *ret)
{
    struct text text = {0};
    model_write_type(&self->model->heap->types[group->type], &text);
    ret->type = take_text(self, &text);
    ret->entries = group->entries;
    ret->mass = (struct wh_mass){group->objects, group->bytes};
    ret->finalizer = self->kinds->of_type[group->type].finalizer;
    ret->example = model_object(self->model, group->node, self->arena);
    enum wh_status status = cycle_write(self->model, group->node, self->error, &text);
    ret->cycle = take_text(self, &text);
    text_deinit(&text);
    return status;
}

static enum wh_status add_cycles(struct sweeper *self)
{
    uint32_t types = self->model->heap->type_count;
    struct group *groups = NULL;
    enum wh_status status = array_alloc_zeroed((size_t)types + 1, sizeof(*groups), "garbage by type", self->error, &groups);
    if (status)
        return status;
    fill_groups(self->model, groups);
    uint32_t count = drop_empty(groups, types);
    qsort(groups, count, sizeof(*groups), compare_groups);
    size_t shown = count < self->limit ? count : self->limit;
    self->garbage->entries = self->model->dominators->garbage_entry_count;
    self->garbage->omitted_groups = count - shown;
    self->garbage->groups = arena_array(self->arena, shown, sizeof(*self->garbage->groups));
    for (size_t i = 0; !status && self->garbage->groups && i < shown; i++)
        status = output_group(self, &groups[i], &self->garbage->groups[self->garbage->group_count++]);
    free(groups);
    return status;
}

/* --- native code --- */

static int compare_roots(const void *left, const void *right, void *context)
{
    const struct model *model = context;
    uint32_t a = model->retention->graph.root_node[*(const uint32_t *)left], b = model->retention->graph.root_node[*(const uint32_t *)right];
    uint64_t size_a = model_retained(model, a), size_b = model_retained(model, b);
    if (size_a != size_b)
        return size_a > size_b ? -1 : 1;
    return (a > b) - (a < b);
}

static void output_native(struct sweeper *self, uint32_t root, struct wh_native *ret)
{
    struct text text = {0};
    ret->object = model_object(self->model, self->model->retention->graph.root_node[root], self->arena);
    ret->unaccounted = self->model->retention->roots[root].unaccounted;
    text_addf(&text, "held by native code: %" PRIu64 " reference%s unaccounted for", ret->unaccounted, ret->unaccounted == 1 ? "" : "s");
    ret->sentence = take_text(self, &text);
    text_deinit(&text);
}

static enum wh_status add_native(struct sweeper *self)
{
    const struct retention *retention = self->model->retention;
    struct wh_garbage *garbage = self->garbage;
    uint32_t *rows = NULL, count = 0;
    enum wh_status status = array_alloc((size_t)retention->native_count + 1, sizeof(*rows), "what native code holds", self->error, &rows);
    for (uint32_t i = 0; !status && i < retention->graph.root_count && count < retention->native_count; i++) {
        if (retention->roots[i].kind != ROOT_NATIVE)
            continue;
        rows[count++] = i;
        garbage->native.objects += self->model->retained->retained_count_of_node[retention->graph.root_node[i]];
        garbage->native.bytes += model_retained(self->model, retention->graph.root_node[i]);
    }
    if (status)
        return status;
    qsort_r(rows, count, sizeof(*rows), compare_roots, (void *)self->model);
    size_t shown = count < self->limit ? count : self->limit;
    garbage->omitted_natives = count - shown;
    garbage->natives = arena_array(self->arena, shown, sizeof(*garbage->natives));
    for (size_t i = 0; garbage->natives && i < shown; i++)
        output_native(self, rows[i], &garbage->natives[garbage->native_count++]);
    free(rows);
    return WH_OK;
}

/* --- the collector --- */

static void add_collector(struct sweeper *self)
{
    const struct heap *heap = self->model->heap;
    struct wh_collector *collector = &self->garbage->collector;
    struct collector_state state;
    collector->known = collector_state_read(heap, &state);
    collector->enabled = state.enabled;
    collector->collecting = heap->snapshot.collecting;
    collector->generation_count = state.generations;
    for (unsigned i = 0; i < state.generations; i++)
        collector->generations[i] = (struct wh_generation){state.threshold[i], state.count[i], state.collections[i]};
    for (uint32_t node = 1; node < heap->node_count; node++) {
        if (!(heap->form_of_node[node] & FORM_FROZEN))
            continue;
        collector->frozen.objects++;
        collector->frozen.bytes += model_shallow(self->model, node);
    }
    for (uint32_t row = 0; row < heap->root_count; row++) {
        if (heap->roots[row].kind == ROOT_GC && span_is(heap->roots[row].name, "gc.garbage") && heap->roots[row].node)
            collector->garbage_list += heap_items(heap, heap->roots[row].node).count;
    }
}

static enum wh_status sweep(struct sweeper *self)
{
    uint32_t root = graph_garbage_root(&self->model->retention->graph);
    self->garbage->garbage = (struct wh_mass){self->model->retained->retained_count_of_node[root],
                                              model_retained(self->model, root)};
    add_collector(self);
    enum wh_status status = add_cycles(self);
    if (!status)
        status = add_native(self);
    return status ? status : arena_status(self->arena, self->error);
}

enum wh_status wh_garbage(struct wh_analysis *analysis, size_t limit, struct wh_error *error, struct wh_garbage **ret)
{
    *ret = NULL;
    enum wh_status status = analysis_need_kinds(analysis, error);
    if (status)
        return status;
    struct garbage_result *result = calloc(1, sizeof(*result));
    if (!result)
        return wh_error_set(error, WH_ERR_RESOURCE, "out of memory for the garbage");
    struct sweeper self = {&analysis->model, &analysis->kinds, error, limit ? limit : LIMIT_DEFAULT, &result->garbage, &result->arena};
    status = sweep(&self);
    if (status)
        wh_garbage_free(&result->garbage);
    else
        *ret = &result->garbage;
    return status;
}

void wh_garbage_free(struct wh_garbage *garbage)
{
    struct garbage_result *result = (struct garbage_result *)garbage;
    if (!result)
        return;
    arena_deinit(&result->arena);
    free(result);
}
