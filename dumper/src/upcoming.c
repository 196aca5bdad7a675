/* SPDX-License-Identifier: MIT */
#include "upcoming.h"

/* How many objects ahead: what they keep apart from themselves is asked for; what they refer to is. */
enum { STORES_AHEAD = 8, TARGETS_AHEAD = 4, TARGETS_MAX = 6, LINE_BYTES = 64 };

/* NULL if the type was not met lately: a look ahead finds nothing out about types. */
static const struct type_info *known_type(const struct types *types, const PyObject *object)
{
    const struct type_info *info = types->cache[types_cache_slot(Py_TYPE(object))];
    return info && info->type == Py_TYPE(object) ? info : NULL;
}

static void ask_for_stores(const struct type_info *info, PyObject *object)
{
    if (info->family == FAMILY_LIST) {
        __builtin_prefetch(((PyListObject *)object)->ob_item);
    } else if (info->family == FAMILY_DICT || info->family == FAMILY_ODICT) {
        const char *keys = (const char *)((PyDictObject *)object)->ma_keys;
        for (unsigned line = 0; line < 3; line++)
            __builtin_prefetch(keys + (size_t)line * LINE_BYTES);
    } else if (info->inline_values) {
        __builtin_prefetch(compat_inline_values(object));
    }
}

static void ask_for(PyObject *const *at, Py_ssize_t count)
{
    for (Py_ssize_t i = 0; at && i < count && i < TARGETS_MAX; i++)
        __builtin_prefetch(at[i]);
}

static void ask_for_pairs(const PyDictObject *dict)
{
    if (compat_values_embedded(dict))
        return;
    PyObject **values = compat_split_values(dict);
    struct compat_entries entries = compat_dict_entries(dict->ma_keys);
    for (Py_ssize_t i = 0; i < entries.count && i < TARGETS_MAX; i++) {
        PyObject *const *entry = (PyObject *const *)(entries.first_key + (size_t)i * entries.stride);
        __builtin_prefetch(entry[0]);
        __builtin_prefetch(values ? values[i] : entry[1]);
    }
}

static void ask_for_targets(const struct type_info *info, PyObject *object)
{
    for (uint32_t i = 0; i < info->member_count && i < TARGETS_MAX; i++)
        if (info->members[i].access == MEMBER_FIELD)
            __builtin_prefetch(*(PyObject **)((char *)object + info->members[i].offset));
    if (info->inline_values)
        ask_for(compat_inline_values(object), info->attr_count);
    if (info->family == FAMILY_LIST)
        ask_for(((PyListObject *)object)->ob_item, Py_SIZE(object));
    else if (info->family == FAMILY_TUPLE)
        ask_for(((PyTupleObject *)object)->ob_item, Py_SIZE(object));
    else if (info->family == FAMILY_DICT || info->family == FAMILY_ODICT)
        ask_for_pairs((const PyDictObject *)object);
}

static PyObject *object_ahead(const struct upcoming *upcoming, uint32_t ahead)
{
    return ahead < upcoming->added - upcoming->taken ? upcoming->at[(upcoming->taken + ahead) % UPCOMING] : NULL;
}

void upcoming_look_ahead(const struct upcoming *upcoming, const struct types *types)
{
    PyObject *far = object_ahead(upcoming, STORES_AHEAD), *near = object_ahead(upcoming, TARGETS_AHEAD);
    const struct type_info *far_type = far ? known_type(types, far) : NULL;
    const struct type_info *near_type = near ? known_type(types, near) : NULL;
    if (far_type)
        ask_for_stores(far_type, far);
    if (near_type)
        ask_for_targets(near_type, near);
}
