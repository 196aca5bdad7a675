/* SPDX-License-Identifier: MIT */
/*
 * Shallow sizes: an object, its headers, and the memory that it alone owns. No code of the object is run.
 *
 * Equal to sys.getsizeof but where that is wrong: it counts a collector's head of static types that they do not have (3.11, 3.12),
 * counts values that are part of the instance again with its dict (3.13), leaves out the values of instances (3.11, 3.12), counts
 * the buffer object of a BytesIO, and rounds code objects and int subclasses down.
 */
#ifndef WHOHOLDS_DUMPER_SIZES_H
#define WHOHOLDS_DUMPER_SIZES_H

#include "types.h"

/* gc: the object has a collector's head. Memory of which only an extension's C code knows is not counted here: buffers.h */
uint64_t sizes_of(const struct type_info *info, PyObject *object, bool gc);

/* The same for an object of a simple type without a collector's head. */
uint64_t sizes_of_leaf(const struct type_info *info, PyObject *object);

/*
 * What the allocator takes for a block beyond what was asked for: pymalloc hands out multiples of 16 bytes up to 512, malloc has a word
 * in front of a block and rounds up to 16 as well.
 */
static inline uint64_t sizes_lost_of_block(uint64_t bytes)
{
    enum { STEP = 16, SMALL_MAX = 512, CHUNK_HEAD = 8 };
    return bytes <= SMALL_MAX ? -bytes & (STEP - 1) : (-(bytes + CHUNK_HEAD) & (STEP - 1)) + CHUNK_HEAD;
}

/*
 * What the allocators take beyond that, for an object of that size: they round up, and malloc has a word in front of each block. For
 * objects that are static, this means nothing.
 */
uint64_t sizes_lost(const struct type_info *info, PyObject *object, uint64_t size);

/* The separately allocated block of a container, for table `stores`. False if its family has none. */
struct store {
    uint64_t length, capacity, address;
    bool bounded;   /* never more than `capacity` items */
};
bool sizes_store(const struct type_info *info, PyObject *object, struct store *ret);

#endif
