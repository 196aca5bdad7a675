/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Puts a built heap through the real snapshot writer. */
#include <stdlib.h>
#include <string.h>

#include <whoholds/formats/writer.h>

#include "built_heap.h"

struct output {
    const struct heap_builder *builder;
    struct snapshot_writer *writer;
    heap_distortion distort;
    void *context;
    uint64_t *refcount_of_node;
};

static uint64_t id_of(uint32_t node)
{
    uint64_t address = heap_builder_address(node);
    return node ? granule_id(1 + ((address - BUILT_HEAP_FIRST_ADDRESS) >> REGION_BITS), address) : 0;
}

static uint64_t distorted(const struct output *output, enum table table, unsigned column, uint64_t value)
{
    return output->distort ? output->distort(output->context, table, column, value) : value;
}

/* Byte strings are left alone: their lengths are the writer's business. */
static void put_row(const struct output *output, enum table table, struct cell *cells)
{
    const struct table_schema *schema = &snapshot_schema[table];
    for (unsigned c = 0; c < schema->column_count; c++) {
        if (schema->columns[c].encoding != ENCODING_BYTES)
            cells[c].number = distorted(output, table, c, cells[c].number);
    }
    snapshot_writer_row(output->writer, table, cells);
}

static struct cell number(uint64_t value)
{
    return (struct cell){value, NULL};
}

static struct cell string(const char *text)
{
    return (struct cell){strlen(text), text};
}

static struct cell bytes_of(const struct text *text)
{
    return (struct cell){text->length, text_string(text)};
}

static void count_references(const struct heap_builder *builder, uint64_t *count)
{
    for (uint32_t node = 1; node < builder->object_count; node++) {
        const struct built_object *object = &builder->objects[node];
        const struct nodes *const lists[] = {&object->fields, &object->extras, &object->items};
        bool weak = (object->form & FORM_ITEMS_MASK) == FORM_ITEMS_WEAK;
        for (unsigned list = 0; list < (weak ? 2u : 3u); list++) {
            for (uint32_t i = 0; i < lists[list]->count; i++)
                count[lists[list]->node[i]]++;
        }
        const struct built_type *type = &builder->types[object->type];
        count[type->flags & TYPE_HEAP ? type->object : 0]++;
        count[node] += object->native;
    }
    for (unsigned i = 0; i < builder->root_count; i++)
        count[builder->roots[i].object]++;
    for (unsigned i = 0; i < builder->frame_count; i++)
        count[builder->frames[i].object]++;
}

static void write_types(const struct output *output)
{
    const struct heap_builder *builder = output->builder;
    for (unsigned i = 0; i < builder->type_count; i++) {
        const struct built_type *type = &builder->types[i];
        put_row(output, TABLE_TYPES, (struct cell[]){number(id_of(type->object)), string(type->module), string(type->name), number(type->base),
                                                     number(type->flags), number(56), number(type->member_count),
                                                     number(type->field_count - type->member_count)});
    }
    for (unsigned i = 0; i < builder->type_count; i++) {
        for (unsigned f = 0; f < builder->types[i].field_count; f++)
            put_row(output, TABLE_FIELDS, (struct cell[]){string(builder->types[i].field[f])});
    }
}

static void write_refs(const struct output *output, const struct nodes *nodes, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        snapshot_writer_ref(output->writer, distorted(output, TABLE_REFS, REFS_TO, id_of(nodes->node[i])));
}

static bool keeps_store(const struct heap_builder *builder, const struct built_object *object)
{
    static const char *const types[] = {"list", "dict", "set"};
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        if (!strcmp(builder->types[object->type].name, types[i]))
            return true;
    }
    return object->has_store;
}

static void write_store(const struct output *output, const struct built_object *object, uint64_t address)
{
    uint32_t pair = (object->form & FORM_ITEMS_MASK) == FORM_ITEMS_PAIRS ? 2 : 1;
    uint64_t length = object->has_store ? object->store_length : object->items.count / pair;
    uint64_t capacity = object->has_store ? object->store_capacity : length;
    put_row(output, TABLE_STORES, (struct cell[]){number(length), number(capacity), number(address)});
}

static void write_object(const struct output *output, uint32_t node)
{
    const struct heap_builder *builder = output->builder;
    const struct built_object *object = &builder->objects[node];
    const struct built_type *type = &builder->types[object->type];
    if (!object->defined)
        built_heap_reject(object->name, "never defined");
    unsigned form = object->form | (keeps_store(builder, object) ? FORM_STORE : 0);
    uint32_t fields = form & FORM_ATTRS ? type->field_count : type->member_count;
    bool items = form & FORM_ITEMS_MASK;
    if (items && object->extras.count)
        form |= FORM_EXTRAS;
    uint32_t refs = fields + object->extras.count + object->items.count;
    uint64_t size = object->size == NO_SIZE ? 16 + 8 * (uint64_t)refs + object->text_bytes : (uint64_t)object->size;
    uint64_t refcount = object->refcount == NO_SIZE ? output->refcount_of_node[node] : (uint64_t)object->refcount;
    snapshot_writer_object(output->writer, &(struct object_row){
        distorted(output, TABLE_OBJECTS, OBJECTS_ID, id_of(node)), distorted(output, TABLE_OBJECTS, OBJECTS_TYPE, object->type),
        distorted(output, TABLE_OBJECTS, OBJECTS_FORM, form), distorted(output, TABLE_OBJECTS, OBJECTS_SIZE, size),
        distorted(output, TABLE_OBJECTS, OBJECTS_REFCOUNT, refcount), distorted(output, TABLE_OBJECTS, OBJECTS_REFS, refs)});
    write_refs(output, &object->fields, fields);
    write_refs(output, &object->extras, object->extras.count);
    write_refs(output, &object->items, object->items.count);
    if (form & FORM_STORE)
        write_store(output, object, heap_builder_address(node) + BUILT_HEAP_STORE_DISTANCE);
    if (form & FORM_EXTRAS)
        put_row(output, TABLE_EXTRAS, (struct cell[]){number(object->extras.count)});
    if (object->has_calls)
        put_row(output, TABLE_MEMOS, (struct cell[]){number(id_of(node)), number(object->hits), number(object->misses)});
    if (object->fingerprint)
        put_row(output, TABLE_FINGERPRINTS, (struct cell[]){number(id_of(node)), number(object->fingerprint)});
    if (object->has_text)
        put_row(output, TABLE_TEXTS, (struct cell[]){number(id_of(node)), number(object->text_kind), number(object->text_length),
                                                     {object->text_bytes, object->text}});
}

static void write_code(const struct output *output)
{
    const struct heap_builder *builder = output->builder;
    for (unsigned i = 0; i < builder->code_count; i++) {
        const struct built_code *code = &builder->codes[i];
        put_row(output, TABLE_CODE, (struct cell[]){number(id_of(code->node)), number(code->firstlineno), number(code->argcount),
                                                    number(code->kwonly), number(3), number(0), bytes_of(&code->kinds),
                                                    bytes_of(&code->bytecode), bytes_of(&code->lines), string("")});
    }
    for (unsigned i = 0; i < builder->opcode_count; i++) {
        const struct built_opcode *opcode = &builder->opcodes[i];
        put_row(output, TABLE_OPCODES, (struct cell[]){number(opcode->number), string(opcode->name), number(opcode->base),
                                                       number(opcode->caches), number(opcode->flags)});
    }
}

static void write_process(const struct output *output)
{
    const struct heap_builder *builder = output->builder;
    for (unsigned i = 0; i < builder->thread_count; i++)
        put_row(output, TABLE_THREADS, (struct cell[]){number(builder->threads[i].ident), number(4242 + i), number(builder->threads[i].flags),
                                                       string(builder->threads[i].name)});
    for (unsigned i = 0; i < builder->frame_count; i++)
        put_row(output, TABLE_FRAMES, (struct cell[]){number(builder->frames[i].thread), number(id_of(builder->frames[i].object)),
                                                      number(id_of(builder->frames[i].code)), number(builder->frames[i].line),
                                                      number(builder->frames[i].instruction)});
    for (unsigned i = 0; i < builder->place_count; i++)
        put_row(output, TABLE_PLACES, (struct cell[]){number(id_of(builder->places[i].object)), number(builder->places[i].instruction)});
    for (unsigned i = 0; i < builder->root_count; i++)
        put_row(output, TABLE_ROOTS, (struct cell[]){number(builder->roots[i].kind), string(builder->roots[i].name),
                                                     number(id_of(builder->roots[i].object)), number(builder->roots[i].thread)});
    for (unsigned i = 0; i < builder->account_count; i++)
        put_row(output, TABLE_ACCOUNT, (struct cell[]){string(builder->accounts[i].name), number(builder->accounts[i].value)});
    for (unsigned i = 0; i < builder->collector_count; i++)
        put_row(output, TABLE_COLLECTOR, (struct cell[]){string(builder->collector[i].name), number(builder->collector[i].value)});
}

/* A container's store, or the object with the collector's header in front of it. */
static uint64_t block_address(const struct heap_builder *builder, uint32_t node)
{
    uint64_t address = heap_builder_address(node);
    return keeps_store(builder, &builder->objects[node]) ? address + BUILT_HEAP_STORE_DISTANCE : address - 16;
}

static void write_recorder(const struct output *output)
{
    const struct heap_builder *builder = output->builder;
    if (builder->recorder)
        put_row(output, TABLE_RECORDER, (struct cell[]){number(builder->recorder), number(4096), number(1790000000000000000), number(0),
                                                        number(0), number(0)});
    for (unsigned i = 0; i < builder->stack_count; i++) {
        const struct built_stack *stack = &builder->stacks[i];
        put_row(output, TABLE_STACKS, (struct cell[]){number(stack->code.count), number(stack->allocated), number(stack->allocated / 100),
                                                      number(stack->live), number(stack->live / 100)});
        put_row(output, TABLE_STACK_AGES, (struct cell[]){number(stack->first), number(stack->last)});
        for (uint32_t f = 0; f < stack->code.count; f++)
            put_row(output, TABLE_STACK_FRAMES, (struct cell[]){number(id_of(stack->code.node[f])), number(stack->instruction.node[f])});
    }
    for (unsigned i = 0; i < builder->block_count; i++) {
        const struct built_block *block = &builder->blocks[i];
        put_row(output, TABLE_BLOCKS, (struct cell[]){number(block_address(builder, block->object)), number(block->size), number(BLOCK_WEIGHT_ONE),
                                                      number(block->stack), number(block->majority), number(i)});
    }
}

static void write_tables(const struct output *output)
{
    const struct heap_builder *builder = output->builder;
    uint64_t last = (heap_builder_address(builder->object_count) - BUILT_HEAP_FIRST_ADDRESS) >> REGION_BITS;
    for (uint64_t region = 0; region <= last; region++)
        put_row(output, TABLE_REGIONS, (struct cell[]){number((BUILT_HEAP_FIRST_ADDRESS >> REGION_BITS) + region)});
    write_types(output);
    for (uint32_t node = 1; node < builder->object_count; node++)
        write_object(output, node);
    write_code(output);
    write_process(output);
    write_recorder(output);
}

static enum wh_status sink(void *context, const void *data, size_t length, struct wh_error *error)
{
    (void)error;
    text_add_bytes(context, data, length);
    return WH_OK;
}

static bool compresses;

void heap_builder_compress(bool compress)
{
    compresses = compress;
}

uint8_t *heap_builder_write(const struct heap_builder *builder, heap_distortion distort, void *context, size_t *length)
{
    struct text bytes = {0};
    struct wh_error error;
    void *memory = built_heap_must(malloc(snapshot_writer_memory(compresses)));
    struct output output = {.builder = builder, .distort = distort, .context = context,
                            .refcount_of_node = built_heap_must(calloc(builder->object_count, sizeof(uint64_t)))};
    struct snapshot_header header = {
        .created_ns = builder->created_ns, .pid = builder->pid, .program = builder->program, .python = builder->python,
        .hexversion = builder->hexversion, .mode = "fork", .trigger = "signal", .values = "short",
        .compress = compresses,
    };
    struct snapshot_totals totals = {.pause_ns = 1200000, .dump_ns = 34000000};
    count_references(builder, output.refcount_of_node);
    enum wh_status status = snapshot_writer_begin(memory, sink, &bytes, &header, &output.writer, &error);
    if (!status)
        write_tables(&output);
    if (!status)
        status = snapshot_writer_finish(output.writer, &totals, &error);
    if (status || bytes.failed)
        built_heap_reject(status ? error.message : "out of memory", "cannot write");
    free(output.refcount_of_node);
    free(memory);
    *length = bytes.length;
    return (uint8_t *)bytes.bytes;
}
