/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wh_find: the objects that a query names, one a row. */
#include <stdlib.h>

#include "answers/analysis.h"
#include "naming/naming.h"
#include "naming/query.h"

enum { ROWS_DEFAULT = 20 };

struct found_result { struct wh_found found; struct arena arena; };

static void add_up(const struct model *model, const struct node_list *list, struct wh_found *found)
{
    for (uint32_t i = 0; i < list->count; i++) {
        found->all.objects++;
        found->all.bytes += model_shallow(model, list->nodes[i]);
        found->garbage += !dominators_is_live(model->dominators, list->nodes[i]);
    }
}

static enum wh_status add_row(const struct model *model, uint32_t node, struct found_result *result, struct wh_error *error)
{
    struct text name = {0};
    struct wh_found_row *row = &result->found.rows[result->found.row_count++];
    enum wh_status status = naming_expression(model, node, false, error, &name);
    *row = (struct wh_found_row){arena_string(&result->arena, text_string(&name)), model_object(model, node, &result->arena)};
    result->arena.failed |= name.failed;
    text_deinit(&name);
    return status;
}

static enum wh_status fill(const struct model *model, const struct node_list *list, size_t limit, struct found_result *result, struct wh_error *error)
{
    size_t rows = list->count < limit ? list->count : limit;
    add_up(model, list, &result->found);
    result->found.rows = arena_array(&result->arena, rows, sizeof(*result->found.rows));
    enum wh_status status = arena_status(&result->arena, error);
    for (size_t i = 0; !status && i < rows; i++)
        status = add_row(model, list->nodes[i], result, error);
    return status ? status : arena_status(&result->arena, error);
}

enum wh_status wh_find(struct wh_analysis *analysis, const struct wh_query *query, struct wh_error *error, struct wh_found **ret)
{
    struct node_list list = {0};
    size_t limit = query->limit ? query->limit : ROWS_DEFAULT;
    *ret = NULL;
    enum wh_status status = analysis_need_paths(analysis, error);
    if (!status)
        status = query_find(&analysis->model, &analysis->lookup, query, limit, error, &list);
    if (status)
        return status;
    list.count = (uint32_t)list.matching;   /* the rest stands behind the largest, in no order */
    struct found_result *result = calloc(1, sizeof(*result));
    status = result ? fill(&analysis->model, &list, limit, result, error) : wh_error_set(error, WH_ERR_RESOURCE, "out of memory for the objects");
    node_list_deinit(&list);
    if (status)
        wh_found_free(result ? &result->found : NULL);
    else
        *ret = &result->found;
    return status;
}

void wh_found_free(struct wh_found *found)
{
    struct found_result *result = (struct found_result *)found;
    if (!result)
        return;
    arena_deinit(&result->arena);
    free(result);
}
