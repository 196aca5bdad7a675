/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report_document.h"

#include <stdlib.h>
#include <string.h>

/* What a part may hold at most, so that the page stays small whatever the heap's size. */
static const struct budget {
    size_t suspects, tree_rows, types, modules, holders, objects, references, alloc_lines, alloc_nodes, ways, merged_types,
        growth_rows, offenders, garbage;
} budget = {.suspects = 50, .tree_rows = 2000, .types = 500, .modules = 200, .holders = 200, .objects = 200, .references = 20,
             .alloc_lines = 100, .alloc_nodes = 1000, .ways = 3, .merged_types = 12, .growth_rows = 100,
             .offenders = 20, .garbage = 50};

/* Independent paths to a suspect's holder, the shortest included. */
enum { WAYS_EACH = 5 };

/* Objects of one list of offenders or garbage that have a page of their own. */
enum { OBJECTS_EACH = 5 };

static json_t *budget_json(void)
{
    return json_make("{so so so so so so so so so so so so so so}", "suspects", json_count(budget.suspects), "tree_rows", json_count(budget.tree_rows), "types",
                     json_count(budget.types), "modules", json_count(budget.modules), "holders", json_count(budget.holders), "objects",
                     json_count(budget.objects), "references", json_count(budget.references), "alloc_lines", json_count(budget.alloc_lines),
                     "alloc_nodes", json_count(budget.alloc_nodes), "ways", json_count(budget.ways), "merged_types",
                     json_count(budget.merged_types), "growth_rows", json_count(budget.growth_rows), "offenders",
                     json_count(budget.offenders), "garbage", json_count(budget.garbage));
}

static enum wh_status add_info(struct wh_analysis *analysis, json_t *document, struct wh_error *error)
{
    const struct wh_info *info;
    enum wh_status status = wh_info(analysis, error, &info);
    if (!status)
        json_object_set_new(document, "info", info_document(info));
    return status;
}

static enum wh_status add_top(struct wh_analysis *analysis, const char *key, enum wh_top_by by, size_t limit, json_t *document,
                              struct wh_error *error)
{
    struct wh_top *top;
    enum wh_status status = wh_top(analysis, by, limit, error, &top);
    if (status)
        return status;
    json_object_set_new(document, key, top_document(top, by));
    wh_top_free(top);
    return WH_OK;
}

/* Where the objects of the types that retain most come through. */
static enum wh_status add_merged(struct wh_analysis *analysis, const struct wh_top *types, json_t *merged, struct wh_error *error)
{
    enum wh_status status = WH_OK;
    for (size_t i = 0, made = 0; !status && i < types->row_count && made < budget.merged_types; i++) {
        struct wh_query query = {.type = types->rows[i].name};
        struct wh_path_options options = {0};
        struct wh_merged *paths;
        if (types->rows[i].count < 2)
            continue;
        status = wh_merged(analysis, &query, &options, error, &paths);
        if (status == WH_ERR_INPUT) { /* none of them can be named */
            status = WH_OK;
            continue;
        }
        if (status)
            break;
        json_t *part = merged_document(paths);
        json_object_del(part, "schema");
        json_object_set_new(merged, types->rows[i].name, part);
        wh_merged_free(paths);
        made++;
    }
    return status;
}

static enum wh_status add_merged_types(struct wh_analysis *analysis, json_t *document, struct wh_error *error)
{
    struct wh_top *types;
    json_t *merged = json_object();
    json_object_set_new(document, "merged", merged);
    enum wh_status status = wh_top(analysis, WH_TOP_TYPE, budget.types, error, &types);
    if (status)
        return status;
    status = add_merged(analysis, types, merged, error);
    wh_top_free(types);
    return status;
}

static enum wh_status add_threads(struct wh_analysis *analysis, json_t *document, struct wh_error *error)
{
    struct wh_threads *threads;
    enum wh_status status = wh_threads(analysis, error, &threads);
    if (status)
        return status;
    json_t *part = threads_document(threads);
    json_object_set(document, "threads", json_object_get(part, "threads"));
    json_decref(part);
    wh_threads_free(threads);
    return WH_OK;
}

/* Adds the record of the object at `address`, once. */
static enum wh_status add_object(struct wh_analysis *analysis, uint64_t address, json_t *objects, struct wh_error *error)
{
    char key[24];
    struct wh_details *details;
    struct wh_query query = {.address = address, .limit = budget.references};
    snprintf(key, sizeof(key), "0x%llx", (unsigned long long)address);
    if (!address || json_object_get(objects, key))
        return WH_OK;
    enum wh_status status = wh_show(analysis, &query, error, &details);
    if (status)
        return status;
    json_object_set_new(objects, key, object_record_json(details));
    wh_details_free(details);
    return WH_OK;
}

/* Those that matter most: each finding's first ones. */
static enum wh_status add_offenders(struct wh_analysis *analysis, const struct wh_triage *triage, json_t *objects, struct wh_error *error)
{
    enum wh_status status = WH_OK;
    for (size_t i = 0; i < triage->count; i++)
        for (size_t j = 0; !status && j < triage->findings[i].offender_count && j < OBJECTS_EACH; j++)
            status = add_object(analysis, triage->findings[i].offenders[j].object.address, objects, error);
    return status;
}

static enum wh_status add_findings(struct wh_analysis *analysis, json_t *document, json_t *objects, struct wh_error *error)
{
    struct wh_triage *triage = NULL, *waste = NULL;
    enum wh_status status = wh_triage(analysis, NULL, budget.offenders, error, &triage);
    if (!status)
        status = wh_waste(analysis, budget.offenders, error, &waste);
    if (!status) {
        json_object_set_new(document, "triage", triage_document(triage));
        json_object_set_new(document, "waste", waste_document(waste));
        status = add_offenders(analysis, triage, objects, error);
    }
    if (!status)
        status = add_offenders(analysis, waste, objects, error);
    wh_triage_free(triage);
    wh_triage_free(waste);
    return status;
}

static enum wh_status add_garbage(struct wh_analysis *analysis, json_t *document, json_t *objects, struct wh_error *error)
{
    struct wh_garbage *garbage;
    enum wh_status status = wh_garbage(analysis, budget.garbage, error, &garbage);
    if (status)
        return status;
    json_object_set_new(document, "garbage", garbage_document(garbage));
    for (size_t i = 0; !status && i < garbage->group_count && i < OBJECTS_EACH; i++)
        status = add_object(analysis, garbage->groups[i].example.address, objects, error);
    for (size_t i = 0; !status && i < garbage->native_count && i < OBJECTS_EACH; i++)
        status = add_object(analysis, garbage->natives[i].object.address, objects, error);
    wh_garbage_free(garbage);
    return WH_OK;
}

static enum wh_status add_path_objects(struct wh_analysis *analysis, const struct wh_suspect *suspect, json_t *objects,
                                       struct wh_error *error)
{
    enum wh_status status = add_object(analysis, suspect->holder.address, objects, error);
    for (size_t i = 0; !status && i < suspect->path.hop_count; i++)
        status = add_object(analysis, suspect->path.hops[i].object.address, objects, error);
    return status;
}

/* The fewest references to cut, where one does not do. */
static enum wh_status add_way_cut(struct wh_analysis *analysis, uint64_t address, json_t *way, struct wh_error *error)
{
    struct wh_cut *cut;
    struct wh_cut_query query = {.query = {.address = address}, .limit = budget.references};
    enum wh_status status = wh_cut(analysis, &query, error, &cut);
    if (status)
        return status;
    json_object_set_new(way, "cut", way_cut_json(cut));
    wh_cut_free(cut);
    return WH_OK;
}

/* How else an object is held, where it is. */
static enum wh_status add_way(struct wh_analysis *analysis, uint64_t address, json_t *ways, struct wh_error *error)
{
    struct wh_paths *paths;
    struct wh_drawing *drawing;
    struct wh_query query = {.address = address, .limit = 1};
    struct wh_path_options options = {.independent = WAYS_EACH};
    char key[24];
    enum wh_status status = wh_other_paths(analysis, &query, &options, error, &paths);
    if (status)
        return status == WH_ERR_INPUT ? WH_OK : status; /* garbage: nothing holds it */
    status = wh_draw_paths(paths, error, &drawing);
    if (!status) {
        snprintf(key, sizeof(key), "0x%llx", (unsigned long long)address);
        json_t *way = ways_json(paths, drawing);
        json_object_set_new(ways, key, way);
        wh_drawing_free(drawing);
        if (paths->count > 1)
            status = add_way_cut(analysis, address, way, error);
    }
    wh_paths_free(paths);
    return status;
}

static enum wh_status add_ways(struct wh_analysis *analysis, const struct wh_suspects *suspects, json_t *document, struct wh_error *error)
{
    json_t *ways = json_object();
    enum wh_status status = WH_OK;
    for (size_t i = 0; !status && i < suspects->count && i < budget.ways; i++)
        if (suspects->suspects[i].verdict != WH_VERDICT_LARGE && suspects->suspects[i].holder.address)
            status = add_way(analysis, suspects->suspects[i].holder.address, ways, error);
    json_object_set_new(document, "ways", ways);
    return status;
}

static enum wh_status add_suspects(struct wh_analysis *analysis, const struct wh_diff *diff, json_t *document, json_t *objects,
                                   struct wh_error *error)
{
    struct wh_suspects *suspects;
    const struct wh_info *info;
    enum wh_status status = wh_info(analysis, error, &info);
    if (!status)
        status = wh_suspects(analysis, true, budget.suspects, error, &suspects);
    if (status)
        return status;
    if (diff)
        wh_suspects_settle(suspects, diff, true);
    json_t *part = suspects_document(suspects, info);
    if (diff)
        suspects_add_growth(part, suspects, diff);
    json_object_set_new(document, "suspects", part);
    for (size_t i = 0; !status && i < suspects->count; i++)
        status = add_path_objects(analysis, &suspects->suspects[i], objects, error);
    if (!status)
        status = add_ways(analysis, suspects, document, error);
    wh_suspects_free(suspects);
    return status;
}

/* Largest first; of the same size, in the tree's order. */
static int compare_rows(const void *a, const void *b)
{
    const struct wh_tree_row *x = *(const struct wh_tree_row *const *)a, *y = *(const struct wh_tree_row *const *)b;
    if (x->object.retained_bytes != y->object.retained_bytes)
        return x->object.retained_bytes < y->object.retained_bytes ? 1 : -1;
    return x < y ? -1 : x > y;
}

static enum wh_status add_tree_objects(struct wh_analysis *analysis, const struct wh_tree *tree, json_t *objects, struct wh_error *error)
{
    enum wh_status status = WH_OK;
    const struct wh_tree_row **rows = allocate(tree->row_count * sizeof(const struct wh_tree_row *));
    for (size_t i = 0; i < tree->row_count; i++)
        rows[i] = &tree->rows[i];
    qsort(rows, tree->row_count, sizeof(*rows), compare_rows);
    for (size_t i = 0; !status && i < tree->row_count && i < budget.objects; i++)
        if (!rows[i]->group)
            status = add_object(analysis, rows[i]->object.address, objects, error);
    free(rows);
    return status;
}

static enum wh_status add_tree(struct wh_analysis *analysis, json_t *document, json_t *objects, struct wh_error *error)
{
    struct wh_tree *tree;
    enum wh_status status = wh_tree(analysis, budget.tree_rows, error, &tree);
    if (status)
        return status;
    json_t *part = tree_document(tree);
    json_object_del(part, "schema");
    json_object_set_new(document, "tree", part);
    status = add_tree_objects(analysis, tree, objects, error);
    wh_tree_free(tree);
    return status;
}

static enum wh_status add_alloc_view(struct wh_analysis *analysis, bool live, json_t *views, struct wh_error *error)
{
    struct wh_alloc *alloc;
    struct wh_alloc_tree *tree;
    enum wh_status status = wh_alloc(analysis, live, WH_ALLOC_LINE, budget.alloc_lines, error, &alloc);
    if (status)
        return status;
    status = wh_alloc_tree(analysis, live, budget.alloc_nodes, error, &tree);
    if (!status) {
        json_extend(views, alloc_views_json(alloc));
        json_object_set_new(views, live ? "live" : "allocated", alloc_view_json(alloc, tree, live));
        wh_alloc_tree_free(tree);
    }
    wh_alloc_free(alloc);
    return status;
}

static enum wh_status add_alloc(struct wh_analysis *analysis, json_t *document, struct wh_error *error)
{
    const struct wh_info *info;
    enum wh_status status = wh_info(analysis, error, &info);
    if (status)
        return status;
    json_t *views = strcmp(info->recorder, "off") == 0 ? json_null() : json_object();
    json_object_set_new(document, "alloc", views);
    if (json_is_null(views))
        return WH_OK;
    status = add_alloc_view(analysis, true, views, error);
    return status ? status : add_alloc_view(analysis, false, views, error);
}

static enum wh_status add_parts(struct wh_analysis *analysis, const struct wh_diff *diff, json_t *document, json_t *objects, struct wh_error *error)
{
    static const struct {
        const char *key;
        enum wh_top_by by;
        const size_t *limit;
    } tables[] = {
        {"types", WH_TOP_TYPE, &budget.types},
        {"modules", WH_TOP_MODULE, &budget.modules},
        {"holders", WH_TOP_HOLDER, &budget.holders},
    };
    enum wh_status status = add_info(analysis, document, error);
    if (!status)
        status = add_suspects(analysis, diff, document, objects, error);
    for (size_t i = 0; !status && i < sizeof(tables) / sizeof(tables[0]); i++)
        status = add_top(analysis, tables[i].key, tables[i].by, *tables[i].limit, document, error);
    if (!status)
        status = add_merged_types(analysis, document, error);
    if (!status)
        status = add_tree(analysis, document, objects, error);
    if (!status)
        status = add_threads(analysis, document, error);
    if (!status)
        status = add_alloc(analysis, document, error);
    if (!status)
        status = add_findings(analysis, document, objects, error);
    return status ? status : add_garbage(analysis, document, objects, error);
}

static json_t *report_growth_json(const struct wh_diff *diff)
{
    return diff ? diff_document(diff, budget.growth_rows) : json_null();
}

enum wh_status report_document(struct wh_analysis *const *analyses, size_t count, struct wh_error *error, json_t **ret)
{
    struct wh_diff *diff = NULL;
    size_t latest = 0;
    enum wh_status status = count > 1 ? wh_diff(analyses, count, error, &latest, &diff) : WH_OK;
    if (status)
        return status;
    json_t *document = json_make("{ss}", "schema", "whoholds.report/1");
    json_t *objects = json_object();
    status = add_parts(analyses[latest], diff, document, objects, error);
    json_object_set_new(document, "objects", objects);
    json_object_set_new(document, "diff", report_growth_json(diff));
    json_object_set_new(document, "budget", budget_json());
    wh_diff_free(diff);
    if (status)
        json_decref(document);
    else
        *ret = document;
    return status;
}
