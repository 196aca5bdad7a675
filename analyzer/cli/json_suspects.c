/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "documents.h"

json_t *line_json(const struct wh_line *line)
{
    return json_make("{so so so so}", "file", json_text(line->file), "line", json_count(line->line), "function", json_text(line->function),
                     "text", json_text(line->text));
}

json_t *held_at_json(const void *item)
{
    const struct wh_line *line = item;
    json_t *value = json_extend(line_json(line), json_make("{so so}", "evidence", json_text(line->evidence), "certainty",
                                                            json_text(line->certainty)));
    if (line->via && *line->via)
        json_object_set_new(value, "via", json_text(line->via));
    return value;
}

static json_t *allocated_at_json(const void *item)
{
    const struct wh_allocation *allocation = item;
    const struct wh_line *line = &allocation->line;
    json_t *value = json_extend(line_json(line), json_make("{so so}", "bytes", json_count(allocation->bytes), "blocks",
                                                            json_count(allocation->blocks)));
    if (line->via && *line->via)
        json_object_set_new(value, "via", json_text(line->via));
    return value;
}

static json_t *content_json(const void *item)
{
    const struct wh_content *content = item;
    return json_make("{so so so}", "type", json_text(content->type), "count", json_count(content->count), "bytes",
                     json_count(content->bytes));
}

static json_t *reason_json(const void *item)
{
    const struct wh_reason *reason = item;
    static const char *const weights[] = {[WH_WEIGHT_AGAINST] = "against", [WH_WEIGHT_DOUBT] = "doubt", [WH_WEIGHT_FOR] = "for"};
    return json_make("{so so ss}", "sign", json_text(reason->sign), "sentence", json_text(reason->sentence), "weight", weights[reason->weight]);
}

static json_t *cut_json(const void *item)
{
    const char *const *reference = item;
    return json_make("{so}", "reference", json_text(*reference));
}

static json_t *holder_json(const struct wh_suspect *suspect)
{
    const struct wh_object *holder = &suspect->holder;
    json_t *value = json_make("{so so so}", "name", json_text(suspect->name), "type", json_text(holder->type), "address",
                              json_address(holder->address));
    if (holder->length != UINT64_MAX)
        json_object_set_new(value, "length", json_count(holder->length));
    return value;
}

static json_t *evidence_json(const struct wh_suspect *suspect)
{
    return json_make("{so so so}", "held_at", json_list(suspect->held_at, suspect->held_at_count, sizeof(*suspect->held_at), held_at_json),
                     "allocated_at",
                     json_list(suspect->allocated_at, suspect->allocated_at_count, sizeof(*suspect->allocated_at), allocated_at_json),
                     "contents", json_list(suspect->contents, suspect->content_count, sizeof(*suspect->contents), content_json));
}

static json_t *structure_json(const struct wh_suspect *suspect)
{
    return json_make("{so so so so so}", "path", hops_json(&suspect->path), "path_expression", json_text(suspect->path_expression), "cut",
                     json_list(suspect->cuts, suspect->cut_count, sizeof(*suspect->cuts), cut_json), "reasons",
                     json_list(suspect->reasons, suspect->reason_count, sizeof(*suspect->reasons), reason_json), "fingerprint",
                     json_text(suspect->fingerprint));
}

static json_t *suspect_json(const struct wh_suspect *suspect, size_t rank)
{
    static const char *const verdicts[] = {[WH_VERDICT_LARGE] = "large", [WH_VERDICT_UNCERTAIN] = "uncertain", [WH_VERDICT_LEAK] = "leak"};
    json_t *value = json_make("{so ss so so so so so}", "rank", json_count(rank), "verdict", verdicts[suspect->verdict], "kind", json_text(suspect->kind),
                              "holder", holder_json(suspect), "retained_bytes", json_count(suspect->holder.retained_bytes),
                              "retained_objects", json_count(suspect->holder.retained_objects), "share", json_share(suspect->share));
    json_extend(value, evidence_json(suspect));
    return json_extend(value, structure_json(suspect));
}

static json_t *heap_json(const struct wh_info *info)
{
    json_t *value = json_make("{so so}", "objects", json_count(info->objects), "bytes", json_count(info->bytes));
    if (info->rss)
        json_object_set_new(value, "rss", json_count(info->rss));
    return value;
}

json_t *suspects_document(const struct wh_suspects *suspects, const struct wh_info *info)
{
    json_t *list = json_array();
    for (size_t i = 0; i < suspects->count; i++)
        json_array_append_new(list, suspect_json(&suspects->suspects[i], i + 1));
    return json_make("{ss so so so}", "schema", "whoholds.suspects/1", "snapshot", snapshot_json(info), "heap", heap_json(info), "suspects",
                     list);
}
