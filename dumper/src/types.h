/* SPDX-License-Identifier: MIT */
/*
 * The type table: what is known about each type that the walk meets, and its rows in `types` and `fields`.
 *
 * A type's row is written when the type is first met, its base types' before it.
 */
#ifndef WHOHOLDS_DUMPER_TYPES_H
#define WHOHOLDS_DUMPER_TYPES_H

#include "compat.h"

#include <whoholds/formats/writer.h>

#include "buffers.h"
#include "pages.h"
#include "visited.h"

/* How the objects of a type are read: which references they have and how large they are. */
enum family {
    FAMILY_FIXED,    /* not traversed: members only; basicsize + items */
    FAMILY_STR,
    FAMILY_INT,
    FAMILY_FLOAT,
    FAMILY_BYTES,
    FAMILY_BYTEARRAY,
    FAMILY_ARRAY,
    FAMILY_INSTANCE, /* of a class statement's class over object: members and attrs are everything */
    FAMILY_LIST,
    FAMILY_TUPLE,
    FAMILY_DICT,
    FAMILY_ODICT,
    FAMILY_SET,
    FAMILY_DEQUE,
    FAMILY_WEAKREF,
    FAMILY_CODE,
    FAMILY_TYPE,
    FAMILY_GENERATOR,
    FAMILY_FRAME,
    FAMILY_LRU_CACHE,
    FAMILY_HAMT_PAIRS,
    FAMILY_HAMT_ARRAY,
    FAMILY_NDARRAY,
    FAMILY_TRAVERSED, /* by tp_traverse */
};

enum member_access {
    MEMBER_FIELD,   /* the pointer at offset */
    MEMBER_CHECKED, /* the same, from a layout that is private: only if tp_traverse reports it too */
    MEMBER_DICT,    /* the instance's __dict__ */
    MEMBER_GET,     /* a function */
    MEMBER_FOUND,   /* the first thing of the right kind that tp_traverse reports and no other member explains */
};

typedef PyObject *(*member_getter)(PyInterpreterState *interp, PyObject *object);

struct member {
    enum member_access access;
    int32_t offset;
    union {
        member_getter get;
        bool (*fits)(PyObject *object);
    };
};

struct type_info {
    PyTypeObject *type;
    buffer_reader buffer;    /* memory beside the object; NULL if there is none */
    traverseproc traverse;   /* the native base's, NULL if there is none */
    const struct member *members;
    uint32_t number;         /* row in `types` */
    uint32_t member_count, attr_count;
    enum family family;
    bool simple;             /* has no references, no memory beside it and no store: written as soon as it is met */
    bool gc;                 /* instances have a collector's head (before tp_is_gc is asked) */
    bool heap;
    bool inline_values;      /* instances may keep attributes as bare values */
    uint32_t header;         /* bytes in front of an object that are its own, without the collector's head */
    uint32_t basicsize, itemsize;
    uint32_t key_previews_left, value_previews_left, looks_left; /* texts.h */
};

enum { TYPE_CACHE_SIZE = 1024 };

struct types {
    PyInterpreterState *interp;
    struct visited *visited;
    struct snapshot_writer *writer;
    destructor class_dealloc;    /* tp_dealloc and tp_traverse of classes made by class statements: */
    traverseproc class_traverse; /* typeobject.c, subtype_dealloc and subtype_traverse */
    struct arena arena;
    struct type_info **slots;    /* open addressing by type */
    uint32_t slot_count, count;
    struct type_info *cache[TYPE_CACHE_SIZE];
    uint32_t pseudo_frame;       /* number of the pseudo type of interpreter frames, + 1 */
    bool identifiers_only;       /* names of attributes that are none are left out: texts.h, values=none */
    bool failed;
};

/* Finds out how classes look in this interpreter. Reads only. */
void types_init(struct types *types, PyInterpreterState *interp, struct visited *visited, struct snapshot_writer *writer);
void types_deinit(struct types *types);

/* Slow path of types_of. NULL without memory, or for what is no type. */
struct type_info *types_find(struct types *types, PyTypeObject *type);

static inline uint32_t types_cache_slot(const PyTypeObject *type)
{
    return (uint32_t)(((uintptr_t)type >> 4 ^ (uintptr_t)type >> 14) & (TYPE_CACHE_SIZE - 1));
}

static inline struct type_info *types_of(struct types *types, PyTypeObject *type)
{
    struct type_info *info = types->cache[types_cache_slot(type)];
    return __builtin_expect(info != NULL && info->type == type, 1) ? info : types_find(types, type);
}

/* Number of the pseudo type of interpreter frames (FORMAT.md 2.9), whose members are in types.c. */
enum { PSEUDO_FRAME_MEMBERS = 4 };
uint32_t types_pseudo_frame(struct types *types);

/* True if the collector may know the object: PyObject_IS_GC without a call in the common case. */
static inline bool types_is_gc(const struct type_info *info, PyObject *object)
{
    return info->gc && (!info->type->tp_is_gc || info->type->tp_is_gc(object));
}

/* The value of a str key in a dict, found by its text without hashing; NULL if there is none. */
PyObject *types_dict_value(PyObject *dict, const char *key);

#endif
