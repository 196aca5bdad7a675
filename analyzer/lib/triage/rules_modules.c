/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rule about modules that were loaded twice: the same file under two names. */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "naming/naming.h"
#include "triage/rules.h"

struct module { struct span file; uint32_t node; };

static int compare_modules(const void *left, const void *right)
{
    const struct module *a = left, *b = right;
    size_t common = a->file.length < b->file.length ? a->file.length : b->file.length;
    int order = common ? memcmp(a->file.bytes, b->file.bytes, common) : 0;
    if (order)
        return order;
    if (a->file.length != b->file.length)
        return a->file.length < b->file.length ? -1 : 1;
    return (a->node > b->node) - (a->node < b->node);
}

/* By the code of a function that the module defines; else by __file__. Names of files of code are always written in full. */
static struct span file_of_module(const struct finder *finder, uint32_t node)
{
    const struct heap *heap = finder->model->heap;
    struct span file = {"", 0};
    uint32_t dict = kinds_dict_of(finder->kinds, heap, node), text = heap_attribute(heap, node, "__file__");
    if (!text || heap_string(heap, text, &file))
        return file;
    struct node_run items = dict ? heap_items(heap, dict) : (struct node_run){NULL, 0};
    for (uint32_t i = 1; !file.length && i < items.count; i += 2) {
        if (kinds_kind(finder->kinds, heap, items.nodes[i]) == KIND_FUNCTION && heap_member(heap, items.nodes[i], "__globals__") == dict)
            file = naming_code_file(heap, heap_member(heap, items.nodes[i], "__code__"));
    }
    return file;
}

static void write_file(const struct finder *finder, const struct candidate *candidate, struct text *text)
{
    text_add_name(text, file_of_module(finder, candidate->node));
}

/* The one that was loaded first is not at stake: of equal names, the one that is met first. */
static enum wh_status note_twins(struct finder *finder, const struct module *modules, uint32_t count)
{
    enum wh_status status = WH_OK;
    for (uint32_t i = 1; !status && i < count; i++) {
        struct span a = modules[i - 1].file, b = modules[i].file;
        if (a.length == b.length && !memcmp(a.bytes, b.bytes, a.length))
            status = finder_add(finder, (struct candidate){.node = modules[i].node, .count = 1,
                                                           .bytes = model_retained(finder->model, modules[i].node)});
    }
    return status;
}

enum wh_status find_twin_modules(struct finder *finder)
{
    struct node_run nodes = kinds_of(finder->kinds, KIND_MODULE);
    struct module *modules = NULL;
    uint32_t count = 0;
    finder->write_detail = write_file;
    enum wh_status status = array_alloc(nodes.count, sizeof(*modules), "modules", finder->error, &modules);
    for (uint32_t i = 0; !status && i < nodes.count; i++) {
        struct span file = file_of_module(finder, nodes.nodes[i]);
        if (file.length)
            modules[count++] = (struct module){file, nodes.nodes[i]};
    }
    if (!status && count)
        qsort(modules, count, sizeof(*modules), compare_modules);
    if (!status)
        status = note_twins(finder, modules, count);
    free(modules);
    return status;
}
