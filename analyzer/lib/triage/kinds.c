/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "triage/kinds.h"

#include <stdlib.h>

#include "base/array.h"

static const struct { const char *module, *name; enum kind kind; } known[] = {
    {"builtins", "str", KIND_STR},
    {"builtins", "bytes", KIND_BYTES},
    {"builtins", "list", KIND_LIST},
    {"builtins", "dict", KIND_DICT},
    {"builtins", "set", KIND_SET},
    {"builtins", "bytearray", KIND_BYTEARRAY},
    {"collections", "deque", KIND_DEQUE},
    {"builtins", "function", KIND_FUNCTION},
    {"builtins", "code", KIND_CODE},
    {"builtins", "traceback", KIND_TRACEBACK},
    {"builtins", "generator", KIND_GENERATOR},
    {"builtins", "async_generator", KIND_GENERATOR},
    {"builtins", "coroutine", KIND_COROUTINE},
    {"functools", "_lru_cache_wrapper", KIND_LRU_CACHE},
    {"_asyncio", "Task", KIND_TASK},
    {"_asyncio", "Future", KIND_TASK},
    {"asyncio.tasks", "_PyTask", KIND_TASK},
    {"asyncio.futures", "_PyFuture", KIND_TASK},
    {"concurrent.futures._base", "Future", KIND_TASK},
    {"builtins", "memoryview", KIND_VIEW},
    {"numpy", "ndarray", KIND_VIEW},
    {"builtins", "managedbuffer", KIND_BUFFER},
    {"_thread", "_local", KIND_THREAD_LOCAL},
    {"builtins", "getset_descriptor", KIND_DESCRIPTOR},
    {"builtins", "member_descriptor", KIND_DESCRIPTOR},
    {"builtins", "method_descriptor", KIND_DESCRIPTOR},
    {"builtins", "wrapper_descriptor", KIND_DESCRIPTOR},
    {"builtins", "classmethod_descriptor", KIND_DESCRIPTOR},
    {"builtins", "builtin_function_or_method", KIND_DESCRIPTOR},
    {"builtins", "module", KIND_MODULE},
    {"builtins", "type", KIND_CLASS},
};

static enum kind known_kind(const struct heap_type *type)
{
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (span_is(type->name, known[i].name) && span_is(type->module, known[i].module))
            return known[i].kind;
    }
    return KIND_OTHER;
}

/* Its own kind, or that of the nearest base that has one. A hostile file can close the bases to a ring: the table bounds the walk. */
static enum kind kind_of_type(const struct heap *heap, uint32_t number)
{
    enum kind kind = KIND_OTHER;
    uint32_t at = number;
    for (uint32_t steps = 0; kind == KIND_OTHER && at != TYPE_NONE && steps < heap->type_count; steps++) {
        kind = known_kind(&heap->types[at]);
        at = heap->types[at].base;
    }
    return kind == KIND_OTHER && heap->types[number].flags & TYPE_HEAP ? KIND_INSTANCE : kind;
}

static bool defines(const struct heap *heap, uint32_t class_node, const char *name)
{
    uint32_t dict = class_node ? heap_member(heap, class_node, "__dict__") : HEAP_NULL;
    return dict && heap_dict_get(heap, dict, name);
}

/* By __mro__ where the file has it, else along the chain of bases. */
static bool has_finalizer(const struct heap *heap, uint32_t number)
{
    uint32_t mro = heap->types[number].node ? heap_member(heap, heap->types[number].node, "__mro__") : HEAP_NULL;
    struct node_run classes = mro ? heap_items(heap, mro) : (struct node_run){NULL, 0};
    bool found = defines(heap, heap->types[number].node, "__del__");
    for (uint32_t i = 0; !found && i < classes.count; i++)
        found = defines(heap, classes.nodes[i], "__del__");
    for (uint32_t steps = 0, at = heap->types[number].base; !found && at != TYPE_NONE && steps < heap->type_count; steps++) {
        found = defines(heap, heap->types[at].node, "__del__");
        at = heap->types[at].base;
    }
    return found;
}

static uint32_t member_position(const struct heap *heap, const struct heap_type *type, const char *name)
{
    for (uint32_t i = 0; i < type->member_count; i++) {
        if (span_is(heap->fields[type->first_field + i], name))
            return i;
    }
    return UINT32_MAX;
}

static bool is_listed(enum kind kind)
{
    return kind != KIND_OTHER && kind != KIND_STR && kind != KIND_BYTES;
}

/* What names things for the program. */
static bool is_program(enum kind kind)
{
    return kind == KIND_CODE || kind == KIND_FUNCTION || kind == KIND_CLASS || kind == KIND_MODULE || kind == KIND_DESCRIPTOR;
}

static void look_at_types(const struct heap *heap, struct type_traits *traits)
{
    for (uint32_t type = 0; type < heap->type_count; type++) {
        traits[type] = (struct type_traits){.kind = (uint8_t)kind_of_type(heap, type),
                                            .dict_member = member_position(heap, &heap->types[type], "__dict__")};
        if (heap->types[type].flags & TYPE_HEAP)
            traits[type].finalizer = has_finalizer(heap, type);
        enum kind kind = (enum kind)traits[type].kind;
        traits[type].plain = !is_listed(kind) && !is_program(kind) && traits[type].dict_member == UINT32_MAX;
    }
}

uint32_t kinds_dict_of(const struct kinds *kinds, const struct heap *heap, uint32_t node)
{
    uint32_t position = kinds->of_type[heap->type_of_node[node]].dict_member;
    uint32_t count = heap->first_ref_of_node[node + 1] - heap->first_ref_of_node[node];
    return position < count ? heap->target_of_ref[heap->first_ref_of_node[node] + position] : HEAP_NULL;
}

/* --- the program --- */

static void mark_items(const struct heap *heap, uint32_t tuple, uint64_t *program)
{
    struct node_run items = heap_items(heap, tuple);
    for (uint32_t i = 0; i < items.count; i++)
        bitmap_set(program, items.nodes[i]);
}

/* Whatever a code object, function, class, module or descriptor refers to by name, and the items of its tuples. */
static void mark_members(const struct heap *heap, uint32_t node, uint64_t *program)
{
    struct heap_sections sections = heap_sections(heap, node);
    for (uint32_t ref = sections.members; ref < sections.items; ref++) {
        uint32_t target = heap->target_of_ref[ref];
        bitmap_set(program, target);
        if (target && heap_type_is(heap, target, "builtins", "tuple"))
            mark_items(heap, target, program);
    }
}

/* Keys of namespaces; of classes and modules also the strings that are values, such as __doc__. */
static void mark_namespace(const struct kinds *kinds, const struct heap *heap, uint32_t dict, bool values)
{
    struct node_run items = heap_items_kind(heap, dict) == FORM_ITEMS_PAIRS ? heap_items(heap, dict) : (struct node_run){NULL, 0};
    for (uint32_t i = 0; i < items.count; i++) {
        if (i % 2 == 0 || (values && kinds_kind(kinds, heap, items.nodes[i]) == KIND_STR))
            bitmap_set(kinds->program_bitmap, items.nodes[i]);
    }
}

/* --- all nodes --- */

static enum wh_status list(const struct model *model, uint32_t node, enum kind kind, struct wh_error *error, struct kinds *kinds)
{
    if (!is_listed(kind) || !dominators_is_live(model->dominators, node))
        return WH_OK;
    return node_vector_add(&kinds->nodes_of_kind[kind], node, "objects by kind", error);
}

/* Pseudo objects (frames) are of no kind. */
static enum wh_status look_at_nodes(const struct model *model, struct wh_error *error, struct kinds *kinds)
{
    const struct heap *heap = model->heap;
    enum wh_status status = WH_OK;
    for (uint32_t node = 1; !status && node < heap->node_count; node++) {
        const struct type_traits *traits = &kinds->of_type[heap->type_of_node[node]];
        if (__builtin_expect(traits->plain, 1))
            continue;
        enum kind kind = (enum kind)traits->kind;
        uint32_t dict = kinds_dict_of(kinds, heap, node);
        if (dict) {
            bitmap_set(kinds->namespace_bitmap, dict);
            mark_namespace(kinds, heap, dict, kind == KIND_CLASS || kind == KIND_MODULE);
        }
        if (is_program(kind))
            mark_members(heap, node, kinds->program_bitmap);
        status = list(model, node, kind, error, kinds);
    }
    return status;
}

enum wh_status kinds_init(const struct model *model, struct wh_error *error, struct kinds *ret)
{
    const struct heap *heap = model->heap;
    size_t words = bitmap_word_count(heap->node_count);
    *ret = (struct kinds){0};
    enum wh_status status = array_alloc_zeroed((size_t)heap->type_count + 1, sizeof(*ret->of_type), "traits of types", error, &ret->of_type);
    if (!status)
        status = array_alloc_zeroed(words, sizeof(uint64_t), "namespaces", error, &ret->namespace_bitmap);
    if (!status)
        status = array_alloc_zeroed(words, sizeof(uint64_t), "the program's names", error, &ret->program_bitmap);
    if (!status)
        status = array_alloc_zeroed(words, sizeof(uint64_t), "frames", error, &ret->running_bitmap);
    if (!status) {
        look_at_types(heap, ret->of_type);
        for (uint32_t row = 0; row < heap->frame_count; row++)
            bitmap_set(ret->running_bitmap, heap->frames[row].node);
        status = look_at_nodes(model, error, ret);
    }
    if (status)
        kinds_deinit(ret);
    return status;
}

void kinds_deinit(struct kinds *kinds)
{
    free(kinds->of_type);
    for (int kind = 0; kind < KIND_COUNT; kind++)
        node_vector_deinit(&kinds->nodes_of_kind[kind]);
    free(kinds->namespace_bitmap);
    free(kinds->program_bitmap);
    free(kinds->running_bitmap);
    *kinds = (struct kinds){0};
}
