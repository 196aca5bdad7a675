/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wh_suspects: the verdict. Who holds, how much, of what, by which line, through which path, and why it is called a leak or not. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answers/analysis.h"
#include "base/array.h"
#include "holders/filling.h"
#include "holders/growth.h"
#include "holders/holder_lines.h"
#include "holders/holder_paths.h"
#include "heap/referrers.h"
#include "naming/fingerprint.h"
#include "holders/signs.h"

enum {
    LIMIT_DEFAULT = 10,
    CONTENTS_MAX = 5,
    ALLOCATIONS_MAX = 5,
    CUTS_MAX = 8,             /* references to cut that are listed; of more, none */
    DOMINATORS_MAX = 1 << 20, /* steps up the dominator tree, for all referrers of a suspect */
};

struct result {
    struct wh_suspects suspects;   /* first: what the caller sees */
    struct arena arena;
};

struct investigator {
    struct wh_analysis *analysis;
    const struct model *model;
    struct wh_error *error;
    struct arena *arena;
    struct text text;              /* scratch */
    struct line_writer lines;
};

static const char *take_text(struct investigator *self)
{
    const char *string = arena_string(self->arena, text_string(&self->text));
    self->arena->failed |= self->text.failed;
    text_clear(&self->text);
    return string;
}

/* --- contents --- */

struct type_mass { uint32_t type, count; uint64_t bytes, own; /* without what hangs below them */ };

static int compare_masses(const void *left, const void *right)
{
    const struct type_mass *a = left, *b = right;
    if (a->bytes != b->bytes)
        return a->bytes > b->bytes ? -1 : 1;
    return (a->type > b->type) - (a->type < b->type);
}

/* Sums by type, the largest first. */
static enum wh_status add_up_types(struct investigator *self, struct node_run nodes, struct type_mass **ret, uint32_t *count)
{
    const struct model *model = self->model;
    uint32_t types = model->heap->type_count;
    enum wh_status status = array_alloc_zeroed(types, sizeof(**ret), "contents", self->error, ret);
    *count = 0;
    for (uint32_t i = 0; !status && i < nodes.count; i++) {
        uint32_t ahead = node_run_ahead(nodes, i);
        __builtin_prefetch(&model->heap->type_of_node[ahead]);
        __builtin_prefetch(&model->retained->retained_size_of_node[ahead]);
        struct type_mass *mass = &(*ret)[model->heap->type_of_node[nodes.nodes[i]]];
        mass->count++;
        mass->bytes += model_retained(model, nodes.nodes[i]);
        mass->own += model_shallow(model, nodes.nodes[i]);
    }
    for (uint32_t type = 0; !status && type < types; type++) {
        (*ret)[type].type = type;
        if ((*ret)[type].count)
            (*ret)[(*count)++] = (*ret)[type];
    }
    if (*count)
        qsort(*ret, *count, sizeof(**ret), compare_masses);
    return status;
}

/* What hangs immediately below the top of the mass, by type; folded namespaces count as the object whose they are. */
static enum wh_status gather_contents(struct investigator *self, const struct accumulation *point, struct type_mass **ret, uint32_t *count)
{
    const struct model *model = self->model;
    struct node_run children = model_children(model, point->top);
    if (point->kind != ACCUMULATION_SINGLE) {
        *count = 1;
        enum wh_status status = array_alloc(1, sizeof(**ret), "contents", self->error, ret);
        if (!status)
            **ret = (struct type_mass){point->member_type, point->member_count, point->bytes, 0};
        return status;
    }
    if (children.count == 1 && heap_member(model->heap, point->top, "__dict__") == children.nodes[0])
        children = model_children(model, children.nodes[0]);
    return add_up_types(self, children, ret, count);
}

/* Of a chain only the second link hangs immediately below the first; all the others count too. */
static void count_chain(const struct model *model, const struct accumulation *point, struct type_mass *masses, uint32_t count)
{
    if (point->chain && count && masses[0].count == 1 && masses[0].type == model->heap->type_of_node[point->node])
        masses[0].count = point->chain;
}

static void fill_contents(struct investigator *self, const struct type_mass *masses, uint32_t count, struct wh_suspect *suspect)
{
    uint32_t shown = count < CONTENTS_MAX ? count : CONTENTS_MAX;
    suspect->contents = arena_array(self->arena, shown, sizeof(*suspect->contents));
    for (uint32_t i = 0; suspect->contents && i < shown; i++) {
        model_write_type(&self->model->heap->types[masses[i].type], &self->text);
        suspect->contents[suspect->content_count++] = (struct wh_content){take_text(self), masses[i].count, masses[i].bytes};
    }
}

/* --- lines --- */

static enum wh_status fill_lines(struct investigator *self, const struct accumulation *point, const struct store_site_list *sites,
                                 const struct naming_path *path, const struct filling *filling, struct wh_suspect *suspect)
{
    struct holder_lines lines = {0};
    struct holder_question question = {self->analysis->code_index, point->node, path, sites, filling,
                                       accumulation_has_no_holder(point) || point->mixed};
    enum wh_status status = holder_lines_find(&self->lines, &question, self->error, &lines);
    suspect->held_at = lines.lines;
    suspect->held_at_count = lines.count;
    return status;
}

/* --- allocations --- */

/* The tops of the mass: what dominates all of it, or the members of a group. */
static enum wh_status gather_tops(struct investigator *self, const struct accumulation *point, uint32_t **ret, uint32_t *count)
{
    bool shared = point->kind != ACCUMULATION_SINGLE;
    struct node_run children = shared ? model_children(self->model, point->top) : (struct node_run){&point->top, 1};
    enum wh_status status = array_alloc(children.count, sizeof(**ret), "tops of a holder's mass", self->error, ret);
    *count = 0;
    for (uint32_t i = 0; !status && i < children.count; i++) {
        if (!shared || self->model->heap->type_of_node[children.nodes[i]] == point->member_type)
            (*ret)[(*count)++] = children.nodes[i];
    }
    return status;
}

static enum wh_status find_allocations(struct investigator *self, const struct accumulation *point, struct allocations *ret)
{
    uint32_t *tops = NULL, top_count = 0;
    enum wh_status status = analysis_need_block_owners(self->analysis, self->error);
    if (!status)
        status = gather_tops(self, point, &tops, &top_count);
    if (!status)
        status = growth_allocations(self->model, &self->analysis->block_owners, (struct node_run){tops, top_count}, point->node, self->error, ret);
    free(tops);
    return status;
}

static void fill_allocations(struct investigator *self, const struct allocations *allocations, struct wh_suspect *suspect)
{
    uint32_t shown = allocations->count < ALLOCATIONS_MAX ? allocations->count : ALLOCATIONS_MAX;
    suspect->allocated_at = arena_array(self->arena, shown, sizeof(*suspect->allocated_at));
    for (uint32_t i = 0; suspect->allocated_at && i < shown; i++) {
        const struct allocation *allocation = &allocations->at[i];
        suspect->allocated_at[suspect->allocated_at_count++] =
            (struct wh_allocation){line_writer_stack(&self->lines, &allocation->stack, "allocation", "exact"), allocation->bytes, allocation->blocks};
    }
}

/* By which attribute a chain hangs on its head: `n.next`. */
static enum wh_status find_content_attribute(struct investigator *self, const struct accumulation *point, struct holder *holder)
{
    struct node_run children = model_children(self->model, point->node);
    struct naming_path path;
    if (!point->chain || !children.count)
        return WH_OK;
    uint32_t child = children.nodes[0];
    if (heap_member(self->model->heap, point->node, "__dict__") == child && model_children(self->model, child).count)
        child = model_children(self->model, child).nodes[0];
    enum wh_status status = naming_path_init(self->model, child, self->error, &path);
    if (!status && path.step_count && path.steps[path.step_count - 1].kind == STEP_ATTRIBUTE)
        holder->content = path.steps[path.step_count - 1].name;
    naming_path_deinit(&path);
    return status;
}

static bool is_held_by_atexit(const struct investigator *self, const struct naming_path *path)
{
    return path->root != NODE_NONE && self->model->retention->roots[path->root].kind == ROOT_ATEXIT;
}

/* What atexit holds has no name, but there are lines that register it. */
static bool has_lines(const struct investigator *self, const struct accumulation *point, const struct naming_path *path)
{
    return !accumulation_has_no_holder(point) || is_held_by_atexit(self, path);
}

static enum wh_status find_sites(struct investigator *self, const struct accumulation *point, const struct naming_path *path,
                                 struct store_site_list *ret)
{
    struct holder holder;
    *ret = (struct store_site_list){0};
    if (!has_lines(self, point, path))
        return WH_OK;
    enum wh_status status = holder_paths_find(self->model, point->node, &self->analysis->candidate_referrers, self->error, &holder);
    if (!status)
        status = find_content_attribute(self, point, &holder);
    if (!status)
        status = store_sites_find(self->model->heap, self->analysis->code_index, &holder, self->error, ret);
    return status;
}

/* --- the rest of a suspect --- */

static void fill_reasons(struct investigator *self, const struct evidence *evidence, struct wh_suspect *suspect)
{
    unsigned counts[WH_WEIGHT_FOR + 1] = {0};
    suspect->reasons = arena_array(self->arena, SIGNS_MAX, sizeof(*suspect->reasons));
    const struct sign *sign;
    for (unsigned i = 0; suspect->reasons && (sign = sign_at(i)); i++) {
        if (!sign->test(evidence, &self->text)) {
            text_clear(&self->text);
            continue;
        }
        suspect->reasons[suspect->reason_count++] = (struct wh_reason){sign->name, take_text(self), sign->weight};
        counts[sign->weight]++;
    }
    if (counts[WH_WEIGHT_FOR] && !counts[WH_WEIGHT_AGAINST])
        suspect->verdict = counts[WH_WEIGHT_DOUBT] ? WH_VERDICT_UNCERTAIN : WH_VERDICT_LEAK;
}

static const char *kind_of(const struct model *model, const struct accumulation *point, const struct naming_path *path)
{
    if (accumulation_has_no_holder(point))
        return point->kind == ACCUMULATION_NATIVE ? "native" : "cycle";
    if (point->kind == ACCUMULATION_SHARED)
        return "group";
    enum root_kind root = path->root == NODE_NONE ? ROOT_INTERPRETER : model->retention->roots[path->root].kind;
    if (root == ROOT_NATIVE)
        return "native";
    if (root == ROOT_FRAME)
        return "frame";
    return heap_items_kind(model->heap, point->node) != FORM_ITEMS_NONE || model->heap->form_of_node[point->node] & FORM_STORE ? "container" : "instance";
}

static void write_places(const struct model *model, uint32_t node, struct text *text)
{
    uint32_t count = heap_items(model->heap, node).count;
    uint32_t kind = heap_items_kind(model->heap, node);
    if (kind == FORM_ITEMS_SEQUENCE && count > 1)
        text_addf(text, "[0…%" PRIu32 "]", count - 1);
    else if (kind == FORM_ITEMS_SEQUENCE && count)
        text_add(text, "[0]");
    else if (kind == FORM_ITEMS_PAIRS)
        text_add(text, "[…]");
}

/* What nothing in Python holds has no name. */
static void fill_description(struct investigator *self, const struct accumulation *point, const struct naming_path *path, struct wh_suspect *suspect)
{
    bool at_exit = is_held_by_atexit(self, path);
    text_addf(&self->text, "%" PRIu32 " × ", point->member_count);
    model_write_type(&self->model->heap->types[point->member_type], &self->text);
    if (point->kind == ACCUMULATION_GARBAGE)
        text_add(&self->text, " in cycles that nothing reaches");
    else
        text_add(&self->text, at_exit ? " held by atexit" : " held by native code");
    suspect->name = take_text(self);
    suspect->place = "";
    suspect->path_expression = suspect->name;
}

static void fill_names(struct investigator *self, const struct naming_path *path, uint32_t node, struct wh_suspect *suspect)
{
    struct text place = {0};
    naming_write_expression(self->model, path, false, &self->text);
    suspect->name = take_text(self);
    naming_write_place(self->model, path, false, &self->text);
    suspect->place = take_text(self);
    naming_write_name(self->model, path, true, &self->text);
    write_places(self->model, node, &self->text);
    naming_write_place(self->model, path, true, &place);
    if (place.length)
        text_addf(&self->text, " (%s)", text_string(&place));
    self->text.failed |= place.failed;
    text_deinit(&place);
    suspect->path_expression = take_text(self);
}

/* Is the object alive through the holder alone? Then its reference to the holder goes with the holder. */
static bool hangs_on(const struct model *model, uint32_t node, uint32_t holder, uint32_t *steps)
{
    uint32_t root = graph_virtual_root(&model->retention->graph);
    for (; node != holder && node != root && node != NODE_NONE && *steps; (*steps)--)
        node = model->dominators->idom_of_node[node];
    return node != root;
}

/* A reference that keeps the holder alive: neither weak, nor one that counts only where nothing else does, nor one that goes with it. */
static bool keeps(const struct model *model, const struct referrer *row, uint32_t *steps)
{
    return retention_target(model->retention, model->heap, row->ref) == row->target && !hangs_on(model, row->source, row->target, steps);
}

/* The whole way, which is another where two ways end in variables of one name. */
static bool same_way(struct investigator *self, const struct naming_path *a, const struct naming_path *b)
{
    struct text other = {0};
    naming_write_expression(self->model, a, true, &self->text);
    naming_write_expression(self->model, b, true, &other);
    bool same = !strcmp(text_string(&self->text), text_string(&other));
    self->arena->failed |= other.failed || self->text.failed;
    text_clear(&self->text);
    text_deinit(&other);
    return same;
}

static enum wh_status add_cut(struct investigator *self, const struct referrer *row, const struct naming_path *known, struct wh_suspect *suspect)
{
    struct naming_path path;
    enum wh_status status = naming_path_init_through(self->model, row->source, row->ref, self->error, &path);
    if (status)
        return status;
    if (!same_way(self, &path, known)) {
        naming_write_expression(self->model, &path, false, &self->text);
        suspect->cuts[suspect->cut_count++] = take_text(self);
    }
    naming_path_deinit(&path);
    return WH_OK;
}

/*
 * The references to the holder that keep it alive, as names; each has to go, the one under which it is known first. Of very many, and of what several
 * hold together, each item perhaps by another object, nothing is promised.
 */
static enum wh_status fill_cuts(struct investigator *self, const struct accumulation *point, const struct naming_path *path, struct wh_suspect *suspect)
{
    uint32_t count, steps = DOMINATORS_MAX;
    enum wh_status status = WH_OK;
    const struct referrer *rows = referrers_of(&self->analysis->candidate_referrers, point->node, &count);
    if (point->kind != ACCUMULATION_SINGLE || count >= CANDIDATE_REFERRERS_MAX)
        return WH_OK;
    suspect->cuts = arena_array(self->arena, CUTS_MAX + 1, sizeof(*suspect->cuts));
    if (!suspect->cuts)
        return WH_OK; /* the arena tells */
    suspect->cuts[suspect->cut_count++] = suspect->name;
    for (uint32_t i = 0; !status && i < count && suspect->cut_count <= CUTS_MAX; i++) {
        if (keeps(self->model, &rows[i], &steps))
            status = add_cut(self, &rows[i], path, suspect);
    }
    if (suspect->cut_count > CUTS_MAX)
        suspect->cut_count = 0;
    return status;
}

static enum wh_status fill(struct investigator *self, const struct accumulation *point, const struct naming_path *path,
                           const struct store_site_list *sites, struct wh_suspect *suspect)
{
    struct type_mass *masses = NULL;
    struct allocations allocations = {0};
    struct evidence evidence = {.model = self->model, .point = point, .path = path, .sites = sites, .alike_type = TYPE_NONE};
    uint32_t mass_count;
    enum wh_status status = gather_contents(self, point, &masses, &mass_count);
    if (!status)
        status = find_allocations(self, point, &allocations);
    if (!status && !accumulation_has_no_holder(point))
        status = filling_find(self->model, self->analysis->code_index, point, path, sites, self->error, &evidence.filling);
    if (status) {
        free(masses);
        allocations_deinit(&allocations);
        return status;
    }
    evidence.alike = mass_count ? masses[0].count : 0;
    evidence.alike_type = mass_count ? masses[0].type : TYPE_NONE;
    evidence.alike_buffers = mass_count && masses[0].own > masses[0].bytes / 2;
    count_chain(self->model, point, masses, mass_count);
    evidence.made_bytes = allocations.made;
    evidence.left_bytes = allocations.left;
    evidence.young_bytes = allocations.young;
    evidence.most_left = allocations.most_left;
    evidence.opaque = code_index_is_opaque(self->analysis->code_index, point->node);
    suspect->kind = kind_of(self->model, point, path);
    suspect->holder = model_object(self->model, point->node, self->arena);
    suspect->holder.retained_bytes = point->bytes;
    suspect->holder.retained_objects = point->objects;
    suspect->share = (double)point->bytes / (double)(model_heap_bytes(self->model) ? model_heap_bytes(self->model) : 1);
    if (accumulation_has_no_holder(point))
        fill_description(self, point, path, suspect);
    else
        fill_names(self, path, point->node, suspect);
    fill_contents(self, masses, mass_count, suspect);
    fill_reasons(self, &evidence, suspect);
    fingerprint_write(self->model, path, suspect->fingerprint);
    fill_allocations(self, &allocations, suspect);
    free(masses);
    allocations_deinit(&allocations);
    if (has_lines(self, point, path))
        status = fill_lines(self, point, sites, path, &evidence.filling, suspect);
    if (!status)
        status = fill_cuts(self, point, path, suspect);
    return status ? status : naming_output(self->model, point->node, self->arena, self->error, &suspect->path);
}

static enum wh_status investigate(struct investigator *self, const struct accumulation *point, struct wh_suspect *suspect)
{
    struct naming_path path;
    struct store_site_list sites;
    enum wh_status status = naming_path_init(self->model, point->node, self->error, &path);
    if (status)
        return status;
    status = find_sites(self, point, &path, &sites);
    if (!status)
        status = fill(self, point, &path, &sites, suspect);
    store_site_list_deinit(&sites);
    naming_path_deinit(&path);
    return status;
}

/* --- all of them --- */

/* What nothing but its contents speaks for comes before what something else does only if it is much larger. */
static uint64_t weight_of(const struct wh_suspect *suspect)
{
    enum { LIGHTER = 8 };
    for (size_t i = 0; i < suspect->reason_count; i++) {
        if (suspect->verdict == WH_VERDICT_UNCERTAIN && !strcmp(suspect->reasons[i].sign, "unexplained"))
            return suspect->holder.retained_bytes / LIGHTER;
    }
    return suspect->holder.retained_bytes;
}

static int compare_suspects(const void *left, const void *right)
{
    const struct wh_suspect *a = left, *b = right;
    if ((a->verdict == WH_VERDICT_LARGE) != (b->verdict == WH_VERDICT_LARGE))
        return a->verdict == WH_VERDICT_LARGE ? 1 : -1;
    if (weight_of(a) != weight_of(b))
        return weight_of(a) > weight_of(b) ? -1 : 1;
    int by_name = strcmp(a->name, b->name);
    return by_name ? by_name : (a->holder.address > b->holder.address) - (a->holder.address < b->holder.address);
}

static void select_suspects(struct wh_suspects *suspects, bool all, size_t limit)
{
    size_t kept = 0;
    qsort(suspects->suspects, suspects->count, sizeof(*suspects->suspects), compare_suspects);
    for (size_t i = 0; i < suspects->count && kept < limit; i++) {
        suspects->any_leak |= suspects->suspects[i].verdict == WH_VERDICT_LEAK;
        if (all || suspects->suspects[i].verdict != WH_VERDICT_LARGE)
            suspects->suspects[kept++] = suspects->suspects[i];
    }
    suspects->count = kept;
}

static enum wh_status investigate_all(struct investigator *self, struct wh_suspects *suspects)
{
    const struct accumulations *accumulations = &self->analysis->accumulations;
    uint32_t count = accumulations->count < CANDIDATES_MAX ? accumulations->count : CANDIDATES_MAX;
    enum wh_status status = analysis_need_candidate_referrers(self->analysis, self->error);
    suspects->suspects = arena_array(self->arena, count, sizeof(*suspects->suspects));
    for (uint32_t i = 0; !status && suspects->suspects && i < count; i++)
        status = investigate(self, &accumulations->points[i], &suspects->suspects[suspects->count++]);
    return status ? status : arena_status(self->arena, self->error);
}

enum wh_status wh_suspects(struct wh_analysis *analysis, bool all, size_t limit, struct wh_error *error, struct wh_suspects **ret)
{
    *ret = NULL;
    enum wh_status status = analysis_need_accumulations(analysis, error);
    if (!status)
        status = analysis_need_code_index(analysis, error);
    if (status)
        return status;
    struct result *result = calloc(1, sizeof(*result));
    if (!result)
        return wh_error_set(error, WH_ERR_RESOURCE, "out of memory for the suspects");
    struct investigator self = {.analysis = analysis, .model = &analysis->model, .error = error, .arena = &result->arena,
                                .lines = {.model = &analysis->model, .arena = &result->arena}};
    status = investigate_all(&self, &result->suspects);
    text_deinit(&self.text);
    line_writer_deinit(&self.lines);
    if (status) {
        wh_suspects_free(&result->suspects);
        return status;
    }
    select_suspects(&result->suspects, all, limit ? limit : LIMIT_DEFAULT);
    *ret = &result->suspects;
    return WH_OK;
}

/* The array has room for one more than there are signs. */
static void settle(struct wh_suspect *suspect, bool grows)
{
    static const struct wh_reason reasons[] = {
        {"grown-since", "it has grown from one snapshot to the next", WH_WEIGHT_FOR},
        {"same-size", "it has not grown from one snapshot to the next", WH_WEIGHT_AGAINST},
    };
    suspect->verdict = grows ? WH_VERDICT_LEAK : WH_VERDICT_LARGE;
    suspect->reasons[suspect->reason_count++] = reasons[!grows];
}

void wh_suspects_settle(struct wh_suspects *suspects, const struct wh_diff *diff, bool all)
{
    size_t kept = 0;
    for (size_t i = 0; i < suspects->count; i++) {
        struct wh_suspect *suspect = &suspects->suspects[i];
        const struct wh_diff_row *row = suspect->verdict == WH_VERDICT_UNCERTAIN ? wh_diff_of_suspect(diff, suspect) : NULL;
        if (row && diff->same_process)
            settle(suspect, row->since + 1 < diff->snapshot_count);
        suspects->any_leak |= suspect->verdict == WH_VERDICT_LEAK;
        if (all || suspect->verdict != WH_VERDICT_LARGE)
            suspects->suspects[kept++] = *suspect;
    }
    suspects->count = kept;
    qsort(suspects->suspects, kept, sizeof(*suspects->suspects), compare_suspects);
}

void wh_suspects_free(struct wh_suspects *suspects)
{
    struct result *result = (struct result *)suspects;
    if (!result)
        return;
    arena_deinit(&result->arena);
    free(result);
}
