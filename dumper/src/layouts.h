/* SPDX-License-Identifier: MIT */
/*
 * Private layouts of standard library extensions and of numpy that were the same from 3.8 to 3.14, and what is read from them.
 * What changed between versions is in compat.h.
 */
#ifndef WHOHOLDS_DUMPER_LAYOUTS_H
#define WHOHOLDS_DUMPER_LAYOUTS_H

#include "types.h"

/* Objects/odictobject.c: _ODictNode and _odictobject. */
struct odict_node {
    PyObject *key;
    Py_hash_t hash;
    struct odict_node *next, *prev;
};
struct odict_layout {
    PyDictObject dict;
    struct odict_node *first, *last;
    struct odict_node **fast_nodes;
    Py_ssize_t fast_nodes_size;
    void *resize_sentinel;
    size_t state;
    PyObject *instance_dict, *weakrefs;
};

/* Modules/_collectionsmodule.c: BLOCK and dequeobject. */
enum { DEQUE_BLOCK_ITEMS = 64 };
struct deque_block {
    struct deque_block *left;
    PyObject *items[DEQUE_BLOCK_ITEMS];
    struct deque_block *right;
};
struct deque_layout {
    PyObject_VAR_HEAD
    struct deque_block *left_block, *right_block;
    Py_ssize_t left_index, right_index;
    size_t state;
    Py_ssize_t maximum; /* -1: unbounded */
};

/* Modules/_functoolsmodule.c: lru_list_elem and lru_cache_object. rest is cache_info_type, and from 3.9 on kwd_mark and
 * lru_list_elem_type, up to the wrapper's dict: references all. */
struct lru_link {
    PyObject_HEAD
    struct lru_link *previous, *next;
    Py_hash_t hash;
    PyObject *key, *result;
};
struct lru_cache_layout {
    struct lru_link root;
    void *wrapper;
    int typed;
    PyObject *cache;
    Py_ssize_t hits;
    PyObject *function;
    Py_ssize_t maximum, misses;
    PyObject *rest[];
};

/* Python/hamt.c: bitmap and collision nodes hold key, value, key, value, … A bitmap node's key may be NULL: then the value is a
 * node. */
struct hamt_pairs_layout {
    PyObject_VAR_HEAD
    uint32_t bits_or_hash;
    PyObject *pairs[1];
};

struct hamt_array_layout {
    PyObject_HEAD
    PyObject *nodes[32];
    Py_ssize_t count;
};

/* numpy's PyArrayObject_fields. */
struct ndarray_layout {
    PyObject_HEAD
    char *data;
    int dimension_count;
    intptr_t *dimensions, *strides;
    PyObject *base, *descriptor;
    int flags;
};

uint64_t layouts_array_bytes(PyObject *object);
uint64_t layouts_deque_blocks(PyObject *object);
uint64_t layouts_ndarray_bytes(PyObject *object);       /* the data, 0 for a view */
uint64_t layouts_ndarray_shape_bytes(PyObject *object); /* dimensions and strides */

/* For table `stores`; always true. */
bool layouts_array_store(PyObject *object, uint64_t *ret_length, uint64_t *ret_capacity, uint64_t *ret_address);
bool layouts_deque_store(PyObject *object, uint64_t *ret_length, uint64_t *ret_capacity, uint64_t *ret_address, bool *ret_bounded);
bool layouts_lru_cache_store(PyObject *object, uint64_t *ret_length, uint64_t *ret_capacity, uint64_t *ret_address, bool *ret_bounded);
bool layouts_ndarray_store(PyObject *object, uint64_t *ret_length, uint64_t *ret_capacity, uint64_t *ret_address);

/* For table `memos`: what cache_info() tells. */
void layouts_lru_cache_calls(PyObject *object, uint64_t *ret_hits, uint64_t *ret_misses);

/* Items of an array of objects that owns its memory and has no gaps: their number, else 0. */
uint64_t layouts_ndarray_objects(PyObject *object, PyObject ***ret_items);

#endif
