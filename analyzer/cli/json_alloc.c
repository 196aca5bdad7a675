/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "documents.h"

static json_t *frame_json(const void *item)
{
    const struct wh_line *line = item;
    return json_make("{so so so so}", "file", json_text(line->file), "line", json_count(line->line), "function", json_text(line->function),
                     "text", json_text(line->text));
}

/* `bytes` and `blocks` are those of the view that was asked for. */
static json_t *row_json(const struct wh_alloc_row *row, bool live)
{
    json_t *value = frame_json(&row->place);
    json_extend(value, json_make("{so so so so sb}", "bytes", json_count(live ? row->live_bytes : row->allocated_bytes), "blocks",
                                 json_count(live ? row->live_blocks : row->allocated_blocks), "live_bytes", json_count(row->live_bytes),
                                 "allocated_bytes", json_count(row->allocated_bytes), "churn", row->churn));
    json_object_set_new(value, "stack", json_list(row->stack, row->stack_count, sizeof(*row->stack), frame_json));
    return value;
}

static json_t *recorder_json(const struct wh_alloc *alloc)
{
    return json_make("{ss so so so so}", "mode", alloc->recorder, "interval", json_count(alloc->interval), "seconds",
                     json_real(alloc->seconds), "lost_blocks", json_count(alloc->lost_blocks), "lost_stacks", json_count(alloc->lost_stacks));
}

json_t *alloc_document(const struct wh_alloc *alloc, bool live, enum wh_alloc_by by)
{
    static const char *const names[] = {[WH_ALLOC_LINE] = "line", [WH_ALLOC_FUNCTION] = "function", [WH_ALLOC_FILE] = "file"};
    json_t *rows = json_array();
    for (size_t i = 0; i < alloc->row_count; i++)
        json_array_append_new(rows, row_json(&alloc->rows[i], live));
    json_t *total = json_make("{so so so so}", "allocated_bytes", json_count(alloc->allocated_bytes), "allocated_blocks",
                              json_count(alloc->allocated_blocks), "live_bytes", json_count(alloc->live_bytes), "live_blocks",
                              json_count(alloc->live_blocks));
    json_t *omitted = json_make("{so so}", "rows", json_count(alloc->omitted_rows), "bytes", json_count(alloc->omitted_bytes));
    return json_make("{ss ss ss so so so so}", "schema", "whoholds.alloc/1", "mode", live ? "live" : "allocated", "by", names[by], "recorder",
                     recorder_json(alloc), "total", total, "rows", rows, "omitted", omitted);
}
