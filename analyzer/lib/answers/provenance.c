/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wh_provenance: where one object was allocated, and which lines put things into it. */
#include <stdlib.h>

#include "answers/analysis.h"
#include "heap/referrers.h"
#include "holders/holder_lines.h"
#include "holders/holder_paths.h"
#include "naming/query.h"

enum { REFERRERS_MAX = 64 };

struct provenance_result { struct wh_provenance provenance; struct arena arena; };   /* provenance first: what the caller sees */

struct prover {
    struct wh_analysis *analysis;
    struct wh_error *error;
    struct line_writer writer;
    struct referrers referrers;
    struct wh_provenance *ret;
};

static void find_allocation(struct prover *self, uint32_t node)
{
    const struct heap *heap = &self->analysis->heap;
    struct stack_summary summary;
    uint32_t block = heap_find_block(heap, heap_address(heap, node));
    if (block == UINT32_MAX || !growth_summarize(heap, heap->blocks[block].stack, &summary))
        return;
    self->ret->allocated_at = line_writer_stack(&self->writer, &summary, "allocation", "exact");
    self->ret->allocated = true;
}

static enum wh_status find_sites(struct prover *self, uint32_t node, struct store_site_list *ret)
{
    struct holder holder;
    *ret = (struct store_site_list){0};
    enum wh_status status = analysis_need_code_index(self->analysis, self->error);
    if (!status)
        status = referrers_find(&self->analysis->heap, &node, 1, REFERRERS_MAX, self->error, &self->referrers);
    if (!status)
        status = holder_paths_find(&self->analysis->model, node, &self->referrers, self->error, &holder);
    return status ? status : store_sites_find(&self->analysis->heap, self->analysis->code_index, &holder, self->error, ret);
}

static bool holds_things(const struct heap *heap, uint32_t node)
{
    return heap_items_kind(heap, node) != FORM_ITEMS_NONE || heap->form_of_node[node] & FORM_STORE || heap_member(heap, node, "__dict__");
}

static enum wh_status find_stores(struct prover *self, uint32_t node)
{
    struct naming_path path;
    struct store_site_list sites;
    enum wh_status status = naming_path_init(&self->analysis->model, node, self->error, &path);
    if (status)
        return status;
    status = find_sites(self, node, &sites);
    struct holder_question question = {self->analysis->code_index, node, &path, &sites, NULL, false};
    struct holder_lines lines = {NULL, 0};
    if (!status)
        status = holder_lines_find(&self->writer, &question, self->error, &lines);
    self->ret->held_at = lines.lines;
    self->ret->held_at_count = status ? 0 : lines.count;
    store_site_list_deinit(&sites);
    naming_path_deinit(&path);
    return status;
}

static void find_calls(struct prover *self, uint32_t node)
{
    const struct heap_memo *memo = heap_memo(&self->analysis->heap, node);
    self->ret->has_calls = memo != NULL;
    self->ret->hits = memo ? memo->hits : 0;
    self->ret->misses = memo ? memo->misses : 0;
}

static enum wh_status prove(struct prover *self, uint32_t node)
{
    struct heap_store store;
    enum wh_status status = WH_OK;
    self->ret->has_store = heap_store(&self->analysis->heap, node, &store);
    if (self->ret->has_store) {
        self->ret->length = store.length;
        self->ret->capacity = store.capacity;
        self->ret->bounded = self->analysis->heap.form_of_node[node] & FORM_BOUNDED;
    }
    find_calls(self, node);
    find_allocation(self, node);
    if (holds_things(&self->analysis->heap, node) && dominators_is_live(self->analysis->model.dominators, node))
        status = find_stores(self, node);
    return status ? status : arena_status(self->writer.arena, self->error);
}

enum wh_status wh_provenance(struct wh_analysis *analysis, const struct wh_query *query, struct wh_error *error, struct wh_provenance **ret)
{
    struct node_list list = {0};
    *ret = NULL;
    enum wh_status status = analysis_need_model(analysis, error);
    if (!status)
        status = query_find(&analysis->model, &analysis->lookup, query, 1, error, &list);
    if (status)
        return status;
    struct provenance_result *result = calloc(1, sizeof(*result));
    if (result) {
        struct prover self = {.analysis = analysis, .error = error, .writer = {.model = &analysis->model, .arena = &result->arena},
                              .ret = &result->provenance};
        status = prove(&self, list.nodes[0]);
        referrers_deinit(&self.referrers);
        line_writer_deinit(&self.writer);
    } else {
        status = wh_error_set(error, WH_ERR_RESOURCE, "out of memory for the object's lines");
    }
    node_list_deinit(&list);
    if (status)
        wh_provenance_free(result ? &result->provenance : NULL);
    else
        *ret = &result->provenance;
    return status;
}

void wh_provenance_free(struct wh_provenance *provenance)
{
    struct provenance_result *result = (struct provenance_result *)provenance;
    if (!result)
        return;
    arena_deinit(&result->arena);
    free(result);
}
