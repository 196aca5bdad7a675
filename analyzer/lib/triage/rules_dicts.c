/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules about many small objects that classes with __slots__ would make smaller. */
#include <inttypes.h>
#include <stdlib.h>

#include "base/array.h"
#include "heap/label.h"
#include "triage/rules.h"

enum { ALIKE_MIN = 100, ATTRIBUTES_MAX = 16, OBJECT_HEAD = 32, PLACE = 8 };   /* objects; attributes or keys; bytes: with the collector's head */

/* What an object with so many slots would take. */
static uint64_t slotted_bytes(uint64_t attributes)
{
    return OBJECT_HEAD + PLACE * attributes;
}

static uint64_t saved(uint64_t bytes, uint64_t attributes)
{
    return bytes > slotted_bytes(attributes) ? bytes - slotted_bytes(attributes) : 0;
}

/* Forgets groups of few, and adds up the others. */
static enum wh_status keep_large_groups(struct finder *finder)
{
    uint32_t kept = 0;
    enum wh_status status = finder_merge_groups(finder);
    for (uint32_t i = 0; !status && i < finder->candidate_count; i++) {
        if (finder->candidates[i].count < ALIKE_MIN)
            continue;
        finder->count += finder->candidates[i].count;
        finder->bytes += finder->candidates[i].bytes;
        finder->candidates[kept++] = finder->candidates[i];
    }
    finder->candidate_count = kept;
    return status;
}

/* --- instances --- */

/* Attributes in the instance itself (3.11 and newer) or in its __dict__. UINT64_MAX: it has no place for such. */
static uint64_t count_attributes(const struct finder *finder, uint32_t node, uint32_t dict)
{
    const struct heap *heap = finder->model->heap;
    struct heap_sections sections = heap_sections(heap, node);
    uint64_t count = dict ? heap_items(heap, dict).count / 2 : 0;
    for (uint32_t ref = sections.attrs; ref < sections.extras; ref++)
        count += heap->target_of_ref[ref] != HEAP_NULL;
    return dict || sections.extras > sections.attrs ? count : UINT64_MAX;
}

static void write_instances(const struct finder *finder, const struct candidate *candidate, struct text *text)
{
    (void)finder;
    finding_write_count(text, candidate->count, "instance", "instances");
    text_addf(text, ", %" PRIu64 " attribute%s", candidate->a, candidate->a == 1 ? "" : "s");
}

enum wh_status find_instance_dicts(struct finder *finder)
{
    const struct heap *heap = finder->model->heap;
    struct node_run nodes = kinds_of(finder->kinds, KIND_INSTANCE);
    enum wh_status status = WH_OK;
    finder->write_name = finding_write_type;
    finder->write_detail = write_instances;
    for (uint32_t i = 0; !status && i < nodes.count; i++) {
        uint32_t node = nodes.nodes[i], dict = kinds_dict_of(finder->kinds, heap, node);
        uint64_t attributes = count_attributes(finder, node, dict);
        uint64_t bytes = model_shallow(finder->model, node) + (dict ? model_shallow(finder->model, dict) : 0);
        if (attributes <= ATTRIBUTES_MAX && saved(bytes, attributes))
            status = finder_note_member(finder, (struct candidate){.node = node, .group = heap->type_of_node[node], .count = 1,
                                                                   .bytes = saved(bytes, attributes), .a = attributes});
    }
    return status ? status : keep_large_groups(finder);
}

/* --- records --- */

/* Numbers for sets of keys, by what they hash to: a table with open addressing. */
struct key_sets { uint64_t *hash_of_slot; uint32_t *number_of_slot; /* + 1; 0: free */ size_t slot_count; uint32_t count; };

static size_t slot_of_keys(const struct key_sets *sets, uint64_t hash)
{
    size_t slot = (size_t)(hash >> 32) & (sets->slot_count - 1);
    while (sets->number_of_slot[slot] && sets->hash_of_slot[slot] != hash)
        slot = (slot + 1) & (sets->slot_count - 1);
    return slot;
}

static enum wh_status resize_key_sets(struct key_sets *sets, size_t slot_count, struct wh_error *error)
{
    struct key_sets grown = {NULL, NULL, slot_count, sets->count};
    enum wh_status status = array_alloc(slot_count, sizeof(uint64_t), "sets of keys", error, &grown.hash_of_slot);
    if (!status)
        status = array_alloc_zeroed(slot_count, sizeof(uint32_t), "sets of keys", error, &grown.number_of_slot);
    for (size_t old = 0; !status && old < sets->slot_count; old++) {
        if (!sets->number_of_slot[old])
            continue;
        size_t slot = slot_of_keys(&grown, sets->hash_of_slot[old]);
        grown.hash_of_slot[slot] = sets->hash_of_slot[old];
        grown.number_of_slot[slot] = sets->number_of_slot[old];
    }
    free(status ? grown.hash_of_slot : sets->hash_of_slot);
    free(status ? grown.number_of_slot : sets->number_of_slot);
    if (!status)
        *sets = grown;
    return status;
}

enum { KEY_SETS_MIN = 1024 };

static enum wh_status number_of_keys(struct key_sets *sets, uint64_t hash, struct wh_error *error, uint32_t *ret)
{
    enum wh_status status = WH_OK;
    if (sets->count >= sets->slot_count / 2)
        status = resize_key_sets(sets, sets->slot_count ? 2 * sets->slot_count : KEY_SETS_MIN, error);
    if (status)
        return status;
    size_t slot = slot_of_keys(sets, hash);
    if (!sets->number_of_slot[slot]) {
        sets->hash_of_slot[slot] = hash;
        sets->number_of_slot[slot] = ++sets->count;
    }
    *ret = sets->number_of_slot[slot] - 1;
    return WH_OK;
}

/* Order does not count. The same key is the same object nearly always: literals are interned, and parsers keep the keys that they met. */
static uint64_t hash_keys(struct node_run items)
{
    uint64_t hash = items.count;
    for (uint32_t i = 0; i < items.count; i += 2) {
        uint64_t key = items.nodes[i] * UINT64_C(0x9e3779b97f4a7c15);
        hash += (key ^ key >> 29) * UINT64_C(0xbf58476d1ce4e5b9);
    }
    return hash;
}

static bool is_record(const struct finder *finder, uint32_t node, struct node_run items)
{
    const struct heap *heap = finder->model->heap;
    if (bitmap_test(finder->kinds->namespace_bitmap, node) || !items.count || items.count > 2 * ATTRIBUTES_MAX)
        return false;
    for (uint32_t i = 0; i < items.count; i += 2) {
        if (kinds_kind(finder->kinds, heap, items.nodes[i]) != KIND_STR)
            return false;
    }
    return true;
}

static void write_keys(const struct finder *finder, const struct candidate *candidate, struct text *text)
{
    const struct heap *heap = finder->model->heap;
    struct node_run items = heap_items(heap, candidate->node);
    text_add(text, "{");
    for (uint32_t i = 0; i < items.count; i += 2) {
        text_add(text, i ? ", " : "");
        label_write_value(heap, items.nodes[i], text);
    }
    text_add(text, "}");
}

static void write_dicts(const struct finder *finder, const struct candidate *candidate, struct text *text)
{
    (void)finder;
    finding_write_count(text, candidate->count, "dict", "dicts");
}

static enum wh_status note_record(struct finder *finder, uint32_t node, struct node_run items, struct key_sets *sets)
{
    uint32_t group;
    enum wh_status status = number_of_keys(sets, hash_keys(items), finder->error, &group);
    if (status)
        return status;
    return finder_note_member(finder, (struct candidate){.node = node, .group = group, .count = 1,
                                                         .bytes = saved(model_shallow(finder->model, node), items.count / 2)});
}

enum wh_status find_record_dicts(struct finder *finder)
{
    struct node_run nodes = kinds_of(finder->kinds, KIND_DICT);
    struct key_sets sets = {0};
    enum wh_status status = WH_OK;
    finder->write_name = write_keys;
    finder->write_detail = write_dicts;
    for (uint32_t i = 0; !status && i < nodes.count; i++) {
        struct node_run items = heap_items(finder->model->heap, nodes.nodes[i]);
        if (is_record(finder, nodes.nodes[i], items))
            status = note_record(finder, nodes.nodes[i], items, &sets);
    }
    free(sets.hash_of_slot);
    free(sets.number_of_slot);
    return status ? status : keep_large_groups(finder);
}
