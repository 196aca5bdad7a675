/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "heap/snapshot_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static enum wh_status cannot(const char *path, const char *verb, struct wh_error *error)
{
    bool resource = errno == ENOMEM || errno == EMFILE || errno == ENFILE;
    return wh_error_set(error, resource ? WH_ERR_RESOURCE : WH_ERR_INPUT, "cannot %s %s: %s", verb, path, strerror(errno));
}

static enum wh_status map(int fd, const char *path, struct wh_error *error, struct snapshot_file *ret)
{
    struct stat status;
    if (fstat(fd, &status))
        return cannot(path, "read", error);
    if (!S_ISREG(status.st_mode))
        return wh_error_set(error, WH_ERR_INPUT, "cannot read %s: it is not a regular file", path);
    if (status.st_size == 0)
        return WH_OK; /* the parser has a sentence for an empty file */
    void *bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (bytes == MAP_FAILED)
        return cannot(path, "map", error);
    *ret = (struct snapshot_file){bytes, (uint64_t)status.st_size};
    return WH_OK;
}

enum wh_status snapshot_file_init(const char *path, struct wh_error *error, struct snapshot_file *ret)
{
    *ret = (struct snapshot_file){0};
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return cannot(path, "open", error);
    enum wh_status status = map(fd, path, error, ret);
    close(fd);
    return status;
}

void snapshot_file_release_pages(const struct snapshot_file *file)
{
    /* Advice: where it is not taken, the pages merely stay. */
    if (file->bytes)
        (void)madvise((void *)file->bytes, (size_t)file->length, MADV_DONTNEED);
}

void snapshot_file_deinit(struct snapshot_file *file)
{
    if (file->bytes)
        munmap((void *)file->bytes, (size_t)file->length);
    *file = (struct snapshot_file){0};
}
