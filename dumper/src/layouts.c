/* SPDX-License-Identifier: MIT */
#include "layouts.h"

enum { NDARRAY_C_CONTIGUOUS = 1, NDARRAY_OWNDATA = 4, NDARRAY_DIMENSIONS_MAX = 64 };

/* Modules/arraymodule.c: arrayobject and the head of arraydescr. */
struct array_layout {
    PyObject_VAR_HEAD
    char *items;
    Py_ssize_t allocated;
    const struct {
        char typecode;
        int itemsize;
    } *descriptor;
};

/* numpy's PyArray_Descr: the head, unchanged from 1.x to 2.x. */
struct descriptor_layout {
    PyObject_HEAD
    PyTypeObject *type;
    char kind;
};

uint64_t layouts_array_bytes(PyObject *object)
{
    const struct array_layout *array = (const struct array_layout *)object;
    return (uint64_t)array->allocated * (uint64_t)array->descriptor->itemsize;
}

bool layouts_array_store(PyObject *object, uint64_t *ret_length, uint64_t *ret_capacity, uint64_t *ret_address)
{
    const struct array_layout *array = (const struct array_layout *)object;
    *ret_length = (uint64_t)Py_SIZE(array);
    *ret_capacity = (uint64_t)array->allocated;
    *ret_address = (uint64_t)array->items;
    return true;
}

uint64_t layouts_deque_blocks(PyObject *object)
{
    const struct deque_layout *deque = (const struct deque_layout *)object;
    uint64_t blocks = ((uint64_t)deque->left_index + (uint64_t)Py_SIZE(deque) + DEQUE_BLOCK_ITEMS - 1) / DEQUE_BLOCK_ITEMS;
    return blocks ? blocks : 1;
}

bool layouts_deque_store(PyObject *object, uint64_t *ret_length, uint64_t *ret_capacity, uint64_t *ret_address, bool *ret_bounded)
{
    const struct deque_layout *deque = (const struct deque_layout *)object;
    *ret_length = (uint64_t)Py_SIZE(object);
    *ret_bounded = deque->maximum >= 0;
    *ret_capacity = *ret_bounded ? (uint64_t)deque->maximum : layouts_deque_blocks(object) * DEQUE_BLOCK_ITEMS;
    *ret_address = (uint64_t)deque->right_block;
    return true;
}

bool layouts_lru_cache_store(PyObject *object, uint64_t *ret_length, uint64_t *ret_capacity, uint64_t *ret_address, bool *ret_bounded)
{
    const struct lru_cache_layout *lru = (const struct lru_cache_layout *)object;
    *ret_length = lru->cache && PyDict_CheckExact(lru->cache) ? (uint64_t)((PyDictObject *)lru->cache)->ma_used : 0;
    *ret_bounded = lru->maximum >= 0;
    *ret_capacity = *ret_bounded ? (uint64_t)lru->maximum : *ret_length;
    *ret_address = 0; /* its dict has the store */
    return true;
}

void layouts_lru_cache_calls(PyObject *object, uint64_t *ret_hits, uint64_t *ret_misses)
{
    const struct lru_cache_layout *lru = (const struct lru_cache_layout *)object;
    *ret_hits = (uint64_t)lru->hits;
    *ret_misses = (uint64_t)lru->misses;
}

/* Elements of an array; 0 for one that cannot be right. */
static uint64_t element_count(const struct ndarray_layout *array)
{
    uint64_t count = 1;
    if (array->dimension_count < 0 || array->dimension_count > NDARRAY_DIMENSIONS_MAX)
        return 0;
    for (int i = 0; i < array->dimension_count; i++)
        if (array->dimensions[i] < 0 || __builtin_mul_overflow(count, (uint64_t)array->dimensions[i], &count))
            return 0;
    return count;
}

uint64_t layouts_ndarray_shape_bytes(PyObject *object)
{
    int dimensions = ((const struct ndarray_layout *)object)->dimension_count;
    return dimensions > 0 && dimensions <= NDARRAY_DIMENSIONS_MAX ? (uint64_t)dimensions * 2 * sizeof(intptr_t) : 0;
}

/* Without the item size, whose place in the descriptor moved in numpy 2: the longest stride times its dimension. */
static uint64_t spanned_bytes(const struct ndarray_layout *array)
{
    uint64_t bytes = 0;
    if (!element_count(array))
        return 0;
    for (int i = 0; i < array->dimension_count; i++) {
        intptr_t stride = array->strides[i] < 0 ? -array->strides[i] : array->strides[i];
        uint64_t extent = (uint64_t)array->dimensions[i] * (uint64_t)stride;
        bytes = extent > bytes ? extent : bytes;
    }
    return bytes;
}

uint64_t layouts_ndarray_bytes(PyObject *object)
{
    const struct ndarray_layout *array = (const struct ndarray_layout *)object;
    return array->flags & NDARRAY_OWNDATA ? spanned_bytes(array) : 0;
}

bool layouts_ndarray_store(PyObject *object, uint64_t *ret_length, uint64_t *ret_capacity, uint64_t *ret_address)
{
    const struct ndarray_layout *array = (const struct ndarray_layout *)object;
    *ret_length = *ret_capacity = spanned_bytes(array);
    *ret_address = array->flags & NDARRAY_OWNDATA ? (uint64_t)array->data : 0;
    return true;
}

uint64_t layouts_ndarray_objects(PyObject *object, PyObject ***ret_items)
{
    const struct ndarray_layout *array = (const struct ndarray_layout *)object;
    const int wanted = NDARRAY_OWNDATA | NDARRAY_C_CONTIGUOUS;
    *ret_items = (PyObject **)array->data;
    if ((array->flags & wanted) != wanted || !array->data || !array->descriptor)
        return 0;
    return ((const struct descriptor_layout *)array->descriptor)->kind == 'O' ? element_count(array) : 0;
}
