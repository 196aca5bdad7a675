/* SPDX-License-Identifier: MIT */
/*
 * What an object refers to, by position (FORMAT.md 2.4): members, attrs, extras, items.
 *
 * Members, attrs and extras, and the items of small or odd containers, are gathered in a buffer. The items of lists, tuples, dicts,
 * sets and deques are a stream over the container itself, and so is the order of a large OrderedDict, so that a container of any size
 * costs no memory.
 */
#ifndef WHOHOLDS_DUMPER_REFERENCES_H
#define WHOHOLDS_DUMPER_REFERENCES_H

#include "types.h"

enum stream_kind {
    STREAM_NONE,
    STREAM_ARRAY, /* pointers side by side */
    STREAM_PAIRS, /* a dict's entries: key, value, key, value, … */
    STREAM_KEYS,  /* a set's table */
    STREAM_DEQUE,
    STREAM_NODES, /* the keys of an OrderedDict, in its order */
};

struct stream {
    enum stream_kind kind;
    const char *base;        /* first pointer, key or entry */
    size_t stride;
    PyObject **split_values;
    bool keys_only;          /* STREAM_PAIRS: a table that holds its keys weakly */
    const void *block;       /* STREAM_DEQUE, STREAM_NODES: where position is */
    uint64_t position, end;  /* entries read, entries in all */
    uint64_t total;          /* references that the whole stream gives, as far as the container knows */
};

/* Puts at most `max` (at least 2) references into `out`; returns how many, 0 at the end. */
size_t stream_fill(struct stream *stream, PyObject **out, size_t max);

struct references {
    PyObject **at;
    uint8_t *matched; /* [capacity]: for members and attrs, whether tp_traverse has shown them */
    size_t count, capacity;
    bool failed;
};

bool references_init(struct references *references);
void references_deinit(struct references *references);

/* The references of one object. Those in the buffer come first, then those of the streams. */
struct shape {
    uint32_t form;           /* items and attrs; the walk adds the rest */
    uint64_t members, attrs, extras; /* in the buffer */
    struct stream more_extras;       /* then no items are in the buffer; what it leads to, items lead to, too */
    struct stream stream;
};

/* Fills in the buffer and *ret. */
void references_gather(struct references *references, PyInterpreterState *interp, const struct type_info *info, PyObject *object,
                       struct shape *ret);

/* A dict that keeps nothing alive. */
static inline bool references_is_weak_table(const PyObject *dict)
{
    return dict == compat_interned_strings(compat_main_interpreter());
}

/* The stream alone, from its beginning: for going on with a large container later. */
void references_stream(const struct type_info *info, PyObject *object, struct stream *ret);

/* Slow path of references_reserve. False without memory. */
bool references_grow(struct references *references, size_t needed);

static inline bool references_reserve(struct references *references, size_t more)
{
    return references->count + more <= references->capacity || references_grow(references, references->count + more);
}

static inline void references_add(struct references *references, PyObject *target)
{
    if (references_reserve(references, 1))
        references->at[references->count++] = target;
}

#endif
