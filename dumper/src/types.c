/* SPDX-License-Identifier: MIT */
#include "types.h"

#include <string.h>

#include "known.h"
#include "texts.h"

enum {
    FIRST_SLOT_COUNT = 4096,
    BASES_AT_ONCE = 32,
    KEY_PREVIEWS_PER_TYPE = 20000,
    VALUE_PREVIEWS_PER_TYPE = 2000,
    LOOKS_PER_TYPE = 20000, /* at values that were met before as something else */
};

PyObject *types_dict_value(PyObject *dict, const char *key)
{
    if (!dict || !PyDict_Check(dict))
        return NULL;
    PyDictObject *mapping = (PyDictObject *)dict;
    struct compat_entries entries = compat_dict_entries(mapping->ma_keys);
    PyObject **values = compat_split_values(mapping);
    for (Py_ssize_t i = 0; i < entries.count; i++) {
        PyObject *const *entry = (PyObject *const *)(entries.first_key + (size_t)i * entries.stride);
        PyObject *value = values ? values[i] : entry[1];
        if (value && entry[0] && texts_equals(entry[0], key))
            return value;
    }
    return NULL;
}

/* ModuleSpec is a class made by a class statement that every interpreter has: see Lib/importlib/_bootstrap.py. */
static void find_class_slots(struct types *types)
{
    PyObject *importlib = compat_importlib(types->interp);
    PyObject *spec_class = importlib ? types_dict_value(compat_instance_dict(importlib), "ModuleSpec") : NULL;
    if (!spec_class || !PyType_Check(spec_class))
        return;
    types->class_dealloc = ((PyTypeObject *)spec_class)->tp_dealloc;
    types->class_traverse = ((PyTypeObject *)spec_class)->tp_traverse;
}

void types_init(struct types *types, PyInterpreterState *interp, struct visited *visited, struct snapshot_writer *writer)
{
    types->interp = interp;
    types->visited = visited;
    types->writer = writer;
    find_class_slots(types);
}

void types_deinit(struct types *types)
{
    pages_unmap(types->slots, types->slot_count * sizeof *types->slots);
    arena_deinit(&types->arena);
}

/* ---- Map from type to its info ---- */

static uint32_t home_slot(const struct types *types, const PyTypeObject *type)
{
    return (uint32_t)(((uintptr_t)type >> 4) * 0x9E3779B97F4A7C15u >> 32) & (types->slot_count - 1);
}

static struct type_info **find_slot(struct types *types, const PyTypeObject *type)
{
    uint32_t slot = home_slot(types, type);
    while (types->slots[slot] && types->slots[slot]->type != type)
        slot = (slot + 1) & (types->slot_count - 1);
    return &types->slots[slot];
}

static bool make_room(struct types *types)
{
    if (types->slots && types->count * 2 < types->slot_count)
        return true;
    struct type_info **old_slots = types->slots;
    uint32_t old_count = types->slot_count;
    uint32_t slot_count = old_count ? old_count * 2 : FIRST_SLOT_COUNT;
    struct type_info **slots = pages_map(slot_count * sizeof *slots);
    if (!slots)
        return false;
    types->slots = slots;
    types->slot_count = slot_count;
    for (uint32_t i = 0; i < old_count; i++)
        if (old_slots[i])
            *find_slot(types, old_slots[i]->type) = old_slots[i];
    pages_unmap(old_slots, old_count * sizeof *old_slots);
    return true;
}

/* ---- Names ---- */

static void write_field(struct types *types, const char *name, size_t length)
{
    struct cell cell = {length, name};
    snapshot_writer_row(types->writer, TABLE_FIELDS, &cell);
}

static void write_field_object(struct types *types, PyObject *name)
{
    char buffer[TEXT_UTF8_MAX];
    bool readable = name && PyUnicode_Check(name) && (!types->identifiers_only || texts_is_written_as_identifier(name));
    struct text text = readable ? texts_utf8(name, TEXT_PREVIEW, buffer) : (struct text){"?", 1};
    write_field(types, text.bytes, text.length);
}

static struct text name_of_type(PyTypeObject *type, char *buffer)
{
    if (PyType_HasFeature(type, Py_TPFLAGS_HEAPTYPE)) {
        PyObject *qualname = ((PyHeapTypeObject *)type)->ht_qualname;
        if (qualname && PyUnicode_Check(qualname))
            return texts_utf8(qualname, TEXT_NAME, buffer);
    }
    const char *name = type->tp_name ? type->tp_name : "?";
    const char *dot = strrchr(name, '.');
    name = dot ? dot + 1 : name;
    return (struct text){name, strlen(name)};
}

static struct text module_of_type(const struct types *types, PyTypeObject *type, char *buffer)
{
    if (PyType_HasFeature(type, Py_TPFLAGS_HEAPTYPE)) {
        PyObject *module = types_dict_value(compat_type_dict(types->interp, type), "__module__");
        if (module && PyUnicode_Check(module))
            return texts_utf8(module, TEXT_NAME, buffer);
    }
    const char *dot = type->tp_name ? strrchr(type->tp_name, '.') : NULL;
    return dot ? (struct text){type->tp_name, (size_t)(dot - type->tp_name)} : (struct text){"builtins", 8};
}

/* ---- Members ---- */

/* A type's member table while it is made; its names go straight to the file. */
struct member_list {
    struct types *types;
    PyTypeObject *type;
    struct member *at;
    uint32_t count, capacity;
};

static size_t count_member_defs(const PyTypeObject *type)
{
    size_t count = 0;
    for (const PyMemberDef *def = type->tp_members; def && def->name; def++)
        count++;
    return count;
}

static bool reserve_members(struct member_list *list)
{
    size_t capacity = 1;
    for (PyTypeObject *type = list->type; type; type = type->tp_base) {
        const struct known_type *known = known_type_find(type);
        capacity += count_member_defs(type) + (known ? known->member_count : 0);
    }
    list->capacity = (uint32_t)capacity;
    list->at = arena_take(&list->types->arena, capacity * sizeof *list->at);
    return list->at != NULL;
}

static bool has_field_at(const struct member_list *list, int32_t offset)
{
    for (uint32_t i = 0; i < list->count; i++)
        if (list->at[i].access <= MEMBER_CHECKED && list->at[i].offset == offset)
            return true;
    return false;
}

static void add_member(struct member_list *list, const char *name, struct member member)
{
    if (list->count == list->capacity)
        return;
    list->at[list->count++] = member;
    write_field(list->types, name, strlen(name));
}

static void add_known_members(struct member_list *list, const PyTypeObject *type)
{
    const struct known_type *known = known_type_find(type);
    for (size_t i = 0; known && i < known->member_count; i++)
        add_member(list, known->members[i].name, known->members[i].member);
}

/* The fields of struct sequences (time.struct_time) lie in the tuple's items; only those behind its visible end are members. */
static Py_ssize_t first_member_offset(const struct member_list *list)
{
    if (!PyType_FastSubclass(list->type, Py_TPFLAGS_TUPLE_SUBCLASS))
        return (Py_ssize_t)sizeof(PyObject);
    PyObject *visible = types_dict_value(list->type->tp_dict, "n_sequence_fields");
    const digit *digits;
    bool negative;
    if (visible && PyLong_Check(visible) && compat_long_digits(visible, &digits, &negative) == 1)
        return (Py_ssize_t)(offsetof(PyTupleObject, ob_item) + digits[0] * sizeof(PyObject *));
    return PY_SSIZE_T_MAX;
}

static void add_member_defs(struct member_list *list, const PyTypeObject *type)
{
    Py_ssize_t first = first_member_offset(list);
    for (const PyMemberDef *def = type->tp_members; def && def->name; def++) {
        if ((def->type != T_OBJECT && def->type != T_OBJECT_EX) || def->offset < first || (def->offset & 7))
            continue;
        bool inside = first > (Py_ssize_t)sizeof(PyObject) || def->offset + (Py_ssize_t)sizeof(PyObject *) <= type->tp_basicsize;
        if (inside && !has_field_at(list, (int32_t)def->offset))
            add_member(list, def->name, (struct member){MEMBER_FIELD, (int32_t)def->offset, {NULL}});
    }
}

static void add_dict_member(struct member_list *list, enum family family)
{
    Py_ssize_t offset = list->type->tp_dictoffset;
    if (family == FAMILY_TYPE || !compat_has_dict(list->type) || (offset > 0 && has_field_at(list, (int32_t)offset)))
        return;
    add_member(list, "__dict__", (struct member){MEMBER_DICT, 0, {NULL}});
}

static void add_members(struct types *types, struct type_info *info)
{
    struct member_list list = {.types = types, .type = info->type};
    if (!reserve_members(&list)) {
        types->failed = true;
        return;
    }
    for (PyTypeObject *type = info->type; type; type = type->tp_base)
        add_known_members(&list, type);
    for (PyTypeObject *type = info->type; type; type = type->tp_base)
        add_member_defs(&list, type);
    add_dict_member(&list, info->family);
    info->members = list.at;
    info->member_count = list.count;
}

static void add_attrs(struct types *types, struct type_info *info)
{
    if (!compat_has_inline_values(info->type))
        return;
    struct compat_entries entries = compat_dict_entries(compat_shared_keys(info->type));
    info->inline_values = true;
    info->attr_count = (uint32_t)entries.count;
    for (Py_ssize_t i = 0; i < entries.count; i++)
        write_field_object(types, *(PyObject *const *)(entries.first_key + (size_t)i * entries.stride));
}

/* ---- Families ---- */

static bool is_class_statement(const struct types *types, const PyTypeObject *type)
{
    if (!PyType_HasFeature((PyTypeObject *)type, Py_TPFLAGS_HEAPTYPE) || type->tp_dealloc != types->class_dealloc)
        return false;
    return !PyType_HasFeature((PyTypeObject *)type, Py_TPFLAGS_HAVE_GC) || type->tp_traverse == types->class_traverse;
}

/* The first base, or the type itself, whose C code decides how objects look. */
static PyTypeObject *native_base(const struct types *types, PyTypeObject *type)
{
    while (type->tp_base && is_class_statement(types, type))
        type = type->tp_base;
    return type;
}

/* A family fits subtypes that C code makes, too, if it is about the contents that the base type keeps. */
static bool family_is_inherited(enum family family)
{
    return family >= FAMILY_STR && family <= FAMILY_WEAKREF && family != FAMILY_INSTANCE && family != FAMILY_ODICT;
}

static enum family family_of(const struct types *types, PyTypeObject *type)
{
    PyTypeObject *native = native_base(types, type);
    if (PyType_FastSubclass(type, Py_TPFLAGS_TYPE_SUBCLASS))
        return FAMILY_TYPE;
    const struct known_type *known = known_type_find(native);
    if (known)
        return known->family;
    for (PyTypeObject *base = native->tp_base; base; base = base->tp_base) {
        known = known_type_find(base);
        if (known && family_is_inherited(known->family))
            return known->family;
    }
    if (native == &PyBaseObject_Type)
        return FAMILY_INSTANCE;
    return PyType_HasFeature(type, Py_TPFLAGS_HAVE_GC) && native->tp_traverse ? FAMILY_TRAVERSED : FAMILY_FIXED;
}

static bool is_simple(const struct type_info *info)
{
    return info->member_count == 0 && !info->buffer && !info->inline_values && info->family <= FAMILY_BYTES;
}

/* ---- Rows ---- */

static void write_type_row(struct types *types, const struct type_info *info, const struct type_info *base)
{
    char module_buffer[TEXT_UTF8_MAX], name_buffer[TEXT_UTF8_MAX];
    struct text module = module_of_type(types, info->type, module_buffer);
    struct text name = name_of_type(info->type, name_buffer);
    struct cell cells[] = {
        [TYPES_OBJECT] = {visited_id(types->visited, info->type), NULL},
        [TYPES_MODULE] = {module.length, module.bytes},
        [TYPES_NAME] = {name.length, name.bytes},
        [TYPES_BASE] = {base ? base->number + 1 : 0, NULL},
        [TYPES_FLAGS] = {(info->heap ? TYPE_HEAP : 0) | (info->gc ? TYPE_GC : 0), NULL},
        [TYPES_BASICSIZE] = {info->basicsize, NULL},
        [TYPES_MEMBERS] = {info->member_count, NULL},
        [TYPES_ATTRS] = {info->attr_count, NULL},
    };
    snapshot_writer_row(types->writer, TABLE_TYPES, cells);
}

static struct type_info *add_type(struct types *types, PyTypeObject *type)
{
    struct type_info *info = make_room(types) ? arena_take(&types->arena, sizeof *info) : NULL;
    if (!info) {
        types->failed = true;
        return NULL;
    }
    PyTypeObject *native = native_base(types, type);
    info->type = type;
    info->gc = PyType_HasFeature(type, Py_TPFLAGS_HAVE_GC);
    info->heap = PyType_HasFeature(type, Py_TPFLAGS_HEAPTYPE);
    info->family = family_of(types, type);
    info->buffer = buffers_find(native);
    info->traverse = info->gc ? native->tp_traverse : NULL;
    info->header = (uint32_t)compat_preheader(type);
    info->basicsize = (uint32_t)type->tp_basicsize;
    info->itemsize = (uint32_t)(type->tp_itemsize < 0 ? -type->tp_itemsize : type->tp_itemsize);
    info->key_previews_left = KEY_PREVIEWS_PER_TYPE;
    info->value_previews_left = VALUE_PREVIEWS_PER_TYPE;
    info->looks_left = LOOKS_PER_TYPE;
    add_members(types, info);
    add_attrs(types, info);
    info->simple = is_simple(info);
    info->number = types->count++;
    write_type_row(types, info, type->tp_base ? *find_slot(types, type->tp_base) : NULL);
    *find_slot(types, type) = info;
    return info;
}

/* Adds the outermost unknown bases of a type, at most BASES_AT_ONCE of them, outermost first. True once the type is known. */
static bool add_unknown_bases(struct types *types, PyTypeObject *type)
{
    PyTypeObject *unknown[BASES_AT_ONCE];
    size_t count = 0;
    for (PyTypeObject *base = type; base && !(types->slots && *find_slot(types, base)); base = base->tp_base)
        unknown[count++ % BASES_AT_ONCE] = base;
    for (size_t i = 0; i < BASES_AT_ONCE && i < count; i++)
        if (!add_type(types, unknown[(count - 1 - i) % BASES_AT_ONCE]))
            return true;
    return count <= BASES_AT_ONCE;
}

struct type_info *types_find(struct types *types, PyTypeObject *type)
{
    if (!type || !PyType_Check((PyObject *)type)) /* half-built or damaged: before any of its rows is written */
        return NULL;
    while (!(types->slots && *find_slot(types, type)))
        if (add_unknown_bases(types, type))
            break;
    struct type_info *info = types->slots ? *find_slot(types, type) : NULL;
    if (info)
        types->cache[types_cache_slot(type)] = info;
    return info;
}

static const char *const pseudo_frame_members[PSEUDO_FRAME_MEMBERS] = {"f_code", "f_func", "f_locals", "frame_obj"};

uint32_t types_pseudo_frame(struct types *types)
{
    if (types->pseudo_frame)
        return types->pseudo_frame - 1;
    for (int i = 0; i < PSEUDO_FRAME_MEMBERS; i++)
        write_field(types, pseudo_frame_members[i], strlen(pseudo_frame_members[i]));
    struct cell cells[] = {
        [TYPES_MODULE] = {8, "builtins"},
        [TYPES_NAME] = {17, "interpreter frame"},
        [TYPES_MEMBERS] = {PSEUDO_FRAME_MEMBERS, NULL},
        [TYPES_ATTRS] = {0, NULL},
    };
    snapshot_writer_row(types->writer, TABLE_TYPES, cells);
    types->pseudo_frame = ++types->count;
    return types->pseudo_frame - 1;
}
