/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Results as JSON documents: the same for --json and for the report. formats/schemas/ describes them.
 * Each function returns a new document and keeps nothing of the result.
 */
#ifndef WHOHOLDS_CLI_DOCUMENTS_H
#define WHOHOLDS_CLI_DOCUMENTS_H

#include "cli.h"
#include "json.h"

json_t *info_document(const struct wh_info *info);
json_t *suspects_document(const struct wh_suspects *suspects, const struct wh_info *info);
json_t *top_document(const struct wh_top *top, enum wh_top_by by);
json_t *alloc_document(const struct wh_alloc *alloc, bool live, enum wh_alloc_by by);
json_t *paths_document(const struct wh_paths *paths);
json_t *ways_json(const struct wh_paths *paths, const struct wh_drawing *drawing); /* of the report */
json_t *way_cut_json(const struct wh_cut *cut);
json_t *details_document(const struct wh_details *details, const struct wh_provenance *provenance);
json_t *found_document(const struct wh_found *found);
json_t *merged_document(const struct wh_merged *merged);
json_t *cut_document(const struct wh_cut *cut);
json_t *retained_document(const struct wh_retained *retained);
json_t *tree_document(const struct wh_tree *tree);
json_t *triage_document(const struct wh_triage *triage);
json_t *waste_document(const struct wh_triage *waste);
json_t *strings_document(const struct wh_strings *strings);
json_t *garbage_document(const struct wh_garbage *garbage);
json_t *threads_document(const struct wh_threads *threads);

/* limit: rows of each table, 0: all. */
json_t *diff_document(const struct wh_diff *diff, size_t limit);

/* How the suspects of a suspects_document came to their size. */
void suspects_add_growth(json_t *document, const struct wh_suspects *suspects, const struct wh_diff *diff);

/* Parts that more than one document has. */
json_t *snapshot_json(const struct wh_info *info); /* file, python, program, pid, created, mode, trigger */
json_t *hops_json(const struct wh_path *path);

/* The report's `alloc`: without its two views, and a view. */
json_t *alloc_views_json(const struct wh_alloc *alloc);
json_t *alloc_view_json(const struct wh_alloc *alloc, const struct wh_alloc_tree *tree, bool live);

json_t *line_json(const struct wh_line *line);   /* file, line, function, text */
json_t *held_at_json(const void *item);           /* of a struct wh_line: also its evidence */

/* An object of the report's `objects`, by what wh_show says of it. */
json_t *object_record_json(const struct wh_details *details);

#endif
