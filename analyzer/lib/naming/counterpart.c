/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "naming/counterpart.h"

#include <inttypes.h>
#include <string.h>

enum { NAME_BYTES_MAX = 256 };

static bool same_span(struct span a, struct span b)
{
    return a.length == b.length && (!a.length || !memcmp(a.bytes, b.bytes, a.length));
}

/* The lookups of a heap take strings. A name that is longer, or holds a NUL, is no name. */
static bool copy_name(struct span name, char ret[NAME_BYTES_MAX])
{
    if (!name.length || name.length >= NAME_BYTES_MAX || memchr(name.bytes, '\0', name.length))
        return false;
    memcpy(ret, name.bytes, name.length);
    ret[name.length] = '\0';
    return true;
}

static uint32_t root_kind_of(const struct model *model, uint32_t root)
{
    return root == NODE_NONE ? UINT32_MAX : (uint32_t)model->retention->roots[root].kind;
}

/* --- does a step have a name? --- */

static bool is_named_item(const struct heap *heap, const struct naming_step *step)
{
    struct span key;
    if (step->label.kind == LABEL_VALUE)
        return heap_string(heap, step->label.key, &key) && label_is_identifier(key) && key.length < NAME_BYTES_MAX;
    return step->label.kind == LABEL_INDEX && heap_is_instance(heap, step->owner, "builtins", "tuple");
}

static bool is_named_step(const struct model *model, const struct naming_step *step)
{
    char name[NAME_BYTES_MAX];
    if (step->kind == STEP_OTHER)
        return is_named_item(model->heap, step);
    return step->kind != STEP_DEFAULT && step->kind != STEP_THREAD_LOCAL && copy_name(step->name, name);
}

bool counterpart_is_named(const struct model *model, const struct naming_path *path)
{
    uint32_t kind = root_kind_of(model, path->root);
    bool named = path->step_count && (path->steps[0].kind == STEP_MODULE || (kind == ROOT_FRAME && path->step_count > 1));
    for (uint32_t i = 0; named && i < path->step_count; i++)
        named = (i == 0 && kind == ROOT_FRAME) || is_named_step(model, &path->steps[i]);
    return named;
}

/* --- its names as a key --- */

/* With its length, so that no two lists of names read the same. */
static void write_part(struct span name, struct text *text)
{
    text_addf(text, "%zu ", name.length);
    text_add_span(text, name);
}

static void write_step(const struct model *model, const struct naming_path *path, uint32_t i, struct text *text)
{
    const struct naming_step *step = &path->steps[i];
    struct span key;
    text_addf(text, " %d:", (int)step->kind);
    if (step->kind == STEP_ROOT) {
        uint32_t code = model->heap->frames[model->retention->roots[path->root].frame].code_node;
        write_part(naming_code_file(model->heap, code), text);
        write_part(naming_code_function(model->heap, code), text);
    } else if (step->kind == STEP_OTHER && step->label.kind == LABEL_VALUE && heap_string(model->heap, step->label.key, &key)) {
        write_part(key, text);
    } else if (step->kind == STEP_OTHER) {
        text_addf(text, "%" PRIu32, step->label.index);
    } else {
        write_part(step->name, text);
    }
}

void counterpart_write_key(const struct model *model, const struct naming_path *path, struct text *text)
{
    for (uint32_t i = 0; i < path->step_count; i++)
        write_step(model, path, i, text);
    text_add(text, " : ");
    model_write_type(heap_type(model->heap, path->steps[path->step_count - 1].node), text);
}

/* --- following it --- */

static uint32_t find_module(const struct heap *heap, const char *name)
{
    for (uint32_t row = 0; row < heap->root_count; row++) {
        if (heap->roots[row].kind == ROOT_MODULES && heap->roots[row].node)
            return heap_dict_get(heap, heap->roots[row].node, name);
    }
    return HEAP_NULL;
}

/* The innermost frame of a function of that name in a file of that name. */
static uint32_t find_frame(const struct model *model, uint32_t root, const struct heap *other)
{
    const struct heap *heap = model->heap;
    uint32_t code = heap->frames[model->retention->roots[root].frame].code_node;
    for (uint32_t row = 0; row < other->frame_count; row++) {
        uint32_t candidate = other->frames[row].code_node;
        if (same_span(naming_code_function(heap, code), naming_code_function(other, candidate)) &&
            same_span(naming_code_file(heap, code), naming_code_file(other, candidate)))
            return other->frames[row].node;
    }
    return HEAP_NULL;
}

static uint32_t find_local(const struct heap *heap, uint32_t owner, struct span name)
{
    uint32_t code = label_code_of_locals(heap, owner);
    if (!code || heap_items_kind(heap, owner) != FORM_ITEMS_LOCALS)
        return HEAP_NULL;
    struct local_names names = label_local_names(heap, code);
    struct node_run items = heap_items(heap, owner);
    for (uint32_t i = 0; i < items.count; i++) {
        if (items.nodes[i] && same_span(label_local_names_get(heap, &names, i), name))
            return items.nodes[i];
    }
    return HEAP_NULL;
}

static uint32_t find_closure(const struct heap *heap, uint32_t function, struct span name)
{
    uint32_t code = heap_member(heap, function, "__code__"), closure = heap_member(heap, function, "__closure__");
    struct node_run cells = closure ? heap_items(heap, closure) : (struct node_run){NULL, 0};
    for (uint32_t i = 0; code && i < cells.count; i++) {
        if (cells.nodes[i] && same_span(label_free_name(heap, code, i), name))
            return heap_member(heap, cells.nodes[i], "cell_contents");
    }
    return HEAP_NULL;
}

static uint32_t find_item(const struct heap *heap, const struct naming_step *step, const struct heap *other, uint32_t owner)
{
    char key[NAME_BYTES_MAX];
    struct span text;
    struct node_run items = heap_items(other, owner);
    if (step->label.kind == LABEL_INDEX)
        return heap_items_kind(other, owner) == FORM_ITEMS_SEQUENCE && step->label.index < items.count ? items.nodes[step->label.index]
                                                                                                      : HEAP_NULL;
    if (heap_items_kind(other, owner) != FORM_ITEMS_PAIRS || !heap_string(heap, step->label.key, &text) || !copy_name(text, key))
        return HEAP_NULL;
    return heap_dict_get(other, owner, key);
}

static uint32_t follow(const struct model *model, const struct naming_path *path, uint32_t i, const struct heap *other, uint32_t at)
{
    const struct naming_step *step = &path->steps[i];
    char name[NAME_BYTES_MAX];
    if (i == 0 && step->kind == STEP_ROOT)
        return find_frame(model, path->root, other);
    if (step->kind == STEP_OTHER)
        return find_item(model->heap, step, other, at);
    if (step->kind == STEP_LOCAL)
        return find_local(other, at, step->name);
    if (step->kind == STEP_CLOSURE)
        return find_closure(other, at, step->name);
    if (!copy_name(step->name, name))
        return HEAP_NULL;
    return step->kind == STEP_MODULE ? find_module(other, name) : heap_attribute(other, at, name);
}

uint32_t counterpart_find(const struct model *model, const struct naming_path *path, const struct model *other)
{
    uint32_t at = HEAP_NULL;
    if (!counterpart_is_named(model, path))
        return HEAP_NULL;
    for (uint32_t i = 0; i < path->step_count; i++) {
        at = follow(model, path, i, other->heap, at);
        if (at == HEAP_NULL)
            return HEAP_NULL;
    }
    const struct heap_type *mine = heap_type(model->heap, path->steps[path->step_count - 1].node), *type = heap_type(other->heap, at);
    return same_span(mine->module, type->module) && same_span(mine->name, type->name) ? at : HEAP_NULL;
}
