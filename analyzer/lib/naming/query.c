/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "naming/query.h"

#include <fnmatch.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "heap/label.h"
#include "naming/condition.h"
#include "naming/expression_query.h"
#include "naming/near_miss.h"

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
    }
    return status;
}

/* --- by address --- */

/* The object within which an address lies, in itself or in the block that it keeps its contents in; HEAP_NULL if there is none. */
static uint32_t object_around(const struct model *model, uint64_t address)
{
    const struct heap *heap = model->heap;
    struct address_walk addresses;
    struct store_walk stores;
    struct heap_store store;
    uint32_t node = HEAP_NULL;
    uint64_t nearest = 0;
    address_walk_init(&addresses, heap);
    for (uint32_t i = 1; i < heap->node_count; i++) {
        uint64_t first = address_walk_get(&addresses, i), basic = heap_type(heap, i)->basicsize, size = model_shallow(model, i);
        bool apart = heap->form_of_node[i] & FORM_STORE;
        if (first < nearest || address <= first || address - first >= (apart && basic < size ? basic : size) || heap->form_of_node[i] & FORM_PSEUDO)
            continue;
        node = i;   /* sizes may include what lies elsewhere, so the nearest counts */
        nearest = first;
    }
    store_walk_init(&stores, heap, STORE_ADDRESS);
    for (uint32_t owner; !node && store_walk_next(&stores, &owner, &store);) {
        if (store.address && address >= store.address && address - store.address < model_shallow(model, owner))
            node = owner;
    }
    return node;
}

enum wh_status query_no_object_at(const struct model *model, uint64_t address, struct wh_error *error)
{
    struct text type = {0};
    uint32_t node = object_around(model, address);
    if (node)
        model_write_type(heap_type(model->heap, node), &type);
    enum wh_status status =
        node ? wh_error_set(error, WH_ERR_INPUT, "no object starts at address %#" PRIx64 "; it lies within the %.200s at %#" PRIx64, address, text_string(&type),
                            heap_address(model->heap, node))
             : wh_error_set(error, WH_ERR_INPUT, "no object starts at address %#" PRIx64, address);
    text_deinit(&type);
    return status;
}

static enum wh_status find_address(const struct model *model, const struct lookup *lookup, uint64_t address, struct wh_error *error, struct node_list *ret)
{
    uint32_t node = lookup_address(lookup, address);
    return node == HEAP_NULL ? query_no_object_at(model, address, error) : one_node(node, error, ret);
}

/* --- by type --- */

static bool is_pattern(const char *name)
{
    return strpbrk(name, "*?") != NULL;
}

/* `app.models.Order`, `Order`, `list`; `app.*`. */
static bool type_matches(const struct heap_type *type, const char *name)
{
    size_t length = strlen(name), tail = type->name.length;
    if (is_pattern(name)) {
        struct text whole = {0};
        model_write_type(type, &whole);
        bool matches = fnmatch(name, text_string(&whole), 0) == 0;
        text_deinit(&whole);
        return matches;
    }
    if (length < tail || memcmp(name + length - tail, type->name.bytes, tail))
        return false;
    if (length == tail)
        return true;
    return length == tail + 1 + type->module.length && name[type->module.length] == '.' &&
           !memcmp(name, type->module.bytes, type->module.length);
}

static bool is_builtin(const struct heap_type *type)
{
    return !type->module.length || span_is(type->module, "builtins");
}

static bool is_of_module(const struct heap_type *type, const char *module, bool package)
{
    size_t length = strlen(module);
    if (type->module.length < length || memcmp(type->module.bytes, module, length))
        return false;
    return type->module.length == length || (package && type->module.bytes[length] == '.');
}

/* Is the class one of those named, or derived from one? Its order of resolution has all that it is derived from. */
static bool is_derived(const struct heap *heap, const struct heap_type *type, const char *name)
{
    uint32_t order = type->node ? heap_member(heap, type->node, "__mro__") : HEAP_NULL;
    struct node_run classes = order ? heap_items(heap, order) : (struct node_run){NULL, 0};
    struct text text = {0};
    bool derived = false;
    for (uint32_t i = 0; !derived && i < classes.count; i++) {
        text_clear(&text);
        if (!label_write_own_name(heap, classes.nodes[i], &text))
            continue;
        const char *whole = text_string(&text), *last = strrchr(whole, '.');
        derived = !strcmp(whole, name) || (last && !strcmp(last + 1, name)) || (!strncmp(name, "builtins.", sizeof("builtins.") - 1) && !strcmp(whole, name + sizeof("builtins.") - 1));
    }
    text_deinit(&text);
    for (uint32_t steps = 0; !derived && type && steps < heap->type_count; steps++) {
        derived = type_matches(type, name);
        type = type->base == TYPE_NONE ? NULL : &heap->types[type->base];
    }
    return derived;
}

static bool is_wanted(const struct heap *heap, const struct heap_type *type, const struct wh_query *query)
{
    if (query->type)
        return type_matches(type, query->type);
    if (query->instances_of)
        return is_derived(heap, type, query->instances_of);
    if (query->module)
        return is_of_module(type, query->module, false);
    return !query->package || is_of_module(type, query->package, true);
}

enum { FEW = 64 };

/* Puts the first `limit` of all, by size, in front and in order. Of few, by holding each against the last of them: most are smaller. */
static void order_largest(const struct model *model, uint32_t *nodes, uint32_t count, size_t limit)
{
    uint32_t kept = limit <= FEW && limit < count ? (uint32_t)limit : count;
    if (!kept)
        return;
    qsort_r(nodes, kept, sizeof(uint32_t), model_compare_retained, (void *)model);
    for (uint32_t i = kept; i < count; i++) {
        uint32_t node = nodes[i], place = kept - 1;
        if (model_compare_retained(&node, &nodes[place], (void *)model) >= 0)
            continue;
        nodes[i] = nodes[place];
        for (; place > 0 && model_compare_retained(&node, &nodes[place - 1], (void *)model) < 0; place--)
            nodes[place] = nodes[place - 1];
        nodes[place] = node;
    }
}

/* `hidden_form`: objects of that form are left out. */
static uint32_t list_types(const struct heap *heap, const bool *wanted, uint16_t hidden_form, uint32_t *nodes)
{
    uint32_t count = 0;
    for (uint32_t node = 1; node < heap->node_count; node++) {
        if (!wanted[heap->type_of_node[node]] || heap->form_of_node[node] & hidden_form)
            continue;
        if (nodes)
            nodes[count] = node;
        count++;
    }
    return count;
}

/* A type or module that is not there. */
static enum wh_status no_such(const struct heap *heap, const struct wh_query *query, struct wh_error *error)
{
    const char *name = query->type ? query->type : query->instances_of ? query->instances_of : query->module ? query->module : query->package;
    bool module = !query->type && !query->instances_of;
    struct near_miss near;
    struct text text = {0};
    near_miss_init(&near, (struct span){name, is_pattern(name) ? 0 : strlen(name)});
    for (uint32_t type = 0; type < heap->type_count; type++) {
        text_clear(&text);
        if (module)
            text_add_name(&text, heap->types[type].module);
        else
            model_write_type(&heap->types[type], &text);
        struct span offered = {text_string(&text), text.length};
        near_miss_offer(&near, offered, offered);
        for (; query->package && offered.length; offered.length--) {
            if (offered.bytes[offered.length - 1] == '.')
                near_miss_offer(&near, (struct span){offered.bytes, offered.length - 1}, (struct span){offered.bytes, offered.length - 1});
        }
    }
    enum wh_status status = wh_error_set(error, WH_ERR_INPUT, "the snapshot has no object %s '%.200s'%s",
                                         query->type ? "of type" : module ? "whose class is of" : "of a class that is or is derived from", name,
                                         near_miss_question(&near));
    text_deinit(&text);
    near_miss_deinit(&near);
    return status;
}

/* A bare name is a built-in type's, as the tables of all types have it; else that of a type in whatever module. */
static void keep_builtin(const struct heap *heap, const struct wh_query *query, bool *wanted)
{
    bool any = false;
    if (!query->type || is_pattern(query->type) || strchr(query->type, '.'))
        return;
    for (uint32_t type = 0; type < heap->type_count; type++)
        any |= wanted[type] && is_builtin(&heap->types[type]);
    for (uint32_t type = 0; any && type < heap->type_count; type++)
        wanted[type] &= is_builtin(&heap->types[type]);
}

static enum wh_status find_types(const struct model *model, const struct wh_query *query, struct wh_error *error, struct node_list *ret)
{
    const struct heap *heap = model->heap;
    bool *wanted = NULL;
    enum wh_status status = array_alloc_zeroed((size_t)heap->type_count + 1, sizeof(bool), "types", error, &wanted);
    for (uint32_t type = 0; !status && type < heap->type_count; type++)
        wanted[type] = is_wanted(heap, &heap->types[type], query);
    if (!status)
        keep_builtin(heap, query, wanted);
    uint16_t hidden_form = query->type ? 0 : FORM_PSEUDO;   /* frames of the interpreter are no objects, unless they are asked for by name */
    ret->count = status ? 0 : list_types(heap, wanted, hidden_form, NULL);
    if (!status && !ret->count)
        status = no_such(heap, query, error);
    if (!status)
        status = array_alloc(ret->count, sizeof(uint32_t), "the objects of a type", error, &ret->nodes);
    if (!status)
        list_types(heap, wanted, hidden_form, ret->nodes);
    free(wanted);
    return status;
}

/* --- by expression --- */

static enum wh_status find_expression(const struct model *model, const struct lookup *lookup, const char *text, struct wh_error *error,
                                      struct node_list *ret)
{
    struct node_vector nodes;
    enum wh_status status = expression_find(model, lookup, text, error, &nodes);
    ret->nodes = nodes.nodes;
    ret->count = nodes.count;
    return status;
}

/* --- all of these --- */

bool query_is_given(const struct wh_query *query)
{
    return query->address || query->type || query->instances_of || query->module || query->package || query->expression || query->where_count;
}

static enum wh_status fulfil(const struct model *model, const struct lookup *lookup, const struct wh_query *query, struct wh_error *error,
                             struct node_list *list)
{
    struct condition condition;
    uint32_t before = list->count;
    enum wh_status status = condition_init(model, &condition);
    for (size_t i = 0; !status && i < query->where_count; i++)
        status = condition_add(&condition, lookup, query->where[i], error);
    if (!status)
        status = condition_filter(&condition, list->nodes, &list->count, error);
    condition_deinit(&condition);
    if (status || list->count)
        return status;
    return before == 1 ? wh_error_set(error, WH_ERR_INPUT, "the object does not fulfil the condition")
                       : wh_error_set(error, WH_ERR_INPUT, "none of %u objects fulfils the condition", before);
}

/* All objects that are named, ascending. */
static enum wh_status find_all(const struct model *model, const struct lookup *lookup, const struct wh_query *query, struct wh_error *error,
                               struct node_list *ret)
{
    if (!query_is_given(query))
        return wh_error_set(error, WH_ERR_USAGE, "no object is named: give an address, a type or an expression");
    if (query->address)
        return find_address(model, lookup, query->address, error, ret);
    return query->expression ? find_expression(model, lookup, query->expression, error, ret) : find_types(model, query, error, ret);
}

enum wh_status query_find(const struct model *model, const struct lookup *lookup, const struct wh_query *query, size_t limit,
                          struct wh_error *error, struct node_list *ret)
{
    *ret = (struct node_list){0};
    enum wh_status status = find_all(model, lookup, query, error, ret);
    if (!status && query->where_count)
        status = fulfil(model, lookup, query, error, ret);
    if (status) {
        node_list_deinit(ret);
        return status;
    }
    ret->matching = ret->count;
    if (limit != QUERY_ALL)
        order_largest(model, ret->nodes, ret->count, limit);
    ret->count = ret->count < limit ? ret->count : (uint32_t)limit;
    return WH_OK;
}
