/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include "heap_builder.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "built_heap.h"
#include "heap/retention.h"

enum { WORD_MAX = 4096 };

/* Types that need no statement. */
static const struct { const char *name; unsigned flags; const char *members; } known_types[] = {
    {"object", 0, ""},
    {"type", TYPE_GC, "__dict__ __bases__"},
    {"NoneType", 0, ""},
    {"str", 0, ""},
    {"int", 0, ""},
    {"bool", 0, ""},
    {"float", 0, ""},
    {"bytes", 0, ""},
    {"bytearray", 0, ""},
    {"list", TYPE_GC, ""},
    {"tuple", TYPE_GC, ""},
    {"dict", TYPE_GC, ""},
    {"set", TYPE_GC, ""},
    {"module", TYPE_GC, "__dict__"},
    {"cell", TYPE_GC, "cell_contents"},
    {"function", TYPE_GC, "__code__ __globals__ __closure__ __defaults__ __kwdefaults__ __dict__ __name__"},
    {"code", 0, "co_filename co_name co_qualname co_names co_consts co_localsplusnames co_varnames co_cellvars co_freevars"},
    {"frame", TYPE_GC, "f_code f_globals"},
    {"generator", TYPE_GC, "gi_code"},
    {"weakref", TYPE_GC, ""},
    {"functools._lru_cache_wrapper", TYPE_GC, "__wrapped__ cache __dict__"},
};

void *built_heap_must(void *memory)
{
    if (!memory) {
        fputs("out of memory in a test's heap\n", stderr);
        abort();
    }
    return memory;
}

void built_heap_reject(const char *word, const char *why)
{
    fprintf(stderr, "a test's heap: %s at \"%s\"\n", why, word);
    abort();
}

/* Room for one more element; returns it, all zero. */
static void *append(void *array_pointer, unsigned *count, size_t size)
{
    void *array;
    memcpy(&array, array_pointer, sizeof(array));
    array = built_heap_must(realloc(array, (*count + 1) * size));
    memcpy(array_pointer, &array, sizeof(array));
    return memset((char *)array + (*count)++ * size, 0, size);
}

static void add_node(struct nodes *nodes, uint32_t node)
{
    if (nodes->count == nodes->capacity) {
        nodes->capacity = nodes->capacity ? 2 * nodes->capacity : 4;
        nodes->node = built_heap_must(realloc(nodes->node, nodes->capacity * sizeof(uint32_t)));
    }
    nodes->node[nodes->count++] = node;
}

/* --- names --- */

static uint32_t hash_of(const char *name)
{
    uint32_t hash = 2166136261u;
    for (; *name; name++)
        hash = (hash ^ (unsigned char)*name) * 16777619u;
    return hash;
}

static uint32_t *slot_of(const struct heap_builder *builder, const char *name)
{
    uint32_t mask = builder->slot_count - 1, at = hash_of(name) & mask;
    while (builder->slots[at] && strcmp(builder->objects[builder->slots[at]].name, name))
        at = (at + 1) & mask;
    return &builder->slots[at];
}

static void grow_objects(struct heap_builder *builder)
{
    builder->object_capacity *= 2;
    builder->objects = built_heap_must(realloc(builder->objects, builder->object_capacity * sizeof(*builder->objects)));
    free(builder->slots);
    builder->slot_count = builder->object_capacity * 2;
    builder->slots = built_heap_must(calloc(builder->slot_count, sizeof(uint32_t)));
    for (uint32_t node = 1; node < builder->object_count; node++)
        *slot_of(builder, builder->objects[node].name) = node;
}

static uint32_t new_object(struct heap_builder *builder, const char *name)
{
    if (builder->object_count == builder->object_capacity)
        grow_objects(builder);
    uint32_t node = builder->object_count++;
    builder->objects[node] = (struct built_object){.name = built_heap_must(strdup(name)), .size = NO_SIZE, .refcount = NO_SIZE};
    *slot_of(builder, name) = node;
    return node;
}

static unsigned type_of_name(const struct heap_builder *builder, const char *name)
{
    const char *dot = strrchr(name, '.');
    for (unsigned type = builder->type_count; type-- > 0;) {
        const struct built_type *row = &builder->types[type];
        if (!dot ? !strcmp(row->module, "builtins") && !strcmp(row->name, name)
                 : !strcmp(row->name, dot + 1) && strlen(row->module) == (size_t)(dot - name) && !strncmp(row->module, name, (size_t)(dot - name)))
            return type;
    }
    built_heap_reject(name, "no such type");
    return 0;
}

static void define(struct heap_builder *builder, uint32_t node, unsigned type)
{
    struct built_object *object = &builder->objects[node];
    if (object->defined)
        built_heap_reject(object->name, "defined twice");
    object->defined = true;
    object->type = type;
    object->form |= builder->types[type].flags & TYPE_GC ? FORM_TRACKED : 0;
    for (unsigned i = 0; i < builder->types[type].field_count; i++)
        add_node(&object->fields, 0);
}

static uint64_t code_points(const char *text, size_t length)
{
    uint64_t count = 0;
    for (size_t i = 0; i < length; i++)
        count += ((unsigned char)text[i] & 0xc0) != 0x80;
    return count;
}

static void set_text(struct heap_builder *builder, uint32_t node, const char *text, size_t length)
{
    static const struct { const char *type; unsigned kind; } kinds[] = {
        {"str", TEXT_STR}, {"bytes", TEXT_BYTES}, {"int", TEXT_INT}, {"bool", TEXT_INT}, {"float", TEXT_FLOAT}};
    struct built_object *object = &builder->objects[node];
    object->has_text = true;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (!strcmp(builder->types[object->type].name, kinds[i].type))
            object->text_kind = kinds[i].kind;
    }
    double number = object->text_kind == TEXT_FLOAT ? strtod(text, NULL) : 0;
    object->text_length = object->text_kind == TEXT_STR ? code_points(text, length) : object->text_kind == TEXT_BYTES ? length : 0;
    object->text_bytes = object->text_kind == TEXT_FLOAT ? sizeof(number) : length;
    object->text = built_heap_must(malloc(object->text_bytes + 1));
    memcpy(object->text, object->text_kind == TEXT_FLOAT ? (const void *)&number : text, object->text_bytes);
}

/* The object that a word stands for; strings, numbers and None define themselves. */
static uint32_t node_of_word(struct heap_builder *builder, const char *word)
{
    size_t length = strlen(word);
    bool quoted = length >= 2 && (word[0] == '\'' || word[0] == '"'), number = isdigit((unsigned char)word[0]);
    if (!strcmp(word, "_"))
        return 0;
    uint32_t node = *slot_of(builder, word);
    if (node)
        return node;
    node = new_object(builder, word);
    if (quoted || number) {
        define(builder, node, type_of_name(builder, quoted ? "str" : "int"));
        set_text(builder, node, quoted ? word + 1 : word, quoted ? length - 2 : length);
    } else if (!strcmp(word, "None")) {
        define(builder, node, type_of_name(builder, "NoneType"));
        builder->objects[node].form |= FORM_IMMORTAL;
    }
    return node;
}

/* --- words --- */

struct reader { struct heap_builder *builder; const char *at; char word[WORD_MAX]; };

static bool is_space(const char *at)
{
    return *at == ' ' || *at == '\t' || (*at == '\n' && at[1] == ' ');
}

static bool ends_statement(const char *at)
{
    return *at == ';' || !*at || (*at == '\n' && !is_space(at));
}

/* The next word of the statement is in reader->word; false at its end. */
static bool next_word(struct reader *reader)
{
    size_t length = 0;
    while (is_space(reader->at))
        reader->at++;
    if (ends_statement(reader->at))
        return false;
    if (*reader->at == '\'' || *reader->at == '"') {
        const char *close = strchr(reader->at + 1, *reader->at);
        if (!close)
            built_heap_reject(reader->at, "a quote is not closed");
        length = (size_t)(close + 1 - reader->at);
    } else {
        while (!ends_statement(reader->at + length) && !is_space(reader->at + length))
            length++;
    }
    if (length >= WORD_MAX)
        built_heap_reject(reader->at, "a word is too long");
    memcpy(reader->word, reader->at, length);
    reader->word[length] = '\0';
    reader->at += length;
    return true;
}

static bool word_is(const struct reader *reader, const char *text)
{
    return strcmp(reader->word, text) == 0;
}

static const char *need_word(struct reader *reader)
{
    if (!next_word(reader))
        built_heap_reject(reader->at, "a word is missing");
    return reader->word;
}

static uint64_t need_number(struct reader *reader)
{
    char *end;
    uint64_t number = strtoull(need_word(reader), &end, 0);
    if (*end)
        built_heap_reject(reader->word, "a number is expected");
    return number;
}

static uint32_t need_node(struct reader *reader)
{
    return node_of_word(reader->builder, need_word(reader));
}

/* A quoted word without its quotes. */
static char *need_quoted(struct reader *reader)
{
    const char *word = need_word(reader);
    size_t length = strlen(word);
    if (length < 2 || (word[0] != '\'' && word[0] != '"'))
        built_heap_reject(word, "a quoted word is expected");
    return built_heap_must(strndup(word + 1, length - 2));
}

static void read_hex(struct reader *reader, struct text *ret)
{
    const char *word = need_word(reader);
    for (; word[0] && word[1]; word += 2) {
        char digits[3] = {word[0], word[1], '\0'}, byte = (char)strtoul(digits, NULL, 16);
        text_add_bytes(ret, &byte, 1);
    }
}

/* --- statements --- */

static void add_field(struct built_type *type, const char *name)
{
    *(char **)append(&type->field, &type->field_count, sizeof(char *)) = built_heap_must(strdup(name));
}

static struct built_type *new_type(struct heap_builder *builder, const char *name, unsigned flags)
{
    struct built_type *type = append(&builder->types, &builder->type_count, sizeof(*type));
    const char *dot = strrchr(name, '.');
    type->module = built_heap_must(dot ? strndup(name, (size_t)(dot - name)) : strdup("builtins"));
    type->name = built_heap_must(strdup(dot ? dot + 1 : name));
    type->flags = flags;
    return type;
}

static void read_type(struct reader *reader)
{
    struct heap_builder *builder = reader->builder;
    bool attrs = false;
    struct built_type *type = new_type(builder, need_word(reader), TYPE_GC);
    while (next_word(reader)) {
        if (word_is(reader, "heap"))
            type->flags |= TYPE_HEAP;
        else if (word_is(reader, "base"))
            type->base = type_of_name(builder, need_word(reader)) + 1;
        else if (word_is(reader, "object"))
            type->object = need_node(reader);
        else if (word_is(reader, "members") || word_is(reader, "attrs"))
            attrs = word_is(reader, "attrs");
        else {
            add_field(type, reader->word);
            type->member_count += !attrs;
        }
    }
}

static void read_items(struct reader *reader, uint32_t node, unsigned form, const char *close)
{
    struct heap_builder *builder = reader->builder;
    builder->objects[node].form |= form;
    while (need_word(reader) && !word_is(reader, close)) {
        uint32_t item = node_of_word(builder, reader->word);   /* may move the objects */
        add_node(&builder->objects[node].items, item);
    }
}

static void read_field(struct reader *reader, uint32_t node)
{
    struct heap_builder *builder = reader->builder;
    const struct built_type *type = &builder->types[builder->objects[node].type];
    unsigned field = 0;
    while (field < type->field_count && strcmp(type->field[field], reader->word + 1))
        field++;
    if (field == type->field_count)
        built_heap_reject(reader->word, "the type has no such field");
    if (field >= type->member_count)
        builder->objects[node].form |= FORM_ATTRS;
    uint32_t target = need_node(reader);
    builder->objects[node].fields.node[field] = target;
}

static bool read_item_words(struct reader *reader, uint32_t node)
{
    static const struct { const char *open, *close; unsigned form; } kinds[] = {
        {"[", "]", FORM_ITEMS_SEQUENCE}, {"{", "}", FORM_ITEMS_PAIRS}, {"<", ">", FORM_ITEMS_KEYS},
        {"(", ")", FORM_ITEMS_LOCALS},   {"/", "/", FORM_ITEMS_WEAK}};
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (word_is(reader, kinds[i].open)) {
            read_items(reader, node, kinds[i].form, kinds[i].close);
            return true;
        }
    }
    return false;
}

static bool read_flag(struct reader *reader, struct built_object *object)
{
    static const struct { const char *word; unsigned form; } flags[] = {
        {"immortal", FORM_IMMORTAL}, {"frozen", FORM_FROZEN}, {"pseudo", FORM_PSEUDO}, {"bounded", FORM_BOUNDED},
        {"interned", FORM_INTERNED}, {"finalized", FORM_FINALIZED}};
    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
        if (word_is(reader, flags[i].word)) {
            object->form |= flags[i].form;
            return true;
        }
    }
    return false;
}

static void read_property(struct reader *reader, uint32_t node)
{
    struct heap_builder *builder = reader->builder;
    struct built_object *object = &builder->objects[node];
    if (word_is(reader, "size"))
        object->size = (int64_t)need_number(reader);
    else if (word_is(reader, "refs"))
        object->refcount = (int64_t)need_number(reader);
    else if (word_is(reader, "native"))
        object->native = need_number(reader);
    else if (word_is(reader, "alike"))
        object->fingerprint = need_number(reader);
    else if (word_is(reader, "of"))
        object->text_length = need_number(reader);
    else if (word_is(reader, "untracked"))
        object->form &= ~(unsigned)FORM_TRACKED;
    else if (word_is(reader, "store")) {
        object->has_store = true;
        object->store_length = need_number(reader);
        object->store_capacity = need_number(reader);
    } else if (word_is(reader, "calls")) {
        object->has_calls = true;
        object->hits = need_number(reader);
        object->misses = need_number(reader);
    } else if (!read_flag(reader, object))
        set_text(builder, node, reader->word, strlen(reader->word));
}

static void read_object(struct reader *reader, uint32_t node)
{
    struct heap_builder *builder = reader->builder;
    define(builder, node, type_of_name(builder, need_word(reader)));
    while (next_word(reader)) {
        if (read_item_words(reader, node))
            continue;
        if (reader->word[0] == '.')
            read_field(reader, node);
        else if (word_is(reader, "+")) {
            uint32_t extra = need_node(reader);
            add_node(&builder->objects[node].extras, extra);
        } else if (reader->word[0] == '\'' || reader->word[0] == '"')
            set_text(builder, node, reader->word + 1, strlen(reader->word) - 2);
        else
            read_property(reader, node);
    }
}

static uint32_t modules_node(struct heap_builder *builder)
{
    uint32_t node = *slot_of(builder, "sys.modules");
    if (node)
        return node;
    node = new_object(builder, "sys.modules");
    define(builder, node, type_of_name(builder, "dict"));
    builder->objects[node].form |= FORM_ITEMS_PAIRS;
    struct built_root *root = append(&builder->roots, &builder->root_count, sizeof(*root));
    *root = (struct built_root){ROOT_MODULES, built_heap_must(strdup("sys.modules")), node, 0};
    return node;
}

static void read_module(struct reader *reader)
{
    struct heap_builder *builder = reader->builder;
    char *name = built_heap_must(strdup(need_word(reader))), *other;
    uint32_t modules = modules_node(builder);
    built_heap_must(asprintf(&other, "'%s'", name) < 0 ? NULL : other);
    uint32_t key = node_of_word(builder, other);
    free(other);
    uint32_t module = node_of_word(builder, name);
    built_heap_must(asprintf(&other, "%s.__dict__", name) < 0 ? NULL : other);
    uint32_t dict = node_of_word(builder, other);
    free(other);
    free(name);
    add_node(&builder->objects[modules].items, key);
    add_node(&builder->objects[modules].items, module);
    define(builder, module, type_of_name(builder, "module"));
    builder->objects[module].fields.node[0] = dict;
    define(builder, dict, type_of_name(builder, "dict"));
    builder->objects[dict].form |= FORM_ITEMS_PAIRS;
    while (next_word(reader)) {
        if (!read_item_words(reader, dict))
            built_heap_reject(reader->word, "a module has pairs alone");
    }
}

/* A tuple of names, itself named after its owner. */
static uint32_t new_tuple(struct heap_builder *builder, uint32_t owner, const char *member)
{
    char *name;
    built_heap_must(asprintf(&name, "%s.%s", builder->objects[owner].name, member) < 0 ? NULL : name);
    uint32_t tuple = node_of_word(builder, name);
    free(name);
    if (!builder->objects[tuple].defined) {
        define(builder, tuple, type_of_name(builder, "tuple"));
        builder->objects[tuple].form |= FORM_ITEMS_SEQUENCE;
    }
    const struct built_type *type = &builder->types[builder->objects[owner].type];
    for (unsigned i = 0; i < type->field_count; i++) {
        if (!strcmp(type->field[i], member))
            builder->objects[owner].fields.node[i] = tuple;
    }
    return tuple;
}

static void add_name(struct heap_builder *builder, uint32_t code, const char *member, const char *name)
{
    char *quoted;
    uint32_t tuple = new_tuple(builder, code, member);
    built_heap_must(asprintf(&quoted, "'%s'", name) < 0 ? NULL : quoted);
    uint32_t text = node_of_word(builder, quoted);
    free(quoted);
    add_node(&builder->objects[tuple].items, text);
}

/* What a word after `locals`, `free` or `names` is. */
enum code_names { IS_LOCAL, IS_FREE, IS_GLOBAL };

static void add_code_name(struct heap_builder *builder, uint32_t node, struct built_code *code, enum code_names is, bool old, const char *name)
{
    if (is == IS_GLOBAL)
        add_name(builder, node, "co_names", name);
    else if (old)
        add_name(builder, node, is == IS_FREE ? "co_freevars" : "co_varnames", name);
    else {
        add_name(builder, node, "co_localsplusnames", name);
        text_add(&code->kinds, is == IS_FREE ? "\x80" : " ");
    }
}

static void read_code(struct reader *reader)
{
    static const char *const sections[] = {[IS_LOCAL] = "locals", [IS_FREE] = "free", [IS_GLOBAL] = "names"};
    struct heap_builder *builder = reader->builder;
    uint32_t node = need_node(reader);
    enum code_names is = IS_LOCAL;
    bool old = false;
    struct built_code code = {.node = node};
    define(builder, node, type_of_name(builder, "code"));
    uint32_t name = need_node(reader), file = need_node(reader);
    struct built_object *object = &builder->objects[node];
    object->fields.node[0] = file;
    object->fields.node[1] = object->fields.node[2] = name;
    code.firstlineno = (unsigned)need_number(reader);
    while (next_word(reader)) {
        if (word_is(reader, "args"))
            code.argcount = (unsigned)need_number(reader);
        else if (word_is(reader, "kwonly"))
            code.kwonly = (unsigned)need_number(reader);
        else if (word_is(reader, "old"))
            old = true;
        else if (word_is(reader, "bytecode"))
            read_hex(reader, &code.bytecode);
        else if (word_is(reader, "lines"))
            read_hex(reader, &code.lines);
        else if (word_is(reader, sections[IS_LOCAL]))
            is = IS_LOCAL;
        else if (word_is(reader, sections[IS_FREE]))
            is = IS_FREE;
        else if (word_is(reader, sections[IS_GLOBAL]))
            is = IS_GLOBAL;
        else
            add_code_name(builder, node, &code, is, old, reader->word);
    }
    *(struct built_code *)append(&builder->codes, &builder->code_count, sizeof(code)) = code;
}

static void read_opcode(struct reader *reader)
{
    struct heap_builder *builder = reader->builder;
    struct built_opcode *opcode = append(&builder->opcodes, &builder->opcode_count, sizeof(*opcode));
    opcode->number = opcode->base = (unsigned)need_number(reader);
    opcode->name = built_heap_must(strdup(need_word(reader)));
    while (next_word(reader)) {
        if (word_is(reader, "argument"))
            opcode->flags = OPCODE_HAS_ARGUMENT;
        else if (word_is(reader, "caches"))
            opcode->caches = (unsigned)need_number(reader);
        else if (word_is(reader, "base"))
            opcode->base = (unsigned)need_number(reader);
    }
}

static void read_root(struct reader *reader)
{
    struct built_root root = {.kind = ROOT_MODULES};
    const char *word = need_word(reader);
    while (root.kind <= ROOT_NATIVE && strcmp(root_kind_name(root.kind), word))
        root.kind++;
    if (root.kind > ROOT_NATIVE)
        built_heap_reject(word, "no such kind of root");
    root.name = need_quoted(reader);
    root.object = need_node(reader);
    if (next_word(reader))
        root.thread = (unsigned)need_number(reader);
    *(struct built_root *)append(&reader->builder->roots, &reader->builder->root_count, sizeof(root)) = root;
}

static void read_thread(struct reader *reader)
{
    struct built_thread thread = {.ident = need_number(reader)};
    thread.name = need_quoted(reader);
    thread.flags = next_word(reader) && word_is(reader, "main") ? THREAD_MAIN : 0;
    *(struct built_thread *)append(&reader->builder->threads, &reader->builder->thread_count, sizeof(thread)) = thread;
}

static void read_frame(struct reader *reader)
{
    struct built_frame frame = {.thread = reader->builder->thread_count - 1};
    frame.object = need_node(reader);
    frame.code = need_node(reader);
    frame.line = (unsigned)need_number(reader);
    if (next_word(reader))
        frame.instruction = (unsigned)need_number(reader);
    *(struct built_frame *)append(&reader->builder->frames, &reader->builder->frame_count, sizeof(frame)) = frame;
}

static void read_place(struct reader *reader)
{
    struct built_place place = {.object = need_node(reader)};
    place.instruction = (unsigned)need_number(reader);
    *(struct built_place *)append(&reader->builder->places, &reader->builder->place_count, sizeof(place)) = place;
}

static void read_named(struct reader *reader, struct built_account **rows, unsigned *count)
{
    struct built_account account = {.name = built_heap_must(strdup(need_word(reader)))};
    account.value = need_number(reader);
    *(struct built_account *)append(rows, count, sizeof(account)) = account;
}

static void read_collector(struct reader *reader)
{
    read_named(reader, &reader->builder->collector, &reader->builder->collector_count);
}

static void read_account(struct reader *reader)
{
    read_named(reader, &reader->builder->accounts, &reader->builder->account_count);
}

static void read_recorder(struct reader *reader)
{
    reader->builder->recorder = need_number(reader);
    for (unsigned row = STACK_NO_FRAME; row < STACK_FIRST_REAL; row++)
        append(&reader->builder->stacks, &reader->builder->stack_count, sizeof(struct built_stack));
}

static void read_stack(struct reader *reader)
{
    struct built_stack stack = {.allocated = need_number(reader)};
    stack.live = need_number(reader);
    while (next_word(reader)) {
        if (!strcmp(reader->word, "ages")) {
            stack.first = need_number(reader);
            stack.last = need_number(reader);
            continue;
        }
        uint32_t code = node_of_word(reader->builder, reader->word);
        add_node(&stack.code, code);
        add_node(&stack.instruction, (uint32_t)need_number(reader));
    }
    *(struct built_stack *)append(&reader->builder->stacks, &reader->builder->stack_count, sizeof(stack)) = stack;
}

static void read_block(struct reader *reader)
{
    struct built_block block = {.object = need_node(reader)};
    block.size = need_number(reader);
    block.stack = (unsigned)need_number(reader);
    block.majority = (unsigned)need_number(reader);
    *(struct built_block *)append(&reader->builder->blocks, &reader->builder->block_count, sizeof(block)) = block;
}

static void read_statement(struct reader *reader)
{
    static const struct { const char *word; void (*read)(struct reader *); } statements[] = {
        {"type", read_type},     {"module", read_module}, {"code", read_code},   {"opcode", read_opcode},
        {"root", read_root},     {"thread", read_thread}, {"frame", read_frame}, {"place", read_place}, {"account", read_account},
        {"collector", read_collector},
        {"recorder", read_recorder}, {"stack", read_stack}, {"block", read_block}};
    if (!next_word(reader))
        return;
    for (size_t i = 0; i < sizeof(statements) / sizeof(statements[0]); i++) {
        if (word_is(reader, statements[i].word)) {
            statements[i].read(reader);
            return;
        }
    }
    uint32_t node = node_of_word(reader->builder, reader->word);
    need_word(reader);
    if (!word_is(reader, ":"))
        built_heap_reject(reader->word, "a colon is expected");
    read_object(reader, node);
}

static void read_text(struct heap_builder *builder, const char *text)
{
    struct reader reader = {.builder = builder, .at = text};
    while (*reader.at) {
        read_statement(&reader);
        while (is_space(reader.at))
            reader.at++;
        if (!ends_statement(reader.at))
            built_heap_reject(reader.at, "a statement goes on");
        reader.at += *reader.at != '\0';
    }
}

/* --- the builder --- */

struct heap_builder *heap_builder_create(void)
{
    struct heap_builder *builder = built_heap_must(calloc(1, sizeof(*builder)));
    heap_builder_set_version(builder, "3.11.7", 0x030b07f0);
    heap_builder_set_origin(builder, "app.py", 4242, 1790000000250000000);
    builder->object_count = 1;
    builder->object_capacity = 8;
    grow_objects(builder);
    builder->objects[0] = (struct built_object){.defined = true};
    for (size_t i = 0; i < sizeof(known_types) / sizeof(known_types[0]); i++) {
        char *members = built_heap_must(strdup(known_types[i].members)), *rest;
        struct built_type *type = new_type(builder, known_types[i].name, known_types[i].flags);
        for (char *word = strtok_r(members, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
            add_field(type, word);
        type->member_count = type->field_count;
        free(members);
    }
    return builder;
}

static void free_types(struct heap_builder *builder)
{
    for (unsigned i = 0; i < builder->type_count; i++) {
        for (unsigned f = 0; f < builder->types[i].field_count; f++)
            free(builder->types[i].field[f]);
        free(builder->types[i].field);
        free(builder->types[i].module);
        free(builder->types[i].name);
    }
    free(builder->types);
}

static void free_objects(struct heap_builder *builder)
{
    for (uint32_t node = 0; node < builder->object_count; node++) {
        struct built_object *object = &builder->objects[node];
        free(object->name);
        free(object->text);
        free(object->fields.node);
        free(object->extras.node);
        free(object->items.node);
    }
    free(builder->objects);
    free(builder->slots);
}

static void free_code(struct heap_builder *builder)
{
    for (unsigned i = 0; i < builder->code_count; i++) {
        text_deinit(&builder->codes[i].kinds);
        text_deinit(&builder->codes[i].bytecode);
        text_deinit(&builder->codes[i].lines);
    }
    for (unsigned i = 0; i < builder->opcode_count; i++)
        free(builder->opcodes[i].name);
    free(builder->codes);
    free(builder->opcodes);
}

void heap_builder_destroy(struct heap_builder *builder)
{
    free_types(builder);
    free_objects(builder);
    free_code(builder);
    for (unsigned i = 0; i < builder->thread_count; i++)
        free(builder->threads[i].name);
    for (unsigned i = 0; i < builder->root_count; i++)
        free(builder->roots[i].name);
    for (unsigned i = 0; i < builder->account_count; i++)
        free(builder->accounts[i].name);
    free(builder->threads);
    free(builder->frames);
    free(builder->places);
    free(builder->roots);
    for (unsigned i = 0; i < builder->stack_count; i++) {
        free(builder->stacks[i].code.node);
        free(builder->stacks[i].instruction.node);
    }
    free(builder->accounts);
    for (unsigned i = 0; i < builder->collector_count; i++)
        free(builder->collector[i].name);
    free(builder->collector);
    free(builder->stacks);
    free(builder->blocks);
    free(builder);
}

void heap_builder_add_arguments(struct heap_builder *builder, const char *format, va_list arguments)
{
    char *text;
    built_heap_must(vasprintf(&text, format, arguments) < 0 ? NULL : text);
    read_text(builder, text);
    free(text);
}

void heap_builder_add(struct heap_builder *builder, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    heap_builder_add_arguments(builder, format, arguments);
    va_end(arguments);
}

uint32_t heap_builder_node(const struct heap_builder *builder, const char *name)
{
    uint32_t node = *slot_of(builder, name);
    if (!node)
        built_heap_reject(name, "no such object");
    return node;
}

uint64_t heap_builder_address(uint32_t node)
{
    return BUILT_HEAP_FIRST_ADDRESS + (uint64_t)node * BUILT_HEAP_STRIDE;
}

void heap_builder_set_origin(struct heap_builder *builder, const char *program, uint64_t pid, uint64_t created_ns)
{
    builder->program = program;
    builder->pid = pid;
    builder->created_ns = created_ns;
}

void heap_builder_set_version(struct heap_builder *builder, const char *python, uint32_t hexversion)
{
    snprintf(builder->python, sizeof(builder->python), "%s", python);
    builder->hexversion = hexversion;
}
