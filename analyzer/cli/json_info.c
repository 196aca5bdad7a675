/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "documents.h"
#include "text.h"

json_t *snapshot_json(const struct wh_info *info)
{
    return json_make("{so so so so ss so so}", "file", json_text(info->file), "python", json_text(info->python), "program",
                     json_text(info->program), "pid", json_count(info->pid), "created", time_text(info->created_ns).text, "mode",
                     json_text(info->mode), "trigger", json_text(info->trigger));
}

static json_t *mass_json(const struct wh_mass *mass)
{
    return json_make("{so so}", "objects", json_count(mass->objects), "bytes", json_count(mass->bytes));
}

static json_t *account_line_json(const void *item)
{
    const struct wh_account_line *line = item;
    json_t *value = json_make("{so so}", "name", json_text(line->name), "bytes", json_count(line->bytes));
    if (line->explains)
        json_object_set_new(value, "of", json_text("rss"));
    return value;
}

static json_t *interpreter_json(const void *item)
{
    const struct wh_interpreter *interpreter = item;
    return json_make("{so sb}", "id", json_count(interpreter->id), "left_out", interpreter->left_out);
}

static json_t *heap_counts_json(const struct wh_info *info)
{
    return json_make("{so sb sb sb so so so so so so so so so}", "values", json_text(info->values), "collecting", info->collecting,
                     "interrupted", info->interrupted, "compressed", info->compressed, "objects",
                     json_count(info->objects), "references", json_count(info->references), "bytes", json_count(info->bytes), "types",
                     json_count(info->types), "threads", json_count(info->threads), "frames", json_count(info->frames), "code_objects",
                     json_count(info->code_objects), "dangling", json_count(info->dangling), "file_bytes", json_count(info->file_bytes));
}

static json_t *process_memory_json(const struct wh_info *info)
{
    json_t *value = json_make("{so so}", "account",
                              json_list(info->account, info->account_count, sizeof(*info->account), account_line_json), "accounted",
                              json_count(info->accounted));
    if (info->rss)
        json_object_set_new(value, "rss", json_count(info->rss));
    return value;
}

json_t *info_document(const struct wh_info *info)
{
    json_t *document = json_make("{ss}", "schema", "whoholds.info/1");
    json_extend(document, snapshot_json(info));
    json_object_set_new(document, "recorder", json_text(info->recorder));
    json_object_set_new(document, "interpreters",
                        json_list(info->interpreters, info->interpreter_count, sizeof(*info->interpreters), interpreter_json));
    json_extend(document, heap_counts_json(info));
    json_extend(document, json_make("{so so so}", "live", mass_json(&info->live), "garbage", mass_json(&info->garbage), "native",
                                    mass_json(&info->native)));
    json_extend(document, process_memory_json(info));
    return json_extend(document, json_make("{so so}", "pause_ns", json_count(info->pause_ns), "dump_ns", json_count(info->dump_ns)));
}
