/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wh_paths and wh_show: questions about single objects. */
#include <stdlib.h>

#include "answers/analysis.h"
#include "heap/label.h"
#include "naming/naming.h"
#include "answers/paths_result.h"
#include "naming/query.h"

enum { PATHS_DEFAULT = 10, SHOW_DEFAULT = 20 };

struct details_result { struct wh_details details; struct arena arena; };

static enum wh_status fill_paths(const struct model *model, const struct node_list *list, struct wh_error *error, struct paths_result *result)
{
    result->paths.matching = list->matching;
    result->paths.paths = arena_array(&result->arena, list->count, sizeof(*result->paths.paths));
    enum wh_status status = arena_status(&result->arena, error);
    for (uint32_t i = 0; !status && i < list->count; i++)
        status = naming_output(model, list->nodes[i], &result->arena, error, &result->paths.paths[result->paths.count++]);
    return status ? status : arena_status(&result->arena, error);
}

enum wh_status wh_paths(struct wh_analysis *analysis, const struct wh_query *query, struct wh_error *error, struct wh_paths **ret)
{
    struct node_list list = {0};
    *ret = NULL;
    enum wh_status status = analysis_need_paths(analysis, error);
    if (!status)
        status = query_find(&analysis->model, &analysis->lookup, query, query->limit ? query->limit : PATHS_DEFAULT, error, &list);
    if (status)
        return status;
    struct paths_result *result = calloc(1, sizeof(*result));
    status = result ? fill_paths(&analysis->model, &list, error, result) : wh_error_set(error, WH_ERR_RESOURCE, "out of memory for the paths");
    node_list_deinit(&list);
    if (status)
        wh_paths_free(result ? &result->paths : NULL);
    else
        *ret = &result->paths;
    return status;
}

void wh_paths_free(struct wh_paths *paths)
{
    struct paths_result *result = (struct paths_result *)paths;
    if (!result)
        return;
    arena_deinit(&result->arena);
    free(result);
}

/* --- show --- */

struct describer {
    const struct model *model;
    const struct lookup *lookup;
    struct arena *arena;
    struct wh_error *error;
    size_t limit;
    struct wh_details *details;
};

static struct wh_reference reference(struct describer *self, uint32_t source, uint32_t ref, uint32_t shown)
{
    struct text text = {0};
    struct label label = label_of_ref(self->model->heap, source, ref);
    label_write(self->model->heap, label, &text);
    struct wh_reference made = {arena_string(self->arena, text_string(&text)), "", model_object(self->model, shown, self->arena),
                                label.kind == LABEL_WEAK};
    self->arena->failed |= text.failed;
    text_deinit(&text);
    return made;
}

static size_t at_most(size_t wanted, size_t there_are)
{
    return wanted < there_are ? wanted : there_are;
}

static void fill_references(struct describer *self, uint32_t node)
{
    const struct heap *heap = self->model->heap;
    struct wh_details *details = self->details;
    size_t limit = at_most(self->limit, heap->first_ref_of_node[node + 1] - heap->first_ref_of_node[node]);
    details->references = arena_array(self->arena, limit, sizeof(*details->references));
    for (uint32_t ref = heap->first_ref_of_node[node]; details->references && ref < heap->first_ref_of_node[node + 1]; ref++) {
        uint32_t target = heap->target_of_ref[ref];
        if (target == HEAP_NULL)
            continue;
        details->reference_count++;
        if (details->references_shown < limit)
            details->references[details->references_shown++] = reference(self, node, ref, target);
    }
}

static const char *take_text(struct describer *self, struct text *text)
{
    const char *string = arena_string(self->arena, text_string(text));
    self->arena->failed |= text->failed;
    text_deinit(text);
    return string;
}

/* What the object is called if one gets to it by this reference. */
static enum wh_status name_through(struct describer *self, const struct referrer *referrer, const char **ret)
{
    struct naming_path path;
    struct text text = {0};
    enum wh_status status = naming_path_init_through(self->model, referrer->source, referrer->ref, self->error, &path);
    if (!status)
        naming_write_expression(self->model, &path, false, &text);
    *ret = take_text(self, &text);
    naming_path_deinit(&path);
    return status;
}

static enum wh_status fill_referrers(struct describer *self, uint32_t node)
{
    struct referrers referrers;
    struct wh_details *details = self->details;
    uint32_t limit = self->limit < UINT32_MAX ? (uint32_t)self->limit : UINT32_MAX;
    enum wh_status status = lookup_referrers(self->lookup, node, limit, self->error, &details->referrer_count, &referrers);
    if (status)
        return status;
    details->referrers = arena_array(self->arena, at_most(self->limit, referrers.count), sizeof(*details->referrers));
    for (uint32_t i = 0; !status && details->referrers && i < referrers.count; i++) {
        struct wh_reference *row = &details->referrers[details->referrers_shown++];
        *row = reference(self, referrers.rows[i].source, referrers.rows[i].ref, referrers.rows[i].source);
        status = name_through(self, &referrers.rows[i], &row->name);
    }
    referrers_deinit(&referrers);
    return status;
}

/* What the node refers to directly has that reference's label; what it dominates through others has none. */
static const char *dominated_label(struct describer *self, uint32_t node, uint32_t child)
{
    const struct heap *heap = self->model->heap;
    for (uint32_t ref = heap->first_ref_of_node[node]; ref < heap->first_ref_of_node[node + 1]; ref++) {
        if (heap->target_of_ref[ref] == child)
            return reference(self, node, ref, child).label;
    }
    return "";
}

static enum wh_status fill_dominated(struct describer *self, uint32_t node)
{
    struct node_run children = model_children(self->model, node);
    struct wh_details *details = self->details;
    enum wh_status status = WH_OK;
    details->dominated_count = children.count;
    details->dominated = arena_array(self->arena, at_most(self->limit, children.count), sizeof(*details->dominated));
    for (uint32_t i = 0; !status && details->dominated && i < children.count && i < self->limit; i++) {
        struct text name = {0};
        struct wh_reference *row = &details->dominated[details->dominated_shown++];
        *row = (struct wh_reference){dominated_label(self, node, children.nodes[i]), "", model_object(self->model, children.nodes[i], self->arena), false};
        if (!*row->label)
            status = naming_expression(self->model, children.nodes[i], false, self->error, &name);
        row->name = take_text(self, &name);
    }
    return status;
}

static enum wh_status describe(struct describer *self, uint32_t node)
{
    static const char *const liveness[] = {[LIVENESS_LIVE] = "live", [LIVENESS_NATIVE] = "native", [LIVENESS_GARBAGE] = "garbage"};
    const struct heap *heap = self->model->heap;
    struct wh_details *details = self->details;
    details->object = model_object(self->model, node, self->arena);
    details->liveness = liveness[model_liveness(self->model, node)];
    details->refcount = heap_refcount(heap, node);
    details->immortal = heap->form_of_node[node] & FORM_IMMORTAL;
    details->tracked = heap->form_of_node[node] & FORM_TRACKED;
    details->frozen = heap->form_of_node[node] & FORM_FROZEN;
    fill_references(self, node);
    enum wh_status status = fill_dominated(self, node);
    if (!status)
        status = fill_referrers(self, node);
    if (!status)
        status = naming_output(self->model, node, self->arena, self->error, &details->path);
    details->expression = details->path.expression;
    return status ? status : arena_status(self->arena, self->error);
}

enum wh_status wh_show(struct wh_analysis *analysis, const struct wh_query *query, struct wh_error *error, struct wh_details **ret)
{
    struct node_list list = {0};
    *ret = NULL;
    enum wh_status status = analysis_need_model(analysis, error);
    if (!status)
        status = lookup_ask(&analysis->lookup, error);
    if (!status)
        status = query_find(&analysis->model, &analysis->lookup, query, 1, error, &list);
    if (status)
        return status;
    struct details_result *result = calloc(1, sizeof(*result));
    if (result) {
        struct describer self = {&analysis->model, &analysis->lookup, &result->arena, error, query->limit ? query->limit : SHOW_DEFAULT, &result->details};
        result->details.matching = list.matching;
        status = describe(&self, list.nodes[0]);
    } else {
        status = wh_error_set(error, WH_ERR_RESOURCE, "out of memory for the object");
    }
    node_list_deinit(&list);
    if (status)
        wh_details_free(result ? &result->details : NULL);
    else
        *ret = &result->details;
    return status;
}

void wh_details_free(struct wh_details *details)
{
    struct details_result *result = (struct details_result *)details;
    if (!result)
        return;
    arena_deinit(&result->arena);
    free(result);
}
