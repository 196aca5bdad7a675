/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include "output_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "progress.h"

static const char TEMPORARY_SUFFIX[] = ".XXXXXX";

static enum wh_status refuse(enum wh_status code, const char *path, struct wh_error *error)
{
    return wh_error_set(error, code, "cannot write %s: %s", path, strerror(errno));
}

static bool write_all(int descriptor, const char *bytes, size_t length)
{
    while (length) {
        ssize_t written = write(descriptor, bytes, length);
        if (written < 0 && (errno != EINTR || interrupted()))
            return false;
        if (written > 0) {
            bytes += written;
            length -= (size_t)written;
        }
    }
    return true;
}

static enum wh_status write_in_place(const char *path, const void *bytes, size_t length, struct wh_error *error)
{
    int descriptor = open(path, O_WRONLY | O_CLOEXEC);
    if (descriptor < 0)
        return refuse(WH_ERR_USAGE, path, error);
    enum wh_status status = write_all(descriptor, bytes, length) ? WH_OK : refuse(WH_ERR_RESOURCE, path, error);
    if (close(descriptor) < 0 && !status)
        status = refuse(WH_ERR_RESOURCE, path, error);
    return status;
}

static mode_t mode_beside(const char *source)
{
    struct stat found;
    mode_t mask = umask(0);
    umask(mask);
    mode_t mode = stat(source, &found) == 0 ? found.st_mode & 0666 : 0600;
    return (mode & ~mask) | 0600;
}

/* Writes the open temporary file and gives it its name. */
static enum wh_status complete(int descriptor, const char *temporary, const char *path, const void *bytes, size_t length,
                               struct wh_error *error)
{
    bool written = write_all(descriptor, bytes, length) && fsync(descriptor) == 0;
    enum wh_status status = written ? WH_OK : refuse(WH_ERR_RESOURCE, path, error);
    if (close(descriptor) < 0 && !status)
        status = refuse(WH_ERR_RESOURCE, path, error);
    if (!status && interrupted())
        status = wh_error_set(error, WH_ERR_RESOURCE, "cancelled before %s was complete", path);
    if (!status && rename(temporary, path) < 0)
        status = refuse(WH_ERR_RESOURCE, path, error);
    if (status)
        unlink(temporary);
    return status;
}

static enum wh_status write_and_rename(const char *path, const char *source, const void *bytes, size_t length, struct wh_error *error)
{
    size_t path_length = strlen(path);
    char *temporary = allocate(path_length + sizeof(TEMPORARY_SUFFIX));
    memcpy(temporary, path, path_length);
    memcpy(temporary + path_length, TEMPORARY_SUFFIX, sizeof(TEMPORARY_SUFFIX));
    int descriptor = mkostemp(temporary, O_CLOEXEC); /* mode 0600 */
    if (descriptor < 0) {
        free(temporary);
        return refuse(errno == ENOSPC || errno == EDQUOT ? WH_ERR_RESOURCE : WH_ERR_USAGE, path, error);
    }
    /* Where a file system has no modes, the file stays as private as it is. */
    int ignored = fchmod(descriptor, mode_beside(source));
    (void)ignored;
    enum wh_status status = complete(descriptor, temporary, path, bytes, length, error);
    free(temporary);
    return status;
}

static bool same_file(const struct stat *found, const char *source)
{
    struct stat other;
    return stat(source, &other) == 0 && other.st_dev == found->st_dev && other.st_ino == found->st_ino;
}

enum wh_status output_file_write(const char *path, const char *source, const void *bytes, size_t length, struct wh_error *error)
{
    struct stat found;
    char *target = realpath(path, NULL);
    if (!target)
        return write_and_rename(path, source, bytes, length, error);
    enum wh_status status;
    bool exists = stat(target, &found) == 0;
    if (exists && same_file(&found, source))
        status = wh_error_set(error, WH_ERR_USAGE, "the output %s is the snapshot itself", path);
    else if (exists && !S_ISREG(found.st_mode))
        status = write_in_place(target, bytes, length, error);
    else
        status = write_and_rename(target, source, bytes, length, error);
    free(target);
    return status;
}
