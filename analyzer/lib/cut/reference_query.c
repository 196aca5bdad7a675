/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cut/reference_query.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "heap/label.h"
#include "naming/query.h"

/* Where the last step of an expression begins: its last dot or opening bracket outside of quotes and brackets. 0: it has one step. */
static size_t last_step(const char *text)
{
    size_t step = 0, depth = 0;
    char quote = '\0';
    for (size_t i = 0; text[i]; i++) {
        if (quote && text[i] == '\\' && text[i + 1])
            i++;
        else if (quote)
            quote = text[i] == quote ? '\0' : quote;
        else if (text[i] == '\'' || text[i] == '"')
            quote = text[i];
        else if (text[i] == ']' || text[i] == ')')
            depth -= depth > 0;
        else {
            if (!depth && (text[i] == '.' || text[i] == '['))
                step = i;
            depth += text[i] == '[' || text[i] == '(';
        }
    }
    return step;
}

static enum wh_status find_node(const struct model *model, const struct lookup *lookup, const char *expression, struct wh_error *error,
                                uint32_t *ret)
{
    struct wh_query query = {.expression = expression};
    struct node_list list;
    enum wh_status status = query_find(model, lookup, &query, 1, error, &list);
    if (!status)
        *ret = list.nodes[0];
    node_list_deinit(&list);
    return status;
}

/* Is the reference what the step says: `.name`, `['key']`, `[3]`? In a namespace `.name` is the key. */
static bool is_step(const struct heap *heap, uint32_t node, uint32_t ref, const char *step, bool namespace, struct text *text)
{
    struct label label = label_of_ref(heap, node, ref);
    struct span key;
    if (label.kind == LABEL_KEY || label.kind == LABEL_WEAK)
        return false;
    if (namespace)
        return label.kind == LABEL_VALUE && heap_string(heap, label.key, &key) && span_is(key, step + 1);
    text_clear(text);
    label_write(heap, label, text);
    if (!strcmp(text_string(text), step))
        return true;
    /* A str in double quotes, or longer than labels are. */
    size_t length = strlen(step);
    return label.kind == LABEL_VALUE && length >= 4 && heap_string(heap, label.key, &key) && key.length == length - 4 &&
           !memcmp(key.bytes, step + 2, key.length);
}

static bool find_in(const struct heap *heap, uint32_t node, uint32_t target, const char *step, bool namespace, struct text *text,
                    struct found_reference *ret)
{
    for (uint32_t ref = heap->first_ref_of_node[node]; ref < heap->first_ref_of_node[node + 1]; ref++) {
        if (heap->target_of_ref[ref] != target || !is_step(heap, node, ref, step, namespace, text))
            continue;
        *ret = (struct found_reference){node, ref};
        return true;
    }
    return false;
}

static bool find_step(const struct heap *heap, uint32_t parent, uint32_t target, const char *step, struct text *text,
                      struct found_reference *ret)
{
    uint32_t namespace = heap_member(heap, parent, "__dict__");
    if (find_in(heap, parent, target, step, false, text, ret))
        return true;
    return step[0] == '.' && namespace && find_in(heap, namespace, target, step, true, text, ret);
}

enum wh_status reference_find(const struct model *model, const struct lookup *lookup, const char *expression, struct wh_error *error,
                              struct found_reference *ret)
{
    uint32_t target = HEAP_NULL, parent = HEAP_NULL;
    enum wh_status status = find_node(model, lookup, expression, error, &target);
    size_t step = last_step(expression);
    if (!status && !step)
        return wh_error_set(error, WH_ERR_USAGE, "'%.200s' names a module; a reference is an attribute or an item: 'app.cache'", expression);
    char *parent_expression = status ? NULL : strndup(expression, step);
    if (!status && !parent_expression)
        status = wh_error_set(error, WH_ERR_RESOURCE, "out of memory for an expression");
    if (!status)
        status = find_node(model, lookup, parent_expression, error, &parent);
    free(parent_expression);
    if (status)
        return status;
    struct text text = {0};
    bool found = find_step(model->heap, parent, target, expression + step, &text, ret);
    bool failed = text.failed;
    text_deinit(&text);
    if (failed)
        return wh_error_set(error, WH_ERR_RESOURCE, "out of memory for an expression");
    return found ? WH_OK : wh_error_set(error, WH_ERR_INPUT, "the snapshot has no reference '%.200s'", expression);
}

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

enum wh_status reference_edges(const struct model *model, const struct lookup *lookup, const struct cut_rules *rules,
                               const char *const *expressions, size_t count, struct wh_error *error, struct cut_edges *ret)
{
    *ret = (struct cut_edges){0};
    enum wh_status status = array_alloc(count, sizeof(*ret->edges), "the references", error, &ret->edges);
    for (size_t i = 0; !status && i < count; i++) {
        struct found_reference found;
        status = reference_find(model, lookup, expressions[i], error, &found);
        if (status)
            break;
        /* Of a dict's item the value was found. */
        bool pair = found.ref > model->heap->first_ref_of_node[found.node] && cut_rules_is_pair(rules, found.node, found.ref - 1);
        ret->edges[ret->count++] = (struct cut_edge){found.node, found.ref - pair, pair};
    }
    if (status)
        cut_edges_deinit(ret);
    else
        sort_edges(ret);
    return status;
}
