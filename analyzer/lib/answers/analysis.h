/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What stands behind the public interface: the stages' results, made when first needed. */
#ifndef WHOHOLDS_LIB_ANALYSIS_H
#define WHOHOLDS_LIB_ANALYSIS_H

#include "answers/type_sums.h"
#include "holders/accumulation.h"
#include "code/code_index.h"
#include "holders/growth.h"
#include "heap/kept_results.h"
#include "heap/lookup.h"
#include "heap/model.h"
#include "heap/referrers.h"
#include "triage/kinds.h"

/* All but the heap, which is there from the beginning. */
enum { KEPT_PARTS_OF_MODEL = 1 << KEPT_PART_RETAINED | 1 << KEPT_PART_TREE | 1 << KEPT_PART_PATHS | 1 << KEPT_PART_ANSWERS };

enum {
    CANDIDATES_MAX = 40,          /* accumulation points that are looked at closely, the largest first */
    CANDIDATE_REFERRERS_MAX = 64, /* of each */
};

struct wh_analysis {
    wh_progress progress;
    void *progress_context;
    struct progress stage_progress;      /* hands the library's phases to `progress` */

    enum wh_keep keep;
    struct kept_file kept;               /* what the heap and the model borrow from, if is_kept */
    bool is_kept;

    struct heap heap;
    struct retention retention;
    struct dominators dominators;
    struct retained retained;
    struct dominator_tree tree;
    struct bfs_tree paths;
    uint32_t *object_of_thread;
    struct model model;                  /* pointers to the above */
    unsigned parts;                      /* bit by enum kept_part: what of the model is there */

    struct accumulations accumulations;
    bool has_accumulations;
    struct referrers candidate_referrers; /* references to the holders of the first CANDIDATES_MAX points */
    bool has_candidate_referrers;
    struct type_sum *type_sums;
    struct code_index *code_index;
    struct block_owners block_owners;
    bool has_block_owners;
    struct lookup lookup;
    struct kinds kinds;
    bool has_kinds;

    char *snapshot_path;                 /* as it was given */
    const char *path;                    /* as text */
    struct arena info_arena;
    struct wh_info *info;
};

/*
 * Retention, dominators and retained sizes; the dominator tree, too; the paths, too, and what it takes to name objects; all of the model. Whoever asks for a part has no
 * other. Of kept results each takes and checks what it says; with results that are to be kept, each makes the whole.
 */
enum wh_status analysis_need_retained(struct wh_analysis *analysis, struct wh_error *error) WH_MUST_USE;
enum wh_status analysis_need_tree(struct wh_analysis *analysis, struct wh_error *error) WH_MUST_USE;
enum wh_status analysis_need_paths(struct wh_analysis *analysis, struct wh_error *error) WH_MUST_USE;
enum wh_status analysis_need_model(struct wh_analysis *analysis, struct wh_error *error) WH_MUST_USE;
enum wh_status analysis_need_accumulations(struct wh_analysis *analysis, struct wh_error *error) WH_MUST_USE;
enum wh_status analysis_need_candidate_referrers(struct wh_analysis *analysis, struct wh_error *error) WH_MUST_USE;
enum wh_status analysis_need_type_sums(struct wh_analysis *analysis, struct wh_error *error) WH_MUST_USE;
enum wh_status analysis_need_block_owners(struct wh_analysis *analysis, struct wh_error *error) WH_MUST_USE;
enum wh_status analysis_need_kinds(struct wh_analysis *analysis, struct wh_error *error) WH_MUST_USE;
enum wh_status analysis_need_code_index(struct wh_analysis *analysis, struct wh_error *error) WH_MUST_USE;

/* off, sample, holders, exact */
const char *analysis_recorder_name(const struct wh_analysis *analysis);

/* WH_ERR_INPUT if there is no record of allocations. */
enum wh_status analysis_need_recorder(const struct wh_analysis *analysis, struct wh_error *error) WH_MUST_USE;

#endif
