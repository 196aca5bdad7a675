/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "heap/label.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VALUE_PREVIEW_BYTES = 60, TUPLE_PREVIEW_ITEMS = 4 };
enum { KIND_FREE = 0x80 };   /* CO_FAST_FREE in co_localspluskinds, Include/internal/pycore_code.h */

/* The str at position `index` of a tuple that is a member of the code object. */
static struct span name_at(const struct heap *heap, uint32_t tuple, uint32_t index)
{
    struct span name = {"", 0};
    struct node_run names = tuple ? heap_items(heap, tuple) : (struct node_run){NULL, 0};
    if (index < names.count)
        (void)heap_string(heap, names.nodes[index], &name);
    return name;
}

static struct node_run tuple_items(const struct heap *heap, uint32_t tuple)
{
    return tuple ? heap_items(heap, tuple) : (struct node_run){NULL, 0};
}

struct local_names label_local_names(const struct heap *heap, uint32_t code_node)
{
    static const char *const tuples[LOCAL_NAME_TUPLES] = {"co_varnames", "co_cellvars", "co_freevars"};
    struct local_names names = {.tuples = {tuple_items(heap, heap_member(heap, code_node, "co_localsplusnames"))}};
    bool together = names.tuples[0].count > 0;
    for (size_t i = 0; !together && i < LOCAL_NAME_TUPLES; i++)
        names.tuples[i] = tuple_items(heap, heap_member(heap, code_node, tuples[i]));
    return names;
}

struct span label_local_names_get(const struct heap *heap, const struct local_names *names, uint32_t index)
{
    struct span name = {"", 0};
    for (size_t i = 0; i < LOCAL_NAME_TUPLES; i++) {
        if (index < names->tuples[i].count) {
            (void)heap_string(heap, names->tuples[i].nodes[index], &name);
            return name;
        }
        index -= names->tuples[i].count;
    }
    return name;
}

struct span label_local_name(const struct heap *heap, uint32_t code_node, uint32_t index)
{
    struct local_names names = label_local_names(heap, code_node);
    return label_local_names_get(heap, &names, index);
}

struct span label_free_name(const struct heap *heap, uint32_t code_node, uint32_t index)
{
    const struct heap_code *code = heap_code(heap, code_node);
    if (!code || !code->kinds.length)
        return name_at(heap, heap_member(heap, code_node, "co_freevars"), index);
    for (uint32_t i = 0; i < code->kinds.length; i++) {
        if ((unsigned char)code->kinds.bytes[i] & KIND_FREE && index-- == 0)
            return label_local_name(heap, code_node, i);
    }
    return (struct span){"", 0};
}

uint32_t label_code_of_locals(const struct heap *heap, uint32_t node)
{
    static const char *const members[] = {"f_code", "gi_code", "cr_code", "ag_code"};
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        uint32_t code = heap_member(heap, node, members[i]);
        if (code)
            return code;
    }
    return HEAP_NULL;
}

static struct label local_label(const struct heap *heap, uint32_t node, uint32_t index)
{
    struct span name = label_local_name(heap, label_code_of_locals(heap, node), index);
    if (name.length)
        return (struct label){.kind = LABEL_LOCAL, .name = name, .index = index};
    return (struct label){.kind = LABEL_TEMPORARY, .index = index};
}

static struct label item_label(const struct heap *heap, uint32_t node, uint32_t first, uint32_t index)
{
    switch (heap_items_kind(heap, node)) {
    case FORM_ITEMS_SEQUENCE:
        return (struct label){.kind = LABEL_INDEX, .index = index};
    case FORM_ITEMS_PAIRS:
        return (struct label){.kind = index % 2 ? LABEL_VALUE : LABEL_KEY, .key = heap->target_of_ref[first + index - index % 2]};
    case FORM_ITEMS_KEYS:
        return (struct label){.kind = LABEL_ELEMENT};
    case FORM_ITEMS_LOCALS:
        return local_label(heap, node, index);
    case FORM_ITEMS_WEAK:
        return (struct label){.kind = LABEL_WEAK};
    default:
        return (struct label){.kind = LABEL_EXTRA, .index = index};
    }
}

struct label label_of_ref(const struct heap *heap, uint32_t node, uint32_t ref)
{
    const struct heap_type *type = heap_type(heap, node);
    struct heap_sections sections = heap_sections(heap, node);
    if (ref < sections.attrs)
        return (struct label){.kind = LABEL_MEMBER, .name = heap->fields[type->first_field + (ref - sections.members)]};
    if (ref < sections.extras)
        return (struct label){.kind = LABEL_ATTR, .name = heap->fields[type->first_field + type->member_count + (ref - sections.attrs)]};
    if (ref < sections.items)
        return (struct label){.kind = LABEL_EXTRA, .index = ref - sections.extras};
    return item_label(heap, node, sections.items, ref - sections.items);
}

bool label_is_identifier(struct span text)
{
    if (!text.length || isdigit((unsigned char)text.bytes[0]))
        return false;
    for (size_t i = 0; i < text.length; i++) {
        unsigned char byte = (unsigned char)text.bytes[i];
        if (byte < 0x80 && !isalnum(byte) && byte != '_')
            return false;
    }
    return true;
}

/* The shortest digits that are this number and no other, as Python's repr() writes them: 0.1, 1.0, 1e+16, -inf. */
static void write_float(struct span data, struct text *text)
{
    enum { DIGITS_ENOUGH = 17, EXPONENT_MIN = -4, EXPONENT_END = 16 };
    char digits[40];
    double value;
    int precision = 0;
    if (data.length != sizeof(value))
        return;
    memcpy(&value, data.bytes, sizeof(value));
    if (!isfinite(value)) {
        text_add(text, isnan(value) ? "nan" : value < 0 ? "-inf" : "inf");
        return;
    }
    do
        snprintf(digits, sizeof(digits), "%.*e", precision++, value);
    while (precision < DIGITS_ENOUGH && strtod(digits, NULL) != value);
    int exponent = atoi(strchr(digits, 'e') + 1), decimals = precision - 1 - exponent;
    if (exponent < EXPONENT_MIN || exponent >= EXPONENT_END)
        text_add(text, digits);
    else
        text_addf(text, "%.*f", decimals > 1 ? decimals : 1, value);
}

static void write_digits(struct span digits, struct text *text)
{
    bool whole = digits.length <= VALUE_PREVIEW_BYTES;
    text_add_span(text, whole ? digits : (struct span){digits.bytes, VALUE_PREVIEW_BYTES});
    text_add(text, whole ? "" : "…");
}

/* Code points or bytes, as FORMAT.md counts a value's length. */
static bool is_prefix(const struct heap_text *value)
{
    uint64_t length = value->data.length;
    for (size_t i = 0; value->kind == TEXT_STR && i < value->data.length; i++)
        length -= ((unsigned char)value->data.bytes[i] & 0xc0) == 0x80;
    return length < value->length;
}

static void write_text_value(const struct heap *heap, const struct heap_text *value, struct text *text)
{
    switch (value->kind) {
    case TEXT_INT:
        if (heap_type_is(heap, value->node, "builtins", "bool"))
            text_add(text, span_is(value->data, "0") ? "False" : "True");
        else
            write_digits(value->data, text);
        break;
    case TEXT_FLOAT:
        write_float(value->data, text);
        break;
    case TEXT_BYTES:
        text_add_quoted(text, value->data, VALUE_PREVIEW_BYTES, QUOTED_BYTES | (is_prefix(value) ? QUOTED_PREFIX : 0));
        break;
    default:
        text_add_quoted(text, value->data, VALUE_PREVIEW_BYTES, is_prefix(value) ? QUOTED_PREFIX : 0);
    }
}

/* The class' name as a program would write it: `app.Order`, `int`. False if it has none in the snapshot. */
static bool write_class(const struct heap *heap, uint32_t node, struct text *text)
{
    struct span name, module;
    uint32_t name_node = heap_member(heap, node, "__qualname__"), module_node = heap_attribute(heap, node, "__module__");
    if (name_node && heap_string(heap, name_node, &name)) {
        if (module_node && heap_string(heap, module_node, &module) && !span_is(module, "builtins")) {
            text_add_name(text, module);
            text_add(text, ".");
        }
        text_add_name(text, name);
        return true;
    }
    /* One that is compiled into the interpreter has its name in C alone. */
    for (uint32_t type = 0; type < heap->type_count; type++) {
        if (heap->types[type].node != node)
            continue;
        if (heap->types[type].module.length && !span_is(heap->types[type].module, "builtins")) {
            text_add_name(text, heap->types[type].module);
            text_add(text, ".");
        }
        text_add_name(text, heap->types[type].name);
        return true;
    }
    return false;
}

/* The name that an object of these kinds goes by: of a function, a module, an enum's member. */
static bool find_own_name(const struct heap *heap, uint32_t node, struct span *ret)
{
    static const char *const members[] = {"__qualname__", "__name__", "co_qualname", "co_name"};
    uint32_t found = HEAP_NULL, class = heap_type(heap, node)->node;
    bool named = heap_type_is(heap, node, "builtins", "function") || heap_type_is(heap, node, "builtins", "code") ||
                 heap_type_is(heap, node, "builtins", "generator") || heap_type_is(heap, node, "builtins", "coroutine") ||
                 heap_type_is(heap, node, "builtins", "async_generator");
    for (size_t i = 0; named && !found && i < sizeof(members) / sizeof(members[0]); i++)
        found = heap_member(heap, node, members[i]);
    if (heap_is_module(heap, node))
        found = heap_attribute(heap, node, "__name__");
    else if (class && (heap_is_instance(heap, class, "enum", "EnumMeta") || heap_is_instance(heap, class, "enum", "EnumType")))
        found = heap_attribute(heap, node, "_name_");
    return found && heap_string(heap, found, ret);
}

bool label_write_own_name(const struct heap *heap, uint32_t node, struct text *text)
{
    struct span name;
    if (node == HEAP_NULL)
        return false;
    if (heap_is_class(heap, node))
        return write_class(heap, node, text);
    if (!find_own_name(heap, node, &name))
        return false;
    text_add_name(text, name);
    return true;
}

/* `<Session>`, `<function load>`, `<Color RED>`; a class is its name. */
static void write_type(const struct heap *heap, uint32_t node, struct text *text)
{
    struct span name;
    if (node != HEAP_NULL && heap_is_class(heap, node) && write_class(heap, node, text))
        return;
    text_add(text, "<");
    text_add_name(text, heap_type(heap, node)->name);
    if (find_own_name(heap, node, &name)) {
        text_add(text, " ");
        text_add_name(text, name);
    }
    text_add(text, ">");
}

/* A value that is no container; returns false if nothing is known of it. */
static bool write_atom(const struct heap *heap, uint32_t node, struct text *text)
{
    const struct heap_text *value = heap_text(heap, node);
    if (value)
        write_text_value(heap, value, text);
    else if (node == HEAP_NULL)
        text_add(text, "NULL");
    else if (heap_type_is(heap, node, "builtins", "NoneType"))
        text_add(text, "None");
    else if (heap_type_is(heap, node, "builtins", "ellipsis"))
        text_add(text, "...");
    else
        return false;
    return true;
}

static void write_tuple(const struct heap *heap, uint32_t node, struct text *text)
{
    struct node_run items = heap_items(heap, node);
    text_add(text, "(");
    for (uint32_t i = 0; i < items.count && i < TUPLE_PREVIEW_ITEMS; i++) {
        text_add(text, i ? ", " : "");
        if (!write_atom(heap, items.nodes[i], text))
            write_type(heap, items.nodes[i], text);
    }
    text_add(text, items.count > TUPLE_PREVIEW_ITEMS ? ", …)" : items.count == 1 ? ",)" : ")");
}

void label_write_value(const struct heap *heap, uint32_t node, struct text *text)
{
    if (write_atom(heap, node, text))
        return;
    if (heap_type_is(heap, node, "builtins", "tuple"))
        write_tuple(heap, node, text);
    else
        write_type(heap, node, text);
}

static void write_name(const char *before, struct span name, struct text *text)
{
    text_add(text, before);
    text_add_name(text, name);
}

void label_write(const struct heap *heap, struct label label, struct text *text)
{
    switch (label.kind) {
    case LABEL_MEMBER:
    case LABEL_ATTR:
        write_name(".", label.name, text);
        break;
    case LABEL_LOCAL:
        write_name("local ", label.name, text);
        break;
    case LABEL_INDEX:
        text_addf(text, "[%" PRIu32 "]", label.index);
        break;
    case LABEL_VALUE:
        text_add(text, "[");
        label_write_value(heap, label.key, text);
        text_add(text, "]");
        break;
    case LABEL_KEY:
        text_add(text, "key ");
        label_write_value(heap, label.key, text);
        break;
    case LABEL_ELEMENT:
        text_add(text, "set element");
        break;
    case LABEL_TEMPORARY:
        text_addf(text, "temporary %" PRIu32 " of the evaluation stack", label.index);
        break;
    case LABEL_WEAK:
        text_add(text, "weak referent");
        break;
    case LABEL_TYPE:
        text_add(text, ".__class__");
        break;
    case LABEL_SKIPPED:
        text_addf(text, "… %" PRIu32 " more …", label.index);
        break;
    case LABEL_EXTRA:
        text_addf(text, "reference %" PRIu32, label.index);
        break;
    }
}
