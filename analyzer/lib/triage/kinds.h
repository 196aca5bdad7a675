/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stage "triage", its ground: what sort of object each node is, as far as a rule asks, and the live nodes of most sorts as a list. Found once,
 * so that each rule looks at its own objects alone. Of what most heaps consist of, strings and what is of no sort, there is no list.
 */
#ifndef WHOHOLDS_LIB_KINDS_H
#define WHOHOLDS_LIB_KINDS_H

#include "base/node_vector.h"
#include "heap/model.h"

enum kind {
    KIND_OTHER,
    KIND_STR,
    KIND_BYTES,
    KIND_LIST,
    KIND_DICT,
    KIND_SET,
    KIND_BYTEARRAY,
    KIND_DEQUE,
    KIND_FUNCTION,
    KIND_CODE,
    KIND_TRACEBACK,
    KIND_GENERATOR,       /* and async generators */
    KIND_COROUTINE,
    KIND_LRU_CACHE,
    KIND_TASK,            /* asyncio's tasks and futures, concurrent.futures' futures */
    KIND_VIEW,            /* memoryview, numpy array */
    KIND_BUFFER,          /* what stands between a memoryview and the object whose memory it shows */
    KIND_THREAD_LOCAL,
    KIND_DESCRIPTOR,      /* and built-in functions */
    KIND_MODULE,
    KIND_CLASS,
    KIND_INSTANCE,        /* of a class statement's class, and nothing of the above */
    KIND_COUNT
};

struct type_traits {
    uint8_t kind;
    bool finalizer;       /* the class or a base of it has __del__ */
    bool plain;           /* of no list, without a __dict__, and no part of the program: most objects are */
    uint32_t dict_member; /* position of the member __dict__, UINT32_MAX: none */
};

struct kinds {
    struct type_traits *of_type;          /* by type number */
    struct node_vector nodes_of_kind[KIND_COUNT];   /* live ones, ascending */
    uint64_t *namespace_bitmap;           /* dicts that are the __dict__ of an object */
    uint64_t *program_bitmap;             /* what code, functions, classes and modules name: names, constants, docstrings */
    uint64_t *running_bitmap;             /* objects of frames: interpreter frames, frame objects, generators that run */
};

enum wh_status kinds_init(const struct model *model, struct wh_error *error, struct kinds *ret) WH_MUST_USE;
void kinds_deinit(struct kinds *kinds);

/* Not of KIND_OTHER, KIND_STR and KIND_BYTES, of which there is no list. */
static inline struct node_run kinds_of(const struct kinds *kinds, enum kind kind)
{
    return (struct node_run){kinds->nodes_of_kind[kind].nodes, kinds->nodes_of_kind[kind].count};
}

static inline enum kind kinds_kind(const struct kinds *kinds, const struct heap *heap, uint32_t node)
{
    return node == HEAP_NULL ? KIND_OTHER : (enum kind)kinds->of_type[heap->type_of_node[node]].kind;
}

/* The node's __dict__, HEAP_NULL if it has none. */
uint32_t kinds_dict_of(const struct kinds *kinds, const struct heap *heap, uint32_t node);

#endif
