/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules about containers that take more memory than what is in them needs. */
#include <inttypes.h>

#include "triage/rules.h"

enum { COLLECTOR_HEAD = 16, SLACK = 8 };   /* bytes before a tracked object; places that are nothing to speak of */

/* Bytes of the part that grows and shrinks with the contents. */
static uint64_t store_bytes(const struct model *model, uint32_t node)
{
    uint64_t fixed = heap_type(model->heap, node)->basicsize + (heap_type(model->heap, node)->flags & TYPE_GC ? COLLECTOR_HEAD : 0);
    uint64_t size = model_shallow(model, node);
    return size > fixed ? size - fixed : 0;
}

/*
 * The room that a container of `length` items may have after it has grown item by item (Objects/listobject.c, dictobject.c, setobject.c,
 * bytearrayobject.c): a list and a bytearray an eighth more, a dict up to four times and a set up to eight times as much.
 */
static uint64_t healthy_capacity(enum kind kind, uint64_t length)
{
    if (length > UINT64_MAX / 16)
        return UINT64_MAX;
    switch (kind) {
    case KIND_DICT: return 4 * length + SLACK;
    case KIND_SET: return 8 * length + SLACK;
    default: return length + length / 8 + SLACK;
    }
}

static void write_room(const struct finder *finder, const struct candidate *candidate, struct text *text)
{
    (void)finder;
    text_addf(text, "%" PRIu64 " of %" PRIu64 " places in use", candidate->a, candidate->b);
}

static enum wh_status look_at_room(struct finder *finder, uint32_t node, const struct heap_store *store)
{
    if (store->capacity <= healthy_capacity(kinds_kind(finder->kinds, finder->model->heap, node), store->length))
        return WH_OK;
    double unused = (double)(store->capacity - store->length) / (double)store->capacity;
    uint64_t bytes = (uint64_t)((double)store_bytes(finder->model, node) * unused);
    return finder_add(finder, (struct candidate){.node = node, .count = 1, .bytes = bytes, .a = store->length, .b = store->capacity});
}

/* The keys of a namespace may be those of all instances of its class. */
static bool has_room(const struct finder *finder, uint32_t node)
{
    enum kind kind = kinds_kind(finder->kinds, finder->model->heap, node);
    return (kind == KIND_LIST || kind == KIND_DICT || kind == KIND_SET || kind == KIND_BYTEARRAY) &&
           dominators_is_live(finder->model->dominators, node) && !bitmap_test(finder->kinds->namespace_bitmap, node);
}

enum wh_status find_spare_room(struct finder *finder)
{
    struct store_walk walk;
    struct heap_store store;
    uint32_t node;
    enum wh_status status = WH_OK;
    finder->write_detail = write_room;
    store_walk_init(&walk, finder->model->heap, STORE_LENGTH | STORE_CAPACITY);
    while (!status && store_walk_next(&walk, &node, &store)) {
        if (has_room(finder, node))
            status = look_at_room(finder, node, &store);
    }
    return status;
}

/* --- empty ones --- */

static void write_number(const struct finder *finder, const struct candidate *candidate, struct text *text)
{
    (void)finder;
    finding_write_count(text, candidate->count, "object", "objects");
}

/* A namespace is a part of its object. */
static bool may_be_empty(const struct finder *finder, uint32_t node)
{
    enum kind kind = kinds_kind(finder->kinds, finder->model->heap, node);
    return (kind == KIND_LIST || kind == KIND_DICT || kind == KIND_SET) && dominators_is_live(finder->model->dominators, node) &&
           !bitmap_test(finder->kinds->namespace_bitmap, node);
}

/* By type. */
enum wh_status find_empty_containers(struct finder *finder)
{
    struct store_walk walk;
    struct heap_store store;
    uint32_t node;
    enum wh_status status = WH_OK;
    finder->write_name = finding_write_type;
    finder->write_detail = write_number;
    store_walk_init(&walk, finder->model->heap, STORE_LENGTH);
    while (!status && store_walk_next(&walk, &node, &store)) {
        if (!store.length && may_be_empty(finder, node))
            status = finder_add_member(finder, (struct candidate){.node = node, .group = finder->model->heap->type_of_node[node], .count = 1,
                                                                  .bytes = model_shallow(finder->model, node)});
    }
    return status ? status : finder_merge_groups(finder);
}
