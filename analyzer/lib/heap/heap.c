/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Accessors of a loaded heap. Loading is in load.c. */
#include "heap/heap.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"

void heap_deinit(struct heap *heap)
{
    if (heap->borrows) {
        heap->type_of_node = heap->size_of_node = heap->first_ref_of_node = heap->target_of_ref = NULL;
        heap->form_of_node = NULL;
    }
    void *const arrays[] = {heap->type_of_node, heap->form_of_node, heap->size_of_node, heap->big_sizes,
                            heap->first_ref_of_node, heap->target_of_ref, heap->base_of_region,
                            heap->stores_before_block, heap->node_of_lookup, heap->node_of_extra, heap->count_of_extra, heap->types, heap->fields, heap->texts,
                            heap->codes, heap->threads, heap->frames, heap->places, heap->roots, heap->account, heap->interpreters,
                            heap->collector, heap->fingerprints, heap->memos,
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

int span_compare(struct span a, struct span b)
{
    size_t shorter = a.length < b.length ? a.length : b.length;
    int order = shorter ? memcmp(a.bytes, b.bytes, shorter) : 0;
    return order ? order : (a.length > b.length) - (a.length < b.length);
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

uint32_t heap_next_with(const struct heap *heap, uint32_t node, uint16_t form_bits)
{
    const uint16_t *form_of_node = heap->form_of_node;
    const uint64_t bits = form_bits * UINT64_C(0x0001000100010001);
    while (node < heap->node_count && !(form_of_node[node] & form_bits)) {
        uint64_t four;
        node++;
        for (; heap->node_count - node >= 4; node += 4) {
            memcpy(&four, form_of_node + node, sizeof(four));
            if (four & bits)
                break;
        }
    }
    return node;
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

uint32_t heap_attribute_named(const struct heap *heap, uint32_t node, struct span name)
{
    char text[128];
    if (name.length >= sizeof(text))
        return HEAP_NULL;
    memcpy(text, name.bytes, name.length);
    text[name.length] = '\0';
    return heap_attribute(heap, node, text);
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

const struct heap_place *heap_place(const struct heap *heap, uint32_t node)
{
    uint32_t row = find_row(&heap->places->node, sizeof(*heap->places), heap->place_count, node);
    return row == UINT32_MAX ? NULL : &heap->places[row];
}

const struct heap_memo *heap_memo(const struct heap *heap, uint32_t node)
{
    uint32_t row = find_row(&heap->memos->node, sizeof(*heap->memos), heap->memo_count, node);
    return row == UINT32_MAX ? NULL : &heap->memos[row];
}

/* --- what stays in the file --- */

/* Whoever loaded the heap has read each column through to its end: that a row cannot be read now does not happen. */
static uint64_t number_at(struct column_reader *reader, uint64_t row)
{
    uint64_t number;
    return column_reader_get(reader, row, &number) ? number : 0;
}

/* Whoever reads a column from end to end needs no page of it again: a few megabytes of the file stay in memory, not all of it. */
static void release_read_pages(const struct heap *heap, uint32_t row)
{
    enum { ROWS_KEPT = 1 << 19 };
    if (row % ROWS_KEPT == ROWS_KEPT - 1)
        snapshot_file_release_pages(&heap->file);
}

void store_walk_init(struct store_walk *ret, const struct heap *heap, unsigned columns)
{
    ret->heap = heap;
    ret->columns = columns;
    ret->node = 1;
    ret->row = 0;
    column_reader_init(&ret->length, &heap->snapshot, TABLE_STORES, STORES_LENGTH);
    column_reader_init(&ret->capacity, &heap->snapshot, TABLE_STORES, STORES_CAPACITY);
    column_reader_init(&ret->address, &heap->snapshot, TABLE_STORES, STORES_ADDRESS);
}

bool store_walk_next(struct store_walk *walk, uint32_t *node, struct heap_store *ret)
{
    *node = heap_next_with(walk->heap, walk->node, FORM_STORE);
    if (*node == walk->heap->node_count)
        return false;
    walk->node = *node + 1;
    ret->length = walk->columns & STORE_LENGTH ? number_at(&walk->length, walk->row) : 0;
    ret->capacity = walk->columns & STORE_CAPACITY ? number_at(&walk->capacity, walk->row) : 0;
    ret->address = walk->columns & STORE_ADDRESS ? number_at(&walk->address, walk->row) : 0;
    release_read_pages(walk->heap, walk->row++);
    return true;
}

static uint32_t row_of_store(const struct heap *heap, uint32_t node)
{
    uint32_t row = heap->stores_before_block[node / HEAP_STORE_BLOCK];
    for (uint32_t before = node - node % HEAP_STORE_BLOCK; before < node; before++)
        row += (heap->form_of_node[before] & FORM_STORE) != 0;
    return row;
}

bool heap_store(const struct heap *heap, uint32_t node, struct heap_store *ret)
{
    struct store_walk walk;
    if (!(heap->form_of_node[node] & FORM_STORE))
        return false;
    store_walk_init(&walk, heap, STORE_ALL);
    walk.row = row_of_store(heap, node);
    walk.node = node;
    return store_walk_next(&walk, &node, ret);
}

uint64_t heap_store_length(const struct heap *heap, uint32_t node)
{
    struct column_reader length;
    if (!(heap->form_of_node[node] & FORM_STORE))
        return 0;
    column_reader_init(&length, &heap->snapshot, TABLE_STORES, STORES_LENGTH);
    return number_at(&length, row_of_store(heap, node));
}

static uint64_t address_of_id(const struct heap *heap, uint64_t id)
{
    uint64_t region = granule_region(id);
    return region ? heap->base_of_region[region - 1] << REGION_BITS | granule_offset(id) : 0;
}

void address_walk_init(struct address_walk *ret, const struct heap *heap)
{
    ret->heap = heap;
    column_reader_init(&ret->ids, &heap->snapshot, TABLE_OBJECTS, OBJECTS_ID);
}

uint64_t address_walk_get(struct address_walk *walk, uint32_t node)
{
    return node ? address_of_id(walk->heap, number_at(&walk->ids, node - 1)) : 0;
}

uint64_t heap_address(const struct heap *heap, uint32_t node)
{
    struct address_walk walk;
    address_walk_init(&walk, heap);
    return address_walk_get(&walk, node);
}

uint32_t heap_find_address(const struct heap *heap, uint64_t address)
{
    struct address_walk walk;
    address_walk_init(&walk, heap);
    for (uint32_t node = 1; node < heap->node_count; node++) {
        if (address_walk_get(&walk, node) == address)
            return node;
    }
    return HEAP_NULL;
}

enum wh_status heap_ids(const struct heap *heap, struct wh_error *error, uint64_t **ret)
{
    struct column_reader ids;
    enum wh_status status = array_alloc(heap->node_count, sizeof(uint64_t), "ids of objects", error, ret);
    if (status)
        return status;
    column_reader_init(&ids, &heap->snapshot, TABLE_OBJECTS, OBJECTS_ID);
    (*ret)[HEAP_NULL] = 0;
    for (uint32_t node = 1; node < heap->node_count; node++)
        (*ret)[node] = number_at(&ids, node - 1);
    return WH_OK;
}

void refcount_walk_init(struct refcount_walk *ret, const struct heap *heap)
{
    column_reader_init(&ret->counts, &heap->snapshot, TABLE_OBJECTS, OBJECTS_REFCOUNT);
}

uint32_t refcount_walk_get(struct refcount_walk *walk, uint32_t node)
{
    uint64_t count = node ? number_at(&walk->counts, node - 1) : 0;
    return count < UINT32_MAX ? (uint32_t)count : UINT32_MAX;
}

uint32_t heap_refcount(const struct heap *heap, uint32_t node)
{
    struct refcount_walk walk;
    refcount_walk_init(&walk, heap);
    return refcount_walk_get(&walk, node);
}

/* --- types --- */

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
