/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cut/reference_query.h"

#include <stdlib.h>

#include "naming/expression_query.h"

static int compare_edges(const void *left, const void *right)
{
    const struct cut_edge *a = left, *b = right;
    return (a->edge > b->edge) - (a->edge < b->edge);
}

/* Two expressions may name the same reference. */
static void sort_edges(struct cut_edges *cut)
{
    uint32_t kept = 0;
    qsort(cut->edges, cut->count, sizeof(*cut->edges), compare_edges);
    for (uint32_t i = 0; i < cut->count; i++) {
        if (!kept || cut->edges[i].edge != cut->edges[kept - 1].edge)
            cut->edges[kept++] = cut->edges[i];
    }
    cut->count = kept;
}

static enum wh_status add_edges(const struct model *model, const struct cut_rules *rules, const struct expression_reference *found, uint32_t count,
                                struct wh_error *error, struct cut_edges *ret)
{
    struct cut_edge *edges = realloc(ret->edges, ((size_t)ret->count + count) * sizeof(*edges));
    if (!edges)
        return wh_error_set(error, WH_ERR_RESOURCE, "out of memory for the references");
    ret->edges = edges;
    for (uint32_t i = 0; i < count; i++) {
        /* Of a dict's item the value was found, or the key. */
        bool value = found[i].ref > model->heap->first_ref_of_node[found[i].node] && cut_rules_is_pair(rules, found[i].node, found[i].ref - 1);
        bool pair = value || cut_rules_is_pair(rules, found[i].node, found[i].ref);
        ret->edges[ret->count++] = (struct cut_edge){found[i].node, found[i].ref - value, pair};
    }
    return WH_OK;
}

enum wh_status reference_edges(const struct model *model, const struct lookup *lookup, const struct cut_rules *rules,
                               const char *const *expressions, size_t count, struct wh_error *error, struct cut_edges *ret)
{
    enum wh_status status = WH_OK;
    *ret = (struct cut_edges){0};
    for (size_t i = 0; !status && i < count; i++) {
        struct expression_reference *found;
        uint32_t found_count;
        status = expression_find_references(model, lookup, expressions[i], error, &found, &found_count);
        if (!status)
            status = add_edges(model, rules, found, found_count, error, ret);
        free(found);
    }
    if (status)
        cut_edges_deinit(ret);
    else if (ret->count)
        sort_edges(ret);
    return status;
}
