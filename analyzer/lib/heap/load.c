/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the tables of a snapshot into a struct heap. The accessors are in heap.c. */
#include "heap/heap.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/bitmap.h"
#include "graph/graph.h"
#include "heap/id_index.h"
#include "heap/region_index.h"

struct loader {
    struct heap *heap;
    const struct progress *progress;
    struct wh_error *error;
    struct id_index ids;
    struct region_index regions;   /* while blocks are read */
    uint64_t *id_of_node;
    uint32_t lookups_done, lookups_due;
    uint32_t next_node;   /* for tables that follow the objects' order */
    uint32_t fields_due;  /* by the types read so far */
    uint32_t stack_frames_due; /* by the stacks read so far */
    uint64_t *framed;     /* bitmap by node: it is the object of a frame read so far */
};

static const struct snapshot_table *table_of(const struct loader *loader, enum table table)
{
    return &loader->heap->snapshot.tables[table];
}

static enum wh_status corrupt(struct loader *loader, const char *what, uint64_t value)
{
    return wh_error_set(loader->error, WH_ERR_INPUT, "the snapshot is corrupt: %s (%" PRIu64 ")", what, value);
}

/* The arrays of a small table: as many elements as the table has rows, which the parser has held against the bytes there are. */
static enum wh_status alloc_rows(struct loader *loader, enum table table, size_t element_size, uint32_t *count, void *ret)
{
    uint64_t rows = table_of(loader, table)->row_count;
    if (rows >= UINT32_MAX)
        return corrupt(loader, "a table has too many rows", rows);
    if (count)
        *count = (uint32_t)rows;
    return array_alloc_zeroed(rows, element_size, snapshot_schema[table].name, loader->error, ret);
}

typedef enum wh_status (*row_taker)(struct loader *loader, uint32_t row, const struct cell *cells);

static enum wh_status take_rows(struct loader *loader, enum table table, row_taker take)
{
    struct table_cursor cursor;
    struct cell cells[TABLE_COLUMNS_MAX];
    bool more = true;
    enum wh_status status = WH_OK;
    table_cursor_init(&cursor, &loader->heap->snapshot, table);
    for (uint32_t row = 0; !status && more; row++) {
        status = table_cursor_next(&cursor, cells, &more, loader->error);
        if (!status && more)
            status = take(loader, row, cells);
    }
    table_cursor_deinit(&cursor);
    return status;
}

static uint32_t saturate(uint64_t value)
{
    return value < UINT32_MAX ? (uint32_t)value : UINT32_MAX;
}

static struct span span_of(const struct cell *cell)
{
    return (struct span){cell->bytes, cell->number};
}

/*
 * The node of an object that a table names; HEAP_NULL if it was not written. Looking it up takes the ids of all objects: the answers are kept
 * with a heap that borrows, in the order of the questions.
 */
static uint32_t node_of_id(struct loader *loader, uint64_t id)
{
    struct heap *heap = loader->heap;
    if (!id)
        return HEAP_NULL;
    uint32_t lookup = loader->lookups_done++;
    if (!heap->borrows)
        heap->node_of_lookup[lookup] = id_index_find(&loader->ids, id);
    return lookup < heap->lookup_count ? heap->node_of_lookup[lookup] : HEAP_NULL;
}

/* One for each id in a table other than those of objects and references, at most. */
static enum wh_status alloc_lookups(struct loader *loader)
{
    static const struct { enum table table; unsigned ids; } asking[] = {
        {TABLE_TYPES, 1}, {TABLE_TEXTS, 1}, {TABLE_CODE, 1}, {TABLE_FRAMES, 2}, {TABLE_PLACES, 1}, {TABLE_ROOTS, 1}, {TABLE_STACK_FRAMES, 1},
        {TABLE_FINGERPRINTS, 1}, {TABLE_MEMOS, 1}, {TABLE_BLOCKS, 1}};
    uint64_t count = 0;
    for (size_t i = 0; i < sizeof(asking) / sizeof(asking[0]); i++)
        count += asking[i].ids * table_of(loader, asking[i].table)->row_count;
    if (count >= UINT32_MAX)
        return corrupt(loader, "its tables name too many objects", count);
    loader->heap->lookup_count = (uint32_t)count;
    return array_alloc(count, sizeof(uint32_t), "objects that tables name", loader->error, &loader->heap->node_of_lookup);
}

/* --- regions and objects --- */

static enum wh_status take_region(struct loader *loader, uint32_t row, const struct cell *cells)
{
    loader->heap->base_of_region[row] = cells[REGIONS_BASE].number;
    return WH_OK;
}

static enum wh_status load_regions(struct loader *loader)
{
    uint32_t count = 0;
    enum wh_status status = alloc_rows(loader, TABLE_REGIONS, sizeof(uint64_t), &count, &loader->heap->base_of_region);
    loader->heap->region_count = count;
    return status ? status : take_rows(loader, TABLE_REGIONS, take_region);
}

static enum wh_status alloc_nodes(struct loader *loader)
{
    struct heap *heap = loader->heap;
    uint64_t rows = table_of(loader, TABLE_OBJECTS)->row_count;
    if (rows + 1 > GRAPH_NODE_COUNT_MAX)
        return corrupt(loader, "it has more objects than 32 bits can number", rows);
    size_t nodes = rows + 1;
    heap->node_count = (uint32_t)nodes;
    enum wh_status status = array_alloc(nodes, sizeof(uint32_t), "types of objects", loader->error, &heap->type_of_node);
    if (!status)
        status = array_alloc(nodes, sizeof(uint16_t), "forms of objects", loader->error, &heap->form_of_node);
    if (!status)
        status = array_alloc(nodes, sizeof(uint32_t), "sizes of objects", loader->error, &heap->size_of_node);
    if (!status)
        status = array_alloc(nodes, sizeof(uint64_t), "ids of objects", loader->error, &loader->id_of_node);
    if (!status)
        status = array_alloc(nodes + 1, sizeof(uint32_t), "places of references", loader->error, &heap->first_ref_of_node);
    if (status)
        return status;
    heap->type_of_node[HEAP_NULL] = heap->form_of_node[HEAP_NULL] = 0;
    heap->size_of_node[HEAP_NULL] = heap->first_ref_of_node[HEAP_NULL] = heap->first_ref_of_node[HEAP_NULL + 1] = 0;
    loader->id_of_node[HEAP_NULL] = 0;
    return WH_OK;
}

static enum wh_status add_big_size(struct loader *loader, uint32_t node, uint64_t size)
{
    struct heap *heap = loader->heap;
    struct node_big_size *grown = realloc(heap->big_sizes, (heap->big_size_count + 1) * sizeof(*grown));
    if (!grown)
        return wh_error_set(loader->error, WH_ERR_RESOURCE, "out of memory for the table of large objects");
    heap->big_sizes = grown;
    heap->big_sizes[heap->big_size_count++] = (struct node_big_size){node, size};
    heap->size_of_node[node] = UINT32_MAX;
    return WH_OK;
}

enum { OBJECTS_TOGETHER = 128, OBJECT_COLUMNS = OBJECTS_REFS + 1 };

/* Some objects, one after the other: a column at a time is read faster than a row. */
struct object_block {
    uint32_t first, count;
    uint64_t columns[OBJECT_COLUMNS][OBJECTS_TOGETHER];
};

static enum wh_status read_objects(struct loader *loader, struct table_cursor *cursor, struct object_block *block)
{
    if (!column_next_deltas(&cursor->columns[OBJECTS_ID], block->count, block->columns[OBJECTS_ID]))
        return column_bad_value(cursor, OBJECTS_ID, loader->error);
    for (unsigned c = OBJECTS_TYPE; c < OBJECT_COLUMNS; c++) {
        if (!column_next_uints(&cursor->columns[c], block->count, block->columns[c]))
            return column_bad_value(cursor, c, loader->error);
    }
    return WH_OK;
}

static enum wh_status store_object(struct loader *loader, const struct object_block *block, uint32_t row)
{
    struct heap *heap = loader->heap;
    uint32_t node = block->first + row;
    uint64_t type = block->columns[OBJECTS_TYPE][row], form = block->columns[OBJECTS_FORM][row], size = block->columns[OBJECTS_SIZE][row];
    uint64_t refs = block->columns[OBJECTS_REFS][row];
    if (type >= table_of(loader, TABLE_TYPES)->row_count)
        return corrupt(loader, "an object has a type that no row describes", type);
    if (form > UINT16_MAX)
        return corrupt(loader, "an object has an unknown form", form);
    if (refs > GRAPH_EDGE_COUNT_MAX - heap->first_ref_of_node[node])
        return corrupt(loader, "it has more references than 32 bits can number", refs);
    loader->id_of_node[node] = block->columns[OBJECTS_ID][row];
    heap->type_of_node[node] = (uint32_t)type;
    heap->form_of_node[node] = (uint16_t)form;
    heap->size_of_node[node] = (uint32_t)size;
    heap->first_ref_of_node[node + 1] = heap->first_ref_of_node[node] + (uint32_t)refs;
    return size < UINT32_MAX ? WH_OK : add_big_size(loader, node, size);
}

static enum wh_status load_block(struct loader *loader, struct table_cursor *cursor, struct object_block *block)
{
    enum wh_status status = read_objects(loader, cursor, block);
    for (uint32_t row = 0; !status && row < block->count; row++)
        status = store_object(loader, block, row);
    block->first += block->count;
    return status;
}

static enum wh_status load_objects(struct loader *loader)
{
    struct table_cursor cursor;
    struct object_block block = {.first = 1};
    enum wh_status status = alloc_nodes(loader);
    table_cursor_init(&cursor, &loader->heap->snapshot, TABLE_OBJECTS);
    while (!status) {
        uint64_t rows;
        status = table_cursor_open_chunk(&cursor, &rows, loader->error);
        if (!status)
            status = progress_report(loader->progress, "the snapshot's objects", block.first, loader->heap->node_count, loader->error);
        if (status || !rows)
            break;
        for (; !status && rows; rows -= block.count) {
            block.count = rows < OBJECTS_TOGETHER ? (uint32_t)rows : OBJECTS_TOGETHER;
            status = load_block(loader, &cursor, &block);
        }
    }
    table_cursor_deinit(&cursor);
    return status;
}

/* --- references --- */

enum { REFS_TOGETHER = 512 };

/* Some references, one after the other, wherever their sources end. */
struct ref_block {
    uint32_t source;      /* of the next one */
    uint32_t first, count;
    uint64_t ids[REFS_TOGETHER];
};

/* From codes to ids of targets. An empty place is 0, which is nobody's id. Returns how many of those there are. */
static uint32_t codes_to_ids(const struct loader *loader, struct ref_block *block)
{
    const uint32_t *first_ref_of_node = loader->heap->first_ref_of_node;
    uint32_t empty = 0;
    for (uint32_t i = 0; i < block->count;) {
        while (first_ref_of_node[block->source + 1] <= block->first + i)
            block->source++;
        uint64_t id = loader->id_of_node[block->source];
        uint32_t end = first_ref_of_node[block->source + 1] - block->first;
        for (end = end < block->count ? end : block->count; i < end; i++) {
            uint64_t code = block->ids[i];
            empty += !code;
            block->ids[i] = code ? id + zigzag_decode(code - 1) : 0;
        }
    }
    return empty;
}

static enum wh_status load_ref_block(struct loader *loader, struct table_cursor *cursor, struct ref_block *block)
{
    struct heap *heap = loader->heap;
    uint32_t missing = 0, *targets = heap->target_of_ref + block->first;
    if (!column_next_uints(&cursor->columns[REFS_TO], block->count, block->ids))
        return column_bad_value(cursor, REFS_TO, loader->error);
    uint32_t empty = codes_to_ids(loader, block);
    id_index_find_all(&loader->ids, block->ids, block->count, targets);
    for (uint32_t i = 0; i < block->count; i++)
        missing += !targets[i];
    heap->dangling_count += missing - empty;
    block->first += block->count;
    return WH_OK;
}

static enum wh_status read_refs(struct loader *loader)
{
    struct heap *heap = loader->heap;
    struct table_cursor cursor;
    struct ref_block block = {.first = 0};
    enum wh_status status = WH_OK;
    table_cursor_init(&cursor, &heap->snapshot, TABLE_REFS);
    while (!status) {
        uint64_t rows;
        status = table_cursor_open_chunk(&cursor, &rows, loader->error);
        if (!status)
            status = progress_report(loader->progress, "the snapshot's references", block.first, heap->ref_count, loader->error);
        if (status || !rows)
            break;
        for (; !status && rows; rows -= block.count) {
            block.count = rows < REFS_TOGETHER ? (uint32_t)rows : REFS_TOGETHER;
            status = load_ref_block(loader, &cursor, &block);
        }
    }
    table_cursor_deinit(&cursor);
    return status;
}

static enum wh_status load_refs(struct loader *loader)
{
    struct heap *heap = loader->heap;
    heap->ref_count = heap->first_ref_of_node[heap->node_count];
    if (heap->ref_count != table_of(loader, TABLE_REFS)->row_count)
        return corrupt(loader, "the objects' numbers of references do not add up to the rows of refs", heap->ref_count);
    enum wh_status status = array_alloc(heap->ref_count, sizeof(uint32_t), "references", loader->error, &heap->target_of_ref);
    return status ? status : read_refs(loader);
}

/* --- rows that follow the objects' order --- */

/* The next object, in order, whose form has the bit; 0 if there is none. */
static uint32_t next_node_with(struct loader *loader, unsigned form_bit)
{
    uint32_t node = heap_next_with(loader->heap, loader->next_node, (uint16_t)form_bit);
    bool found = node < loader->heap->node_count;
    loader->next_node = node + found;
    return found ? node : 0;
}

/* The rows are read where they lie, later on: here they are counted, and read once to see that they are numbers. */
static enum wh_status take_store(struct loader *loader, uint32_t row, const struct cell *cells)
{
    (void)cells;
    return next_node_with(loader, FORM_STORE) ? WH_OK : corrupt(loader, "table stores has more rows than objects with a store", row);
}

static uint32_t count_stores(struct heap *heap)
{
    uint32_t count = 0;
    for (uint32_t begin = 0, end; begin < heap->node_count; begin = end) {
        end = heap->node_count - begin > HEAP_STORE_BLOCK ? begin + HEAP_STORE_BLOCK : heap->node_count;
        heap->stores_before_block[begin / HEAP_STORE_BLOCK] = count;
        for (uint32_t node = begin ? begin : 1; node < end; node++)
            count += (heap->form_of_node[node] & FORM_STORE) != 0;
    }
    return count;
}

static enum wh_status take_extra(struct loader *loader, uint32_t row, const struct cell *cells)
{
    uint32_t node = next_node_with(loader, FORM_EXTRAS);
    if (!node)
        return corrupt(loader, "table extras has more rows than objects with extras", row);
    loader->heap->node_of_extra[row] = node;
    loader->heap->count_of_extra[row] = saturate(cells[EXTRAS_COUNT].number);
    return WH_OK;
}

static enum wh_status check_stores(struct loader *loader)
{
    loader->next_node = 1;
    enum wh_status status = take_rows(loader, TABLE_STORES, take_store);
    if (!status && next_node_with(loader, FORM_STORE))
        status = corrupt(loader, "table stores has fewer rows than objects with a store", loader->heap->store_count);
    return status;
}

static enum wh_status load_stores(struct loader *loader)
{
    struct heap *heap = loader->heap;
    heap->store_count = saturate(table_of(loader, TABLE_STORES)->row_count);
    enum wh_status status = array_alloc((size_t)heap->node_count / HEAP_STORE_BLOCK + 1, sizeof(uint32_t), "places of stores", loader->error,
                                        &heap->stores_before_block);
    if (!status && !heap->borrows)
        status = check_stores(loader);
    if (!status && count_stores(heap) != heap->store_count)
        status = corrupt(loader, "there are other objects with a store than kept results say", heap->store_count);
    return status;
}

static enum wh_status load_extras(struct loader *loader)
{
    struct heap *heap = loader->heap;
    enum wh_status status = alloc_rows(loader, TABLE_EXTRAS, sizeof(uint32_t), &heap->extra_count, &heap->count_of_extra);
    if (!status)
        status = alloc_rows(loader, TABLE_EXTRAS, sizeof(uint32_t), NULL, &heap->node_of_extra);
    loader->next_node = 1;
    if (!status)
        status = take_rows(loader, TABLE_EXTRAS, take_extra);
    if (!status && next_node_with(loader, FORM_EXTRAS))
        status = corrupt(loader, "table extras has fewer rows than objects with extras", heap->extra_count);
    return status;
}

/* --- types --- */

static enum wh_status take_type(struct loader *loader, uint32_t row, const struct cell *cells)
{
    struct heap *heap = loader->heap;
    uint64_t members = cells[TYPES_MEMBERS].number, attrs = cells[TYPES_ATTRS].number, base = cells[TYPES_BASE].number;
    uint64_t fields_left = table_of(loader, TABLE_FIELDS)->row_count - loader->fields_due;
    if (members > fields_left || attrs > fields_left - members)
        return corrupt(loader, "a type has more fields than table fields has rows", members + attrs);
    if (base > table_of(loader, TABLE_TYPES)->row_count)
        return corrupt(loader, "a type has a base that no row describes", base);
    heap->types[row] = (struct heap_type){
        .module = span_of(&cells[TYPES_MODULE]), .name = span_of(&cells[TYPES_NAME]),
        .node = node_of_id(loader, cells[TYPES_OBJECT].number),
        .base = base ? (uint32_t)base - 1 : TYPE_NONE,
        .flags = saturate(cells[TYPES_FLAGS].number), .basicsize = saturate(cells[TYPES_BASICSIZE].number),
        .first_field = loader->fields_due, .member_count = (uint32_t)members, .attr_count = (uint32_t)attrs,
    };
    loader->fields_due += (uint32_t)(members + attrs);
    return WH_OK;
}

static enum wh_status take_field(struct loader *loader, uint32_t row, const struct cell *cells)
{
    loader->heap->fields[row] = span_of(&cells[FIELDS_NAME]);
    return WH_OK;
}

static enum wh_status load_types(struct loader *loader)
{
    struct heap *heap = loader->heap;
    enum wh_status status = alloc_rows(loader, TABLE_TYPES, sizeof(*heap->types), &heap->type_count, &heap->types);
    if (!status)
        status = alloc_rows(loader, TABLE_FIELDS, sizeof(*heap->fields), &heap->field_count, &heap->fields);
    if (!status)
        status = take_rows(loader, TABLE_TYPES, take_type);
    if (!status)
        status = take_rows(loader, TABLE_FIELDS, take_field);
    if (!status && loader->fields_due != heap->field_count)
        status = corrupt(loader, "table fields has rows that no type owns", heap->field_count);
    return status;
}

/* --- texts and code --- */

static enum wh_status take_text(struct loader *loader, uint32_t row, const struct cell *cells)
{
    (void)row;
    uint32_t node = node_of_id(loader, cells[TEXTS_ID].number);
    if (node)
        loader->heap->texts[loader->heap->text_count++] = (struct heap_text){
            node, saturate(cells[TEXTS_KIND].number), cells[TEXTS_LENGTH].number, span_of(&cells[TEXTS_DATA])};
    return WH_OK;
}

/* By node; of several for one node the longest comes first. */
static int compare_texts(const void *left, const void *right)
{
    const struct heap_text *a = left, *b = right;
    if (a->node != b->node)
        return a->node < b->node ? -1 : 1;
    return (a->data.length < b->data.length) - (a->data.length > b->data.length);
}

static void sort_texts(struct heap *heap)
{
    uint32_t kept = 0;
    qsort(heap->texts, heap->text_count, sizeof(*heap->texts), compare_texts);
    for (uint32_t i = 0; i < heap->text_count; i++) {
        if (!kept || heap->texts[i].node != heap->texts[kept - 1].node)
            heap->texts[kept++] = heap->texts[i];
    }
    heap->text_count = kept;
}

static enum wh_status load_texts(struct loader *loader)
{
    struct heap *heap = loader->heap;
    enum wh_status status = alloc_rows(loader, TABLE_TEXTS, sizeof(*heap->texts), NULL, &heap->texts);
    if (!status)
        status = take_rows(loader, TABLE_TEXTS, take_text);
    if (!status)
        sort_texts(heap);
    return status;
}

static enum wh_status take_code(struct loader *loader, uint32_t row, const struct cell *cells)
{
    (void)row;
    uint32_t node = node_of_id(loader, cells[CODE_ID].number);
    if (node)
        loader->heap->codes[loader->heap->code_count++] = (struct heap_code){
            .node = node,
            .firstlineno = saturate(cells[CODE_FIRSTLINENO].number), .argcount = saturate(cells[CODE_ARGCOUNT].number),
            .kwonly = saturate(cells[CODE_KWONLY].number), .flags = saturate(cells[CODE_FLAGS].number),
            .warmup = saturate(cells[CODE_WARMUP].number), .kinds = span_of(&cells[CODE_KINDS]),
            .bytecode = span_of(&cells[CODE_BYTECODE]), .lines = span_of(&cells[CODE_LINES]),
            .exceptions = span_of(&cells[CODE_EXCEPTIONS]),
        };
    return WH_OK;
}

static int compare_codes(const void *left, const void *right)
{
    const struct heap_code *a = left, *b = right;
    return (a->node > b->node) - (a->node < b->node);
}

static enum wh_status load_code(struct loader *loader)
{
    struct heap *heap = loader->heap;
    enum wh_status status = alloc_rows(loader, TABLE_CODE, sizeof(*heap->codes), NULL, &heap->codes);
    if (!status)
        status = take_rows(loader, TABLE_CODE, take_code);
    if (!status)
        qsort(heap->codes, heap->code_count, sizeof(*heap->codes), compare_codes);
    return status;
}

static enum wh_status take_opcode(struct loader *loader, uint32_t row, const struct cell *cells)
{
    (void)row;
    uint64_t number = cells[OPCODES_NUMBER].number, base = cells[OPCODES_BASE].number;
    if (number > 255 || base > 255)
        return corrupt(loader, "an opcode is more than a byte", number > base ? number : base);
    loader->heap->opcodes[number] = (struct heap_opcode){
        .name = span_of(&cells[OPCODES_NAME]), .base = (uint8_t)base, .caches = (uint8_t)saturate(cells[OPCODES_CACHES].number),
        .defined = true, .has_argument = cells[OPCODES_FLAGS].number & OPCODE_HAS_ARGUMENT};
    return WH_OK;
}

/* --- threads, frames, roots, account --- */

static enum wh_status take_thread(struct loader *loader, uint32_t row, const struct cell *cells)
{
    loader->heap->threads[row] = (struct heap_thread){cells[THREADS_IDENT].number, cells[THREADS_NATIVE].number,
                                                      saturate(cells[THREADS_FLAGS].number), span_of(&cells[THREADS_NAME])};
    return WH_OK;
}

static enum wh_status take_frame(struct loader *loader, uint32_t row, const struct cell *cells)
{
    if (cells[FRAMES_THREAD].number >= loader->heap->thread_count)
        return corrupt(loader, "a frame belongs to a thread that no row describes", cells[FRAMES_THREAD].number);
    uint32_t node = node_of_id(loader, cells[FRAMES_OBJECT].number);
    /* One object a frame: later stages look at each frame's locals, and that has to stay a look at each object. */
    if (node && bitmap_test(loader->framed, node))
        return corrupt(loader, "two frames are the same object", node);
    bitmap_set(loader->framed, node);
    loader->heap->frames[row] = (struct heap_frame){
        (uint32_t)cells[FRAMES_THREAD].number, node, node_of_id(loader, cells[FRAMES_CODE].number),
        saturate(cells[FRAMES_LINE].number), saturate(cells[FRAMES_INSTRUCTION].number)};
    return WH_OK;
}

static enum wh_status take_place(struct loader *loader, uint32_t row, const struct cell *cells)
{
    struct heap *heap = loader->heap;
    uint32_t node = node_of_id(loader, cells[PLACES_OBJECT].number);
    (void)row;
    if (!node)
        return WH_OK;
    if (heap->place_count && heap->places[heap->place_count - 1].node >= node)
        return corrupt(loader, "table places is not in the order of the objects", node);
    heap->places[heap->place_count++] = (struct heap_place){node, saturate(cells[PLACES_INSTRUCTION].number)};
    return WH_OK;
}

/* Kinds of a later version are some place of the interpreter's. */
static enum root_kind kind_of_root(uint64_t kind)
{
    return kind >= ROOT_MODULES && kind < ROOT_NATIVE ? (enum root_kind)kind : ROOT_INTERPRETER;
}

static enum wh_status take_root(struct loader *loader, uint32_t row, const struct cell *cells)
{
    uint64_t kind = cells[ROOTS_KIND].number;
    if (kind == ROOT_FRAME || kind == ROOT_NATIVE)
        return corrupt(loader, "a root has a kind that is never written", kind);
    if (cells[ROOTS_THREAD].number > loader->heap->thread_count)
        return corrupt(loader, "a root belongs to a thread that no row describes", cells[ROOTS_THREAD].number);
    loader->heap->roots[row] = (struct heap_root){kind_of_root(kind), span_of(&cells[ROOTS_NAME]),
                                                  node_of_id(loader, cells[ROOTS_OBJECT].number), (uint32_t)cells[ROOTS_THREAD].number};
    return WH_OK;
}

static enum wh_status take_account(struct loader *loader, uint32_t row, const struct cell *cells)
{
    loader->heap->account[row] = (struct heap_account){span_of(&cells[ACCOUNT_NAME]), cells[ACCOUNT_VALUE].number};
    return WH_OK;
}

static enum wh_status take_collector(struct loader *loader, uint32_t row, const struct cell *cells)
{
    loader->heap->collector[row] = (struct heap_account){span_of(&cells[COLLECTOR_NAME]), cells[COLLECTOR_VALUE].number};
    return WH_OK;
}

static enum wh_status take_fingerprint(struct loader *loader, uint32_t row, const struct cell *cells)
{
    (void)row;
    uint32_t node = node_of_id(loader, cells[FINGERPRINTS_ID].number);
    if (node)
        loader->heap->fingerprints[loader->heap->fingerprint_count++] = (struct heap_fingerprint){cells[FINGERPRINTS_HASH].number, node};
    return WH_OK;
}

static enum wh_status take_memo(struct loader *loader, uint32_t row, const struct cell *cells)
{
    struct heap *heap = loader->heap;
    uint32_t node = node_of_id(loader, cells[MEMOS_ID].number);
    (void)row;
    if (!node)
        return WH_OK;
    if (heap->memo_count && heap->memos[heap->memo_count - 1].node >= node)
        return corrupt(loader, "table memos is not in the order of the objects", node);
    heap->memos[heap->memo_count++] = (struct heap_memo){cells[MEMOS_HITS].number, cells[MEMOS_MISSES].number, node};
    return WH_OK;
}

static enum wh_status load_state(struct loader *loader)
{
    struct heap *heap = loader->heap;
    enum wh_status status = alloc_rows(loader, TABLE_COLLECTOR, sizeof(*heap->collector), &heap->collector_count, &heap->collector);
    if (!status)
        status = alloc_rows(loader, TABLE_FINGERPRINTS, sizeof(*heap->fingerprints), NULL, &heap->fingerprints);
    if (!status)
        status = alloc_rows(loader, TABLE_MEMOS, sizeof(*heap->memos), NULL, &heap->memos);
    if (!status)
        status = take_rows(loader, TABLE_COLLECTOR, take_collector);
    if (!status)
        status = take_rows(loader, TABLE_FINGERPRINTS, take_fingerprint);
    return status ? status : take_rows(loader, TABLE_MEMOS, take_memo);
}

static enum wh_status take_interpreter(struct loader *loader, uint32_t row, const struct cell *cells)
{
    loader->heap->interpreters[row] = (struct heap_interpreter){cells[INTERPRETERS_ID].number, saturate(cells[INTERPRETERS_FLAGS].number)};
    return WH_OK;
}

static enum wh_status load_process(struct loader *loader)
{
    struct heap *heap = loader->heap;
    enum wh_status status = alloc_rows(loader, TABLE_THREADS, sizeof(*heap->threads), &heap->thread_count, &heap->threads);
    if (!status)
        status = alloc_rows(loader, TABLE_FRAMES, sizeof(*heap->frames), &heap->frame_count, &heap->frames);
    if (!status)
        status = alloc_rows(loader, TABLE_PLACES, sizeof(*heap->places), NULL, &heap->places);
    if (!status)
        status = alloc_rows(loader, TABLE_ROOTS, sizeof(*heap->roots), &heap->root_count, &heap->roots);
    if (!status)
        status = alloc_rows(loader, TABLE_ACCOUNT, sizeof(*heap->account), &heap->account_count, &heap->account);
    if (!status)
        status = alloc_rows(loader, TABLE_INTERPRETERS, sizeof(*heap->interpreters), &heap->interpreter_count, &heap->interpreters);
    if (!status)
        status = array_alloc_zeroed(bitmap_word_count(heap->node_count), sizeof(uint64_t), "objects of frames", loader->error, &loader->framed);
    if (!status)
        status = take_rows(loader, TABLE_THREADS, take_thread);
    if (!status)
        status = take_rows(loader, TABLE_FRAMES, take_frame);
    if (!status)
        status = take_rows(loader, TABLE_PLACES, take_place);
    if (!status)
        status = take_rows(loader, TABLE_ROOTS, take_root);
    if (!status)
        status = take_rows(loader, TABLE_ACCOUNT, take_account);
    if (!status)
        status = take_rows(loader, TABLE_INTERPRETERS, take_interpreter);
    free(loader->framed);
    return status;
}

/* --- the recorder --- */

static enum wh_status take_recorder(struct loader *loader, uint32_t row, const struct cell *cells)
{
    uint64_t mode = cells[RECORDER_MODE].number;
    if (row > 0 || mode < RECORDER_SAMPLE || mode > RECORDER_EXACT)
        return corrupt(loader, row ? "table recorder has more than one row" : "the recorder has an unknown mode", row ? row : mode);
    loader->heap->recorder = (struct heap_recorder){(uint32_t)mode, cells[RECORDER_INTERVAL].number, cells[RECORDER_STARTED_NS].number,
                                                    cells[RECORDER_LOST_BLOCKS].number, cells[RECORDER_LOST_STACKS].number,
                                                    cells[RECORDER_LOST_CODE].number};
    return WH_OK;
}

static enum wh_status take_stack(struct loader *loader, uint32_t row, const struct cell *cells)
{
    struct heap *heap = loader->heap;
    uint64_t frames = cells[STACKS_FRAMES].number;
    if (frames > heap->stack_frame_count - loader->stack_frames_due)
        return corrupt(loader, "a stack has more frames than table stack_frames has rows", frames);
    heap->stacks[row] = (struct heap_stack){cells[STACKS_ALLOC_BYTES].number, cells[STACKS_ALLOC_BLOCKS].number, cells[STACKS_LIVE_BYTES].number,
                                            cells[STACKS_LIVE_BLOCKS].number, loader->stack_frames_due, (uint32_t)frames, 0, 0};
    loader->stack_frames_due += (uint32_t)frames;
    return WH_OK;
}

static enum wh_status take_stack_age(struct loader *loader, uint32_t row, const struct cell *cells)
{
    struct heap *heap = loader->heap;
    if (row >= heap->stack_count)
        return corrupt(loader, "table stack_ages has more rows than there are stacks", row);
    heap->stacks[row].first_serial = saturate(cells[STACK_AGES_FIRST].number);
    heap->stacks[row].last_serial = saturate(cells[STACK_AGES_LAST].number);
    if (heap->stacks[row].last_serial > heap->last_serial)
        heap->last_serial = heap->stacks[row].last_serial;
    return WH_OK;
}

static enum wh_status take_stack_frame(struct loader *loader, uint32_t row, const struct cell *cells)
{
    loader->heap->stack_frames[row] = (struct heap_stack_frame){node_of_id(loader, cells[STACK_FRAMES_CODE].number),
                                                                saturate(cells[STACK_FRAMES_INSTRUCTION].number)};
    return WH_OK;
}

/*
 * The object in a block: behind the headers of the collector and of weak references, so near its start. Noted among the lookups, too (node_of_id()).
 */
static uint32_t node_in_block(struct loader *loader, uint64_t address, uint64_t size)
{
    enum { HEADER_BYTES_MAX = 64, GRANULE_BYTES = 1 << GRANULE_BITS };
    struct heap *heap = loader->heap;
    uint32_t lookup = loader->lookups_done++;
    if (!heap->borrows) {
        uint64_t first = (address + GRANULE_BYTES - 1) / GRANULE_BYTES * GRANULE_BYTES, end = size < HEADER_BYTES_MAX ? size : HEADER_BYTES_MAX;
        uint64_t id = first - address < end ? region_index_find(&loader->regions, first) : 0;
        heap->node_of_lookup[lookup] = id ? id_index_find_first(&loader->ids, id, (end - (first - address) + GRANULE_BYTES - 1) / GRANULE_BYTES) : HEAP_NULL;
    }
    return lookup < heap->lookup_count ? heap->node_of_lookup[lookup] : HEAP_NULL;
}

static enum wh_status take_block(struct loader *loader, uint32_t row, const struct cell *cells)
{
    const struct heap *heap = loader->heap;
    uint64_t stack = cells[BLOCKS_STACK].number, majority = cells[BLOCKS_MAJORITY].number;
    if (stack >= heap->stack_count || majority >= heap->stack_count)
        return corrupt(loader, "a block has a stack that no row describes", stack < heap->stack_count ? majority : stack);
    heap->blocks[row] = (struct heap_block){cells[BLOCKS_ADDRESS].number, cells[BLOCKS_SIZE].number, saturate(cells[BLOCKS_WEIGHT].number),
                                            (uint32_t)stack, (uint32_t)majority,
                                            node_in_block(loader, cells[BLOCKS_ADDRESS].number, cells[BLOCKS_SIZE].number),
                                            saturate(cells[BLOCKS_SERIAL].number)};
    if (heap->blocks[row].serial > loader->heap->last_serial)
        loader->heap->last_serial = heap->blocks[row].serial;
    return WH_OK;
}

static int compare_blocks(const void *left, const void *right)
{
    const struct heap_block *a = left, *b = right;
    return (a->address > b->address) - (a->address < b->address);
}

static enum wh_status sort_blocks(struct loader *loader)
{
    struct heap *heap = loader->heap;
    qsort(heap->blocks, heap->block_count, sizeof(*heap->blocks), compare_blocks);
    for (uint32_t i = 1; i < heap->block_count; i++) {
        if (heap->blocks[i].address == heap->blocks[i - 1].address)
            return corrupt(loader, "two blocks have the same address", heap->blocks[i].address);
    }
    return WH_OK;
}

static enum wh_status load_recorder(struct loader *loader)
{
    struct heap *heap = loader->heap;
    enum wh_status status = take_rows(loader, TABLE_RECORDER, take_recorder);
    if (!status)
        status = alloc_rows(loader, TABLE_STACKS, sizeof(*heap->stacks), &heap->stack_count, &heap->stacks);
    if (!status)
        status = alloc_rows(loader, TABLE_STACK_FRAMES, sizeof(*heap->stack_frames), &heap->stack_frame_count, &heap->stack_frames);
    if (!status)
        status = alloc_rows(loader, TABLE_BLOCKS, sizeof(*heap->blocks), &heap->block_count, &heap->blocks);
    if (!status)
        status = take_rows(loader, TABLE_STACKS, take_stack);
    if (!status && loader->stack_frames_due != heap->stack_frame_count)
        status = corrupt(loader, "table stack_frames has rows that no stack owns", heap->stack_frame_count);
    if (!status)
        status = take_rows(loader, TABLE_STACK_FRAMES, take_stack_frame);
    if (!status)
        status = take_rows(loader, TABLE_STACK_AGES, take_stack_age);
    if (!status)
        status = region_index_init(heap->base_of_region, heap->region_count, loader->error, &loader->regions);
    if (!status)
        status = take_rows(loader, TABLE_BLOCKS, take_block);
    region_index_deinit(&loader->regions);
    return status ? status : sort_blocks(loader);
}

/* The arrays by node and by reference, and what finds a node by its id. */
static enum wh_status load_graph(struct loader *loader)
{
    enum wh_status status = load_objects(loader);
    if (!status)
        status = id_index_init(loader->id_of_node, loader->heap->node_count, loader->heap->region_count, loader->error, &loader->ids);
    if (!status)
        status = load_refs(loader);
    return status ? status : alloc_lookups(loader);
}

/* Each step needs what the steps before it have loaded. */
static enum wh_status load_tables(struct loader *loader)
{
    static enum wh_status (*const steps[])(struct loader *) = {load_stores, load_extras, load_types, load_texts, load_code, load_process,
                                                                load_state, load_recorder};
    enum wh_status status = load_regions(loader);
    if (!status && !loader->heap->borrows)
        status = load_graph(loader);
    for (size_t i = 0; !status && i < sizeof(steps) / sizeof(steps[0]); i++)
        status = steps[i](loader);
    if (!status)
        status = take_rows(loader, TABLE_OPCODES, take_opcode);
    if (!status && loader->heap->borrows && loader->lookups_done != loader->heap->lookup_count)
        status = corrupt(loader, "kept results name another number of objects", loader->lookups_done);
    loader->heap->lookup_count = loader->lookups_done;
    id_index_deinit(&loader->ids);
    free(loader->id_of_node);
    snapshot_file_release_pages(&loader->heap->file);
    return status;
}

/* Puts the file's name in front of a complaint about its contents. */
static enum wh_status blame_file(const char *path, enum wh_status status, struct wh_error *error, struct heap *heap)
{
    char message[sizeof(error->message)];
    heap_deinit(heap);
    if (!error)
        return status;
    memcpy(message, error->message, sizeof(message));
    snprintf(error->message, sizeof(error->message), "%.200s: %.300s", path, message);
    return status;
}

enum wh_status heap_open(const char *path, struct wh_error *error, struct heap *ret)
{
    memset(ret, 0, sizeof(*ret));
    enum wh_status status = snapshot_file_init(path, error, &ret->file);
    if (status)
        return status;
    status = snapshot_parse(ret->file.bytes, ret->file.length, &ret->snapshot, error);
    return status ? blame_file(path, status, error, ret) : WH_OK;
}

enum wh_status heap_load_tables(const char *path, const struct progress *progress, struct wh_error *error, struct heap *heap)
{
    struct loader loader = {.heap = heap, .progress = progress, .error = error};
    enum wh_status status = load_tables(&loader);
    return status ? blame_file(path, status, error, heap) : WH_OK;
}

enum wh_status heap_load(const char *path, struct wh_error *error, struct heap *ret)
{
    enum wh_status status = heap_open(path, error, ret);
    return status ? status : heap_load_tables(path, NULL, error, ret);
}
