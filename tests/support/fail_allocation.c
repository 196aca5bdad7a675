/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fail_allocation.h"

#include <errno.h>
#include <malloc.h>
#include <stddef.h>

static uint64_t calls_left, bytes_asked;
static bool armed, failed;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
int __real_posix_memalign(void **memory, size_t alignment, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
int __wrap_posix_memalign(void **memory, size_t alignment, size_t size);

void fail_allocation_arm(uint64_t nth)
{
    calls_left = nth;
    armed = true;
    failed = false;
}

bool fail_allocation_disarm(void)
{
    armed = false;
    return failed;
}

uint64_t fail_allocation_bytes_asked(void)
{
    return bytes_asked;
}

static bool must_fail(size_t size)
{
    bytes_asked += size;
    if (!armed || --calls_left > 0)
        return false;
    armed = false;
    failed = true;
    errno = ENOMEM;
    return true;
}

void *__wrap_malloc(size_t size)
{
    return must_fail(size) ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return must_fail(count * size) ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *memory, size_t size)
{
    bool shrinks = memory && size <= malloc_usable_size(memory);
    return !shrinks && must_fail(size) ? NULL : __real_realloc(memory, size);
}

int __wrap_posix_memalign(void **memory, size_t alignment, size_t size)
{
    return must_fail(size) ? ENOMEM : __real_posix_memalign(memory, alignment, size);
}
