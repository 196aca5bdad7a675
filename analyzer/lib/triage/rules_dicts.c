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

/* Attributes in the instance itself (3.11 and newer) or in its __dict__. */
static uint64_t count_attributes(const struct finder *finder, uint32_t node)
{
    const struct heap *heap = finder->model->heap;
    struct heap_sections sections = heap_sections(heap, node);
    uint32_t dict = kinds_dict_of(finder->kinds, heap, node);
    uint64_t count = 0;
    for (uint32_t ref = sections.attrs; ref < sections.extras; ref++)
        count += heap->target_of_ref[ref] != HEAP_NULL;
    return count + (dict ? heap_items(heap, dict).count / 2 : 0);
}

static bool has_attribute_table(const struct finder *finder, uint32_t node)
{
    const struct heap *heap = finder->model->heap;
    struct heap_sections sections = heap_sections(heap, node);
    return kinds_dict_of(finder->kinds, heap, node) || sections.extras > sections.attrs;
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
        uint64_t attributes = count_attributes(finder, node);
        uint64_t bytes = model_shallow(finder->model, node) + (dict ? model_shallow(finder->model, dict) : 0);
        if (has_attribute_table(finder, node) && attributes <= ATTRIBUTES_MAX && saved(bytes, attributes))
            status = finder_note_member(finder, (struct candidate){.node = node, .group = heap->type_of_node[node], .count = 1,
                                                                   .bytes = saved(bytes, attributes), .a = attributes});
    }
    return status ? status : keep_large_groups(finder);
}

/* --- records --- */

struct record { uint64_t keys; uint32_t node, count; };

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

static int compare_records(const void *left, const void *right)
{
    const struct record *a = left, *b = right;
    if (a->keys != b->keys)
        return a->keys < b->keys ? -1 : 1;
    return (a->node > b->node) - (a->node < b->node);
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

static enum wh_status note_records(struct finder *finder, struct record *records, uint32_t count)
{
    enum wh_status status = WH_OK;
    uint32_t group = 0;
    if (count)
        qsort(records, count, sizeof(*records), compare_records);
    for (uint32_t i = 0; !status && i < count; i++) {
        group += i && records[i - 1].keys != records[i].keys;
        status = finder_note_member(finder, (struct candidate){.node = records[i].node, .group = group, .count = 1,
                                                               .bytes = saved(model_shallow(finder->model, records[i].node), records[i].count)});
    }
    return status ? status : keep_large_groups(finder);
}

enum wh_status find_record_dicts(struct finder *finder)
{
    const struct heap *heap = finder->model->heap;
    struct node_run nodes = kinds_of(finder->kinds, KIND_DICT);
    struct record *records = NULL;
    uint32_t count = 0;
    finder->write_name = write_keys;
    finder->write_detail = write_dicts;
    enum wh_status status = array_alloc(nodes.count, sizeof(*records), "dicts that are records", finder->error, &records);
    for (uint32_t i = 0; !status && i < nodes.count; i++) {
        struct node_run items = heap_items(heap, nodes.nodes[i]);
        if (is_record(finder, nodes.nodes[i], items))
            records[count++] = (struct record){hash_keys(items), nodes.nodes[i], items.count / 2};
    }
    if (!status)
        status = note_records(finder, records, count);
    free(records);
    return status;
}
