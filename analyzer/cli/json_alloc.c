/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "documents.h"

static json_t *frame_json(const void *item)
{
    const struct wh_line *line = item;
    return json_make("{so so so so}", "file", json_text(line->file), "line", json_count(line->line), "function", json_text(line->function),
                     "text", json_text(line->text));
}

/* `bytes` and `blocks` are those of the view that was asked for. */
static json_t *row_json(const struct wh_alloc *alloc, const struct wh_alloc_row *row, bool live)
{
    double share = row->allocated_bytes ? (double)row->live_bytes / (double)row->allocated_bytes : 0;
    double per_second = alloc->seconds > 0 ? (double)row->allocated_bytes / alloc->seconds : 0;
    return json_extend(frame_json(&row->place),
                       json_make("{so so so so so so sb}", "bytes", json_count(live ? row->live_bytes : row->allocated_bytes), "blocks",
                                 json_count(live ? row->live_blocks : row->allocated_blocks), "live_bytes", json_count(row->live_bytes),
                                 "allocated_bytes", json_count(row->allocated_bytes), "allocated_per_second",
                                 json_count((uint64_t)per_second), "live_share", json_share(share), "churn", row->churn));
}

static json_t *row_with_stack_json(const struct wh_alloc *alloc, const struct wh_alloc_row *row, bool live)
{
    return json_extend(row_json(alloc, row, live),
                       json_make("{so}", "stack", json_list(row->stack, row->stack_count, sizeof(*row->stack), frame_json)));
}

static json_t *recorder_json(const struct wh_alloc *alloc)
{
    return json_make("{ss so so so so}", "mode", alloc->recorder, "interval", json_count(alloc->interval), "seconds",
                     json_real(alloc->seconds), "lost_blocks", json_count(alloc->lost_blocks), "lost_stacks", json_count(alloc->lost_stacks));
}

static json_t *total_json(const struct wh_alloc *alloc)
{
    return json_make("{so so so so}", "allocated_bytes", json_count(alloc->allocated_bytes), "allocated_blocks",
                     json_count(alloc->allocated_blocks), "live_bytes", json_count(alloc->live_bytes), "live_blocks",
                     json_count(alloc->live_blocks));
}

static json_t *omitted_json(const struct wh_alloc *alloc)
{
    return json_make("{so so}", "rows", json_count(alloc->omitted_rows), "bytes", json_count(alloc->omitted_bytes));
}

json_t *alloc_document(const struct wh_alloc *alloc, bool live, enum wh_alloc_by by)
{
    static const char *const names[] = {[WH_ALLOC_LINE] = "line", [WH_ALLOC_FUNCTION] = "function", [WH_ALLOC_FILE] = "file"};
    json_t *rows = json_array();
    for (size_t i = 0; i < alloc->row_count; i++)
        json_array_append_new(rows, row_with_stack_json(alloc, &alloc->rows[i], live));
    return json_make("{ss ss ss so so so so}", "schema", "whoholds.alloc/1", "mode", live ? "live" : "allocated", "by", names[by], "recorder",
                     recorder_json(alloc), "total", total_json(alloc), "rows", rows, "omitted", omitted_json(alloc));
}

static json_t *node_json(const struct wh_alloc_node *node)
{
    return json_make("{so so so so so so so so}", "name", json_text(node->function), "file", json_text(node->file), "line",
                     json_count(node->line), "bytes", json_count(node->bytes), "blocks", json_count(node->blocks), "hidden",
                     json_count(node->hidden), "hidden_bytes", json_count(node->hidden_bytes), "children", json_array());
}

/* Heaviest first, so a parent is there before its children, and its children come in that order. */
static json_t *tree_json(const struct wh_alloc_tree *tree)
{
    json_t **of_node = allocate(tree->node_count * sizeof(*of_node));
    for (size_t i = 0; i < tree->node_count; i++) {
        of_node[i] = node_json(&tree->nodes[i]);
        if (i)
            json_array_append_new(json_object_get(of_node[tree->nodes[i].parent], "children"), of_node[i]);
    }
    json_t *root = of_node[0];
    free(of_node);
    return root;
}

json_t *alloc_view_json(const struct wh_alloc *alloc, const struct wh_alloc_tree *tree, bool live)
{
    json_t *lines = json_array();
    for (size_t i = 0; i < alloc->row_count; i++)
        json_array_append_new(lines, row_json(alloc, &alloc->rows[i], live));
    return json_make("{so so so}", "lines", lines, "omitted", omitted_json(alloc), "tree", tree_json(tree));
}

json_t *alloc_views_json(const struct wh_alloc *alloc)
{
    return json_make("{so so}", "recorder", recorder_json(alloc), "total", total_json(alloc));
}
