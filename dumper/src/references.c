/* SPDX-License-Identifier: MIT */
#include "references.h"

#include <string.h>

#include "layouts.h"
#include "pages.h"

enum { FIRST_CAPACITY = 64 * 1024, NODES_IN_BUFFER = 512 };

bool references_init(struct references *references)
{
    *references = (struct references){0};
    return references_grow(references, FIRST_CAPACITY);
}

void references_deinit(struct references *references)
{
    pages_unmap(references->at, references->capacity * sizeof *references->at);
    pages_unmap(references->matched, references->capacity);
    *references = (struct references){0};
}

bool references_grow(struct references *references, size_t needed)
{
    size_t capacity = references->capacity ? references->capacity : FIRST_CAPACITY;
    while (capacity < needed)
        capacity *= 2;
    PyObject **at = pages_grow(references->at, references->capacity * sizeof *at, capacity * sizeof *at);
    if (at)
        references->at = at;
    uint8_t *matched = at ? pages_grow(references->matched, references->capacity, capacity) : NULL;
    if (!matched) {
        references->failed = true;
        return false;
    }
    references->matched = matched;
    references->capacity = capacity;
    return true;
}

/* ---- Streams ---- */

static size_t fill_array(struct stream *stream, PyObject **out, size_t max)
{
    uint64_t left = stream->end - stream->position;
    size_t count = left < max ? (size_t)left : max;
    memcpy(out, stream->base + stream->position * sizeof(PyObject *), count * sizeof *out);
    stream->position += count;
    return count;
}

static size_t fill_pairs(struct stream *stream, PyObject **out, size_t max)
{
    size_t count = 0;
    for (; stream->position < stream->end && count + 2 <= max; stream->position++) {
        PyObject *const *entry = (PyObject *const *)(stream->base + stream->position * stream->stride);
        PyObject *value = stream->split_values ? stream->split_values[stream->position] : entry[1];
        if (!value)
            continue;
        out[count++] = entry[0];
        if (!stream->keys_only)
            out[count++] = value;
    }
    return count;
}

static size_t fill_keys(struct stream *stream, PyObject **out, size_t max)
{
    size_t count = 0;
    for (; stream->position < stream->end && count < max; stream->position++) {
        const setentry *entry = (const setentry *)stream->base + stream->position;
        if (entry->key && entry->hash != -1) /* a deleted entry (setobject.c, dummy) has a hash that no object has */
            out[count++] = entry->key;
    }
    return count;
}

static size_t fill_deque(struct stream *stream, PyObject **out, size_t max)
{
    const struct deque_block *block = stream->block;
    size_t count = 0;
    for (; stream->position < stream->end && count < max && block; stream->position++) {
        uint64_t place = (stream->stride + stream->position) % DEQUE_BLOCK_ITEMS;
        out[count++] = block->items[place];
        if (place == DEQUE_BLOCK_ITEMS - 1)
            block = block->right;
    }
    stream->block = block;
    return count;
}

/* `end` is a bound: the list may be damaged. */
static size_t fill_nodes(struct stream *stream, PyObject **out, size_t max)
{
    const struct odict_node *node = stream->block;
    size_t count = 0;
    for (; stream->position < stream->end && count < max && node; stream->position++, node = node->next)
        out[count++] = node->key;
    stream->block = node;
    return count;
}

size_t stream_fill(struct stream *stream, PyObject **out, size_t max)
{
    switch (stream->kind) {
    case STREAM_ARRAY: return fill_array(stream, out, max);
    case STREAM_PAIRS: return fill_pairs(stream, out, max);
    case STREAM_KEYS: return fill_keys(stream, out, max);
    case STREAM_DEQUE: return fill_deque(stream, out, max);
    case STREAM_NODES: return fill_nodes(stream, out, max);
    default: return 0;
    }
}

static void stream_array(struct stream *stream, PyObject **items, Py_ssize_t count)
{
    uint64_t total = items && count > 0 ? (uint64_t)count : 0;
    *stream = (struct stream){.kind = STREAM_ARRAY, .base = (const char *)items, .end = total, .total = total};
}

static void stream_dict(struct stream *stream, PyDictObject *dict)
{
    struct compat_entries entries = compat_dict_entries(dict->ma_keys);
    *stream = (struct stream){.kind = STREAM_PAIRS, .base = entries.first_key, .stride = entries.stride};
    if (compat_values_embedded(dict))
        return;
    stream->split_values = compat_split_values(dict);
    stream->end = (uint64_t)entries.count;
    stream->keys_only = references_is_weak_table((PyObject *)dict);
    stream->total = (uint64_t)dict->ma_used * (stream->keys_only ? 1 : 2);
}

static void stream_set(struct stream *stream, PySetObject *set)
{
    *stream = (struct stream){
        .kind = STREAM_KEYS, .base = (const char *)set->table, .end = (uint64_t)set->mask + 1, .total = (uint64_t)set->used};
}

static void stream_deque(struct stream *stream, struct deque_layout *deque)
{
    uint64_t total = (uint64_t)Py_SIZE(deque);
    *stream = (struct stream){.kind = STREAM_DEQUE,
                              .stride = (size_t)deque->left_index, /* place of the first item in its block */
                              .block = deque->left_block,
                              .end = total,
                              .total = total};
}

void references_stream(const struct type_info *info, PyObject *object, struct stream *ret)
{
    switch (info->family) {
    case FAMILY_LIST: stream_array(ret, ((PyListObject *)object)->ob_item, Py_SIZE(object)); break;
    case FAMILY_TUPLE: stream_array(ret, ((PyTupleObject *)object)->ob_item, Py_SIZE(object)); break;
    case FAMILY_DICT:
    case FAMILY_ODICT: stream_dict(ret, (PyDictObject *)object); break;
    case FAMILY_SET: stream_set(ret, (PySetObject *)object); break;
    case FAMILY_DEQUE: stream_deque(ret, (struct deque_layout *)object); break;
    case FAMILY_HAMT_ARRAY: stream_array(ret, ((struct hamt_array_layout *)object)->nodes, 32); break;
    case FAMILY_NDARRAY: {
        PyObject **items;
        uint64_t count = layouts_ndarray_objects(object, &items);
        stream_array(ret, items, (Py_ssize_t)count);
        break;
    }
    default: *ret = (struct stream){0};
    }
}

/* ---- Members and attributes ---- */

static inline PyObject *member_value(const struct member *member, PyInterpreterState *interp, PyObject *object)
{
    if (member->access == MEMBER_DICT)
        return compat_instance_dict(object);
    if (member->access == MEMBER_GET)
        return member->get(interp, object);
    if (member->access == MEMBER_FOUND)
        return NULL; /* find_by_kind */
    return *(PyObject **)((char *)object + member->offset);
}

static inline void gather_members(struct references *references, PyInterpreterState *interp, const struct type_info *info,
                                  PyObject *object)
{
    if (!references_reserve(references, info->member_count))
        return;
    PyObject **at = references->at + references->count;
    for (uint32_t i = 0; i < info->member_count; i++)
        at[i] = member_value(&info->members[i], interp, object);
    references->count += info->member_count;
}

static inline void gather_attrs(struct references *references, const struct type_info *info, PyObject *object, struct shape *shape)
{
    PyObject **values = compat_inline_values(object);
    if (!values || !references_reserve(references, info->attr_count))
        return;
    memcpy(references->at + references->count, values, info->attr_count * sizeof(PyObject *));
    references->count += info->attr_count;
    shape->attrs = info->attr_count;
    shape->form |= FORM_ATTRS;
}

/* ---- What tp_traverse shows ---- */

static int add_visited(PyObject *target, void *references)
{
    references_add(references, target);
    return 0;
}

/* Marks the member or attribute that a visit is about; they tend to come in order, so it looks behind the last match first. */
static bool match_known(struct references *references, size_t known, size_t *last, const PyObject *target)
{
    for (size_t i = 0; i < known; i++) {
        size_t at = *last + i < known ? *last + i : *last + i - known;
        if (references->at[at] == target && !references->matched[at]) {
            references->matched[at] = 1;
            *last = at;
            return true;
        }
    }
    return false;
}

/* Drops visits that members and attrs explain, and one of the object's own heap type (FORMAT.md 2.5); the rest are extras. */
static size_t drop_explained(struct references *references, size_t known, const struct type_info *info)
{
    bool drop_type = COMPAT_TRAVERSE_VISITS_TYPE && info->heap;
    size_t kept = known, unmatched = known, last = 0;
    for (size_t i = known; i < references->count; i++) {
        PyObject *target = references->at[i];
        if (drop_type && target == (PyObject *)info->type)
            drop_type = false;
        else if (unmatched && match_known(references, known, &last, target))
            unmatched--;
        else
            references->at[kept++] = target;
    }
    return kept;
}

static void clear_unconfirmed(struct references *references, const struct type_info *info)
{
    for (uint32_t i = 0; i < info->member_count; i++)
        if (info->members[i].access == MEMBER_CHECKED && !references->matched[i])
            references->at[i] = NULL;
}

static void find_by_kind(struct references *references, size_t known, size_t at, const struct member *member)
{
    for (size_t i = known; i < references->count; i++) {
        if (!member->fits(references->at[i]))
            continue;
        references->at[at] = references->at[i];
        memmove(references->at + i, references->at + i + 1, (--references->count - i) * sizeof *references->at);
        return;
    }
}

static void find_members(struct references *references, size_t known, const struct type_info *info)
{
    for (uint32_t i = 0; i < info->member_count; i++)
        if (info->members[i].access == MEMBER_FOUND)
            find_by_kind(references, known, i, &info->members[i]);
}

static void gather_traversed(struct references *references, const struct type_info *info, PyObject *object, struct shape *shape)
{
    size_t known = references->count;
    memset(references->matched, 0, known);
    if (info->traverse && types_is_gc(info, object)) {
        info->traverse(object, add_visited, references);
        references->count = drop_explained(references, known, info);
    }
    clear_unconfirmed(references, info);
    find_members(references, known, info);
    shape->extras = references->count - known;
}

/* ---- Families ---- */

static void gather_odict_keys(struct references *references, PyObject *object, struct shape *shape)
{
    const struct odict_layout *odict = (const struct odict_layout *)object;
    uint64_t count = odict->first ? (uint64_t)odict->dict.ma_used : 0;
    struct stream nodes = {.kind = STREAM_NODES, .block = odict->first, .end = count, .total = count};
    if (count > NODES_IN_BUFFER) {
        shape->more_extras = nodes;
    } else if (references_reserve(references, NODES_IN_BUFFER)) {
        shape->extras = stream_fill(&nodes, references->at + references->count, NODES_IN_BUFFER);
        references->count += shape->extras;
    }
}

static void gather_shared_keys(struct references *references, PyObject *object, struct shape *shape)
{
    struct _dictkeysobject *keys = compat_shared_keys((PyTypeObject *)object);
    if (!keys)
        return;
    struct compat_entries entries = compat_dict_entries(keys);
    for (Py_ssize_t i = 0; i < entries.count; i++, shape->extras++)
        references_add(references, *(PyObject *const *)(entries.first_key + (size_t)i * entries.stride));
}

/* What type's own traverse shows are members; a metaclass in C (ctypes) may have more. */
static void gather_type(struct references *references, const struct type_info *info, PyObject *object, struct shape *shape)
{
    if (info->traverse && info->traverse != PyType_Type.tp_traverse)
        gather_traversed(references, info, object, shape);
    gather_shared_keys(references, object, shape);
}

/* The list of links holds one reference to each, its pointers between the links none. */
static void gather_lru_cache(struct references *references, const struct type_info *info, PyObject *object, struct shape *shape)
{
    const struct lru_cache_layout *lru = (const struct lru_cache_layout *)object;
    size_t before = references->count;
    for (Py_ssize_t at = offsetof(struct lru_cache_layout, rest); at < info->type->tp_dictoffset; at += (Py_ssize_t)sizeof(PyObject *))
        references_add(references, *(PyObject **)((char *)object + at));
    uint64_t left = lru->cache && PyDict_CheckExact(lru->cache) ? (uint64_t)((PyDictObject *)lru->cache)->ma_used : 0;
    for (struct lru_link *link = lru->root.next; link != &lru->root && left; link = link->next, left--)
        references_add(references, (PyObject *)link);
    shape->extras = references->count - before;
}

static void gather_weakref(struct references *references, const struct type_info *info, PyObject *object, struct shape *shape)
{
    gather_traversed(references, info, object, shape);
    PyObject *referent = ((PyWeakReference *)object)->wr_object;
    references_add(references, referent == Py_None ? NULL : referent);
    shape->form |= FORM_ITEMS_WEAK;
}

static void gather_hamt_pairs(struct references *references, PyObject *object, struct shape *shape)
{
    const struct hamt_pairs_layout *node = (const struct hamt_pairs_layout *)object;
    for (Py_ssize_t i = 0; i < Py_SIZE(node); i++)
        references_add(references, node->pairs[i]);
    shape->form |= FORM_ITEMS_PAIRS;
}

static void gather_locals(struct references *references, const struct compat_frame *frame, struct shape *shape)
{
    for (size_t i = 0; i < frame->slot_count; i++)
        references_add(references, compat_frame_slot(frame, i));
    shape->form |= FORM_ITEMS_LOCALS;
}

static void gather_frame(struct references *references, PyObject *object, struct shape *shape)
{
    struct compat_frame frame;
    if (compat_owned_frame(object, &frame))
        gather_locals(references, &frame, shape);
}

static void gather_generator(struct references *references, PyObject *object, struct shape *shape)
{
#if PY_VERSION_HEX >= 0x030B0000
    struct compat_frame frame;
    if (compat_generator_frame(object, &frame))
        gather_locals(references, &frame, shape);
#else
    (void)references, (void)object, (void)shape;
#endif
}

static void gather_others(struct references *references, const struct type_info *info, PyObject *object, struct shape *shape)
{
    switch (info->family) {
    case FAMILY_LIST:
    case FAMILY_TUPLE:
    case FAMILY_HAMT_ARRAY:
    case FAMILY_DEQUE: shape->form |= FORM_ITEMS_SEQUENCE; break;
    case FAMILY_DICT: shape->form |= references_is_weak_table(object) ? FORM_ITEMS_WEAK : FORM_ITEMS_PAIRS; break;
    case FAMILY_SET: shape->form |= FORM_ITEMS_KEYS; break;
    case FAMILY_ODICT:
        gather_odict_keys(references, object, shape);
        shape->form |= FORM_ITEMS_PAIRS;
        break;
    case FAMILY_WEAKREF: gather_weakref(references, info, object, shape); break;
    case FAMILY_TYPE: gather_type(references, info, object, shape); break;
    case FAMILY_GENERATOR: gather_generator(references, object, shape); break;
    case FAMILY_FRAME: gather_frame(references, object, shape); break;
    case FAMILY_LRU_CACHE: gather_lru_cache(references, info, object, shape); break;
    case FAMILY_HAMT_PAIRS: gather_hamt_pairs(references, object, shape); break;
    case FAMILY_NDARRAY: shape->form |= FORM_ITEMS_SEQUENCE; break;
    case FAMILY_TRAVERSED: gather_traversed(references, info, object, shape); break;
    default: break;
    }
}

void references_gather(struct references *references, PyInterpreterState *interp, const struct type_info *info, PyObject *object,
                       struct shape *ret)
{
    references->count = 0;
    *ret = (struct shape){.members = info->member_count};
    gather_members(references, interp, info, object);
    if (info->inline_values)
        gather_attrs(references, info, object, ret);
    if (info->family == FAMILY_INSTANCE)
        return;
    references_stream(info, object, &ret->stream);
    gather_others(references, info, object, ret);
}
