/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Accessors of a loaded heap. Loading is in load.c. */
#include "heap/heap.h"

#include <stdlib.h>
#include <string.h>

void heap_deinit(struct heap *heap)
{
    void *const arrays[] = {heap->type_of_node, heap->form_of_node, heap->refcount_of_node, heap->size_of_node, heap->big_sizes,
                            heap->id_of_node, heap->first_ref_of_node, heap->target_of_ref, heap->base_of_region, heap->node_of_store,
                            heap->stores, heap->node_of_extra, heap->count_of_extra, heap->types, heap->fields, heap->texts,
                            heap->codes, heap->threads, heap->frames, heap->roots, heap->account,
                            heap->stacks, heap->stack_frames, heap->blocks};
    for (size_t i = 0; i < sizeof(arrays) / sizeof(arrays[0]); i++)
        free(arrays[i]);
    snapshot_deinit(&heap->snapshot);
    snapshot_file_deinit(&heap->file);
    memset(heap, 0, sizeof(*heap));
}

struct node_sizes heap_sizes(const struct heap *heap)
{
    return (struct node_sizes){heap->size_of_node, heap->big_sizes, heap->big_size_count};
}

bool span_is(struct span span, const char *text)
{
    return span.length == strlen(text) && !memcmp(span.bytes, text, span.length);
}

/* The row of `node` in an ascending array of node numbers that stand `stride` bytes apart; UINT32_MAX if it has none. */
static uint32_t find_row(const void *first, size_t stride, uint32_t count, uint32_t node)
{
    uint32_t low = 0, high = count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        uint32_t at = *(const uint32_t *)((const char *)first + middle * stride);
        if (at == node)
            return middle;
        if (at < node)
            low = middle + 1;
        else
            high = middle;
    }
    return UINT32_MAX;
}

static uint32_t extras_of(const struct heap *heap, uint32_t node, uint32_t left)
{
    if (heap_items_kind(heap, node) == FORM_ITEMS_NONE)
        return left;
    if (!(heap->form_of_node[node] & FORM_EXTRAS))
        return 0;
    uint32_t row = find_row(heap->node_of_extra, sizeof(uint32_t), heap->extra_count, node);
    uint32_t count = row == UINT32_MAX ? 0 : heap->count_of_extra[row];
    return count < left ? count : left;
}

static uint32_t at_most(uint32_t wanted, uint32_t left)
{
    return wanted < left ? wanted : left;
}

struct heap_sections heap_sections(const struct heap *heap, uint32_t node)
{
    const struct heap_type *type = heap_type(heap, node);
    struct heap_sections sections;
    uint32_t attrs = heap->form_of_node[node] & FORM_ATTRS ? type->attr_count : 0;
    sections.members = heap->first_ref_of_node[node];
    sections.end = heap->first_ref_of_node[node + 1];
    /* A file may claim more members than an object has references: never leave the object's own. */
    sections.attrs = sections.members + at_most(type->member_count, sections.end - sections.members);
    sections.extras = sections.attrs + at_most(attrs, sections.end - sections.attrs);
    sections.items = sections.extras + extras_of(heap, node, sections.end - sections.extras);
    return sections;
}

struct node_run heap_items(const struct heap *heap, uint32_t node)
{
    struct heap_sections sections = heap_sections(heap, node);
    return (struct node_run){heap->target_of_ref + sections.items, sections.end - sections.items};
}

/* The target of the field of that name among `count` fields from `field` on, whose references begin at `ref`. */
static uint32_t find_field(const struct heap *heap, uint32_t field, uint32_t ref, uint32_t count, const char *name)
{
    for (uint32_t i = 0; i < count; i++) {
        if (span_is(heap->fields[field + i], name) && heap->target_of_ref[ref + i])
            return heap->target_of_ref[ref + i];
    }
    return HEAP_NULL;
}

uint32_t heap_member(const struct heap *heap, uint32_t node, const char *name)
{
    const struct heap_type *type = heap_type(heap, node);
    struct heap_sections sections = heap_sections(heap, node);
    uint32_t found = find_field(heap, type->first_field, sections.members, sections.attrs - sections.members, name);
    if (found)
        return found;
    return find_field(heap, type->first_field + type->member_count, sections.attrs, sections.extras - sections.attrs, name);
}

uint32_t heap_dict_get(const struct heap *heap, uint32_t dict, const char *key)
{
    struct node_run items = heap_items(heap, dict);
    if (heap_items_kind(heap, dict) != FORM_ITEMS_PAIRS)
        return HEAP_NULL;
    for (uint32_t i = 0; i + 1 < items.count; i += 2) {
        struct span text;
        if (heap_string(heap, items.nodes[i], &text) && span_is(text, key))
            return items.nodes[i + 1];
    }
    return HEAP_NULL;
}

uint32_t heap_attribute(const struct heap *heap, uint32_t node, const char *name)
{
    uint32_t found = heap_member(heap, node, name);
    if (found)
        return found;
    uint32_t dict = heap_member(heap, node, "__dict__");
    return dict ? heap_dict_get(heap, dict, name) : HEAP_NULL;
}

const struct heap_text *heap_text(const struct heap *heap, uint32_t node)
{
    uint32_t row = find_row(&heap->texts->node, sizeof(*heap->texts), heap->text_count, node);
    return row == UINT32_MAX ? NULL : &heap->texts[row];
}

/* Code points in UTF-8 (surrogates as three bytes): bytes that do not continue one. */
static uint64_t code_points(struct span text)
{
    uint64_t count = 0;
    for (size_t i = 0; i < text.length; i++)
        count += ((unsigned char)text.bytes[i] & 0xc0) != 0x80;
    return count;
}

bool heap_string(const struct heap *heap, uint32_t node, struct span *ret)
{
    const struct heap_text *text = heap_text(heap, node);
    if (!text || text->kind != TEXT_STR || code_points(text->data) != text->length)
        return false;
    *ret = text->data;
    return true;
}

const struct heap_code *heap_code(const struct heap *heap, uint32_t node)
{
    uint32_t row = find_row(&heap->codes->node, sizeof(*heap->codes), heap->code_count, node);
    return row == UINT32_MAX ? NULL : &heap->codes[row];
}

const struct heap_store *heap_store(const struct heap *heap, uint32_t node)
{
    if (!(heap->form_of_node[node] & FORM_STORE))
        return NULL;
    uint32_t row = find_row(heap->node_of_store, sizeof(uint32_t), heap->store_count, node);
    return row == UINT32_MAX ? NULL : &heap->stores[row];
}

/* Stands for the type of node 0, and of every node of a heap without types. */
static const struct heap_type no_type = {.base = TYPE_NONE};

const struct heap_type *heap_type(const struct heap *heap, uint32_t node)
{
    return node == HEAP_NULL ? &no_type : &heap->types[heap->type_of_node[node]];
}

static bool type_is(const struct heap_type *type, const char *module, const char *name)
{
    return span_is(type->name, name) && span_is(type->module, module);
}

bool heap_type_is(const struct heap *heap, uint32_t node, const char *module, const char *name)
{
    return type_is(heap_type(heap, node), module, name);
}

bool heap_is_instance(const struct heap *heap, uint32_t node, const char *module, const char *name)
{
    const struct heap_type *type = heap_type(heap, node);
    /* A hostile file can close the chain of bases to a ring: no chain is longer than the table. */
    for (uint32_t step = 0; step <= heap->type_count; step++) {
        if (type_is(type, module, name))
            return true;
        if (type->base == TYPE_NONE)
            return false;
        type = &heap->types[type->base];
    }
    return false;
}

uint64_t heap_address(const struct heap *heap, uint32_t node)
{
    uint64_t id = heap->id_of_node[node];
    uint64_t region = granule_region(id);
    return region ? heap->base_of_region[region - 1] << REGION_BITS | granule_offset(id) : 0;
}

uint32_t heap_find_address(const struct heap *heap, uint64_t address)
{
    for (uint32_t node = 1; node < heap->node_count; node++) {
        if (heap_address(heap, node) == address)
            return node;
    }
    return HEAP_NULL;
}

uint32_t heap_find_block(const struct heap *heap, uint64_t address)
{
    uint32_t low = 0, high = heap->block_count;
    while (low < high) { /* the first block behind the address */
        uint32_t middle = low + (high - low) / 2;
        if (heap->blocks[middle].address <= address)
            low = middle + 1;
        else
            high = middle;
    }
    if (!low || address - heap->blocks[low - 1].address >= heap->blocks[low - 1].size)
        return UINT32_MAX;
    return low - 1;
}

uint64_t heap_block_bytes(const struct heap_block *block)
{
    unsigned __int128 bytes = (unsigned __int128)block->size * block->weight / BLOCK_WEIGHT_ONE;
    return bytes < UINT64_MAX ? (uint64_t)bytes : UINT64_MAX;
}
