/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "holders/made_modules.h"

#include <stdlib.h>

#include "base/array.h"
#include "base/bitmap.h"

struct module { uint32_t node; bool found; struct span file; };

/* None is what a module has that no import made. */
static bool has_specification(const struct heap *heap, uint32_t module)
{
    uint32_t spec = heap_attribute(heap, module, "__spec__");
    return spec && !heap_type_is(heap, spec, "builtins", "NoneType");
}

static struct module look_at(const struct heap *heap, uint32_t node)
{
    struct module module = {node, has_specification(heap, node), {"", 0}};
    uint32_t file = heap_attribute(heap, node, "__file__");
    const struct heap_text *text = file ? heap_text(heap, file) : NULL;
    module.file = text ? text->data : module.file;
    return module;
}

static int compare_modules(const void *left, const void *right)
{
    const struct module *a = left, *b = right;
    int order = span_compare(a->file, b->file);
    return order ? order : (a->node > b->node) - (a->node < b->node);
}

/* Those without a specification, and those that have a file in common with as many others. The modules are in order of their files. */
static uint32_t mark_made(const struct module *modules, uint32_t count, uint64_t *made)
{
    uint32_t marked = 0;
    for (uint32_t first = 0, next; first < count; first = next) {
        for (next = first + 1; next < count && !span_compare(modules[next].file, modules[first].file); next++) {
        }
        bool shared = modules[first].file.length && next - first >= MADE_MODULES_MIN;
        for (uint32_t i = first; i < next; i++) {
            if (modules[i].found && !shared)
                continue;
            bitmap_set(made, modules[i].node);
            marked++;
        }
    }
    return marked;
}

static enum wh_status gather(const struct heap *heap, struct wh_error *error, struct module **ret, uint32_t *count)
{
    bool *is_module = NULL;
    uint32_t found = 0;
    *ret = NULL;
    enum wh_status status = array_alloc_zeroed((size_t)heap->type_count + 1, sizeof(*is_module), "types of modules", error, &is_module);
    for (uint32_t type = 0; !status && type < heap->type_count; type++)
        is_module[type] = span_is(heap->types[type].name, "module") && span_is(heap->types[type].module, "builtins");
    for (uint32_t node = 1; !status && node < heap->node_count; node++)
        found += is_module[heap->type_of_node[node]];
    if (!status)
        status = array_alloc((size_t)found + 1, sizeof(**ret), "modules", error, ret);
    for (uint32_t node = 1; !status && node < heap->node_count; node++) {
        if (is_module[heap->type_of_node[node]])
            (*ret)[(*count)++] = look_at(heap, node);
    }
    free(is_module);
    return status;
}

enum wh_status made_modules_find(const struct heap *heap, struct wh_error *error, uint64_t **ret)
{
    struct module *modules = NULL;
    uint32_t count = 0;
    *ret = NULL;
    enum wh_status status = gather(heap, error, &modules, &count);
    if (!status && count >= MADE_MODULES_MIN) {
        qsort(modules, count, sizeof(*modules), compare_modules);
        status = array_alloc_zeroed(bitmap_word_count(heap->node_count), sizeof(**ret), "modules made by the program", error, ret);
    }
    if (*ret && mark_made(modules, count, *ret) < MADE_MODULES_MIN) {
        free(*ret);
        *ret = NULL;
    }
    free(modules);
    return status;
}
