/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "code/code_index.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "code/mutators.h"
#include "code/code_flow.h"
#include "code/library_file.h"
#include "heap/known_names.h"
#include "heap/label.h"

enum { RECENT_NAMES = 1 << 14 };

/* ---- names ---- */

static uint32_t hash_of(struct span text)
{
    uint32_t hash = 2166136261u;   /* FNV-1a */
    for (size_t i = 0; i < text.length; i++)
        hash = (hash ^ (uint8_t)text.bytes[i]) * 16777619u;
    return hash ^ hash >> 15;
}

static bool same_text(struct span a, struct span b)
{
    return a.length == b.length && (!a.length || !memcmp(a.bytes, b.bytes, a.length));
}

/* The slot that holds the name, or the empty one where it belongs. */
static uint32_t *find_slot(const struct code_index *index, struct span text)
{
    uint32_t slot = hash_of(text) & index->slot_mask;
    while (index->slots[slot] && !same_text(index->text_of_name[index->slots[slot]], text))
        slot = (slot + 1) & index->slot_mask;
    return &index->slots[slot];
}

uint32_t code_index_find_name(const struct code_index *index, struct span text)
{
    return *find_slot(index, text);
}

static enum wh_status double_slots(struct code_index *index, struct wh_error *error)
{
    uint32_t mask = index->slot_mask * 2 + 1, *slots;
    enum wh_status status = array_alloc_zeroed((size_t)mask + 1, sizeof(*slots), "the table of names", error, &slots);
    if (status)
        return status;
    free(index->slots);
    index->slots = slots;
    index->slot_mask = mask;
    for (uint32_t name = 1; name < index->name_count; name++)
        *find_slot(index, index->text_of_name[name]) = name;
    return WH_OK;
}

static enum wh_status add_name(struct code_index *index, struct span text, struct wh_error *error)
{
    if (index->name_count >= index->slot_mask / 2) {
        enum wh_status status = double_slots(index, error);
        if (status)
            return status;
    }
    if (index->name_count == index->name_capacity) {
        uint32_t capacity = index->name_capacity * 2;
        struct span *texts = realloc(index->text_of_name, capacity * sizeof(*texts));
        if (!texts)
            return wh_error_set(error, WH_ERR_RESOURCE, "out of memory: %u names", capacity);
        index->text_of_name = texts;
        index->name_capacity = capacity;
    }
    uint32_t *slot = find_slot(index, text);
    if (!*slot) {
        index->text_of_name[index->name_count] = text;
        *slot = index->name_count++;
    }
    return WH_OK;
}

static enum wh_status init_names(struct code_index *index, struct wh_error *error)
{
    static const char *const known[KNOWN_NAME_COUNT] = {
        "",
#define X(identifier, text) text,
        KNOWN_NAMES(X)
#undef X
    };
    index->name_capacity = 1024;
    index->slot_mask = 4095;
    index->name_count = 1;
    enum wh_status status = array_alloc(index->name_capacity, sizeof(*index->text_of_name), "names", error, &index->text_of_name);
    if (!status)
        status = array_alloc_zeroed((size_t)index->slot_mask + 1, sizeof(*index->slots), "the table of names", error, &index->slots);
    if (!status)
        status = array_alloc_zeroed(RECENT_NAMES, sizeof(uint32_t), "recent names", error, &index->recent_nodes);
    if (!status)
        status = array_alloc_zeroed(RECENT_NAMES, sizeof(uint32_t), "recent names", error, &index->recent_names);
    if (!status)
        index->text_of_name[0] = (struct span){"", 0};
    for (uint32_t name = 1; !status && name < KNOWN_NAME_COUNT; name++)
        status = add_name(index, (struct span){known[name], strlen(known[name])}, error);
    return status;
}

uint32_t code_index_name_of_node(const struct code_index *index, uint32_t str_node)
{
    uint32_t slot = str_node % RECENT_NAMES;
    if (str_node && index->recent_nodes[slot] == str_node)
        return index->recent_names[slot];
    struct span text;
    uint32_t name = str_node && heap_string(index->heap, str_node, &text) ? code_index_find_name(index, text) : NAME_NONE;
    index->recent_nodes[slot] = str_node;
    index->recent_names[slot] = name;
    return name;
}

/* ---- names of code objects ---- */

/* Calls back for each name that a code object uses, also as a constant: globals()["cache"], setattr(x, "name", y). */
typedef enum wh_status (*name_visitor)(struct code_index *index, uint32_t row, uint32_t str_node, struct wh_error *error);

enum { NAME_LENGTH_MAX = 64 };

static bool is_name(const struct heap *heap, uint32_t node)
{
    struct span text;
    return node && heap_string(heap, node, &text) && text.length <= NAME_LENGTH_MAX && label_is_identifier(text);
}

static enum wh_status visit_names(struct code_index *index, uint32_t row, name_visitor visit, struct wh_error *error)
{
    struct code_view view;
    enum wh_status status = WH_OK;
    code_view_init(index->heap, &index->heap->codes[row], &view);
    for (uint32_t i = 0; !status && i < view.names.count; i++)
        status = visit(index, row, view.names.nodes[i], error);
    for (uint32_t i = 0; !status && i < view.locals.count; i++)
        status = visit(index, row, view.locals.nodes[i], error);
    for (uint32_t i = 0; !status && i < view.cells.count; i++)
        status = visit(index, row, view.cells.nodes[i], error);
    for (uint32_t i = 0; !status && i < view.frees.count; i++)
        status = visit(index, row, view.frees.nodes[i], error);
    for (uint32_t i = 0; !status && i < view.consts.count; i++)
        if (is_name(index->heap, view.consts.nodes[i]))
            status = visit(index, row, view.consts.nodes[i], error);
    return status ? status : visit(index, row, view.name, error);
}

static enum wh_status intern_visitor(struct code_index *index, uint32_t row, uint32_t str_node, struct wh_error *error)
{
    (void)row;
    struct span text;
    return heap_string(index->heap, str_node, &text) ? add_name(index, text, error) : WH_OK;
}

static enum wh_status count_visitor(struct code_index *index, uint32_t row, uint32_t str_node, struct wh_error *error)
{
    (void)row, (void)error;
    index->first_user_of_name[code_index_name_of_node(index, str_node) + 1]++;
    return WH_OK;
}

static enum wh_status fill_visitor(struct code_index *index, uint32_t row, uint32_t str_node, struct wh_error *error)
{
    (void)error;
    index->users[index->first_user_of_name[code_index_name_of_node(index, str_node)]++] = row;
    return WH_OK;
}

static enum wh_status visit_all(struct code_index *index, name_visitor visit, struct wh_error *error)
{
    enum wh_status status = WH_OK;
    for (uint32_t row = 0; !status && row < index->heap->code_count; row++)
        status = visit_names(index, row, visit, error);
    return status;
}

static enum wh_status index_users(struct code_index *index, struct wh_error *error)
{
    enum wh_status status = visit_all(index, intern_visitor, error);
    index->indexed_names = index->name_count;
    if (!status)
        status = array_alloc_zeroed((size_t)index->name_count + 1, sizeof(uint32_t), "users of names", error, &index->first_user_of_name);
    if (!status)
        status = visit_all(index, count_visitor, error);
    if (status)
        return status;
    for (uint32_t name = 0; name < index->name_count; name++)
        index->first_user_of_name[name + 1] += index->first_user_of_name[name];
    status = array_alloc(index->first_user_of_name[index->name_count], sizeof(uint32_t), "users of names", error, &index->users);
    if (!status)
        status = visit_all(index, fill_visitor, error);
    if (status)
        return status;
    /* Filling moved each start to the next one's place. */
    memmove(index->first_user_of_name + 1, index->first_user_of_name, index->name_count * sizeof(uint32_t));
    index->first_user_of_name[0] = 0;
    return WH_OK;
}

/* ---- classes ---- */

static int compare_pairs(const void *a, const void *b)
{
    const uint32_t *left = a, *right = b;
    return (left[0] > right[0]) - (left[0] < right[0]);
}

/* type_of_class holds pairs (class node, type number), ordered by node. */
static enum wh_status index_classes(struct code_index *index, struct wh_error *error)
{
    const struct heap *heap = index->heap;
    enum wh_status status = array_alloc((size_t)heap->type_count * 2, sizeof(uint32_t), "classes", error, &index->type_of_class);
    if (status)
        return status;
    for (uint32_t type = 0; type < heap->type_count; type++) {
        if (!heap->types[type].node)
            continue;
        index->type_of_class[2 * index->class_count] = heap->types[type].node;
        index->type_of_class[2 * index->class_count++ + 1] = type;
    }
    qsort(index->type_of_class, index->class_count, 2 * sizeof(uint32_t), compare_pairs);
    return WH_OK;
}

uint32_t code_index_type_of_class(const struct code_index *index, uint32_t node)
{
    const uint32_t *found = node ? bsearch(&node, index->type_of_class, index->class_count, 2 * sizeof(uint32_t), compare_pairs) : NULL;
    return found ? found[1] : TYPE_NONE;
}

uint32_t code_index_name_of_class(const struct code_index *index, uint32_t type)
{
    struct span name = index->heap->types[type].name;
    const char *dot = name.length ? memrchr(name.bytes, '.', name.length) : NULL;
    if (dot)
        name = (struct span){dot + 1, name.length - (size_t)(dot + 1 - name.bytes)};
    return code_index_find_name(index, name);
}

/* No class hierarchy is deeper; a file may claim a cyclic one. */
enum { BASES_MAX = 64 };

static struct node_run mro_of(const struct code_index *index, uint32_t type)
{
    uint32_t class_node = index->heap->types[type].node;
    uint32_t mro = class_node ? heap_member(index->heap, class_node, "__mro__") : HEAP_NULL;
    return mro ? heap_items(index->heap, mro) : (struct node_run){NULL, 0};
}

bool code_index_is_subtype(const struct code_index *index, uint32_t type, uint32_t base)
{
    if (type == TYPE_NONE || base == TYPE_NONE)
        return false;
    struct node_run mro = mro_of(index, type);
    uint32_t base_node = index->heap->types[base].node;
    for (uint32_t i = 0; i < mro.count; i++)
        if (mro.nodes[i] && mro.nodes[i] == base_node)
            return true;
    for (unsigned depth = 0; type != TYPE_NONE && depth < BASES_MAX; depth++, type = index->heap->types[type].base)
        if (type == base)
            return true;
    return false;
}

uint32_t code_index_lookup(const struct code_index *index, uint32_t dict, uint32_t name)
{
    struct node_run items = heap_items(index->heap, dict);
    if (!name || heap_items_kind(index->heap, dict) != FORM_ITEMS_PAIRS)
        return HEAP_NULL;
    for (uint32_t i = 0; i + 1 < items.count; i += 2)
        if (code_index_name_of_node(index, items.nodes[i]) == name)
            return items.nodes[i + 1];
    return HEAP_NULL;
}

static uint32_t lookup_in_class(const struct code_index *index, uint32_t class_node, uint32_t name)
{
    uint32_t dict = class_node ? heap_member(index->heap, class_node, "__dict__") : HEAP_NULL;
    return dict ? code_index_lookup(index, dict, name) : HEAP_NULL;
}

uint32_t code_index_class_attribute(const struct code_index *index, uint32_t type, uint32_t name)
{
    if (type == TYPE_NONE)
        return HEAP_NULL;
    struct node_run mro = mro_of(index, type);
    for (uint32_t i = 0; i < mro.count && i < BASES_MAX; i++) {
        uint32_t found = lookup_in_class(index, mro.nodes[i], name);
        if (found)
            return found;
    }
    return mro.count ? HEAP_NULL : lookup_in_class(index, index->heap->types[type].node, name);
}

uint32_t code_index_inherited_attribute(const struct code_index *index, uint32_t type, uint32_t own, uint32_t name)
{
    struct node_run mro = type == TYPE_NONE || own == TYPE_NONE ? (struct node_run){NULL, 0} : mro_of(index, type);
    bool behind = false;
    for (uint32_t i = 0; i < mro.count && i < BASES_MAX; i++) {
        uint32_t found = behind ? lookup_in_class(index, mro.nodes[i], name) : HEAP_NULL;
        if (found)
            return found;
        behind |= mro.nodes[i] == index->heap->types[own].node;
    }
    return HEAP_NULL;
}

/* ---- functions ---- */

uint32_t code_index_row(const struct code_index *index, uint32_t code_node)
{
    const struct heap_code *code = code_node ? heap_code(index->heap, code_node) : NULL;
    return code ? (uint32_t)(code - index->heap->codes) : CODE_NONE;
}

uint32_t code_index_row_of_callable(const struct code_index *index, uint32_t node)
{
    static const char *const ways[] = {"__func__", "__wrapped__", "func"};
    for (unsigned depth = 0; node && depth < 4; depth++) {
        uint32_t code = heap_member(index->heap, node, "__code__");
        if (code)
            return code_index_row(index, code);
        uint32_t inner = HEAP_NULL;
        for (unsigned way = 0; !inner && way < sizeof(ways) / sizeof(ways[0]); way++)
            inner = heap_member(index->heap, node, ways[way]);
        node = inner;
    }
    return CODE_NONE;
}

static enum wh_status index_functions(struct code_index *index, struct wh_error *error)
{
    const struct heap *heap = index->heap;
    uint32_t *rows, function_type = TYPE_NONE;
    for (uint32_t type = 0; type < heap->type_count && function_type == TYPE_NONE; type++)
        if (span_is(heap->types[type].module, "builtins") && span_is(heap->types[type].name, "function"))
            function_type = type;
    enum wh_status status = array_alloc_zeroed((size_t)heap->code_count + 2, sizeof(uint32_t), "functions", error,
                                               &index->first_function_of_code);
    if (status)
        return status;
    rows = index->first_function_of_code;
    for (uint32_t node = 1; node < heap->node_count; node++) {
        uint32_t row = heap->type_of_node[node] == function_type ? code_index_row_of_callable(index, node) : CODE_NONE;
        if (row != CODE_NONE)
            rows[row + 2]++;
    }
    for (uint32_t row = 0; row < heap->code_count; row++)
        rows[row + 2] += rows[row + 1];
    status = array_alloc(rows[heap->code_count + 1], sizeof(uint32_t), "functions", error, &index->functions);
    for (uint32_t node = 1; !status && node < heap->node_count; node++) {
        uint32_t row = heap->type_of_node[node] == function_type ? code_index_row_of_callable(index, node) : CODE_NONE;
        if (row != CODE_NONE)
            index->functions[rows[row + 1]++] = node;
    }
    return status;
}

uint32_t code_index_free_variable(const struct code_index *index, uint32_t function, uint32_t name)
{
    const struct heap_code *code = heap_code(index->heap, heap_member(index->heap, function, "__code__"));
    uint32_t closure = heap_member(index->heap, function, "__closure__");
    if (!code || !closure || !name)
        return HEAP_NULL;
    struct code_view view;
    code_view_init(index->heap, code, &view);
    struct node_run cells = heap_items(index->heap, closure);
    for (uint32_t i = 0; i < cells.count; i++) {
        uint32_t free_name = code_view_free_name(&view, i);
        if (!free_name)
            break;
        if (code_index_name_of_node(index, free_name) == name)
            return cells.nodes[i] ? heap_member(index->heap, cells.nodes[i], "cell_contents") : HEAP_NULL;
    }
    return HEAP_NULL;
}

/* ---- facts ---- */

static void note_own_facts(struct code_index *index, uint32_t row)
{
    struct code_view view;
    struct code_facts *facts = &index->facts[row];
    code_view_init(index->heap, &index->heap->codes[row], &view);
    facts->parent = CODE_NONE;
    facts->class_type = TYPE_NONE;
    facts->name = code_index_name_of_node(index, view.name);
    facts->library = library_file_is(code_view_text(&view, view.filename));
    facts->top_level = span_is(code_view_text(&view, view.name), "<module>");
    for (uint32_t i = index->first_function_of_code[row]; i < index->first_function_of_code[row + 1] && !facts->globals; i++)
        facts->globals = heap_member(index->heap, index->functions[i], "__globals__");
}

static void note_children(struct code_index *index, uint32_t row)
{
    struct code_view view;
    code_view_init(index->heap, &index->heap->codes[row], &view);
    for (uint32_t i = 0; i < view.consts.count; i++) {
        uint32_t child = code_index_row(index, view.consts.nodes[i]);
        if (child != CODE_NONE && child != row)
            index->facts[child].parent = row;
    }
}

/* A function in a class' dict, as it is or in a decorator of the language's own. */
static uint32_t unwrap_method(const struct code_index *index, uint32_t node, enum method_kind *kind)
{
    static const struct { const char *type, *member; enum method_kind kind; } wrappers[] = {
        {"staticmethod", "__func__", METHOD_STATIC}, {"staticmethod", "__wrapped__", METHOD_STATIC},
        {"classmethod", "__func__", METHOD_CLASS},   {"classmethod", "__wrapped__", METHOD_CLASS},
        {"property", "fget", METHOD_INSTANCE},
    };
    *kind = METHOD_INSTANCE;
    if (!node || heap_type_is(index->heap, node, "builtins", "function"))
        return node;
    for (unsigned i = 0; i < sizeof(wrappers) / sizeof(wrappers[0]); i++) {
        if (!heap_type_is(index->heap, node, "builtins", wrappers[i].type))
            continue;
        uint32_t inner = heap_member(index->heap, node, wrappers[i].member);
        if (!inner)
            continue;
        *kind = wrappers[i].kind;
        return inner;
    }
    /* functools.lru_cache and other wrappers that say what they wrap */
    return heap_member(index->heap, node, "__wrapped__");
}

static void note_function(struct code_index *index, uint32_t type, uint32_t function, enum method_kind kind)
{
    uint32_t row = function ? code_index_row_of_callable(index, function) : CODE_NONE;
    if (row == CODE_NONE || index->facts[row].method)
        return;
    index->facts[row].method = (uint8_t)kind;
    index->facts[row].class_type = type;
}

/* Is a function's qualified name `Class.name`? */
static bool is_named_in_class(const struct code_index *index, uint32_t function, uint32_t type)
{
    struct span class_name = index->heap->types[type].name, name;
    bool is_function = heap_type_is(index->heap, function, "builtins", "function");
    uint32_t node = is_function ? heap_member(index->heap, function, "__qualname__") : HEAP_NULL;
    return node && heap_string(index->heap, node, &name) && name.length > class_name.length &&
           name.bytes[class_name.length] == '.' && same_text((struct span){name.bytes, class_name.length}, class_name);
}

/* What a decorator wrapped is the method: it lies in the closure of the function that the class has instead. */
static void note_wrapped(struct code_index *index, uint32_t type, uint32_t function, enum method_kind kind)
{
    uint32_t closure = function ? heap_member(index->heap, function, "__closure__") : HEAP_NULL;
    struct node_run cells = closure ? heap_items(index->heap, closure) : (struct node_run){NULL, 0};
    for (uint32_t i = 0; i < cells.count; i++) {
        uint32_t content = cells.nodes[i] ? heap_member(index->heap, cells.nodes[i], "cell_contents") : HEAP_NULL;
        if (content && is_named_in_class(index, content, type))
            note_function(index, type, content, kind);
    }
}

/* A function that says super() has been written in a class' body: it has the class in its closure. */
static bool uses_super(const struct code_index *index, uint32_t function)
{
    struct code_view view;
    uint32_t row = code_index_row_of_callable(index, function);
    bool found = false;
    if (row == CODE_NONE)
        return false;
    code_view_init(index->heap, &index->heap->codes[row], &view);
    for (uint32_t i = 0; i < view.frees.count; i++)
        found |= code_index_name_of_node(index, view.frees.nodes[i]) == NAME_CLASS;
    return found;
}

/* Its code was written under that name, as that of a decorator's wrapper is not; made at run time, it may have variables around it. */
static bool is_written_as(const struct code_index *index, uint32_t function, uint32_t key)
{
    uint32_t row = code_index_row_of_callable(index, function), name = key ? code_index_name_of_node(index, key) : NAME_NONE;
    return name && row != CODE_NONE && index->facts[row].name == name;
}

static void note_method(struct code_index *index, uint32_t type, uint32_t key, uint32_t value)
{
    enum method_kind kind;
    uint32_t function = unwrap_method(index, value, &kind);
    note_wrapped(index, type, function, kind);
    if (!function || !heap_member(index->heap, function, "__closure__") || uses_super(index, function) || is_named_in_class(index, function, type) ||
        is_written_as(index, function, key))
        note_function(index, type, function, kind);
}

/* Setters and deleters belong to the class as much as getters do. */
static void note_class_entry(struct code_index *index, uint32_t type, uint32_t key, uint32_t value)
{
    if (!value)
        return;
    note_method(index, type, key, value);
    if (!heap_type_is(index->heap, value, "builtins", "property"))
        return;
    note_method(index, type, key, heap_member(index->heap, value, "fset"));
    note_method(index, type, key, heap_member(index->heap, value, "fdel"));
}

static void note_methods(struct code_index *index)
{
    for (uint32_t type = 0; type < index->heap->type_count; type++) {
        uint32_t class_node = index->heap->types[type].node;
        bool may_have_functions = class_node && index->heap->types[type].flags & TYPE_HEAP;
        uint32_t dict = may_have_functions ? heap_member(index->heap, class_node, "__dict__") : HEAP_NULL;
        if (!dict || heap_items_kind(index->heap, dict) != FORM_ITEMS_PAIRS)
            continue;
        struct node_run items = heap_items(index->heap, dict);
        for (uint32_t i = 0; i + 1 < items.count; i += 2)
            note_class_entry(index, type, items.nodes[i], items.nodes[i + 1]);
    }
}

static uint32_t globals_of_frame(const struct code_index *index, const struct heap_frame *frame)
{
    uint32_t globals = frame->node ? heap_member(index->heap, frame->node, "f_globals") : HEAP_NULL;
    uint32_t function = frame->node && !globals ? heap_member(index->heap, frame->node, "f_func") : HEAP_NULL;
    return function ? heap_member(index->heap, function, "__globals__") : globals;
}

static void note_frames(struct code_index *index)
{
    for (uint32_t i = 0; i < index->heap->frame_count; i++) {
        uint32_t row = code_index_row(index, index->heap->frames[i].code_node);
        if (row == CODE_NONE)
            continue;
        index->facts[row].on_stack = true;
        if (!index->facts[row].globals)
            index->facts[row].globals = globals_of_frame(index, &index->heap->frames[i]);
    }
}

/* A nested function that is not alive now has the globals of the one that makes it. */
static void inherit_globals(struct code_index *index)
{
    for (unsigned depth = 0; depth < 4; depth++)
        for (uint32_t row = 0; row < index->heap->code_count; row++) {
            struct code_facts *facts = &index->facts[row];
            if (facts->parent == CODE_NONE)
                continue;
            const struct code_facts *parent = &index->facts[facts->parent];
            if (!facts->globals)
                facts->globals = parent->globals;
            if (facts->class_type == TYPE_NONE && !facts->method)
                facts->class_type = parent->class_type;
        }
}

static void find_modules(struct code_index *index)
{
    const struct heap *heap = index->heap;
    for (uint32_t i = 0; i < heap->root_count; i++) {
        uint32_t node = heap->roots[i].node;
        if (heap->roots[i].kind == ROOT_MODULES && !index->modules && heap_items_kind(heap, node) == FORM_ITEMS_PAIRS)
            index->modules = node;
    }
    uint32_t builtins = index->modules ? heap_dict_get(heap, index->modules, "builtins") : HEAP_NULL;
    index->builtins = builtins ? heap_member(heap, builtins, "__dict__") : HEAP_NULL;
}

/* The first instance in file order, of each type and of its bases. */
static void find_samples(struct code_index *index)
{
    const struct heap *heap = index->heap;
    for (uint32_t node = 1; node < heap->node_count; node++) {
        uint32_t type = heap->type_of_node[node];
        for (unsigned depth = 0; type != TYPE_NONE && depth < BASES_MAX; depth++, type = heap->types[type].base) {
            if (index->sample_of_type[type])
                break;
            index->sample_of_type[type] = node;
        }
    }
}

static enum wh_status collect(struct code_index *index, struct wh_error *error)
{
    const struct heap *heap = index->heap;
    enum wh_status status = init_names(index, error);
    if (!status)
        status = index_users(index, error);
    if (!status)
        status = index_classes(index, error);
    if (!status)
        status = index_functions(index, error);
    if (!status)
        status = array_alloc_zeroed(heap->code_count, sizeof(*index->facts), "code objects", error, &index->facts);
    if (!status)
        status = array_alloc_zeroed(heap->code_count, sizeof(*index->flow_of_code), "code objects", error, &index->flow_of_code);
    if (!status)
        status = array_alloc_zeroed(heap->type_count, sizeof(uint32_t), "types", error, &index->sample_of_type);
    return status;
}

/* Instructions of 3.14 carry them in the argument. Equal ints beside them are not immortal. */
static void find_small_ints(struct code_index *index)
{
    const struct heap *heap = index->heap;
    for (uint32_t i = 0; index->instructions.minor >= 14 && i < heap->text_count; i++) {
        const struct heap_text *text = &heap->texts[i];
        uint32_t number = 0, digits = 0;
        while (digits < text->data.length && digits < 4 && text->data.bytes[digits] >= '0' && text->data.bytes[digits] <= '9')
            number = number * 10 + (uint32_t)(text->data.bytes[digits++] - '0');
        bool whole = text->kind == TEXT_INT && digits && digits == text->data.length;
        if (whole && number < 256 && heap->form_of_node[text->node] & FORM_IMMORTAL && heap_type_is(heap, text->node, "builtins", "int"))
            index->small_ints[number] = text->node;
    }
}

enum wh_status code_index_create(const struct heap *heap, struct wh_error *error, struct code_index **ret)
{
    struct code_index *index;
    *ret = NULL;
    enum wh_status status = array_alloc_zeroed(1, sizeof(*index), "the index of code", error, &index);
    if (status)
        return status;
    index->heap = heap;
    index->line_format = line_format_of(heap->snapshot.hexversion);
    instruction_set_init(heap, &index->instructions);
    status = collect(index, error);
    if (status) {
        code_index_destroy(index);
        return status;
    }
    for (uint32_t row = 0; row < heap->code_count; row++)
        note_own_facts(index, row);
    for (uint32_t row = 0; row < heap->code_count; row++)
        note_children(index, row);
    note_methods(index);
    note_frames(index);
    inherit_globals(index);
    find_modules(index);
    find_samples(index);
    find_small_ints(index);
    *ret = index;
    return WH_OK;
}

void code_index_destroy(struct code_index *index)
{
    if (!index)
        return;
    for (uint32_t row = 0; index->flow_of_code && row < index->heap->code_count; row++)
        code_flow_destroy(index->flow_of_code[row]);
    void *const arrays[] = {index->text_of_name, index->slots, index->recent_nodes, index->recent_names, index->facts,
                            index->first_user_of_name, index->users, index->first_function_of_code, index->functions,
                            index->type_of_class, index->sample_of_type, index->flow_of_code, index};
    for (size_t i = 0; i < sizeof(arrays) / sizeof(arrays[0]); i++)
        free(arrays[i]);
}

enum wh_status code_index_flow(struct code_index *index, uint32_t row, struct wh_error *error, const struct code_flow **ret)
{
    enum wh_status status = WH_OK;
    if (!index->flow_of_code[row])
        status = code_flow_create(index, row, error, &index->flow_of_code[row]);
    *ret = index->flow_of_code[row];
    return status;
}

uint32_t code_index_line(const struct code_index *index, uint32_t row, uint32_t offset)
{
    const struct heap_code *code = &index->heap->codes[row];
    return line_table_find(index->line_format, code->lines, code->firstlineno, offset);
}

bool code_index_is_opaque(const struct code_index *index, uint32_t node)
{
    uint32_t type = code_index_type_of(index, node);
    if (type == TYPE_NONE || family_of_type(index->heap, type) != FAMILY_INSTANCE || heap_items_kind(index->heap, node) != FORM_ITEMS_NONE)
        return false;
    for (uint32_t row = 0; row < index->heap->code_count; row++) {
        if (index->facts[row].class_type != TYPE_NONE && code_index_is_subtype(index, type, index->facts[row].class_type))
            return false;
    }
    return !heap_member(index->heap, node, "__dict__");
}
