/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/array.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static const size_t huge_page_bytes = (size_t)2 << 20;

/* `ret` points to a pointer to any object type: copying the bytes keeps that within the language's aliasing rules. */
static void store_pointer(void *ret, void *array)
{
    memcpy(ret, &array, sizeof(array));
}

static enum wh_status fail(size_t count, size_t element_size, const char *purpose, struct wh_error *error)
{
    return wh_error_set(error, WH_ERR_RESOURCE, "out of memory: %zu elements of %zu bytes for %s", count, element_size, purpose);
}

/*
 * The analysis reads its arrays in an order that the page tables do not like: huge pages save a fifth of the wall time.
 * Advice only; where the kernel has none to give, nothing changes.
 */
static void advise_huge_pages(void *array, size_t bytes)
{
    if (bytes < huge_page_bytes)
        return;
    uintptr_t start = ((uintptr_t)array + huge_page_bytes - 1) & ~(uintptr_t)(huge_page_bytes - 1);
    uintptr_t end = ((uintptr_t)array + bytes) & ~(uintptr_t)(huge_page_bytes - 1);
    if (start < end)
        (void)madvise((void *)start, end - start, MADV_HUGEPAGE);
}

/* So large an array begins where a huge page does, and ends there if it has more than half of it: what lies outside of them faults in page by page. */
static void *alloc_aligned(size_t bytes)
{
    size_t rest = bytes % huge_page_bytes, padding = rest > huge_page_bytes / 2 ? huge_page_bytes - rest : 0;
    if (bytes < huge_page_bytes || bytes > SIZE_MAX - 2 * huge_page_bytes)
        return malloc(bytes ? bytes : 1);
    void *array = NULL;
    if (posix_memalign(&array, huge_page_bytes, bytes + padding))
        return NULL;
    advise_huge_pages(array, bytes + padding);
    return array;
}

enum wh_status array_alloc(size_t count, size_t element_size, const char *purpose, struct wh_error *error, void *ret)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, element_size, &bytes))
        return fail(count, element_size, purpose, error);
    void *array = alloc_aligned(bytes);
    if (!array)
        return fail(count, element_size, purpose, error);
    store_pointer(ret, array);
    return WH_OK;
}

enum wh_status array_alloc_zeroed(size_t count, size_t element_size, const char *purpose, struct wh_error *error, void *ret)
{
    void *array = calloc(count ? count : 1, element_size);
    if (!array)
        return fail(count, element_size, purpose, error);
    advise_huge_pages(array, count * element_size); /* so large a piece comes from the kernel as zeroes: nothing is touched yet */
    store_pointer(ret, array);
    return WH_OK;
}

void array_shrink(size_t count, size_t element_size, void *array_pointer)
{
    void *array;
    memcpy(&array, array_pointer, sizeof(array));
    void *smaller = realloc(array, count ? count * element_size : 1);
    if (smaller)
        store_pointer(array_pointer, smaller);
}
