/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The document of a comparison. */
#include <stdlib.h>

#include "documents.h"
#include "text.h"

static json_t *diff_snapshot_json(const void *item)
{
    const struct wh_diff_snapshot *snapshot = item;
    json_t *value = json_make("{so so so so ss so so}", "file", json_text(snapshot->file), "python", json_text(snapshot->python), "program",
                              json_text(snapshot->program), "pid", json_count(snapshot->pid), "created", time_text(snapshot->created_ns).text,
                              "objects", json_count(snapshot->live.objects), "bytes", json_count(snapshot->live.bytes));
    if (snapshot->rss)
        json_object_set_new(value, "rss", json_count(snapshot->rss));
    return value;
}

static json_t *number_json(const void *item)
{
    return json_count(*(const uint64_t *)item);
}

static json_t *series_json(const uint64_t *numbers, size_t count)
{
    return json_list(numbers, count, sizeof(*numbers), number_json);
}

static json_t *change_json(const struct wh_diff_row *row, size_t snapshots)
{
    static const char *const names[] = {[WH_CHANGE_NEW] = "new", [WH_CHANGE_GROWN] = "grown", [WH_CHANGE_FLAT] = "flat",
                                        [WH_CHANGE_SHRUNK] = "shrunk", [WH_CHANGE_GONE] = "gone"};
    json_t *value = json_make("{ss sb so so so so so}", "change", names[row->change], "every_step", row->every_step, "since", json_count(row->since),
                              "bytes_change", json_integer(row->bytes_change), "count_change", json_integer(row->count_change), "bytes",
                              series_json(row->bytes, snapshots), "count", series_json(row->count, snapshots));
    bool unsure = false;
    for (size_t i = 0; i < snapshots; i++)
        unsure |= row->at_most[i] != 0;
    if (unsure)
        json_object_set_new(value, "at_most", series_json(row->at_most, snapshots));
    return value;
}

static json_t *holder_row_json(const struct wh_diff_row *row)
{
    return json_make("{so so so so so}", "name", json_text(row->name), "type", json_text(row->type), "address", json_address(row->address),
                     "fingerprint", json_text(row->fingerprint), "alike", json_count(row->alike));
}

static json_t *type_row_json(const struct wh_diff_row *row)
{
    return json_make("{so}", "name", json_text(row->name));
}

static json_t *line_row_json(const struct wh_diff_row *row)
{
    return json_make("{so so so so}", "file", json_text(row->file), "line", json_count(row->line), "function", json_text(row->name), "text",
                     json_text(row->text));
}

/* What the rows beyond the limit change together, growing and shrinking apart. */
static json_t *omitted_json(const struct wh_diff_table *table, size_t shown)
{
    uint64_t grown = 0, shrunk = 0;
    for (size_t i = shown; i < table->row_count; i++) {
        int64_t change = table->rows[i].bytes_change;
        *(change > 0 ? &grown : &shrunk) += (uint64_t)(change > 0 ? change : -change);
    }
    return json_make("{so so so}", "rows", json_count(table->row_count - shown), "bytes_grown", json_count(grown), "bytes_shrunk",
                     json_count(shrunk));
}

static json_t *diff_table_json(const struct wh_diff_table *table, json_t *(*make)(const struct wh_diff_row *), size_t snapshots, size_t limit)
{
    size_t shown = limit && limit < table->row_count ? limit : table->row_count;
    json_t *rows = json_array();
    for (size_t i = 0; i < shown; i++)
        json_array_append_new(rows, json_extend(make(&table->rows[i]), change_json(&table->rows[i], snapshots)));
    return json_make("{so so}", "rows", rows, "omitted", omitted_json(table, shown));
}

json_t *diff_document(const struct wh_diff *diff, size_t limit)
{
    size_t snapshots = diff->snapshot_count;
    json_t *document = json_make("{ss so sb so so so}", "schema", "whoholds.diff/1", "snapshots",
                                 json_list(diff->snapshots, snapshots, sizeof(*diff->snapshots), diff_snapshot_json), "same_process",
                                 diff->same_process, "caution", json_text(diff->caution), "holders",
                                 diff_table_json(&diff->holders, holder_row_json, snapshots, limit), "types",
                                 diff_table_json(&diff->types, type_row_json, snapshots, limit));
    if (diff->has_lines)
        json_object_set_new(document, "lines", diff_table_json(&diff->lines, line_row_json, snapshots, limit));
    return document;
}

void suspects_add_growth(json_t *document, const struct wh_suspects *suspects, const struct wh_diff *diff)
{
    for (size_t i = 0; i < suspects->count; i++) {
        const struct wh_diff_row *row = wh_diff_of_suspect(diff, &suspects->suspects[i]);
        json_t *suspect = json_array_get(json_object_get(document, "suspects"), i);
        if (!row)
            continue;
        json_t *growth = change_json(row, diff->snapshot_count);
        json_object_set_new(growth, "since_created", json_text(time_text(diff->snapshots[row->since].created_ns).text));
        json_object_set_new(suspect, "growth", growth);
    }
}
