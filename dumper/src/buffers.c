/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "buffers.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* The layouts below were the same from 3.8 to 3.14, but for what is noted. */

/* ---- Modules/mmapmodule.c: mmap_object ---- */

struct mmap_layout {
    PyObject_HEAD
    char *data;
    Py_ssize_t size, position;
    int64_t offset;
#if PY_VERSION_HEX >= 0x03090000
    Py_ssize_t exports;
#else
    int exports;
#endif
    int file;
};

/* Of a file that is mapped, the pages are the kernel's: it takes them back when it wants to. */
static struct buffer mmap_buffer(PyObject *object)
{
    enum { PAGES_AT_ONCE = 1024 };
    const struct mmap_layout *map = (const struct mmap_layout *)object;
    struct buffer buffer = {.pages = true};
    if (!map->data || map->size <= 0 || map->file != -1)
        return buffer;
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    unsigned char resident[PAGES_AT_ONCE];
    for (size_t at = 0, size = (size_t)map->size; at < size; at += PAGES_AT_ONCE * page) {
        size_t bytes = size - at < PAGES_AT_ONCE * page ? size - at : PAGES_AT_ONCE * page;
        if (mincore(map->data + at, bytes, resident) != 0)
            break;
        for (size_t i = 0; i < (bytes + page - 1) / page; i++)
            buffer.bytes += resident[i] & 1 ? page : 0;
    }
    return buffer;
}

/* ---- Modules/_io/stringio.c: stringio ---- */

/* While it is only appended to, the text is elsewhere, in objects (known.c), and the block has room for two characters. */
struct stringio_layout {
    PyObject_HEAD
    Py_UCS4 *block;
    Py_ssize_t position, length;
    size_t capacity;
};

static struct buffer stringio_buffer(PyObject *object)
{
    const struct stringio_layout *text = (const struct stringio_layout *)object;
    if (!text->block)
        return (struct buffer){0};
    uint64_t capacity = text->capacity, length = (uint64_t)text->length;
    bool in_use = length <= capacity;
    return (struct buffer){capacity * sizeof(Py_UCS4), length, capacity, in_use ? (uint64_t)text->block : 0, false};
}

/* ---- Modules/_io/bufferedio.c: buffered ---- */

struct buffered_layout {
    PyObject_HEAD
    PyObject *raw;
    int flags[4];
    char finalizing;
    int fast_closed_checks;
    int64_t absolute_position;
    char *block;
    int64_t positions[5];
    void *lock;
    unsigned long owner;
    Py_ssize_t size;
};

static struct buffer buffered_buffer(PyObject *object)
{
    const struct buffered_layout *file = (const struct buffered_layout *)object;
    return (struct buffer){.bytes = file->block && file->size > 0 ? (uint64_t)file->size : 0};
}

/* ---- Modules/_ctypes/ctypes.h: CDataObject ---- */

struct ctypes_layout {
    PyObject_HEAD
    char *data;
    int is_owned;
    PyObject *base;
    Py_ssize_t size;
};

/* Small data are a part of the object. */
static struct buffer ctypes_buffer(PyObject *object)
{
    const struct ctypes_layout *one = (const struct ctypes_layout *)object;
    bool inside = (uintptr_t)one->data - (uintptr_t)object < (uintptr_t)Py_TYPE(object)->tp_basicsize;
    if (!one->data || !one->is_owned || inside || one->size <= 0)
        return (struct buffer){0};
    uint64_t size = (uint64_t)one->size;
    return (struct buffer){size, size, size, (uint64_t)one->data, false};
}

/* ---- Modules/_elementtree.c: ElementObject and ElementObjectExtra ---- */

struct element_extra {
    PyObject *attributes;
    Py_ssize_t length, allocated;
    PyObject **children, *first_children[4];
};
struct element_layout {
    PyObject_HEAD
    PyObject *tag, *text, *tail;
    struct element_extra *extra;
};

static struct buffer element_buffer(PyObject *object)
{
    const struct element_extra *extra = ((const struct element_layout *)object)->extra;
    if (!extra)
        return (struct buffer){0};
    bool apart = extra->children != extra->first_children && extra->allocated > 0;
    uint64_t capacity = (uint64_t)(extra->allocated > 0 ? extra->allocated : 0);
    return (struct buffer){sizeof *extra + (apart ? capacity * sizeof(PyObject *) : 0), (uint64_t)extra->length, capacity,
                           apart ? (uint64_t)extra->children : 0, false};
}

static const struct {
    const char *name;
    size_t basicsize;
    buffer_reader read;
} readers[] = {
    {"mmap.mmap", sizeof(struct mmap_layout), mmap_buffer},
    {"_io.StringIO", sizeof(struct stringio_layout), stringio_buffer},
    {"_io.BufferedReader", sizeof(struct buffered_layout), buffered_buffer},
    {"_io.BufferedWriter", sizeof(struct buffered_layout), buffered_buffer},
    {"_io.BufferedRandom", sizeof(struct buffered_layout), buffered_buffer},
    {"_ctypes._CData", sizeof(struct ctypes_layout), ctypes_buffer},
    {"xml.etree.ElementTree.Element", sizeof(struct element_layout), element_buffer},
};

buffer_reader buffers_find(const PyTypeObject *type)
{
    for (; type; type = type->tp_base)
        for (size_t i = 0; i < COUNT(readers); i++)
            if ((size_t)type->tp_basicsize >= readers[i].basicsize && strcmp(type->tp_name, readers[i].name) == 0)
                return readers[i].read;
    return NULL;
}
