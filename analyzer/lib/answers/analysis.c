/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "answers/analysis.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "graph/search.h"
#include "holders/accumulation_rows.h"

static bool report_phase(void *context, const char *phase, uint64_t done, uint64_t total)
{
    struct wh_analysis *analysis = context;
    return analysis->progress(analysis->progress_context, phase, done, total);
}

static const struct progress *stage_progress(const struct wh_analysis *analysis)
{
    return analysis->progress ? &analysis->stage_progress : NULL;
}

static struct results results_of(struct wh_analysis *analysis)
{
    return (struct results){&analysis->retention, &analysis->dominators, &analysis->retained, &analysis->tree, &analysis->paths};
}

/* With kept results, if there are any that can be used. */
static enum wh_status load_kept(struct wh_analysis *analysis, struct wh_error *error)
{
    struct kept_key key = kept_key(&analysis->heap.snapshot);
    struct results results = results_of(analysis);
    snapshot_file_release_pages(&analysis->heap.file); /* all were read for the checksum */
    if (!kept_file_open(analysis->snapshot_path, &key, &analysis->kept))
        return WH_OK;
    enum wh_status status = progress_report(stage_progress(analysis), "kept results", 0, 1, error);
    if (!status && kept_results_check(&analysis->kept, &analysis->heap.snapshot, error))
        status = kept_heap_take(&analysis->kept, error, &analysis->heap);
    if (!status && analysis->heap.borrows)
        status = heap_load_tables(analysis->snapshot_path, stage_progress(analysis), error, &analysis->heap);
    if (!status && analysis->heap.borrows)
        status = kept_results_take(&analysis->kept, &analysis->heap, error, &results);
    analysis->is_kept = !status && analysis->heap.borrows;
    if (!analysis->is_kept)
        kept_file_close(&analysis->kept);
    return status;
}

/* Kept results that turn out to be wrong, however late, are as good as none. */
static enum wh_status load(struct wh_analysis *analysis, struct wh_error *error)
{
    enum wh_status status = heap_open(analysis->snapshot_path, error, &analysis->heap);
    if (!status && analysis->keep != WH_KEEP_NEVER) {
        status = load_kept(analysis, error);
        if (status != WH_ERR_INPUT && (status || analysis->is_kept))
            return status;
        if (status || analysis->heap.borrows) {
            heap_deinit(&analysis->heap);
            status = heap_open(analysis->snapshot_path, error, &analysis->heap);
        }
    }
    return status ? status : heap_load_tables(analysis->snapshot_path, stage_progress(analysis), error, &analysis->heap);
}

enum wh_status wh_analysis_open_kept(const char *path, enum wh_keep keep, wh_progress progress, void *context, struct wh_error *error,
                                     struct wh_analysis **ret)
{
    struct wh_analysis *analysis = calloc(1, sizeof(*analysis));
    *ret = NULL;
    if (!analysis)
        return wh_error_set(error, WH_ERR_RESOURCE, "out of memory for the analysis");
    analysis->keep = keep;
    analysis->progress = progress;
    analysis->progress_context = context;
    analysis->stage_progress = (struct progress){report_phase, analysis};
    analysis->path = arena_string(&analysis->info_arena, path);
    analysis->snapshot_path = strdup(path);
    analysis->info_arena.failed |= !analysis->snapshot_path;
    enum wh_status status = arena_status(&analysis->info_arena, error);
    if (!status)
        status = progress_report(stage_progress(analysis), "the snapshot's tables", 0, 1, error);
    if (!status)
        status = load(analysis, error);
    if (status)
        wh_analysis_close(analysis);
    else
        *ret = analysis;
    return status;
}

enum wh_status wh_analysis_open(const char *path, wh_progress progress, void *context, struct wh_error *error, struct wh_analysis **ret)
{
    return wh_analysis_open_kept(path, WH_KEEP_NEVER, progress, context, error, ret);
}

static void drop_model(struct wh_analysis *analysis)
{
    accumulations_deinit(&analysis->accumulations);
    referrers_deinit(&analysis->candidate_referrers);
    free(analysis->type_sums);
    analysis->type_sums = NULL;
    analysis->has_accumulations = analysis->has_candidate_referrers = false;
    struct results results = results_of(analysis);
    if (analysis->is_kept)
        kept_results_forget(&results);
    bfs_tree_deinit(&analysis->paths);
    dominator_tree_deinit(&analysis->tree);
    retained_deinit(&analysis->retained);
    dominators_deinit(&analysis->dominators);
    retention_deinit(&analysis->retention);
}

void wh_analysis_close(struct wh_analysis *analysis)
{
    if (!analysis)
        return;
    lookup_deinit(&analysis->lookup);
    kinds_deinit(&analysis->kinds);
    block_owners_deinit(&analysis->block_owners);
    code_index_destroy(analysis->code_index);
    drop_model(analysis);
    free(analysis->object_of_thread);
    heap_deinit(&analysis->heap);
    kept_file_close(&analysis->kept);
    free(analysis->snapshot_path);
    arena_deinit(&analysis->info_arena);
    free(analysis);
}

/* Dominators, and paths if they are wanted or come for nothing. */
static enum wh_status search(struct wh_analysis *analysis, bool with_paths, struct wh_error *error)
{
    const struct progress *progress = stage_progress(analysis);
    const struct graph *graph = &analysis->retention.graph;
    struct root_groups groups = retention_groups(&analysis->retention);
    if (with_paths)
        return graph_search(graph, &groups, progress, error, &analysis->dominators, &analysis->paths);
    return graph_search_dominators(graph, &groups, progress, error, &analysis->dominators, &analysis->paths);
}

static enum wh_status make_retained(struct wh_analysis *analysis, bool with_paths, struct wh_error *error)
{
    const struct progress *progress = stage_progress(analysis);
    struct node_sizes sizes = heap_sizes(&analysis->heap);
    enum wh_status status = retention_init(&analysis->heap, progress, error, &analysis->retention);
    if (!status)
        status = search(analysis, with_paths, error);
    retention_give_back(&analysis->retention);
    if (!status)
        status = retained_init(&analysis->dominators, &sizes, progress, error, &analysis->retained);
    dominators_forget_order(&analysis->dominators);
    return status;
}

static enum wh_status make_tree(struct wh_analysis *analysis, struct wh_error *error)
{
    return dominator_tree_init(&analysis->dominators, &analysis->retained, stage_progress(analysis), error, &analysis->tree);
}

static enum wh_status make_paths(struct wh_analysis *analysis, struct wh_error *error)
{
    struct root_groups groups = retention_groups(&analysis->retention);
    if (analysis->paths.parent_of_node)
        return WH_OK;
    enum wh_status status = retention_lend(&analysis->retention, error);
    if (!status)
        status = bfs_tree_init(&analysis->retention.graph, &groups, stage_progress(analysis), error, &analysis->paths);
    retention_give_back(&analysis->retention);
    return status;
}

/* Below this many objects an analysis takes less than a tenth of a second. */
enum { KEEP_OBJECTS_MIN = 1000000 };

static bool keeps_results(const struct wh_analysis *analysis)
{
    bool large = analysis->heap.node_count > KEEP_OBJECTS_MIN;
    return analysis->keep != WH_KEEP_NEVER && (analysis->keep != WH_KEEP_IF_LARGE || large);
}

static enum wh_status need_threads(struct wh_analysis *analysis, struct wh_error *error)
{
    return analysis->object_of_thread ? WH_OK : model_find_threads(&analysis->heap, error, &analysis->object_of_thread);
}

/* Results that are not whole are none: the next question may try again. */
static enum wh_status made(struct wh_analysis *analysis, enum wh_status status)
{
    if (status && !analysis->is_kept) {
        drop_model(analysis);
        analysis->has_retained = analysis->has_tree = false;
    }
    if (status)
        return status;
    analysis->model = (struct model){&analysis->heap, &analysis->retention, &analysis->dominators, &analysis->retained,
                                     &analysis->tree, &analysis->paths, analysis->object_of_thread};
    analysis->has_retained = true;
    return WH_OK;
}

enum wh_status analysis_need_retained(struct wh_analysis *analysis, struct wh_error *error)
{
    if (analysis->has_retained)
        return WH_OK;
    if (analysis->is_kept || keeps_results(analysis))
        return analysis_need_model(analysis, error);
    return made(analysis, make_retained(analysis, false, error));
}

enum wh_status analysis_need_tree(struct wh_analysis *analysis, struct wh_error *error)
{
    enum wh_status status = analysis_need_retained(analysis, error);
    if (status || analysis->has_tree || analysis->has_graph)
        return status;
    status = made(analysis, make_tree(analysis, error));
    analysis->has_tree = !status;
    return status;
}

/* --- answers that are kept, or of a model that is made --- */

static enum wh_status make_type_sums(struct wh_analysis *analysis, struct wh_error *error)
{
    return analysis->type_sums ? WH_OK : type_sums_make(&analysis->model, error, &analysis->type_sums);
}

static enum wh_status make_accumulations(struct wh_analysis *analysis, struct wh_error *error)
{
    if (analysis->has_accumulations)
        return WH_OK;
    enum wh_status status = accumulations_init(&analysis->model, error, &analysis->accumulations);
    analysis->has_accumulations = !status;
    return status;
}

static enum wh_status make_candidate_referrers(struct wh_analysis *analysis, struct wh_error *error)
{
    const struct accumulations *accumulations = &analysis->accumulations;
    uint32_t nodes[CANDIDATES_MAX], count = accumulations->count < CANDIDATES_MAX ? accumulations->count : CANDIDATES_MAX;
    if (analysis->has_candidate_referrers)
        return WH_OK;
    for (uint32_t i = 0; i < count; i++)
        nodes[i] = accumulations->points[i].node;
    enum wh_status status = referrers_find(&analysis->heap, nodes, count, CANDIDATE_REFERRERS_MAX, error, &analysis->candidate_referrers);
    analysis->has_candidate_referrers = !status;
    return status;
}

/* What of the kept answers is not sound is made anew when it is needed. */
static void take_kept_answers(struct wh_analysis *analysis)
{
    const struct kept_array *arrays = analysis->kept.arrays;
    uint32_t types = analysis->heap.type_count;
    if (arrays[KEPT_TYPE_SUMS].count == types && types && !array_alloc(types, sizeof(*analysis->type_sums), "sums of types", NULL, &analysis->type_sums))
        memcpy(analysis->type_sums, arrays[KEPT_TYPE_SUMS].elements, types * sizeof(*analysis->type_sums));
    analysis->has_accumulations = accumulations_restore(&analysis->model, arrays[KEPT_POINTS].elements, arrays[KEPT_POINTS].count, &analysis->accumulations);
    analysis->has_candidate_referrers = analysis->has_accumulations && referrers_restore(&analysis->heap, arrays[KEPT_REFERRERS].elements,
                                                                                         arrays[KEPT_REFERRERS].count, &analysis->candidate_referrers);
}

static enum wh_status keep_results(struct wh_analysis *analysis, struct wh_error *error)
{
    struct results results = results_of(analysis);
    struct accumulation_row *rows = NULL;
    if (!keeps_results(analysis))
        return WH_OK;
    enum wh_status status = dominator_tree_sort(&analysis->tree, stage_progress(analysis), error);
    if (!status)
        status = make_type_sums(analysis, error);
    if (!status)
        status = make_accumulations(analysis, error);
    if (!status)
        status = make_candidate_referrers(analysis, error);
    if (!status)
        status = accumulation_rows_make(&analysis->accumulations, error, &rows);
    const struct kept_answers answers = {{analysis->type_sums, analysis->heap.type_count}, {rows, analysis->accumulations.count},
                                         {analysis->candidate_referrers.rows, analysis->candidate_referrers.count}};
    if (!status)
        status = kept_results_write(analysis->snapshot_path, &analysis->heap, &results, &answers, stage_progress(analysis), error);
    free(rows);
    return status;
}

static enum wh_status make_rest(struct wh_analysis *analysis, struct wh_error *error)
{
    enum wh_status status = analysis->has_retained ? make_paths(analysis, error) : make_retained(analysis, true, error);
    if (!status && !analysis->has_tree)
        status = make_tree(analysis, error);
    return status;
}

enum wh_status analysis_need_model(struct wh_analysis *analysis, struct wh_error *error)
{
    if (analysis->has_graph)
        return WH_OK;
    enum wh_status status = analysis->is_kept ? WH_OK : make_rest(analysis, error);
    if (!status)
        status = need_threads(analysis, error);
    status = made(analysis, status);
    if (!status && analysis->is_kept)
        take_kept_answers(analysis);
    else if (!status)
        status = made(analysis, keep_results(analysis, error));
    if (status)
        return status;
    lookup_init(&analysis->heap, &analysis->lookup);
    analysis->has_graph = true;
    return WH_OK;
}

enum wh_status analysis_need_accumulations(struct wh_analysis *analysis, struct wh_error *error)
{
    enum wh_status status = analysis_need_model(analysis, error);
    return status ? status : make_accumulations(analysis, error);
}

enum wh_status analysis_need_candidate_referrers(struct wh_analysis *analysis, struct wh_error *error)
{
    enum wh_status status = analysis_need_accumulations(analysis, error);
    return status ? status : make_candidate_referrers(analysis, error);
}

enum wh_status analysis_need_type_sums(struct wh_analysis *analysis, struct wh_error *error)
{
    enum wh_status status = analysis_need_tree(analysis, error);
    return status ? status : make_type_sums(analysis, error);
}

enum wh_status analysis_need_code_index(struct wh_analysis *analysis, struct wh_error *error)
{
    return analysis->code_index ? WH_OK : code_index_create(&analysis->heap, error, &analysis->code_index);
}

const char *analysis_recorder_name(const struct wh_analysis *analysis)
{
    static const char *const modes[] = {"off", [RECORDER_SAMPLE] = "sample", [RECORDER_HOLDERS] = "holders", [RECORDER_EXACT] = "exact"};
    return modes[analysis->heap.recorder.mode];
}

enum wh_status analysis_need_recorder(const struct wh_analysis *analysis, struct wh_error *error)
{
    if (analysis->heap.recorder.mode)
        return WH_OK;
    return wh_error_set(error, WH_ERR_INPUT, "%s has no record of allocations: the recorder was off (see 'whoholds run --record')", analysis->path);
}

enum wh_status analysis_need_block_owners(struct wh_analysis *analysis, struct wh_error *error)
{
    if (analysis->has_block_owners)
        return WH_OK;
    enum wh_status status = block_owners_init(&analysis->heap, error, &analysis->block_owners);
    analysis->has_block_owners = !status;
    return status;
}

enum wh_status analysis_need_kinds(struct wh_analysis *analysis, struct wh_error *error)
{
    enum wh_status status = analysis_need_model(analysis, error);
    if (status || analysis->has_kinds)
        return status;
    status = kinds_init(&analysis->model, error, &analysis->kinds);
    analysis->has_kinds = !status;
    return status;
}
