/* SPDX-License-Identifier: MIT */
#include "sizes.h"

#include "layouts.h"

static uint64_t var_size(const struct type_info *info, PyObject *object)
{
    if (!info->itemsize)
        return info->basicsize;
    Py_ssize_t items = Py_SIZE(object);
    return info->basicsize + (uint64_t)(items < 0 ? -items : items) * info->itemsize;
}

static uint64_t str_size(const struct type_info *info, PyObject *object)
{
    const PyASCIIObject *ascii = (const PyASCIIObject *)object;
    const PyCompactUnicodeObject *compact = (const PyCompactUnicodeObject *)object;
    uint64_t length = (uint64_t)ascii->length;
    uint64_t size;
    if (ascii->state.compact)
        size = ascii->state.ascii ? sizeof *ascii + length + 1 : sizeof *compact + (length + 1) * ascii->state.kind;
    else
        size = info->basicsize + (((const PyUnicodeObject *)object)->data.any ? (length + 1) * ascii->state.kind : 0);
    if (!(ascii->state.compact && ascii->state.ascii) && compact->utf8 &&
        compact->utf8 != ((const PyUnicodeObject *)object)->data.any)
        size += (uint64_t)compact->utf8_length + 1;
#if PY_VERSION_HEX < 0x030C0000
    if (ascii->wstr && (!ascii->state.ready || (const void *)ascii->wstr != PyUnicode_DATA(object))) {
        uint64_t wide = ascii->state.ascii && ascii->state.compact ? length : (uint64_t)compact->wstr_length;
        size += (wide + 1) * sizeof(wchar_t);
    }
#endif
    /* A subclass: its own fields behind PyUnicodeObject are in basicsize, which the non-compact branch has counted. */
    return size;
}

/* A subclass: the size that PyType_GenericAlloc takes, which adds one item and rounds up. */
static uint64_t int_size(const struct type_info *info, PyObject *object)
{
    if (info->type == &PyLong_Type || info->type == &PyBool_Type)
        return compat_long_bytes(object);
    const digit *digits;
    bool negative;
    uint64_t size = info->basicsize + (compat_long_digits(object, &digits, &negative) + 1) * info->itemsize;
    return (size + 7) & ~(uint64_t)7;
}

static uint64_t dict_size(const struct type_info *info, PyObject *object)
{
    const PyDictObject *dict = (const PyDictObject *)object;
    uint64_t size = info->basicsize;
    if (dict->ma_keys->dk_refcnt == 1)
        size += compat_keys_bytes(dict->ma_keys);
    if (dict->ma_values && !compat_values_embedded(dict))
        size += compat_values_bytes(dict->ma_keys);
    return size;
}

static uint64_t odict_size(const struct type_info *info, PyObject *object)
{
    const struct odict_layout *odict = (const struct odict_layout *)object;
    return dict_size(info, object) + (uint64_t)odict->fast_nodes_size * sizeof(void *) +
           (odict->first ? (uint64_t)odict->dict.ma_used * sizeof(struct odict_node) : 0);
}

static uint64_t set_size(const struct type_info *info, PyObject *object)
{
    const PySetObject *set = (const PySetObject *)object;
    return info->basicsize + (set->table != set->smalltable ? ((uint64_t)set->mask + 1) * sizeof(setentry) : 0);
}

static uint64_t type_size(const struct type_info *info, PyObject *object)
{
    PyTypeObject *type = (PyTypeObject *)object;
    if (!PyType_HasFeature(type, Py_TPFLAGS_HEAPTYPE))
        return sizeof(PyTypeObject);
    uint64_t size = var_size(info, object);
    struct _dictkeysobject *keys = compat_shared_keys(type);
    return size + (keys ? compat_keys_bytes(keys) : 0);
}

static uint64_t code_size(const struct type_info *info, PyObject *object)
{
#if PY_VERSION_HEX >= 0x030B0000
    return (info->basicsize + (uint64_t)Py_SIZE(object) * sizeof(_Py_CODEUNIT) + 7) & ~(uint64_t)7;
#else
    const PyCodeObject *code = (const PyCodeObject *)object;
    uint64_t size = info->basicsize;
    if (code->co_cell2arg)
        size += (uint64_t)PyTuple_GET_SIZE(code->co_cellvars) * sizeof(Py_ssize_t);
    if (code->co_opcache_map)
        size += (uint64_t)(PyBytes_GET_SIZE(code->co_code) / 2) * sizeof(unsigned char);
    return size;
#endif
}

#if PY_VERSION_HEX >= 0x030B0000
static uint64_t frame_slots(const PyCodeObject *code)
{
    return (uint64_t)code->co_nlocalsplus + (uint64_t)code->co_stacksize;
}
#endif

static uint64_t generator_size(const struct type_info *info, PyObject *object)
{
#if PY_VERSION_HEX >= 0x030B0000
    const PyCodeObject *code = compat_generator_code(object);
    uint64_t head = offsetof(PyGenObject, gi_iframe) + offsetof(_PyInterpreterFrame, localsplus);
    if (code)
        return head + frame_slots(code) * sizeof(PyObject *);
    /* Finished: the code is gone (3.12), the block is as large as it was. genobject.c keeps its size in ob_size nowhere. */
    return head > info->basicsize ? head : info->basicsize;
#else
    return var_size(info, object);
#endif
}

static uint64_t frame_size(const struct type_info *info, PyObject *object)
{
#if PY_VERSION_HEX >= 0x030B0000
    struct compat_frame frame;
    (void)info;
    uint64_t head = offsetof(PyFrameObject, _f_frame_data) + offsetof(_PyInterpreterFrame, localsplus);
    if (compat_owned_frame(object, &frame))
        return head + frame_slots(frame.code) * sizeof(PyObject *);
    const _PyInterpreterFrame *running = ((PyFrameObject *)object)->f_frame;
    const PyCodeObject *code = running ? compat_iframe_code(running) : NULL;
    return head + (code ? frame_slots(code) * sizeof(PyObject *) : 0);
#else
    const PyFrameObject *frame = (const PyFrameObject *)object;
    uint64_t slots = compat_frame_variables(frame->f_code) + (uint64_t)frame->f_code->co_stacksize;
    /* frameobject.c, frame_sizeof: the first slot is part of basicsize */
    return info->basicsize + (slots ? slots - 1 : 0) * sizeof(PyObject *);
#endif
}

/* Values of an instance that stand apart from it; in 3.13 they are a part of the object that basicsize leaves out. */
static uint64_t inline_values_size(const struct type_info *info, PyObject *object)
{
#if PY_VERSION_HEX >= 0x030D0000
    (void)object;
    return compat_values_bytes(compat_shared_keys(info->type));
#else
    return compat_inline_values(object) ? compat_values_bytes(compat_shared_keys(info->type)) : 0;
#endif
}

/* While it is sorted, a list is empty and has -1 places. */
static uint64_t list_bytes(PyObject *object)
{
    Py_ssize_t allocated = ((PyListObject *)object)->allocated;
    return allocated > 0 ? (uint64_t)allocated * sizeof(PyObject *) : 0;
}

static uint64_t body_size(const struct type_info *info, PyObject *object)
{
    switch (info->family) {
    case FAMILY_STR: return str_size(info, object);
    case FAMILY_INT: return int_size(info, object);
    case FAMILY_BYTEARRAY: return info->basicsize + (uint64_t)((PyByteArrayObject *)object)->ob_alloc;
    case FAMILY_ARRAY: return info->basicsize + layouts_array_bytes(object);
    case FAMILY_LIST: return info->basicsize + list_bytes(object);
    case FAMILY_DICT: return dict_size(info, object);
    case FAMILY_ODICT: return odict_size(info, object);
    case FAMILY_SET: return set_size(info, object);
    case FAMILY_DEQUE: return info->basicsize + layouts_deque_blocks(object) * sizeof(struct deque_block);
    case FAMILY_TYPE: return type_size(info, object);
    case FAMILY_CODE: return code_size(info, object);
    case FAMILY_GENERATOR: return generator_size(info, object);
    case FAMILY_FRAME: return frame_size(info, object);
    case FAMILY_NDARRAY: return info->basicsize + layouts_ndarray_bytes(object) + layouts_ndarray_shape_bytes(object);
    default: return var_size(info, object);
    }
}

uint64_t sizes_of(const struct type_info *info, PyObject *object, bool gc)
{
    uint64_t size = info->header + (gc ? sizeof(PyGC_Head) : 0) + body_size(info, object);
    return info->inline_values ? size + inline_values_size(info, object) : size;
}

uint64_t sizes_of_leaf(const struct type_info *info, PyObject *object)
{
    if (info->family == FAMILY_STR)
        return info->header + str_size(info, object);
    return info->header + (info->family == FAMILY_INT ? int_size(info, object) : var_size(info, object));
}

/* Takes a block of its own out of an object's size. */
static uint64_t loss_of_block(uint64_t *own, uint64_t bytes)
{
    *own -= bytes;
    return bytes ? sizes_lost_of_block(bytes) : 0;
}

static uint64_t loss_of_dict(PyObject *object, uint64_t *own)
{
    const PyDictObject *dict = (const PyDictObject *)object;
    uint64_t lost = dict->ma_keys->dk_refcnt == 1 ? loss_of_block(own, compat_keys_bytes(dict->ma_keys)) : 0;
    if (dict->ma_values && !compat_values_embedded(dict))
        lost += loss_of_block(own, compat_values_bytes(dict->ma_keys));
    return lost;
}

static uint64_t loss_of_odict(PyObject *object, uint64_t *own)
{
    const struct odict_layout *odict = (const struct odict_layout *)object;
    uint64_t nodes = odict->first ? (uint64_t)odict->dict.ma_used : 0;
    *own -= nodes * sizeof(struct odict_node);
    uint64_t lost = nodes * sizes_lost_of_block(sizeof(struct odict_node));
    return lost + loss_of_block(own, (uint64_t)odict->fast_nodes_size * sizeof(void *)) + loss_of_dict(object, own);
}

/* Of the blocks beside the object's own. */
static uint64_t loss_of_blocks(const struct type_info *info, PyObject *object, uint64_t *own)
{
    switch (info->family) {
    case FAMILY_BYTEARRAY: return loss_of_block(own, (uint64_t)((PyByteArrayObject *)object)->ob_alloc);
    case FAMILY_ARRAY: return loss_of_block(own, layouts_array_bytes(object));
    case FAMILY_LIST: return loss_of_block(own, list_bytes(object));
    case FAMILY_DICT: return loss_of_dict(object, own);
    case FAMILY_ODICT: return loss_of_odict(object, own);
    case FAMILY_SET: return loss_of_block(own, set_size(info, object) - info->basicsize);
    case FAMILY_NDARRAY: return loss_of_block(own, layouts_ndarray_bytes(object)) + loss_of_block(own, layouts_ndarray_shape_bytes(object));
    case FAMILY_TYPE: {
        struct _dictkeysobject *keys = compat_shared_keys((PyTypeObject *)object);
        return keys ? loss_of_block(own, compat_keys_bytes(keys)) : 0;
    }
    case FAMILY_DEQUE: {
        uint64_t blocks = layouts_deque_blocks(object);
        *own -= blocks * sizeof(struct deque_block);
        return blocks * sizes_lost_of_block(sizeof(struct deque_block));
    }
    default:
#if PY_VERSION_HEX < 0x030D0000
        return info->inline_values ? loss_of_block(own, inline_values_size(info, object)) : 0;
#else
        return 0; /* they are a part of the object */
#endif
    }
}

uint64_t sizes_lost(const struct type_info *info, PyObject *object, uint64_t size)
{
    uint64_t own = size, lost = loss_of_blocks(info, object, &own);
    return own <= size ? lost + sizes_lost_of_block(own) : 0;
}

static bool dict_store(const PyDictObject *dict, struct store *ret)
{
    bool own = dict->ma_keys->dk_refcnt == 1;
    uint64_t address = own ? (uint64_t)dict->ma_keys : 0;
    *ret = (struct store){(uint64_t)dict->ma_used, compat_keys_capacity(dict->ma_keys), address, false};
    return true;
}

static bool set_store(const PySetObject *set, struct store *ret)
{
    uint64_t address = set->table != set->smalltable ? (uint64_t)set->table : 0;
    *ret = (struct store){(uint64_t)set->used, (uint64_t)set->mask + 1, address, false};
    return true;
}

/* What a view spans of the memory of another object. */
static bool view_store(const struct type_info *info, PyObject *object, struct store *ret)
{
    if (info->type != &PyMemoryView_Type)
        return false;
    uint64_t bytes = (uint64_t)((PyMemoryViewObject *)object)->view.len;
    *ret = (struct store){bytes, bytes, 0, false};
    return true;
}

static bool buffer_store(const struct type_info *info, PyObject *object, struct store *ret)
{
    struct buffer buffer = info->buffer(object);
    *ret = (struct store){buffer.length, buffer.capacity, buffer.address, false};
    return buffer.address != 0;
}

bool sizes_store(const struct type_info *info, PyObject *object, struct store *ret)
{
    ret->bounded = false;
    switch (info->family) {
    case FAMILY_LIST: {
        const PyListObject *list = (const PyListObject *)object;
        *ret = (struct store){(uint64_t)Py_SIZE(list), list_bytes(object) / sizeof(PyObject *), (uint64_t)list->ob_item, false};
        return true;
    }
    case FAMILY_BYTEARRAY: {
        const PyByteArrayObject *bytes = (const PyByteArrayObject *)object;
        *ret = (struct store){(uint64_t)Py_SIZE(bytes), (uint64_t)bytes->ob_alloc, (uint64_t)bytes->ob_bytes, false};
        return true;
    }
    case FAMILY_DICT:
    case FAMILY_ODICT: return dict_store((const PyDictObject *)object, ret);
    case FAMILY_SET: return set_store((const PySetObject *)object, ret);
    case FAMILY_DEQUE: return layouts_deque_store(object, &ret->length, &ret->capacity, &ret->address, &ret->bounded);
    case FAMILY_LRU_CACHE: return layouts_lru_cache_store(object, &ret->length, &ret->capacity, &ret->address, &ret->bounded);
    case FAMILY_ARRAY: return layouts_array_store(object, &ret->length, &ret->capacity, &ret->address);
    case FAMILY_NDARRAY: return layouts_ndarray_store(object, &ret->length, &ret->capacity, &ret->address);
    default: return info->buffer ? buffer_store(info, object, ret) : view_store(info, object, ret);
    }
}
