/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "heap/label.h"
#include "naming/expression_query.h"
#include "naming/words.h"

struct collector {
    struct expression *expression;
    const char *step;           /* `.name`, `['k']`, `default argument memo`, `local rows` */
    bool all, range;            /* in brackets: [*], [0…5] */
    uint64_t first, last;
    struct text label;
    struct expression_reference *rows;
    uint32_t count, capacity;
};

static bool is_found(const struct node_vector *nodes, uint32_t node)
{
    uint32_t low = 0, high = nodes->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (nodes->nodes[middle] < node)
            low = middle + 1;
        else
            high = middle;
    }
    return low < nodes->count && nodes->nodes[low] == node;
}

static enum wh_status add(struct collector *collector, uint32_t node, uint32_t ref)
{
    if (collector->count == collector->capacity) {
        uint32_t capacity = collector->capacity * 2 + 16;
        struct expression_reference *rows = realloc(collector->rows, capacity * sizeof(*rows));
        if (!rows)
            return expression_out_of_memory(collector->expression);
        collector->rows = rows;
        collector->capacity = capacity;
    }
    collector->rows[collector->count++] = (struct expression_reference){node, ref};
    return WH_OK;
}

/* Is the reference of an object what the step says? A str in double quotes, or longer than labels are, is told by its contents. */
static bool is_step(struct collector *collector, uint32_t node, uint32_t ref)
{
    const struct heap *heap = collector->expression->model->heap;
    struct label label = label_of_ref(heap, node, ref);
    const char *step = collector->step;
    struct span key;
    if (collector->all)
        return label.kind == LABEL_VALUE || label.kind == LABEL_INDEX || label.kind == LABEL_ELEMENT;
    if (collector->range)
        return label.kind == LABEL_INDEX && label.index >= collector->first && label.index <= collector->last;
    if (!strcmp(step, ".*"))
        return label.kind == LABEL_MEMBER || label.kind == LABEL_ATTR;
    text_clear(&collector->label);
    label_write(heap, label, &collector->label);
    if (!strcmp(text_string(&collector->label), step))
        return true;
    size_t length = strlen(step);
    return label.kind == LABEL_VALUE && length >= 4 && heap_string(heap, label.key, &key) && key.length == length - 4 &&
           !memcmp(key.bytes, step + 2, key.length);
}

/* In a namespace the key is the attribute's name. */
static bool is_attribute(const struct collector *collector, uint32_t node, uint32_t ref)
{
    const struct heap *heap = collector->expression->model->heap;
    struct label label = label_of_ref(heap, node, ref);
    struct span key;
    if (collector->step[0] != '.' || label.kind != LABEL_VALUE)
        return false;
    return !strcmp(collector->step, ".*") || (heap_string(heap, label.key, &key) && span_is(key, collector->step + 1));
}

enum how { AS_STEP, AS_ATTRIBUTE, AS_ANY };

/* The references of one object that lead to what was found. */
static enum wh_status collect_of(struct collector *collector, uint32_t node, enum how how)
{
    const struct heap *heap = collector->expression->model->heap;
    enum wh_status status = WH_OK;
    for (uint32_t ref = heap->first_ref_of_node[node]; node && !status && ref < heap->first_ref_of_node[node + 1]; ref++) {
        if (!is_found(&collector->expression->nodes, heap->target_of_ref[ref]))
            continue;
        if (how == AS_ANY || (how == AS_STEP ? is_step(collector, node, ref) : is_attribute(collector, node, ref)))
            status = add(collector, node, ref);
    }
    return status;
}

/* Of cells, of a tuple of default arguments, of each thread's dict: whatever an object keeps its contents in. */
static enum wh_status collect_of_items(struct collector *collector, uint32_t container, enum how how)
{
    struct node_run items = container ? heap_items(collector->expression->model->heap, container) : (struct node_run){NULL, 0};
    enum wh_status status = WH_OK;
    for (uint32_t i = 0; !status && i < items.count; i++)
        status = collect_of(collector, items.nodes[i], how);
    return status;
}

/* The cells of a frame's local variables: what they hold has the variable's name. */
static enum wh_status collect_of_cells(struct collector *collector, uint32_t owner)
{
    const struct heap *heap = collector->expression->model->heap;
    struct heap_sections sections = heap_sections(heap, owner);
    enum wh_status status = WH_OK;
    for (uint32_t ref = sections.items; !status && ref < sections.end; ref++) {
        uint32_t cell = heap->target_of_ref[ref];
        if (cell && heap_type_is(heap, cell, "builtins", "cell") && is_step(collector, owner, ref))
            status = collect_of(collector, cell, AS_ANY);
    }
    return status;
}

static enum wh_status collect_from(struct collector *collector, uint32_t node)
{
    const struct heap *heap = collector->expression->model->heap;
    const char *step = collector->step;
    enum wh_status status = WH_OK;
    if (begins_with(step, "closure variable "))
        return collect_of_items(collector, heap_member(heap, node, "__closure__"), AS_ANY);
    if (begins_with(step, "default argument ")) {
        status = collect_of(collector, heap_member(heap, node, "__defaults__"), AS_ANY);
        return status ? status : collect_of(collector, heap_member(heap, node, "__kwdefaults__"), AS_ANY);
    }
    status = collect_of(collector, node, AS_STEP);
    if (!status && begins_with(step, "local "))
        status = collect_of_cells(collector, node);
    if (!status && step[0] == '.')
        status = collect_of(collector, heap_member(heap, node, "__dict__"), AS_ATTRIBUTE);
    if (!status && step[0] == '.' && heap_is_instance(heap, node, "_thread", "_local"))
        status = collect_of_items(collector, heap_member(heap, node, "localdicts"), AS_ATTRIBUTE);
    return status;
}

static int compare_references(const void *left, const void *right)
{
    const struct expression_reference *a = left, *b = right;
    return (a->ref > b->ref) - (a->ref < b->ref);
}

static void keep_each_once(struct collector *collector)
{
    uint32_t kept = 0;
    if (collector->count)
        qsort(collector->rows, collector->count, sizeof(*collector->rows), compare_references);
    for (uint32_t i = 0; i < collector->count; i++) {
        if (!kept || collector->rows[kept - 1].ref != collector->rows[i].ref)
            collector->rows[kept++] = collector->rows[i];
    }
    collector->count = kept;
}

/* The step without its arrow; of a local variable with the word for it. */
static char *step_of(const struct expression *expression)
{
    struct text step = {0};
    bool first = expression->step == expression->text;
    text_add(&step, first ? "local " : "");
    text_add(&step, begins_with(expression->step, ARROW) ? expression->step + sizeof(ARROW) - 1 : expression->step);
    if (step.failed)
        text_deinit(&step);
    return step.bytes;
}

static enum wh_status look_into_brackets(struct collector *collector)
{
    size_t length = collector->step ? strlen(collector->step) : 0;
    if (length < 2 || collector->step[0] != '[')
        return WH_OK;
    char *key = strndup(collector->step + 1, length - 2);
    if (!key)
        return expression_out_of_memory(collector->expression);
    collector->all = expression_is_all(key);
    collector->range = expression_is_range(key, &collector->first, &collector->last);
    free(key);
    return WH_OK;
}

static enum wh_status collect(struct expression *expression, void *context)
{
    struct collector *collector = context;
    char *step = step_of(expression);
    enum wh_status status = step ? WH_OK : expression_out_of_memory(expression);
    if (!status && !expression->before.count)
        status = wh_error_set(expression->error, WH_ERR_USAGE, "'%.200s' names an object; a reference is an attribute, an item or a variable: 'app.cache'", expression->text);
    collector->expression = expression;
    collector->step = step;
    if (!status)
        status = look_into_brackets(collector);
    for (uint32_t i = 0; !status && i < expression->before.count; i++)
        status = collect_from(collector, expression->before.nodes[i]);
    if (!status && collector->label.failed)
        status = expression_out_of_memory(expression);
    if (!status && !collector->count)
        status = wh_error_set(expression->error, WH_ERR_INPUT, "the snapshot has no reference '%.200s'", expression->text);
    free(step);
    return status;
}

enum wh_status expression_find_references(const struct model *model, const struct lookup *lookup, const char *text, struct wh_error *error,
                                          struct expression_reference **ret, uint32_t *count)
{
    struct collector collector = {0};
    enum wh_status status = expression_read(model, lookup, text, collect, &collector, error);
    text_deinit(&collector.label);
    if (status) {
        free(collector.rows);
        collector.rows = NULL;
        collector.count = 0;
    } else {
        keep_each_once(&collector);
    }
    *ret = collector.rows;
    *count = collector.count;
    return status;
}
