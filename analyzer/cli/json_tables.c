/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Documents of many rows: top, tree, threads. */
#include "documents.h"

static json_t *top_row_json(const void *item)
{
    const struct wh_top_row *row = item;
    json_t *json = json_make("{so so so so}", "name", json_text(row->name), "count", json_count(row->count), "shallow_bytes",
                             json_count(row->shallow_bytes), "retained_bytes", json_count(row->retained_bytes));
    return row->line ? json_extend(json, json_make("{so}", "line", held_at_json(row->line))) : json;
}

json_t *top_document(const struct wh_top *top, enum wh_top_by by)
{
    static const char *const names[] = {[WH_TOP_TYPE] = "type", [WH_TOP_MODULE] = "module", [WH_TOP_HOLDER] = "holder", [WH_TOP_LINE] = "line"};
    json_t *omitted = json_make("{so so so}", "rows", json_count(top->omitted_rows), "count", json_count(top->omitted_count),
                                "shallow_bytes", json_count(top->omitted_shallow_bytes));
    return json_make("{ss ss so so}", "schema", "whoholds.top/1", "by", names[by], "rows",
                     json_list(top->rows, top->row_count, sizeof(*top->rows), top_row_json), "omitted", omitted);
}

static json_t *found_row_json(const void *item)
{
    const struct wh_found_row *row = item;
    const struct wh_object *object = &row->object;
    json_t *json = json_make("{so so so so so so so}", "name", json_text(row->name), "type", json_text(object->type), "address",
                             json_address(object->address), "shallow_bytes", json_count(object->shallow_bytes), "retained_bytes",
                             json_count(object->retained_bytes), "retained_objects", json_count(object->retained_objects), "preview",
                             json_text(object->preview));
    return object->length == UINT64_MAX ? json : json_extend(json, json_make("{so}", "length", json_count(object->length)));
}

json_t *found_document(const struct wh_found *found)
{
    return json_make("{ss so so so so}", "schema", "whoholds.found/1", "objects", json_count(found->all.objects), "shallow_bytes",
                     json_count(found->all.bytes), "garbage", json_count(found->garbage), "rows",
                     json_list(found->rows, found->row_count, sizeof(*found->rows), found_row_json));
}

/* The columns of the next function. */
static const char *const tree_columns[] = {
    "parent", "label", "type", "address", "shallow", "retained", "count", "hidden", "hidden_bytes", "group",
};

static json_t *tree_row_json(const void *item)
{
    const struct wh_tree_row *row = item;
    const struct wh_object *object = &row->object;
    return json_make("[o o o o o o o o o o]", json_integer(row->parent), json_text(row->label), json_text(object->type),
                     json_address(object->address), json_count(object->shallow_bytes), json_count(object->retained_bytes),
                     json_count(object->retained_objects), json_count(row->hidden_count), json_count(row->hidden_bytes),
                     json_count(row->group));
}

static json_t *column_json(const void *item)
{
    return json_text(*(const char *const *)item);
}

json_t *tree_document(const struct wh_tree *tree)
{
    size_t columns = sizeof(tree_columns) / sizeof(tree_columns[0]);
    return json_make("{ss so so}", "schema", "whoholds.tree/1", "columns",
                     json_list(tree_columns, columns, sizeof(tree_columns[0]), column_json), "rows",
                     json_list(tree->rows, tree->row_count, sizeof(*tree->rows), tree_row_json));
}

static json_t *local_json(const void *item)
{
    const struct wh_local *local = item;
    return json_make("{so so so so so}", "name", json_text(local->name), "type", json_text(local->object.type), "address",
                     json_address(local->object.address), "retained_bytes", json_count(local->object.retained_bytes), "preview",
                     json_text(local->object.preview));
}

static json_t *frame_json(const void *item)
{
    const struct wh_stack_frame *frame = item;
    return json_make("{so so so so so}", "function", json_text(frame->line.function), "file", json_text(frame->line.file), "line",
                     json_count(frame->line.line), "text", json_text(frame->line.text), "locals",
                     json_list(frame->locals, frame->local_count, sizeof(*frame->locals), local_json));
}

static json_t *thread_json(const void *item)
{
    const struct wh_thread *thread = item;
    return json_make("{so so so}", "name", json_text(thread->name), "ident", json_count(thread->ident), "frames",
                     json_list(thread->frames, thread->frame_count, sizeof(*thread->frames), frame_json));
}

json_t *threads_document(const struct wh_threads *threads)
{
    return json_make("{ss so}", "schema", "whoholds.threads/1", "threads",
                     json_list(threads->threads, threads->count, sizeof(*threads->threads), thread_json));
}
