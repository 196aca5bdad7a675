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

static mode_t mode_beside(const char *source)
{
    struct stat found;
    mode_t mask = umask(0);
    umask(mask);
    mode_t mode = stat(source, &found) == 0 ? found.st_mode & 0666 : 0600;
    return (mode & ~mask) | 0600;
}

static enum wh_status open_in_place(struct wh_error *error, struct output_file *file)
{
    file->descriptor = open(file->target, O_WRONLY | O_CLOEXEC);
    return file->descriptor < 0 ? refuse(WH_ERR_USAGE, file->target, error) : WH_OK;
}

static enum wh_status open_temporary(const char *source, struct wh_error *error, struct output_file *file)
{
    size_t length = strlen(file->target);
    file->temporary = allocate(length + sizeof(TEMPORARY_SUFFIX));
    memcpy(file->temporary, file->target, length);
    memcpy(file->temporary + length, TEMPORARY_SUFFIX, sizeof(TEMPORARY_SUFFIX));
    file->descriptor = mkostemp(file->temporary, O_CLOEXEC); /* mode 0600 */
    if (file->descriptor < 0)
        return refuse(errno == ENOSPC || errno == EDQUOT ? WH_ERR_RESOURCE : WH_ERR_USAGE, file->target, error);
    /* Where a file system has no modes, the file stays as private as it is. */
    int ignored = fchmod(file->descriptor, mode_beside(source));
    (void)ignored;
    return WH_OK;
}

static char *copy_of(const char *text)
{
    return strcpy(allocate(strlen(text) + 1), text);
}

static bool same_file(const struct stat *found, const char *source)
{
    struct stat other;
    return stat(source, &other) == 0 && other.st_dev == found->st_dev && other.st_ino == found->st_ino;
}

static void release(struct output_file *file)
{
    free(file->target);
    free(file->temporary);
    file->target = file->temporary = NULL;
}

enum wh_status output_file_open(const char *path, const char *source, struct wh_error *error, struct output_file *ret)
{
    struct stat found;
    char *target = realpath(path, NULL);
    *ret = (struct output_file){path, target, NULL, -1};
    bool exists = target && stat(target, &found) == 0;
    enum wh_status status;
    if (!target)
        ret->target = copy_of(path);
    if (exists && same_file(&found, source))
        status = wh_error_set(error, WH_ERR_USAGE, "the output %s is the snapshot itself", path);
    else if (exists && !S_ISREG(found.st_mode))
        status = open_in_place(error, ret);
    else
        status = open_temporary(source, error, ret);
    if (status)
        release(ret);
    return status;
}

void output_file_open_standard(struct output_file *ret)
{
    *ret = (struct output_file){"the output", copy_of("the output"), NULL, STDOUT_FILENO};
}

enum wh_status output_file_append(struct output_file *file, const void *bytes, size_t length, struct wh_error *error)
{
    return write_all(file->descriptor, bytes, length) ? WH_OK : refuse(WH_ERR_RESOURCE, file->target, error);
}

enum wh_status output_file_close(struct output_file *file, enum wh_status status, struct wh_error *error)
{
    if (!status && file->temporary && fsync(file->descriptor) < 0)
        status = refuse(WH_ERR_RESOURCE, file->target, error);
    if (file->descriptor != STDOUT_FILENO && close(file->descriptor) < 0 && !status)
        status = refuse(WH_ERR_RESOURCE, file->target, error);
    if (!status && file->temporary && interrupted())
        status = wh_error_set(error, WH_ERR_RESOURCE, "cancelled before %s was complete", file->path);
    if (!status && file->temporary && rename(file->temporary, file->target) < 0)
        status = refuse(WH_ERR_RESOURCE, file->target, error);
    if (status && file->temporary)
        unlink(file->temporary);
    release(file);
    return status;
}

enum wh_status output_file_write(const char *path, const char *source, const void *bytes, size_t length, struct wh_error *error)
{
    struct output_file file;
    enum wh_status status = output_file_open(path, source, error, &file);
    return status ? status : output_file_close(&file, output_file_append(&file, bytes, length, error), error);
}
