/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opens a built heap with the real analyzer. */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "built_heap.h"

void nameless_file_init(struct nameless_file *ret)
{
    ret->fd = memfd_create("heap", MFD_CLOEXEC);
    if (ret->fd < 0)
        built_heap_reject("memfd_create", "cannot make a file");
    snprintf(ret->path, sizeof(ret->path), "/proc/self/fd/%d", ret->fd);
}

void nameless_file_deinit(struct nameless_file *file)
{
    close(file->fd);
}

void nameless_file_fill(const struct nameless_file *file, const void *bytes, size_t length)
{
    if (ftruncate(file->fd, (off_t)length) || pwrite(file->fd, bytes, length, 0) != (ssize_t)length)
        built_heap_reject(file->path, "cannot write");
}

void test_heap_open(struct heap_builder *builder, struct test_heap *ret)
{
    struct wh_error error;
    size_t length;
    uint8_t *bytes = heap_builder_write(builder, NULL, NULL, &length);
    *ret = (struct test_heap){.builder = builder};
    nameless_file_init(&ret->file);
    nameless_file_fill(&ret->file, bytes, length);
    free(bytes);
    if (wh_analysis_open(ret->file.path, NULL, NULL, &error, &ret->analysis) || analysis_need_model(ret->analysis, &error))
        built_heap_reject(error.message, "cannot open");
    ret->heap = &ret->analysis->heap;
    ret->model = &ret->analysis->model;
}

void test_heap_init(struct test_heap *ret, const char *format, ...)
{
    struct heap_builder *builder = heap_builder_create();
    va_list arguments;
    va_start(arguments, format);
    heap_builder_add_arguments(builder, format, arguments);
    va_end(arguments);
    test_heap_open(builder, ret);
}

void test_heap_deinit(struct test_heap *heap)
{
    wh_analysis_close(heap->analysis);
    nameless_file_deinit(&heap->file);
    heap_builder_destroy(heap->builder);
}

uint32_t test_heap_node(const struct test_heap *heap, const char *name)
{
    return heap_builder_node(heap->builder, name);
}
