/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wh_cut: which references have to go, what that frees, what stays, and who holds how much of it alone. */
#include <stdlib.h>
#include <string.h>

#include "answers/analysis.h"
#include "base/array.h"
#include "cut/cuttable.h"
#include "heap/label.h"
#include "graph/min_cut.h"
#include "naming/naming.h"
#include "naming/query.h"
#include "cut/reference_query.h"
#include "graph/shares.h"
#include "heap/strong.h"
#include "cut/what_if.h"

enum { LIMIT_DEFAULT = 20 };

struct cut_result { struct wh_cut cut; struct arena arena; };

struct cutter {
    struct wh_analysis *analysis;
    const struct model *model;
    const struct progress *progress;
    struct wh_error *error;
    struct arena *arena;
    struct wh_cut *ret;
    uint32_t limit;
    struct text text;              /* scratch */

    struct strong_graph strong;
    struct cut_rules rules;
    struct node_list targets;      /* live ones */
    struct cut_edges cut;
    struct what_if what_if;
    struct shares shares;
    uint32_t *order;               /* of the cut's references: those that free most alone come first */
    uint64_t *bytes_of_place;      /* what the first ones in that order free */
    struct model left;             /* for names after the cut */
    struct retention left_retention;
};

static const char *take_text(struct cutter *self)
{
    const char *string = arena_string(self->arena, text_string(&self->text));
    self->arena->failed |= self->text.failed;
    text_clear(&self->text);
    return string;
}

/* --- what is to be freed --- */

static void keep_live(struct cutter *self)
{
    struct node_list *list = &self->targets;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < list->count; i++) {
        if (dominators_is_live(self->model->dominators, list->nodes[i]))
            list->nodes[kept++] = list->nodes[i];
    }
    self->ret->garbage_targets = list->count - kept;
    self->ret->targets = kept;
    list->count = kept;
}

/* The members of a group that several hold: what its dominator dominates, of the members' type. */
static enum wh_status list_members(struct cutter *self, const struct accumulation *point)
{
    struct node_run children = model_children(self->model, point->top);
    enum wh_status status = array_alloc(children.count, sizeof(uint32_t), "the members of a group", self->error, &self->targets.nodes);
    for (uint32_t i = 0; !status && i < children.count; i++) {
        if (self->model->heap->type_of_node[children.nodes[i]] == point->member_type)
            self->targets.nodes[self->targets.count++] = children.nodes[i];
    }
    return status;
}

/* A suspect is known by its holder; of a group, of cycles and of what native code holds the members are meant. */
static enum wh_status list_suspect(struct cutter *self, const struct wh_suspect *suspect)
{
    const struct accumulations *accumulations = &self->analysis->accumulations;
    for (uint32_t i = 0; i < accumulations->count; i++) {
        const struct accumulation *point = &accumulations->points[i];
        if (point->kind != ACCUMULATION_SINGLE && point->bytes == suspect->holder.retained_bytes &&
            heap_address(self->model->heap, point->node) == suspect->holder.address)
            return list_members(self, point);
    }
    struct wh_query query = {.address = suspect->holder.address};
    return query_find(self->model, &self->analysis->lookup, &query, 1, self->error, &self->targets);
}

static void note_asked(struct cutter *self, const char *name, const struct wh_object *object)
{
    self->ret->asked = (struct wh_cut_asked){arena_string(self->arena, name), *object};
    self->ret->asked.object.type = arena_string(self->arena, object->type);
    self->ret->asks_for_one = true;
}

/* What it is called and retains, as long as it is there. */
static enum wh_status note_only_target(struct cutter *self)
{
    uint32_t node = self->targets.nodes[0];
    enum wh_status status = naming_expression(self->model, node, false, self->error, &self->text);
    if (!status) {
        struct wh_object object = model_object(self->model, node, self->arena);
        note_asked(self, text_string(&self->text), &object);
    }
    text_clear(&self->text);
    return status;
}

static enum wh_status find_suspect(struct cutter *self, size_t number)
{
    struct wh_suspects *suspects;
    enum wh_status status = wh_suspects(self->analysis, false, number, self->error, &suspects);
    if (status)
        return status;
    if (suspects->count < number)
        status = wh_error_set(self->error, WH_ERR_INPUT, "there is no suspect %zu, only %zu", number, suspects->count);
    else
        status = list_suspect(self, &suspects->suspects[number - 1]);
    if (!status)
        note_asked(self, suspects->suspects[number - 1].name, &suspects->suspects[number - 1].holder);
    wh_suspects_free(suspects);
    return status;
}

static bool asks_for_objects(const struct wh_cut_query *query)
{
    return query_is_given(&query->query);
}

static enum wh_status find_targets(struct cutter *self, const struct wh_cut_query *query)
{
    enum wh_status status = WH_OK;
    if (query->suspect)
        status = find_suspect(self, query->suspect);
    else if (asks_for_objects(query) || !query->without_count)
        status = query_find(self->model, &self->analysis->lookup, &query->query, QUERY_ALL, self->error, &self->targets);
    if (status)
        return status;
    keep_live(self);
    return self->targets.count == 1 && !self->ret->asks_for_one ? note_only_target(self) : WH_OK;
}

/* --- which references go --- */

static enum wh_status find_minimum(struct cutter *self)
{
    const struct cut_rule_set rules = {&self->rules, cut_rules_price, cut_rules_is_pair};
    struct min_cut cut;
    enum wh_status status = min_cut_init(&self->strong.view, &rules, self->targets.nodes, self->targets.count, &min_cut_limits,
                                         self->progress, self->error, &cut);
    if (status)
        return status;
    self->ret->complete = cut.complete;
    self->ret->stopped_at = arena_string(self->arena, cut.stopped_at);
    self->ret->fixed_targets = cut.fixed_targets;
    self->cut = cut.cut;
    return WH_OK;
}

static enum wh_status find_given(struct cutter *self, const struct wh_cut_query *query)
{
    self->ret->complete = true;
    self->ret->stopped_at = "";
    return reference_edges(self->model, &self->analysis->lookup, &self->rules, query->without, query->without_count, self->error, &self->cut);
}

/* --- output --- */

/* The reference number of a cut edge: of a pair the value, unless only the key leads anywhere. */
static uint32_t shown_ref(const struct cutter *self, const struct cut_edge *edge)
{
    return edge->edge + (edge->pair && self->model->heap->target_of_ref[edge->edge + 1] != HEAP_NULL);
}

/* A name that holds after the cut, if the referrer is still there. */
static const struct model *naming_model(const struct cutter *self, uint32_t node)
{
    return bfs_tree_is_reached(&self->what_if.paths, node) ? &self->left : self->model;
}

static enum wh_status name_reference(struct cutter *self, const struct cut_edge *edge, struct wh_cut_reference *ret)
{
    const struct model *model = naming_model(self, edge->node);
    uint32_t ref = shown_ref(self, edge);
    struct naming_path path;
    enum wh_status status = naming_path_init_through(model, edge->node, ref, self->error, &path);
    if (status)
        return status;
    naming_write_expression(model, &path, false, &self->text);
    ret->reference = take_text(self);
    naming_write_step(model, &path, &path.steps[path.step_count - 1], &self->text);
    ret->label = take_text(self);
    uint32_t owner = path.steps[path.step_count - 1].owner;
    ret->from = model_object(self->model, owner < self->model->heap->node_count ? owner : edge->node, self->arena);
    ret->to = model_object(self->model, self->model->heap->target_of_ref[ref], self->arena);
    naming_path_deinit(&path);
    return WH_OK;
}

static enum wh_status fill_references(struct cutter *self)
{
    enum wh_status status = WH_OK;
    uint32_t count = self->cut.count < self->limit ? self->cut.count : self->limit;
    self->ret->reference_count = self->cut.count;
    self->ret->references = arena_array(self->arena, count, sizeof(*self->ret->references));
    for (uint32_t i = 0; !status && self->ret->references && i < count; i++) {
        struct wh_cut_reference *row = &self->ret->references[self->ret->references_shown++];
        const struct share *alone = &self->shares.of_edge[self->order[i]];
        status = name_reference(self, &self->cut.edges[self->order[i]], row);
        row->exclusive_bytes = alone->bytes;
        row->exclusive_objects = alone->objects;
        row->cumulative_bytes = self->bytes_of_place[i];
    }
    return status;
}

/* Of what all references free, the part that makes the others hardly worth a look. */
enum { MOST_PERCENT = 99 };

static void find_most(struct cutter *self)
{
    uint64_t all = self->ret->freed.bytes, enough = all / 100 * MOST_PERCENT + all % 100 * MOST_PERCENT / 100;
    uint32_t place = 0;
    while (place + 1 < self->cut.count && self->bytes_of_place[place] < enough)
        place++;
    if (self->cut.count)
        self->ret->most = (struct wh_cut_most){place + 1, self->bytes_of_place[place]};
}

static int compare_references(const void *left, const void *right, void *context)
{
    const struct share *of_edge = context;
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    if (of_edge[a].bytes != of_edge[b].bytes)
        return of_edge[a].bytes > of_edge[b].bytes ? -1 : 1;
    return (a > b) - (a < b);
}

static enum wh_status name_share(struct cutter *self, const struct holder *share, struct wh_share *ret)
{
    const struct cut_edge *edge = &self->cut.edges[share->edge];
    struct wh_cut_reference reference;
    enum wh_status status = WH_OK;
    ret->references = share->references;
    ret->exclusive_bytes = share->alone.bytes;
    ret->exclusive_objects = share->alone.objects;
    if (share->references == 1) {
        status = name_reference(self, edge, &reference);
        ret->holder = status ? "" : reference.reference;
    } else {
        status = naming_expression(naming_model(self, edge->node), edge->node, false, self->error, &self->text);
        ret->holder = take_text(self);
    }
    return status;
}

static int compare_holders(const void *left, const void *right)
{
    const struct holder *a = left, *b = right;
    if (a->alone.bytes != b->alone.bytes)
        return a->alone.bytes > b->alone.bytes ? -1 : 1;
    return (a->edge > b->edge) - (a->edge < b->edge);
}

static enum wh_status fill_shares(struct cutter *self)
{
    const struct shares *shares = &self->shares;
    enum wh_status status = WH_OK;
    uint32_t count = shares->count < self->limit ? shares->count : self->limit;
    if (shares->count)
        qsort(shares->holders, shares->count, sizeof(*shares->holders), compare_holders);
    self->ret->share_count = shares->count;
    self->ret->shared_bytes = self->ret->freed.bytes - shares->bytes;
    self->ret->shares = arena_array(self->arena, count, sizeof(*self->ret->shares));
    for (uint32_t i = 0; !status && self->ret->shares && i < count; i++)
        status = name_share(self, &shares->holders[i], &self->ret->shares[self->ret->shares_shown++]);
    return status;
}

static enum wh_status fill_remaining(struct cutter *self)
{
    struct remainings remainings;
    enum wh_status status = what_if_remaining(self->model, &self->what_if, self->targets.nodes, self->targets.count, self->limit,
                                              self->error, &remainings);
    if (status)
        return status;
    self->ret->remaining_count = remainings.total;
    self->ret->remaining = arena_array(self->arena, remainings.count, sizeof(*self->ret->remaining));
    for (uint32_t i = 0; !status && self->ret->remaining && i < remainings.count; i++) {
        struct wh_remaining *row = &self->ret->remaining[self->ret->remaining_shown++];
        *row = (struct wh_remaining){model_object(self->model, remainings.rows[i].node, self->arena), "", remainings.rows[i].target};
        status = naming_expression(&self->left, remainings.rows[i].node, false, self->error, &self->text);
        row->held_by = take_text(self);
    }
    remainings_deinit(&remainings);
    return status;
}

static void count_freed_targets(struct cutter *self)
{
    for (uint32_t i = 0; i < self->targets.count; i++)
        self->ret->freed_targets += what_if_is_freed(&self->what_if, self->targets.nodes[i]);
}

static enum wh_status find_shares(struct cutter *self)
{
    const struct edge_view *view = &self->strong.view;
    struct node_sizes sizes = heap_sizes(self->model->heap);
    const struct what_if *what_if = &self->what_if;
    const struct freed_nodes freed = {what_if->freed_bitmap, what_if->paths.reached_bitmap, {what_if->freed.bytes, what_if->freed.objects},
                                      retained_sizes(self->model->retained)};
    enum wh_status status = shares_init(view, &sizes, &self->cut, &freed, self->progress, self->error, &self->shares);
    if (!status)
        status = array_alloc(self->cut.count, sizeof(*self->order), "the references", self->error, &self->order);
    if (!status)
        status = array_alloc(self->cut.count, sizeof(*self->bytes_of_place), "the references", self->error, &self->bytes_of_place);
    if (status)
        return status;
    for (uint32_t i = 0; i < self->cut.count; i++)
        self->order[i] = i;
    qsort_r(self->order, self->cut.count, sizeof(*self->order), compare_references, self->shares.of_edge);
    return shares_add_up(view, &sizes, &self->cut, &freed, self->order, self->progress, self->error, self->bytes_of_place);
}

/* The references are put back when the what-if ends, so names in what is left have to be found before. */
static enum wh_status tell(struct cutter *self)
{
    enum wh_status status = find_shares(self);
    if (status)
        return status;
    self->left = what_if_model(self->model, &self->what_if, &self->left_retention);
    self->ret->freed = self->what_if.freed;
    count_freed_targets(self);
    find_most(self);
    status = fill_references(self);
    if (!status)
        status = fill_shares(self);
    return status ? status : fill_remaining(self);
}

static enum wh_status answer(struct cutter *self)
{
    enum wh_status status = what_if_init(self->model, &self->strong, &self->cut, self->progress, self->error, &self->what_if);
    if (status)
        return status;
    status = tell(self);
    shares_deinit(&self->shares);
    free(self->order);
    free(self->bytes_of_place);
    what_if_deinit(&self->what_if);
    return status ? status : arena_status(self->arena, self->error);
}

static enum wh_status cut(struct cutter *self, const struct wh_cut_query *query)
{
    const struct model *model = self->model;
    enum wh_status status = find_targets(self, query);
    if (!status)
        status = strong_graph_init(model->heap, model->retention, model->dominators->live_bitmap, self->error, &self->strong);
    if (!status)
        status = cut_rules_init(model->heap, &self->strong, self->error, &self->rules);
    if (!status)
        status = query->without_count ? find_given(self, query) : find_minimum(self);
    if (!status)
        status = answer(self);
    cut_edges_deinit(&self->cut);
    cut_rules_deinit(&self->rules);
    strong_graph_deinit(&self->strong);
    node_list_deinit(&self->targets);
    text_deinit(&self->text);
    return status;
}

enum wh_status wh_cut(struct wh_analysis *analysis, const struct wh_cut_query *query, struct wh_error *error, struct wh_cut **ret)
{
    *ret = NULL;
    enum wh_status status = analysis_need_paths(analysis, error);
    if (status)
        return status;
    struct cut_result *result = calloc(1, sizeof(*result));
    if (!result)
        return wh_error_set(error, WH_ERR_RESOURCE, "out of memory for the cut");
    size_t limit = query->limit ? query->limit : LIMIT_DEFAULT;
    struct cutter self = {.analysis = analysis, .model = &analysis->model, .error = error, .arena = &result->arena, .ret = &result->cut,
                          .progress = analysis->progress ? &analysis->stage_progress : NULL,
                          .limit = limit < UINT32_MAX ? (uint32_t)limit : UINT32_MAX};
    status = cut(&self, query);
    if (status)
        wh_cut_free(&result->cut);
    else
        *ret = &result->cut;
    return status;
}

void wh_cut_free(struct wh_cut *cut_answer)
{
    struct cut_result *result = (struct cut_result *)cut_answer;
    if (!result)
        return;
    arena_deinit(&result->arena);
    free(result);
}
