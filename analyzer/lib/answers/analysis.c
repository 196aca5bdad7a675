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

/* The heap out of kept results, if there are any that can be used. */
static enum wh_status load_kept(struct wh_analysis *analysis, struct wh_error *error)
{
    struct kept_key key = kept_key(&analysis->heap.snapshot);
    snapshot_file_release_pages(&analysis->heap.file); /* all were read for the checksum */
    if (!kept_file_open(analysis->snapshot_path, &key, &analysis->kept))
        return WH_OK;
    enum wh_status status = progress_report(stage_progress(analysis), "kept results", 0, 1, error);
    if (!status && kept_results_check(&analysis->kept, &analysis->heap.snapshot, KEPT_PART_HEAP, error))
        status = kept_heap_take(&analysis->kept, error, &analysis->heap);
    if (!status && analysis->heap.borrows)
        status = heap_load_tables(analysis->snapshot_path, stage_progress(analysis), error, &analysis->heap);
    analysis->is_kept = !status && analysis->heap.borrows;
    if (!analysis->is_kept)
        kept_file_close(&analysis->kept);
    return status;
}

static enum wh_status load_whole(struct wh_analysis *analysis, struct wh_error *error)
{
    enum wh_status status = heap_open(analysis->snapshot_path, error, &analysis->heap);
    return status ? status : heap_load_tables(analysis->snapshot_path, stage_progress(analysis), error, &analysis->heap);
}

/* Kept results that turn out to be wrong, however late, are as good as none. */
static enum wh_status load(struct wh_analysis *analysis, struct wh_error *error)
{
    if (analysis->keep == WH_KEEP_NEVER)
        return load_whole(analysis, error);
    enum wh_status status = heap_open(analysis->snapshot_path, error, &analysis->heap);
    if (!status)
        status = load_kept(analysis, error);
    else
        return status;
    if (status != WH_ERR_INPUT && (status || analysis->is_kept))
        return status;
    if (!status && !analysis->heap.borrows)
        return heap_load_tables(analysis->snapshot_path, stage_progress(analysis), error, &analysis->heap);
    heap_deinit(&analysis->heap);
    return load_whole(analysis, error);
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
    analysis->parts = 0;
    struct results results = results_of(analysis);
    if (analysis->is_kept)
        kept_results_forget(&results);
    bfs_tree_deinit(&analysis->paths);
    dominator_tree_deinit(&analysis->tree);
    retained_deinit(&analysis->retained);
    dominators_deinit(&analysis->dominators);
    retention_deinit(&analysis->retention);
}

/* All that was made of the heap. */
static void drop_results(struct wh_analysis *analysis)
{
    lookup_deinit(&analysis->lookup);
    kinds_deinit(&analysis->kinds);
    block_owners_deinit(&analysis->block_owners);
    code_index_destroy(analysis->code_index);
    analysis->code_index = NULL;
    analysis->has_kinds = analysis->has_block_owners = false;
    drop_model(analysis);
    free(analysis->object_of_thread);
    analysis->object_of_thread = NULL;
}

void wh_analysis_close(struct wh_analysis *analysis)
{
    if (!analysis)
        return;
    drop_results(analysis);
    heap_deinit(&analysis->heap);
    kept_file_close(&analysis->kept);
    free(analysis->snapshot_path);
    arena_deinit(&analysis->info_arena);
    free(analysis);
}

static enum wh_status make_retained(struct wh_analysis *analysis, bool with_paths, struct wh_error *error)
{
    const struct progress *progress = stage_progress(analysis);
    struct node_sizes sizes = heap_sizes(&analysis->heap);
    struct search_results results = {&analysis->dominators, &analysis->retained, with_paths ? &analysis->paths : NULL};
    enum wh_status status = retention_init(&analysis->heap, progress, error, &analysis->retention);
    struct root_groups groups = retention_groups(&analysis->retention);
    if (!status)
        status = graph_search(&analysis->retention.graph, &groups, &sizes, progress, error, &results);
    retention_give_back(&analysis->retention);
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

/* Results that are not whole are none: the next question may try again. */
static enum wh_status made(struct wh_analysis *analysis, enum wh_status status)
{
    if (status && !analysis->is_kept)
        drop_model(analysis);
    if (!status)
        analysis->model = (struct model){&analysis->heap, &analysis->retention, &analysis->dominators, &analysis->retained,
                                         &analysis->tree, &analysis->paths, analysis->object_of_thread, stage_progress(analysis)};
    return status;
}

/* Makes the heap anew, without the kept file: nobody holds on to anything of it from one question to the next. */
static enum wh_status forsake_kept(struct wh_analysis *analysis, struct wh_error *error)
{
    drop_results(analysis);
    heap_deinit(&analysis->heap);
    kept_file_close(&analysis->kept);
    analysis->is_kept = false;
    return load_whole(analysis, error);
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

/* Takes a part of the kept results. Afterwards there are none if they are wrong: analysis->is_kept says so. */
static enum wh_status take_kept(struct wh_analysis *analysis, enum kept_part part, struct wh_error *error)
{
    struct results results = results_of(analysis);
    struct wh_error reason = {0};
    bool sound = kept_results_check(&analysis->kept, &analysis->heap.snapshot, part, &reason);
    enum wh_status status = sound && part != KEPT_PART_ANSWERS ? kept_results_take(&analysis->kept, &analysis->heap, part, &reason, &results) : WH_OK;
    if (!sound || status == WH_ERR_INPUT)
        return forsake_kept(analysis, error);
    if (status && error)
        *error = reason;
    status = made(analysis, status);
    if (!status && part == KEPT_PART_ANSWERS)
        take_kept_answers(analysis);
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

/* --- parts of the model --- */

static bool has(const struct wh_analysis *analysis, enum kept_part part)
{
    return analysis->parts >> part & 1;
}

static unsigned bit(enum kept_part part)
{
    return 1u << part;
}

/* Parts are taken in their order, which is that in which they need each other. */
static enum wh_status take_parts(struct wh_analysis *analysis, unsigned wanted, struct wh_error *error)
{
    enum wh_status status = WH_OK;
    for (int part = KEPT_PART_RETAINED; !status && analysis->is_kept && part < KEPT_PART_COUNT; part++) {
        if (!(wanted & bit((enum kept_part)part)) || has(analysis, (enum kept_part)part))
            continue;
        status = take_kept(analysis, (enum kept_part)part, error);
        if (!status && analysis->is_kept)
            analysis->parts |= bit((enum kept_part)part);
    }
    return status;
}

static enum wh_status make_first_part(struct wh_analysis *analysis, unsigned wanted, struct wh_error *error)
{
    if (has(analysis, KEPT_PART_RETAINED))
        return WH_OK;
    enum wh_status status = made(analysis, make_retained(analysis, wanted & bit(KEPT_PART_PATHS), error));
    if (!status)
        analysis->parts |= bit(KEPT_PART_RETAINED);
    return status;
}

/* What it takes to name objects, besides paths. */
static enum wh_status need_names(struct wh_analysis *analysis, struct wh_error *error)
{
    if (analysis->object_of_thread)
        return WH_OK;
    lookup_init(&analysis->heap, &analysis->lookup);
    return made(analysis, model_find_threads(&analysis->heap, error, &analysis->object_of_thread));
}

static enum wh_status make_parts(struct wh_analysis *analysis, unsigned wanted, struct wh_error *error)
{
    enum wh_status status = make_first_part(analysis, wanted, error);
    unsigned missing = wanted & ~analysis->parts;
    if (!status && missing & bit(KEPT_PART_PATHS))
        status = made(analysis, make_paths(analysis, error));
    if (!status && missing & bit(KEPT_PART_TREE))
        status = made(analysis, make_tree(analysis, error));
    if (!status && missing && keeps_results(analysis))
        status = need_names(analysis, error);
    if (!status && missing && keeps_results(analysis))
        status = made(analysis, keep_results(analysis, error));
    if (!status)
        analysis->parts |= missing;
    return status;
}

/* Results that are to be kept are made as a whole. */
static enum wh_status need(struct wh_analysis *analysis, unsigned wanted, struct wh_error *error)
{
    enum wh_status status = WH_OK;
    wanted |= bit(KEPT_PART_RETAINED);
    if (analysis->is_kept)
        status = take_parts(analysis, wanted, error);
    if (!status && !analysis->is_kept)
        status = make_parts(analysis, keeps_results(analysis) ? KEPT_PARTS_OF_MODEL : wanted, error);
    return !status && wanted & bit(KEPT_PART_PATHS) ? need_names(analysis, error) : status;
}

enum wh_status analysis_need_retained(struct wh_analysis *analysis, struct wh_error *error)
{
    return need(analysis, 0, error);
}

enum wh_status analysis_need_tree(struct wh_analysis *analysis, struct wh_error *error)
{
    return need(analysis, bit(KEPT_PART_TREE), error);
}

enum wh_status analysis_need_paths(struct wh_analysis *analysis, struct wh_error *error)
{
    return need(analysis, bit(KEPT_PART_PATHS), error);
}

enum wh_status analysis_need_model(struct wh_analysis *analysis, struct wh_error *error)
{
    return need(analysis, KEPT_PARTS_OF_MODEL, error);
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
    enum wh_status status = need(analysis, analysis->is_kept ? bit(KEPT_PART_ANSWERS) : bit(KEPT_PART_TREE), error);
    if (!status && !analysis->type_sums)
        status = analysis_need_tree(analysis, error);
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
    enum wh_status status = analysis_need_paths(analysis, error);
    if (status || analysis->has_kinds)
        return status;
    status = kinds_init(&analysis->model, error, &analysis->kinds);
    analysis->has_kinds = !status;
    return status;
}
