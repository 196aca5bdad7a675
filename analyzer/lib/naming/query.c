/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "naming/query.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "heap/label.h"

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

/* Read from left to right: the objects that what was read so far names; more than one after `[*]` or `.*`. */
struct expression {
    const struct model *model;
    const char *text, *at;
    struct wh_error *error;
    uint32_t *nodes;
    uint32_t count, capacity;
};

static enum wh_status append_node(struct expression *expression, uint32_t node)
{
    if (node == HEAP_NULL)
        return WH_OK;
    if (expression->count == expression->capacity) {
        uint32_t capacity = expression->capacity ? expression->capacity * 2 : 16;
        uint32_t *grown = realloc(expression->nodes, (size_t)capacity * sizeof(*grown));
        if (!grown)
            return wh_error_set(expression->error, WH_ERR_RESOURCE, "out of memory for the objects of an expression");
        expression->nodes = grown;
        expression->capacity = capacity;
    }
    expression->nodes[expression->count++] = node;
    return WH_OK;
}

/* What one step leads to from one object. */
struct step { bool all; const char *name; };
typedef enum wh_status (*step_taker)(struct expression *expression, uint32_t node, const struct step *step);

static enum wh_status malformed(const struct expression *expression, const char *what)
{
    return wh_error_set(expression->error, WH_ERR_USAGE, "cannot read the expression '%.200s' at character %zu: %s", expression->text,
                        (size_t)(expression->at - expression->text) + 1, what);
}

static enum wh_status missing(const struct expression *expression, const char *end)
{
    return wh_error_set(expression->error, WH_ERR_INPUT, "the snapshot has no object '%.*s'", (int)(end - expression->text), expression->text);
}

static uint32_t modules_dict(const struct heap *heap)
{
    for (uint32_t row = 0; row < heap->root_count; row++) {
        if (heap->roots[row].kind == ROOT_MODULES && heap->roots[row].node)
            return heap->roots[row].node;
    }
    return HEAP_NULL;
}

static bool is_name_byte(char byte)
{
    return isalnum((unsigned char)byte) || byte == '_' || (unsigned char)byte >= 0x80;
}

/* The longest dotted prefix that names a module. */
static enum wh_status take_module(struct expression *expression, uint32_t *node)
{
    uint32_t modules = modules_dict(expression->model->heap);
    const char *end = expression->at;
    *node = HEAP_NULL;
    while (*end && (is_name_byte(*end) || *end == '.'))
        end++;
    if (end == expression->at)
        return malformed(expression, "it has to begin with a module's name");
    for (const char *stop = end; stop > expression->at; stop--) {
        if (*stop && *stop != '.' && stop != end)
            continue;
        char name[256];
        size_t length = (size_t)(stop - expression->at);
        if (length >= sizeof(name))
            continue;
        memcpy(name, expression->at, length);
        name[length] = '\0';
        *node = modules ? heap_dict_get(expression->model->heap, modules, name) : HEAP_NULL;
        if (*node) {
            expression->at = stop;
            return WH_OK;
        }
    }
    return missing(expression, end);
}

/* From each object named so far to the next. */
static enum wh_status take_step(struct expression *expression, step_taker take, const struct step *step)
{
    struct expression next = *expression;
    enum wh_status status = WH_OK;
    next.nodes = NULL;
    next.count = next.capacity = 0;
    for (uint32_t i = 0; !status && i < expression->count; i++)
        status = take(&next, expression->nodes[i], step);
    free(expression->nodes);
    *expression = next;
    return status || expression->count ? status : missing(expression, expression->at);
}

/* All that an object's fields and its __dict__ hold. */
static enum wh_status append_attributes(struct expression *expression, uint32_t node)
{
    const struct heap *heap = expression->model->heap;
    struct heap_sections sections = heap_sections(heap, node);
    uint32_t dict = heap_member(heap, node, "__dict__");
    struct node_run items = dict ? heap_items(heap, dict) : (struct node_run){NULL, 0};
    enum wh_status status = WH_OK;
    for (uint32_t ref = sections.members; !status && ref < sections.extras; ref++) {
        if (heap->target_of_ref[ref] != dict)
            status = append_node(expression, heap->target_of_ref[ref]);
    }
    for (uint32_t i = 1; !status && i < items.count; i += 2)
        status = append_node(expression, items.nodes[i]);
    return status;
}

/* The attribute of a threading.local, of each thread that has it. */
static enum wh_status append_of_threads(struct expression *expression, uint32_t node, const char *name)
{
    const struct heap *heap = expression->model->heap;
    bool local = heap_is_instance(heap, node, "_thread", "_local");
    uint32_t dicts = local ? heap_member(heap, node, "localdicts") : HEAP_NULL;
    struct node_run items = dicts && heap_items_kind(heap, dicts) == FORM_ITEMS_PAIRS ? heap_items(heap, dicts) : (struct node_run){NULL, 0};
    enum wh_status status = WH_OK;
    for (uint32_t i = 1; !status && i < items.count; i += 2) {
        if (heap_items_kind(heap, items.nodes[i]) == FORM_ITEMS_PAIRS)
            status = append_node(expression, heap_dict_get(heap, items.nodes[i], name));
    }
    return status;
}

static enum wh_status follow_attribute(struct expression *expression, uint32_t node, const struct step *step)
{
    if (step->all)
        return append_attributes(expression, node);
    enum wh_status status = append_node(expression, heap_attribute(expression->model->heap, node, step->name));
    return status ? status : append_of_threads(expression, node, step->name);
}

static enum wh_status take_attribute(struct expression *expression)
{
    char name[256];
    size_t length = 0;
    expression->at++;
    bool all = *expression->at == '*';
    while (!all && is_name_byte(expression->at[length]))
        length++;
    if ((!length && !all) || length >= sizeof(name))
        return malformed(expression, "a name or * has to follow the dot");
    memcpy(name, expression->at, length);
    name[length] = '\0';
    expression->at += all ? 1 : length;
    return take_step(expression, follow_attribute, &(struct step){all, name});
}

/* Is it the str that stands in the quotes, without escapes? Long strings can be named so, which a label cuts. */
static bool is_str(const struct heap *heap, uint32_t node, const char *key)
{
    struct span text;
    size_t length = strlen(key);
    return (key[0] == '\'' || key[0] == '"') && length >= 2 && heap_string(heap, node, &text) && text.length == length - 2 &&
           !memcmp(text.bytes, key + 1, length - 2);
}

/* The value whose key is written `key` in Python, such as 'k', 7 or ('a', 1). */
static enum wh_status find_key(const struct expression *expression, uint32_t dict, const char *key, uint32_t *ret)
{
    const struct heap *heap = expression->model->heap;
    struct node_run items = heap_items(heap, dict);
    struct text text = {0};
    *ret = HEAP_NULL;
    for (uint32_t i = 0; *ret == HEAP_NULL && !text.failed && i + 1 < items.count; i += 2) {
        text_clear(&text);
        label_write_value(heap, items.nodes[i], &text);
        if (is_str(heap, items.nodes[i], key) || !strcmp(text_string(&text), key))
            *ret = items.nodes[i + 1];
    }
    enum wh_status status = text.failed ? wh_error_set(expression->error, WH_ERR_RESOURCE, "out of memory for the keys of a dict") : WH_OK;
    text_deinit(&text);
    return status;
}

static uint32_t find_index(const struct heap *heap, uint32_t sequence, const char *key)
{
    char *end;
    unsigned long long index = strtoull(key, &end, 10);
    struct node_run items = heap_items(heap, sequence);
    return isdigit((unsigned char)*key) && !*end && index < items.count ? items.nodes[index] : HEAP_NULL;
}

/* The length of what stands in brackets: quotes and nested parentheses are honoured; 0 if it is not closed. */
static size_t subscript_length(const char *text)
{
    char quote = '\0';
    size_t depth = 0;
    for (size_t i = 0; text[i]; i++) {
        if (quote && text[i] == '\\' && text[i + 1])
            i++;
        else if (quote && text[i] == quote)
            quote = '\0';
        else if (quote)
            continue;
        else if (text[i] == '\'' || text[i] == '"')
            quote = text[i];
        else if (text[i] == '[' || text[i] == '(')
            depth++;
        else if (text[i] == ']' && !depth)
            return i;
        else if (text[i] == ')' || text[i] == ']') {
            if (!depth--)
                return 0;
        }
    }
    return 0;
}

/* Values of a dict, items of a sequence or a set. */
static enum wh_status append_items(struct expression *expression, uint32_t node)
{
    const struct heap *heap = expression->model->heap;
    bool pairs = heap_items_kind(heap, node) == FORM_ITEMS_PAIRS, weak = heap_items_kind(heap, node) == FORM_ITEMS_WEAK;
    struct node_run items = weak ? (struct node_run){NULL, 0} : heap_items(heap, node);
    enum wh_status status = WH_OK;
    for (uint32_t i = pairs; !status && i < items.count; i += pairs ? 2 : 1)
        status = append_node(expression, items.nodes[i]);
    return status;
}

static enum wh_status follow_subscript(struct expression *expression, uint32_t node, const struct step *step)
{
    const struct heap *heap = expression->model->heap;
    uint32_t found = HEAP_NULL;
    enum wh_status status = WH_OK;
    if (step->all)
        return append_items(expression, node);
    if (heap_items_kind(heap, node) == FORM_ITEMS_PAIRS)
        status = find_key(expression, node, step->name, &found);
    else if (heap_items_kind(heap, node) == FORM_ITEMS_SEQUENCE)
        found = find_index(heap, node, step->name);
    return status ? status : append_node(expression, found);
}

static enum wh_status take_subscript(struct expression *expression)
{
    char key[512];
    size_t length = subscript_length(++expression->at);
    if (!length || length >= sizeof(key))
        return malformed(expression, "a key or an index and a closing bracket have to follow");
    memcpy(key, expression->at, length);
    key[length] = '\0';
    expression->at += length + 1;
    return take_step(expression, follow_subscript, &(struct step){!strcmp(key, "*"), key});
}

static enum wh_status take_steps(struct expression *expression)
{
    enum wh_status status = WH_OK;
    while (!status && *expression->at) {
        if (*expression->at == '.')
            status = take_attribute(expression);
        else if (*expression->at == '[')
            status = take_subscript(expression);
        else
            status = malformed(expression, "a dot or an opening bracket is expected");
    }
    return status;
}

/* Each object once, the largest first. */
static void list_nodes(struct expression *expression, size_t limit, struct node_list *ret)
{
    uint32_t kept = 0;
    if (expression->count > 1)
        qsort_r(expression->nodes, expression->count, sizeof(uint32_t), compare_retained, (void *)expression->model);
    for (uint32_t i = 0; i < expression->count; i++) {
        if (!kept || expression->nodes[kept - 1] != expression->nodes[i])
            expression->nodes[kept++] = expression->nodes[i];
    }
    *ret = (struct node_list){expression->nodes, kept < limit ? kept : (uint32_t)limit, kept};
    expression->nodes = NULL;
}

static enum wh_status find_expression(const struct model *model, const char *text, size_t limit, struct wh_error *error, struct node_list *ret)
{
    static const char modules[] = "sys.modules[";
    struct expression expression = {.model = model, .text = text, .at = text, .error = error};
    uint32_t node = modules_dict(model->heap);
    enum wh_status status = WH_OK;
    if (strncmp(text, modules, sizeof(modules) - 1) == 0 && node)
        expression.at += sizeof(modules) - 2;
    else
        status = take_module(&expression, &node);
    if (!status)
        status = append_node(&expression, node);
    if (!status)
        status = take_steps(&expression);
    if (!status)
        list_nodes(&expression, limit, ret);
    free(expression.nodes);
    return status;
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
        status = find_expression(model, query->expression, limit, error, ret);
    else
        status = wh_error_set(error, WH_ERR_USAGE, "no object is named: give an address, a type or an expression");
    if (status)
        node_list_deinit(ret);
    return status;
}
