/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes a small but complete snapshot: a module __main__ whose list `cache` holds six bytearrays, a function that fills it, and a thread
 * that stands in that function.
 *
 *     make_snapshot [--hostile | --large | --compressed] FILE
 *
 * --hostile: all names try to act on terminals, HTML and JSON, and some are no UTF-8.
 * --large: two million tuples more, each of which refers to others anywhere among them: a second of work, or more, for an analysis.
 * --compressed: with feature zstd.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <whoholds/formats/writer.h>

enum { REGION_BASE = 0x7f00001, FIRST_ADDRESS = 0x40, OBJECT_STRIDE = 0x40, REFS_MAX = 18 };

/* Names that can be hostile. */
struct names {
    const char *module, *cache, *function, *file, *program, *thread, *type;
};

static const struct names plain = {"__main__", "cache", "make_and_hold", "/nowhere/app.py", "/nowhere/app.py", "MainThread", "Order"};
static const struct names hostile = {
    "\x1b]0;module\x07</script><!--", "\x1b[31m\xe2\x80\xae cache\r\n", "\xed\xa0\x80 lone & <b>", "/no\xff\xfe/\xe2\x80\xa8x.py",
    "prog\x9b 2J\n", "\xc2\x9b thread", "Ord\xe2\x81\xa6" "er\n",
};

enum type_number { TYPE_TYPE, TYPE_MODULE, TYPE_DICT, TYPE_STR, TYPE_LIST, TYPE_BYTEARRAY, TYPE_CODE, TYPE_FUNCTION, TYPE_FRAME, TYPE_TUPLE,
                   TYPE_ORDER, TYPE_NUMBERS };

static const struct type_entry {
    const char *name;
    unsigned flags, basicsize;
    unsigned member_count;
    const char *members[8];
} types[TYPE_NUMBERS] = {
    [TYPE_TYPE] = {"type", TYPE_GC, 912, 0, {0}},
    [TYPE_MODULE] = {"module", TYPE_GC, 56, 1, {"__dict__"}},
    [TYPE_DICT] = {"dict", TYPE_GC, 48, 0, {0}},
    [TYPE_STR] = {"str", 0, 64, 0, {0}},
    [TYPE_LIST] = {"list", TYPE_GC, 40, 0, {0}},
    [TYPE_BYTEARRAY] = {"bytearray", 0, 56, 0, {0}},
    [TYPE_CODE] = {"code", 0, 176, 6, {"co_filename", "co_name", "co_qualname", "co_names", "co_consts", "co_localsplusnames"}},
    [TYPE_FUNCTION] = {"function", TYPE_GC, 136, 3, {"__code__", "__globals__", "__name__"}},
    [TYPE_FRAME] = {"frame", TYPE_GC, 64, 1, {"f_code"}},
    [TYPE_TUPLE] = {"tuple", TYPE_GC, 40, 0, {0}},
    [TYPE_ORDER] = {NULL, TYPE_GC | TYPE_HEAP, 48, 1, {"__dict__"}},
};

enum object_number { NOTHING, SYS_MODULES, MODULE, MODULE_DICT, CACHE, FUNCTION, CODE, FRAME, EMPTY_TUPLE, CODE_NAMES, CODE_LOCALS, ORDER,
                     ORDER_DICT, NAME_MODULE, NAME_CACHE, NAME_FUNCTION, NAME_FILE, NAME_ORDER, NAME_OBJ, FIRST_BYTES,
                     LAST_BYTES = FIRST_BYTES + 5, OBJECT_NUMBERS };

static struct object_entry {
    unsigned type, form;
    uint64_t size, length, capacity; /* of the store, with FORM_STORE */
    unsigned ref_count;
    unsigned refs[REFS_MAX];         /* object_number */
    const char *text;
} objects[OBJECT_NUMBERS] = {
    [SYS_MODULES] = {TYPE_DICT, FORM_ITEMS_PAIRS | FORM_TRACKED | FORM_STORE, 232, 1, 5, 2, {NAME_MODULE, MODULE}, NULL},
    [MODULE] = {TYPE_MODULE, FORM_TRACKED, 72, 0, 0, 1, {MODULE_DICT}, NULL},
    [MODULE_DICT] = {TYPE_DICT, FORM_ITEMS_PAIRS | FORM_TRACKED | FORM_STORE, 232, 3, 5, 6,
                     {NAME_CACHE, CACHE, NAME_FUNCTION, FUNCTION, NAME_ORDER, ORDER}, NULL},
    [CACHE] = {TYPE_LIST, FORM_ITEMS_SEQUENCE | FORM_TRACKED | FORM_STORE, 120, 6, 8, 6,
               {FIRST_BYTES, FIRST_BYTES + 1, FIRST_BYTES + 2, FIRST_BYTES + 3, FIRST_BYTES + 4, FIRST_BYTES + 5}, NULL},
    [FUNCTION] = {TYPE_FUNCTION, FORM_TRACKED, 152, 0, 0, 3, {CODE, MODULE_DICT, NAME_FUNCTION}, NULL},
    [CODE] = {TYPE_CODE, 0, 240, 0, 0, 6, {NAME_FILE, NAME_FUNCTION, NAME_FUNCTION, CODE_NAMES, EMPTY_TUPLE, CODE_LOCALS}, NULL},
    [FRAME] = {TYPE_FRAME, FORM_ITEMS_LOCALS | FORM_PSEUDO, 96, 0, 0, 2, {CODE, LAST_BYTES}, NULL},
    [EMPTY_TUPLE] = {TYPE_TUPLE, FORM_ITEMS_SEQUENCE, 40, 0, 0, 0, {0}, NULL},
    [CODE_NAMES] = {TYPE_TUPLE, FORM_ITEMS_SEQUENCE, 48, 0, 0, 1, {NAME_CACHE}, NULL},
    [CODE_LOCALS] = {TYPE_TUPLE, FORM_ITEMS_SEQUENCE, 48, 0, 0, 1, {NAME_OBJ}, NULL},
    [ORDER] = {TYPE_ORDER, FORM_TRACKED, 64, 0, 0, 1, {ORDER_DICT}, NULL},
    [ORDER_DICT] = {TYPE_DICT, FORM_ITEMS_PAIRS | FORM_TRACKED | FORM_STORE, 184, 1, 5, 2, {NAME_CACHE, CACHE}, NULL},
};

static void name_objects(const struct names *names)
{
    const char *const texts[] = {names->module, names->cache, names->function, names->file, "order", "obj"};
    for (unsigned i = NAME_MODULE; i <= NAME_OBJ; i++)
        objects[i] = (struct object_entry){.type = TYPE_STR, .size = 49 + strlen(texts[i - NAME_MODULE]), .text = texts[i - NAME_MODULE]};
    for (unsigned i = FIRST_BYTES; i <= LAST_BYTES; i++)
        objects[i] = (struct object_entry){.type = TYPE_BYTEARRAY, .form = FORM_STORE, .size = 5000057, .length = 5000000,
                                           .capacity = 5000001};
}

static uint64_t address_of(unsigned object)
{
    return (uint64_t)REGION_BASE << REGION_BITS | (FIRST_ADDRESS + object * OBJECT_STRIDE);
}

static uint64_t id_of(unsigned object)
{
    return object ? granule_id(1, address_of(object)) : 0;
}

static struct cell number(uint64_t value)
{
    return (struct cell){value, NULL};
}

static struct cell bytes(const char *text)
{
    return (struct cell){strlen(text), text};
}

static uint64_t code_points(const char *text)
{
    uint64_t count = 0;
    for (; *text; text++)
        count += ((unsigned char)*text & 0xC0) != 0x80;
    return count;
}

static uint64_t refcount_of(unsigned object)
{
    uint64_t count = 0;
    for (unsigned i = 1; i < OBJECT_NUMBERS; i++)
        for (unsigned j = 0; j < objects[i].ref_count; j++)
            count += objects[i].refs[j] == object;
    return count ? count : 1;
}

static void write_types(struct snapshot_writer *writer, const struct names *names)
{
    for (unsigned i = 0; i < TYPE_NUMBERS; i++) {
        const struct type_entry *type = &types[i];
        struct cell module = bytes(type->name ? "builtins" : names->module), name = bytes(type->name ? type->name : names->type);
        snapshot_writer_row(writer, TABLE_TYPES,
                            (struct cell[]){number(0), module, name, number(0), number(type->flags), number(type->basicsize),
                                            number(type->member_count), number(0)});
    }
    for (unsigned i = 0; i < TYPE_NUMBERS; i++)
        for (unsigned j = 0; j < types[i].member_count; j++)
            snapshot_writer_row(writer, TABLE_FIELDS, (struct cell[]){bytes(types[i].members[j])});
}

static void write_object(struct snapshot_writer *writer, unsigned object)
{
    const struct object_entry *entry = &objects[object];
    struct object_row row = {id_of(object), entry->type, entry->form, entry->size, refcount_of(object), entry->ref_count};
    snapshot_writer_object(writer, &row);
    for (unsigned i = 0; i < entry->ref_count; i++)
        snapshot_writer_ref(writer, id_of(entry->refs[i]));
    if (entry->form & FORM_STORE)
        snapshot_writer_row(writer, TABLE_STORES,
                            (struct cell[]){number(entry->length), number(entry->capacity), number(address_of(object) + 0x10000)});
    if (entry->text)
        snapshot_writer_row(writer, TABLE_TEXTS,
                            (struct cell[]){number(id_of(object)), number(TEXT_STR), number(code_points(entry->text)), bytes(entry->text)});
}

static void write_code(struct snapshot_writer *writer)
{
    /* co_lnotab of one line; the bytecode is empty, so no store site is found */
    snapshot_writer_row(writer, TABLE_CODE,
                        (struct cell[]){number(id_of(CODE)), number(12), number(0), number(0), number(3), number(0), bytes(" "), bytes(""),
                                        bytes(""), bytes("")});
    snapshot_writer_row(writer, TABLE_OPCODES, (struct cell[]){number(9), bytes("NOP"), number(9), number(0), number(0)});
}

static void write_roots(struct snapshot_writer *writer, const struct names *names)
{
    snapshot_writer_row(writer, TABLE_THREADS, (struct cell[]){number(140001), number(4242), number(THREAD_MAIN), bytes(names->thread)});
    snapshot_writer_row(writer, TABLE_FRAMES, (struct cell[]){number(0), number(id_of(FRAME)), number(id_of(CODE)), number(14), number(0)});
    snapshot_writer_row(writer, TABLE_ROOTS,
                        (struct cell[]){number(ROOT_MODULES), bytes("sys.modules"), number(id_of(SYS_MODULES)), number(0)});
    snapshot_writer_row(writer, TABLE_ACCOUNT, (struct cell[]){bytes("rss"), number(42000000)});
    snapshot_writer_row(writer, TABLE_ACCOUNT, (struct cell[]){bytes("anonymous"), number(36000000)});
    snapshot_writer_row(writer, TABLE_ACCOUNT, (struct cell[]){bytes("file"), number(6000000)});
}

/* Tuple k of a binary tree stands in place k × LARGE_STEP, so that neighbours in the tree are far apart. */
enum { LARGE_BITS = 21, LARGE_COUNT = 1 << LARGE_BITS, LARGE_STEP = 1103515245, LARGE_REFS = 3, LARGE_FIRST_REGION = 2,
       LARGE_PER_REGION = (1 << REGION_BITS) / OBJECT_STRIDE, LARGE_REGIONS = LARGE_COUNT / LARGE_PER_REGION };

static uint64_t large_id(uint32_t place)
{
    return granule_id(LARGE_FIRST_REGION + place / LARGE_PER_REGION, (uint64_t)(place % LARGE_PER_REGION) * OBJECT_STRIDE);
}

static uint64_t large_tuple(uint32_t number)
{
    return large_id(number * (uint32_t)LARGE_STEP % LARGE_COUNT);
}

/* The inverse of LARGE_STEP modulo a power of two (Newton's iteration doubles the right bits each time). */
static uint32_t large_inverse(void)
{
    uint32_t inverse = 1;
    for (int i = 0; i < 5; i++)
        inverse *= 2 - (uint32_t)LARGE_STEP * inverse;
    return inverse;
}

static void write_large(struct snapshot_writer *writer)
{
    uint32_t inverse = large_inverse();
    for (uint32_t place = 0; place < LARGE_COUNT; place++) {
        uint32_t number = place * inverse % LARGE_COUNT;
        struct object_row row = {large_id(place), TYPE_TUPLE, FORM_ITEMS_SEQUENCE | FORM_TRACKED, 64, 2, LARGE_REFS};
        snapshot_writer_object(writer, &row);
        for (uint32_t child = 2 * number + 1; child <= 2 * number + 2; child++)
            snapshot_writer_ref(writer, child < LARGE_COUNT ? large_tuple(child) : 0);
        snapshot_writer_ref(writer, large_tuple((number * UINT32_C(2654435761) >> 3) % LARGE_COUNT));
    }
    snapshot_writer_row(writer, TABLE_ROOTS, (struct cell[]){number(ROOT_INTERPRETER), bytes("large"), number(large_tuple(0)), number(0)});
}

static enum wh_status sink(void *context, const void *data, size_t length, struct wh_error *error)
{
    if (fwrite(data, 1, length, context) != length)
        return wh_error_set(error, WH_ERR_RESOURCE, "cannot write");
    return WH_OK;
}

/* What is to be written. */
struct wanted { const struct names *names; bool large, compressed; };

static enum wh_status write_snapshot(FILE *file, const struct wanted *wanted, void *memory, struct wh_error *error)
{
    struct snapshot_writer *writer;
    const struct names *names = wanted->names;
    struct snapshot_header header = {
        .created_ns = 1790000000250000000, .pid = 4242, .program = names->program, .python = "3.11.7", .hexversion = 0x030b07f0,
        .mode = "fork", .trigger = "signal", .values = "short", .compress = wanted->compressed,
    };
    struct snapshot_totals totals = {.pause_ns = 1200000, .dump_ns = 34000000};
    enum wh_status status = snapshot_writer_begin(memory, sink, file, &header, &writer, error);
    if (status)
        return status;
    for (unsigned region = 0; region < 1 + (wanted->large ? LARGE_REGIONS : 0); region++)
        snapshot_writer_row(writer, TABLE_REGIONS, (struct cell[]){number(REGION_BASE + region)});
    write_types(writer, names);
    for (unsigned i = 1; i < OBJECT_NUMBERS; i++)
        write_object(writer, i);
    write_code(writer);
    write_roots(writer, names);
    if (wanted->large)
        write_large(writer);
    return snapshot_writer_finish(writer, &totals, error);
}

int main(int argc, char **argv)
{
    bool bad_names = argc == 3 && strcmp(argv[1], "--hostile") == 0;
    struct wanted wanted = {
        .names = bad_names ? &hostile : &plain,
        .large = argc == 3 && strcmp(argv[1], "--large") == 0,
        .compressed = argc == 3 && strcmp(argv[1], "--compressed") == 0,
    };
    struct wh_error error = {0};
    if (argc != 2 + (bad_names || wanted.large || wanted.compressed)) {
        fputs("usage: make_snapshot [--hostile | --large | --compressed] FILE\n", stderr);
        return WH_ERR_USAGE;
    }
    FILE *file = fopen(argv[argc - 1], "wb");
    void *memory = malloc(snapshot_writer_memory(wanted.compressed));
    if (!file || !memory) {
        perror(argv[argc - 1]);
        return WH_ERR_RESOURCE;
    }
    name_objects(wanted.names);
    enum wh_status status = write_snapshot(file, &wanted, memory, &error);
    if (fclose(file) != 0 && !status)
        status = wh_error_set(&error, WH_ERR_RESOURCE, "cannot close");
    if (status)
        fprintf(stderr, "make_snapshot: %s\n", error.message);
    free(memory);
    return status;
}
