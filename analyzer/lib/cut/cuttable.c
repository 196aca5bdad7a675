/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cut/cuttable.h"

#include <stdlib.h>

#include "base/array.h"

/* Members of C types that Python code can set or clear. */
static const struct { const char *module, *type, *member; } free_members[] = {
    {"builtins", "cell", "cell_contents"},
    {"builtins", "function", "__defaults__"},
    {"builtins", "function", "__kwdefaults__"},
    {"builtins", "BaseException", "__traceback__"},
    {"builtins", "BaseException", "__context__"},
    {"builtins", "BaseException", "__cause__"},
    {"builtins", "BaseException", "args"},
    {"builtins", "BaseException", "value"},
    {"functools", "_lru_cache_wrapper", "cache"},
};

/* Containers whose items can be removed. */
static const struct { const char *module, *type; } open_containers[] = {
    {"builtins", "list"}, {"builtins", "dict"}, {"builtins", "set"}, {"collections", "deque"}, {"collections", "OrderedDict"},
};

static bool type_is(const struct heap_type *type, const char *module, const char *name)
{
    return span_is(type->name, name) && span_is(type->module, module);
}

/* Is the type, or one that it inherits from, the named one? Bases form no cycle longer than the table. */
static bool inherits(const struct heap *heap, uint32_t type, const char *module, const char *name)
{
    for (uint32_t steps = 0; type < heap->type_count && steps <= heap->type_count; steps++, type = heap->types[type].base) {
        if (type_is(&heap->types[type], module, name))
            return true;
    }
    return false;
}

static uint64_t members_named(const struct heap *heap, const struct heap_type *type, const char *name)
{
    uint64_t members = 0;
    for (uint32_t member = 0; member < type->member_count && member < 64; member++) {
        if (span_is(heap->fields[type->first_field + member], name))
            members |= UINT64_C(1) << member;
    }
    return members;
}

static bool is_open_container(const struct heap *heap, uint32_t type)
{
    for (size_t i = 0; i < sizeof(open_containers) / sizeof(open_containers[0]); i++) {
        if (inherits(heap, type, open_containers[i].module, open_containers[i].type))
            return true;
    }
    return false;
}

/* A tuple, a frozenset, whatever is none of the containers that can be changed, keeps its items. */
static unsigned item_price_of(const struct heap *heap, uint32_t number)
{
    if (is_open_container(heap, number))
        return PRICE_FREE;
    bool fixed = inherits(heap, number, "builtins", "tuple") || inherits(heap, number, "builtins", "frozenset");
    return fixed || span_is(heap->types[number].module, "builtins") ? PRICE_NEVER : PRICE_EXTENSION;
}

static struct cut_traits traits_of(const struct heap *heap, uint32_t number)
{
    const struct heap_type *type = &heap->types[number];
    bool builtin = span_is(type->module, "builtins") || inherits(heap, number, "builtins", "type");
    struct cut_traits traits = {
        .item_price = item_price_of(heap, number),
        .members_fixed = builtin || span_is(type->module, "functools") || span_is(type->module, "itertools"),
        .extras_fixed = builtin,
        .fixed_members = members_named(heap, type, "__dict__"),
    };
    for (size_t i = 0; i < sizeof(free_members) / sizeof(free_members[0]); i++) {
        if (inherits(heap, number, free_members[i].module, free_members[i].type))
            traits.free_members |= members_named(heap, type, free_members[i].member);
    }
    return traits;
}

enum wh_status cut_rules_init(const struct heap *heap, const struct strong_graph *strong, struct wh_error *error, struct cut_rules *ret)
{
    *ret = (struct cut_rules){.heap = heap, .strong = strong};
    for (uint32_t root = 0; root < strong->graph.root_count && !ret->modules_node; root++) {
        if (strong->roots[root].kind == ROOT_MODULES)
            ret->modules_node = strong->graph.root_node[root];
    }
    enum wh_status status = array_alloc(heap->type_count, sizeof(*ret->traits_of_type), "traits of types", error, &ret->traits_of_type);
    if (!status)
        status = array_alloc_zeroed(1, sizeof(*ret->last), "traits of types", error, &ret->last);
    for (uint32_t type = 0; !status && type < heap->type_count; type++)
        ret->traits_of_type[type] = traits_of(heap, type);
    return status;
}

void cut_rules_deinit(struct cut_rules *rules)
{
    free(rules->traits_of_type);
    free(rules->last);
    *rules = (struct cut_rules){0};
}

static unsigned price_of_member(const struct cut_rules *rules, uint32_t node, uint32_t member)
{
    const struct heap_type *type = heap_type(rules->heap, node);
    const struct cut_traits *traits = &rules->traits_of_type[rules->heap->type_of_node[node]];
    uint64_t bit = member < 64 ? UINT64_C(1) << member : 0;
    if (traits->free_members & bit)
        return PRICE_FREE;
    if (traits->fixed_members & bit || traits->members_fixed)
        return PRICE_NEVER;
    return type->flags & TYPE_HEAP ? PRICE_FREE : PRICE_EXTENSION;
}

static unsigned price_of_item(const struct cut_rules *rules, uint32_t node)
{
    return heap_items_kind(rules->heap, node) == FORM_ITEMS_LOCALS ? PRICE_LOCAL : rules->traits_of_type[rules->heap->type_of_node[node]].item_price;
}

static const struct heap_sections *sections_of(const struct cut_rules *rules, uint32_t node)
{
    if (rules->last->node != node)
        *rules->last = (struct cut_glance){node, heap_sections(rules->heap, node)};
    return &rules->last->sections;
}

unsigned cut_rules_price(const void *context, uint32_t node, uint32_t edge)
{
    const struct cut_rules *rules = context;
    if (node == rules->modules_node)
        return PRICE_NEVER;
    const struct heap_sections *sections = sections_of(rules, node);
    if (edge < sections->attrs)
        return price_of_member(rules, node, edge - sections->members);
    if (edge < sections->extras)
        return PRICE_FREE;
    if (edge < sections->items)
        return rules->traits_of_type[rules->heap->type_of_node[node]].extras_fixed ? PRICE_NEVER : PRICE_EXTENSION;
    return price_of_item(rules, node);
}

bool cut_rules_is_pair(const void *context, uint32_t node, uint32_t edge)
{
    const struct cut_rules *rules = context;
    if (heap_items_kind(rules->heap, node) != FORM_ITEMS_PAIRS)
        return false;
    const struct heap_sections *sections = sections_of(rules, node);
    return edge >= sections->items && edge < sections->end && (edge - sections->items) % 2 == 0;
}
