/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE /* O_TMPFILE */
#include "fail_write.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/types.h>

ssize_t __real_write(int fd, const void *bytes, size_t length);
int __real_open(const char *path, int flags, ...);
ssize_t __wrap_write(int fd, const void *bytes, size_t length);
int __wrap_open(const char *path, int flags, ...);

static struct write_faults faults;
static uint64_t calls;

void fail_write_arm(struct write_faults wanted)
{
    faults = wanted;
    calls = 0;
}

uint64_t fail_write_disarm(void)
{
    faults = (struct write_faults){0};
    return calls;
}

ssize_t __wrap_write(int fd, const void *bytes, size_t length)
{
    calls++;
    if (faults.failing && calls >= faults.failing) {
        errno = ENOSPC;
        return -1;
    }
    return __real_write(fd, bytes, faults.shorten && length > 1 ? length / 2 : length);
}

int __wrap_open(const char *path, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    if (faults.no_nameless && (flags & O_TMPFILE) == O_TMPFILE) {
        errno = EOPNOTSUPP;
        return -1;
    }
    return __real_open(path, flags, mode);
}
