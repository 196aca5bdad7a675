/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "naming/query.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "naming/expression_query.h"

void node_list_deinit(struct node_list *list)
{
    free(list->nodes);
    *list = (struct node_list){0};
}

static enum wh_status one_node(uint32_t node, struct wh_error *error, struct node_list *ret)
{
    enum wh_status status = array_alloc(1, sizeof(uint32_t), "the object", error, &ret->nodes);
    if (!status) {
        ret->nodes[0] = node;
        ret->count = 1;
        ret->matching = 1;
    }
    return status;
}

/* --- by address --- */

static enum wh_status find_address(const struct lookup *lookup, uint64_t address, struct wh_error *error, struct node_list *ret)
{
    uint32_t node = lookup_address(lookup, address);
    if (node == HEAP_NULL)
        return wh_error_set(error, WH_ERR_INPUT, "no object starts at address %#" PRIx64, address);
    return one_node(node, error, ret);
}

/* --- by type --- */

/* `app.models.Order`, `Order`, `list`. */
static bool type_matches(const struct heap_type *type, const char *name)
{
    size_t length = strlen(name), tail = type->name.length;
    if (length < tail || memcmp(name + length - tail, type->name.bytes, tail))
        return false;
    if (length == tail)
        return true;
    return length == tail + 1 + type->module.length && name[type->module.length] == '.' &&
           !memcmp(name, type->module.bytes, type->module.length);
}

static int compare_retained(const void *left, const void *right, void *context)
{
    const struct model *model = context;
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    uint64_t size_a = model_retained(model, a), size_b = model_retained(model, b);
    if (size_a != size_b)
        return size_a > size_b ? -1 : 1;
    return (a > b) - (a < b);
}

enum { FEW = 64 };

/* Puts the first `limit` of all, by size, in front and in order. Of few, by holding each against the last of them: most are smaller. */
static void order_largest(const struct model *model, uint32_t *nodes, uint32_t count, size_t limit)
{
    uint32_t kept = limit <= FEW && limit < count ? (uint32_t)limit : count;
    if (!kept)
        return;
    qsort_r(nodes, kept, sizeof(uint32_t), compare_retained, (void *)model);
    for (uint32_t i = kept; i < count; i++) {
        uint32_t node = nodes[i], place = kept - 1;
        if (compare_retained(&node, &nodes[place], (void *)model) >= 0)
            continue;
        nodes[i] = nodes[place];
        for (; place > 0 && compare_retained(&node, &nodes[place - 1], (void *)model) < 0; place--)
            nodes[place] = nodes[place - 1];
        nodes[place] = node;
    }
}

static uint32_t count_type(const struct heap *heap, const bool *wanted, uint32_t *nodes)
{
    uint32_t count = 0;
    for (uint32_t node = 1; node < heap->node_count; node++) {
        if (!wanted[heap->type_of_node[node]] || heap->form_of_node[node] & FORM_PSEUDO)
            continue;
        if (nodes)
            nodes[count] = node;
        count++;
    }
    return count;
}

static enum wh_status list_type(const struct model *model, const bool *wanted, const char *name, size_t limit, struct wh_error *error,
                                struct node_list *ret)
{
    uint32_t count = count_type(model->heap, wanted, NULL);
    if (!count)
        return wh_error_set(error, WH_ERR_INPUT, "the snapshot has no object of type '%.200s'", name);
    enum wh_status status = array_alloc(count, sizeof(uint32_t), "the objects of a type", error, &ret->nodes);
    if (status)
        return status;
    count_type(model->heap, wanted, ret->nodes);
    if (limit != QUERY_ALL)
        order_largest(model, ret->nodes, count, limit);
    ret->matching = count;
    ret->count = count < limit ? count : (uint32_t)limit;
    return WH_OK;
}

static enum wh_status find_type(const struct model *model, const char *name, size_t limit, struct wh_error *error, struct node_list *ret)
{
    bool *wanted = NULL;
    enum wh_status status = array_alloc_zeroed((size_t)model->heap->type_count + 1, sizeof(bool), "types", error, &wanted);
    for (uint32_t type = 0; !status && type < model->heap->type_count; type++)
        wanted[type] = type_matches(&model->heap->types[type], name);
    if (!status)
        status = list_type(model, wanted, name, limit, error, ret);
    free(wanted);
    return status;
}

/* --- by expression --- */

static enum wh_status find_expression(const struct model *model, const struct lookup *lookup, const char *text, size_t limit, struct wh_error *error,
                                      struct node_list *ret)
{
    struct node_vector nodes;
    enum wh_status status = expression_find(model, lookup, text, error, &nodes);
    if (status)
        return status;
    if (limit != QUERY_ALL)
        order_largest(model, nodes.nodes, nodes.count, limit);
    *ret = (struct node_list){nodes.nodes, nodes.count < limit ? nodes.count : (uint32_t)limit, nodes.count};
    return WH_OK;
}

enum wh_status query_find(const struct model *model, const struct lookup *lookup, const struct wh_query *query, size_t limit,
                          struct wh_error *error, struct node_list *ret)
{
    *ret = (struct node_list){0};
    enum wh_status status;
    if (query->address)
        status = find_address(lookup, query->address, error, ret);
    else if (query->type)
        status = find_type(model, query->type, limit, error, ret);
    else if (query->expression)
        status = find_expression(model, lookup, query->expression, limit, error, ret);
    else
        status = wh_error_set(error, WH_ERR_USAGE, "no object is named: give an address, a type or an expression");
    if (status)
        node_list_deinit(ret);
    return status;
}
