/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "code/expr_value.h"

#include "base/array.h"
#include "heap/known_names.h"

struct evaluation {
    const struct code_index *index;
    uint32_t row;
    struct code_flow *flow;
    struct code_view view;
};

static const struct expr_value nothing = {HEAP_NULL, TYPE_NONE};

static struct expr_value value_of_node(const struct evaluation *ev, uint32_t node)
{
    return node ? (struct expr_value){node, ev->index->heap->type_of_node[node]} : nothing;
}

static struct expr_value value_of_type(uint32_t type)
{
    return (struct expr_value){HEAP_NULL, type};
}

static struct span name_text(const struct evaluation *ev, uint32_t name)
{
    return ev->index->text_of_name[name];
}

/* ---- names ---- */

static struct expr_value evaluate_const(const struct evaluation *ev, const struct expr *expr)
{
    return value_of_node(ev, expr->a);
}

static struct expr_value evaluate_global(const struct evaluation *ev, const struct expr *expr)
{
    uint32_t globals = ev->index->facts[ev->row].globals;
    uint32_t node = globals ? code_index_lookup(ev->index, globals, expr->a) : HEAP_NULL;
    if (!node && ev->index->builtins)
        node = code_index_lookup(ev->index, ev->index->builtins, expr->a);
    return value_of_node(ev, node);
}

static struct expr_value evaluate_module(const struct evaluation *ev, const struct expr *expr)
{
    return value_of_node(ev, ev->index->modules ? code_index_lookup(ev->index, ev->index->modules, expr->a) : HEAP_NULL);
}

/* The first parameter of a method is an instance of its class, or the class. */
static struct expr_value evaluate_param(const struct evaluation *ev, const struct expr *expr)
{
    const struct code_facts *facts = &ev->index->facts[ev->row];
    if (expr->a != 0 || facts->class_type == TYPE_NONE)
        return nothing;
    if (facts->method == METHOD_INSTANCE)
        return value_of_type(facts->class_type);
    bool is_class = facts->method == METHOD_CLASS || (facts->method == METHOD_STATIC && facts->name == NAME_NEW);
    return is_class ? value_of_node(ev, ev->index->heap->types[facts->class_type].node) : nothing;
}

/* A free variable of the one function that has this code, or of the method around it: its `self`. */
static struct expr_value evaluate_cell(const struct evaluation *ev, const struct expr *expr)
{
    const struct code_index *index = ev->index;
    const struct code_facts *facts = &index->facts[ev->row];
    uint32_t first = index->first_function_of_code[ev->row], count = index->first_function_of_code[ev->row + 1] - first;
    if (expr->a == NAME_CLASS && facts->class_type != TYPE_NONE)
        return value_of_node(ev, index->heap->types[facts->class_type].node);
    if (count) {
        uint32_t content = code_index_free_variable(index, index->functions[first], expr->a);
        if (content)
            return count == 1 ? value_of_node(ev, content) : value_of_type(index->heap->type_of_node[content]);
    }
    if (facts->parent == CODE_NONE || facts->class_type == TYPE_NONE || index->facts[facts->parent].method != METHOD_INSTANCE)
        return nothing;
    struct code_view parent;
    code_view_init(index->heap, &index->heap->codes[facts->parent], &parent);
    bool is_self = code_index_name_of_node(index, code_view_local_name(&parent, 0)) == expr->a;
    return is_self ? value_of_type(facts->class_type) : nothing;
}

/* ---- attributes and items ---- */

static struct expr_value attribute_of_class(const struct evaluation *ev, uint32_t type, uint32_t name)
{
    return value_of_node(ev, code_index_class_attribute(ev->index, type, name));
}

static uint32_t instance_attribute(const struct evaluation *ev, uint32_t node, uint32_t name)
{
    struct span text = name_text(ev, name);
    char buffer[128];
    if (text.length >= sizeof(buffer))
        return HEAP_NULL;
    for (size_t i = 0; i < text.length; i++)
        buffer[i] = text.bytes[i];
    buffer[text.length] = '\0';
    return heap_attribute(ev->index->heap, node, buffer);
}

static struct expr_value attribute_of_node(const struct evaluation *ev, uint32_t node, uint32_t name)
{
    uint32_t type = code_index_type_of_class(ev->index, node);
    if (type != TYPE_NONE)
        return attribute_of_class(ev, type, name);
    if (heap_is_module(ev->index->heap, node))
        return value_of_node(ev, code_index_lookup(ev->index, heap_member(ev->index->heap, node, "__dict__"), name));
    uint32_t value = instance_attribute(ev, node, name);
    return value ? value_of_node(ev, value) : attribute_of_class(ev, ev->index->heap->type_of_node[node], name);
}

/* Of an instance that is not known, an attribute's type is what some instance of the class has there. */
static struct expr_value attribute_of_type(const struct evaluation *ev, uint32_t type, uint32_t name)
{
    struct expr_value in_class = attribute_of_class(ev, type, name);
    bool slot = in_class.node && heap_type_is(ev->index->heap, in_class.node, "builtins", "member_descriptor");
    if (in_class.node && !slot)
        return in_class;
    uint32_t sample = ev->index->sample_of_type[type];
    uint32_t value = sample ? instance_attribute(ev, sample, name) : HEAP_NULL;
    return value ? value_of_type(ev->index->heap->type_of_node[value]) : nothing;
}

/* super().name: what the classes behind the method's own have. */
static bool is_super(const struct evaluation *ev, const struct expr *expr)
{
    const struct expr *callee = expr->kind == EXPR_CALL ? &ev->flow->exprs[expr->a] : expr;
    return callee->kind == EXPR_GLOBAL && callee->a == NAME_SUPER;
}

static struct expr_value evaluate_attr(const struct evaluation *ev, const struct expr *expr)
{
    struct expr_value object = ev->flow->values[expr->a];
    uint32_t own_class = ev->index->facts[ev->row].class_type;
    if (expr->b && own_class != TYPE_NONE && is_super(ev, &ev->flow->exprs[expr->a]))
        return value_of_node(ev, code_index_inherited_attribute(ev->index, own_class, own_class, expr->b));
    if (!expr->b)
        return nothing;
    if (expr->b == NAME_CLASS && object.type != TYPE_NONE)
        return value_of_node(ev, ev->index->heap->types[object.type].node);
    if (object.node)
        return attribute_of_node(ev, object.node, expr->b);
    return object.type != TYPE_NONE ? attribute_of_type(ev, object.type, expr->b) : nothing;
}

/* The value at a known str key of a dict, a constant or sys.modules[__name__]; else the type of some item. */
static struct expr_value evaluate_item(const struct evaluation *ev, const struct expr *expr)
{
    const struct heap *heap = ev->index->heap;
    uint32_t container = ev->flow->values[expr->a].node;
    const struct expr *key = &ev->flow->exprs[expr->b];
    if (!container)
        return nothing;
    struct node_run items = heap_items(heap, container);
    if (heap_items_kind(heap, container) == FORM_ITEMS_SEQUENCE)
        return items.count && items.nodes[0] ? value_of_type(heap->type_of_node[items.nodes[0]]) : nothing;
    if (heap_items_kind(heap, container) != FORM_ITEMS_PAIRS || items.count < 2)
        return nothing;
    bool is_known = key->kind == EXPR_CONST || (key->kind == EXPR_GLOBAL && key->a == NAME_NAME);
    for (uint32_t i = 0; is_known && i + 1 < items.count; i += 2)
        if (items.nodes[i] == ev->flow->values[expr->b].node)
            return value_of_node(ev, items.nodes[i + 1]);
    return items.nodes[1] ? value_of_type(heap->type_of_node[items.nodes[1]]) : nothing;
}

/* A class called gives an instance; super() stands for self; globals() is this module's dict. */
static struct expr_value evaluate_call(const struct evaluation *ev, const struct expr *expr)
{
    const struct expr *callee = &ev->flow->exprs[expr->a];
    const struct code_facts *facts = &ev->index->facts[ev->row];
    if (callee->kind == EXPR_GLOBAL && callee->a == NAME_SUPER && facts->class_type != TYPE_NONE)
        return value_of_type(facts->class_type);
    if (callee->kind == EXPR_GLOBAL && callee->a == NAME_GLOBALS)
        return value_of_node(ev, facts->globals);
    return value_of_type(code_index_type_of_class(ev->index, ev->flow->values[expr->a].node));
}

static struct expr_value evaluate_either(const struct evaluation *ev, const struct expr *expr)
{
    struct expr_value a = ev->flow->values[expr->a], b = ev->flow->values[expr->b];
    return a.node || a.type != TYPE_NONE ? a : b;
}

static struct expr_value evaluate_nothing(const struct evaluation *ev, const struct expr *expr)
{
    (void)ev, (void)expr;
    return nothing;
}

enum wh_status expr_values(const struct code_index *index, uint32_t row, struct code_flow *flow, struct wh_error *error)
{
    static struct expr_value (*const evaluate[])(const struct evaluation *, const struct expr *) = {
        [EXPR_UNKNOWN] = evaluate_nothing, [EXPR_NULL] = evaluate_nothing, [EXPR_CONST] = evaluate_const,
        [EXPR_PARAM] = evaluate_param,     [EXPR_CELL] = evaluate_cell,    [EXPR_GLOBAL] = evaluate_global,
        [EXPR_MODULE] = evaluate_module,   [EXPR_ATTR] = evaluate_attr,    [EXPR_ITEM] = evaluate_item,
        [EXPR_INNER] = evaluate_nothing,   [EXPR_PAIR] = evaluate_nothing,    [EXPR_COPY] = evaluate_nothing, [EXPR_FRESH] = evaluate_nothing,
        [EXPR_EMPTY] = evaluate_nothing,   [EXPR_SLICE] = evaluate_nothing, [EXPR_CALL] = evaluate_call,
        [EXPR_FUNCTION] = evaluate_nothing, [EXPR_EITHER] = evaluate_either,
    };
    struct evaluation ev = {.index = index, .row = row, .flow = flow};
    code_view_init(index->heap, &index->heap->codes[row], &ev.view);
    enum wh_status status = array_alloc(flow->expr_count, sizeof(*flow->values), "values of expressions", error, &flow->values);
    for (uint32_t i = 0; !status && i < flow->expr_count; i++)
        flow->values[i] = evaluate[flow->exprs[i].kind](&ev, &flow->exprs[i]);
    return status;
}
