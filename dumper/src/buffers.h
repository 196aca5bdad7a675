/* SPDX-License-Identifier: MIT */
/*
 * Memory that objects of extension types own beside themselves and of which nothing but their C code knows: the characters of a StringIO,
 * the pages of an mmap, the data of ctypes, the buffers of files, the children of an Element.
 *
 * A table of data: adding a type means adding a row. No code of the objects is run. What sys.getsizeof counts of them is counted here
 * too; it leaves out mmap and ctypes.
 */
#ifndef WHOHOLDS_DUMPER_BUFFERS_H
#define WHOHOLDS_DUMPER_BUFFERS_H

#include <Python.h>
#include <stdbool.h>
#include <stdint.h>

struct buffer {
    uint64_t bytes;
    uint64_t length, capacity; /* in items; meaningful with an address: */
    uint64_t address;          /* of the block that grows; 0 if there is none */
    bool pages;                /* not from an allocator: mapped, and only what is resident is counted */
};
typedef struct buffer (*buffer_reader)(PyObject *object);

/* The reader for objects of a type or of a subclass of one in the table; NULL for most. */
buffer_reader buffers_find(const PyTypeObject *type);

#endif
