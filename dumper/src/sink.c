/* SPDX-License-Identifier: MIT */
#include "sink.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <whoholds/dumper_environment.h>

#include "describe.h"

static const char part_suffix[] = ".part";

/* Enough for a machine that keeps every snapshot; a bound, so that a directory that lies about what exists ends the search. */
enum { NUMBERS_TRIED = 100000 };

#ifndef RENAME_NOREPLACE
#define RENAME_NOREPLACE 1
#endif

/* Text that grows in a fixed place and remembers whether it fitted. */
struct text {
    char *bytes;
    size_t length, capacity;
    bool overflow;
};

static void text_add(struct text *text, const char *bytes, size_t length)
{
    if (length >= text->capacity - text->length) {
        text->overflow = true;
        return;
    }
    memcpy(text->bytes + text->length, bytes, length);
    text->length += length;
    text->bytes[text->length] = '\0';
}

static void text_add_string(struct text *text, const char *string)
{
    text_add(text, string, strlen(string));
}

static void text_add_number(struct text *text, uint64_t number, int digits)
{
    char buffer[24];
    int length = snprintf(buffer, sizeof(buffer), "%0*llu", digits, (unsigned long long)number);
    text_add(text, buffer, (size_t)length);
}

/* gmtime_r may read files and allocate: days to a date by hand (proleptic Gregorian calendar, years that start in March). */
static void text_add_time(struct text *text, uint64_t created_ns)
{
    uint64_t seconds = created_ns / 1000000000;
    uint64_t days = seconds / 86400 + 719468;
    uint64_t of_day = seconds % 86400;
    uint64_t era = days / 146097;
    uint64_t day_of_era = days % 146097;
    uint64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    uint64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    uint64_t march_month = (5 * day_of_year + 2) / 153;
    uint64_t month = march_month < 10 ? march_month + 3 : march_month - 9;
    text_add_number(text, era * 400 + year_of_era + (month <= 2), 4);
    text_add_number(text, month, 2);
    text_add_number(text, day_of_year - (153 * march_month + 2) / 5 + 1, 2);
    text_add_string(text, "T");
    text_add_number(text, of_day / 3600, 2);
    text_add_number(text, of_day / 60 % 60, 2);
    text_add_number(text, of_day % 60, 2);
    text_add_string(text, "Z");
}

static bool pattern_has_number(const struct sink_name *name)
{
    if (name->literal)
        return false;
    for (const char *at = strchr(name->pattern, '{'); at; at = strchr(at, '{')) {
        enum whoholds_placeholder which = whoholds_placeholder_at(at);
        if (which == WHOHOLDS_PLACEHOLDER_NUMBER)
            return true;
        at += which == WHOHOLDS_PLACEHOLDER_COUNT ? 1 : strlen(whoholds_placeholders[which]);
    }
    return false;
}

enum wh_status sink_check_pattern(const char *pattern, struct wh_error *error)
{
    const char *fault = whoholds_output_fault(pattern);
    errno = 0;
    return fault ? wh_error_set(error, WH_ERR_USAGE, "the output '%s' %s", pattern, fault) : WH_OK;
}

static void expand_placeholder(struct text *text, const struct sink_name *name, enum whoholds_placeholder which, uint64_t number)
{
    switch (which) {
    case WHOHOLDS_PLACEHOLDER_NAME: text_add_string(text, name->program); break;
    case WHOHOLDS_PLACEHOLDER_PID: text_add_number(text, (uint64_t)name->pid, 1); break;
    case WHOHOLDS_PLACEHOLDER_NUMBER: text_add_number(text, number, 1); break;
    case WHOHOLDS_PLACEHOLDER_TIME: text_add_time(text, name->created_ns); break;
    case WHOHOLDS_PLACEHOLDER_BRACE: text_add_string(text, "{"); break;
    case WHOHOLDS_PLACEHOLDER_COUNT: break;
    }
}

static void expand_pattern(struct text *text, const struct sink_name *name, const char *at, uint64_t number)
{
    while (*at) {
        enum whoholds_placeholder which = whoholds_placeholder_at(at);
        if (which == WHOHOLDS_PLACEHOLDER_COUNT) {
            text_add(text, at++, 1);
        } else {
            expand_placeholder(text, name, which, number);
            at += strlen(whoholds_placeholders[which]);
        }
    }
}

static enum wh_status name_file(struct sink *sink, const struct sink_name *name, uint64_t number, struct wh_error *error)
{
    struct text text = {.bytes = sink->path, .capacity = sizeof(sink->path) - sizeof(part_suffix)};
    const char *pattern = name->pattern;
    if (pattern[0] != '/') {
        text_add_string(&text, name->directory);
        text_add_string(&text, "/");
        pattern += strncmp(pattern, "./", 2) == 0 ? 2 : 0;
    }
    if (name->literal)
        text_add_string(&text, pattern);
    else
        expand_pattern(&text, name, pattern, number);
    errno = ENAMETOOLONG;
    if (text.overflow)
        return wh_error_set(error, WH_ERR_RESOURCE, "the path of the snapshot is longer than %d bytes", PATH_MAX);
    sink->number = number;
    size_t length = strlen(sink->path);
    memcpy(sink->part, sink->path, length);
    memcpy(sink->part + length, part_suffix, sizeof(part_suffix));
    return WH_OK;
}

/* The last component of a path alone may be a symbolic link that leads elsewhere: something that exists, and is not followed. */
static bool exists(const char *path)
{
    struct stat status;
    return fstatat(AT_FDCWD, path, &status, AT_SYMLINK_NOFOLLOW) == 0;
}

static enum wh_status refuse_part(struct sink *sink, struct wh_error *error)
{
    errno = EEXIST;
    return wh_error_set(error, WH_ERR_RESOURCE,
                        "%s exists: a snapshot of that name is being written, or was cut short and can be removed", sink->part);
}

/*
 * Whoever holds NAME.part owns NAME: another dumper of the same name fails here, so that looking for NAME afterwards is no race.
 * part_exists is set before the file is there, as this process may be killed in between.
 */
static enum wh_status create_part(struct sink *sink, struct wh_error *error)
{
    if (exists(sink->part))
        return refuse_part(sink, error);
    sink->part_exists = true;
    sink->fd = open(sink->part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
    if (sink->fd >= 0)
        return WH_OK;
    sink->part_exists = false;
    if (errno == EEXIST)
        return refuse_part(sink, error);
    return wh_error_set(error, WH_ERR_RESOURCE, "cannot create %s: %s", sink->part, describe_errno(errno));
}

static enum wh_status create(struct sink *sink, struct wh_error *error)
{
    enum wh_status status = create_part(sink, error);
    if (status || !exists(sink->path))
        return status;
    sink_discard(sink);
    errno = EEXIST;
    return wh_error_set(error, WH_ERR_RESOURCE, "%s exists and is not overwritten", sink->path);
}

enum wh_status sink_open(struct sink *sink, const struct sink_name *name, struct wh_error *error)
{
    sink->fd = -1;
    sink->part_exists = false;
    sink->bytes = 0;
    sink->fill = 0;
    uint64_t tries = pattern_has_number(name) ? NUMBERS_TRIED : 1;
    enum wh_status status = WH_OK;
    for (uint64_t i = 0; i < tries; i++) {
        status = name_file(sink, name, name->first_number + i, error);
        if (!status)
            status = create(sink, error);
        if (!status || error->sys_errno != EEXIST)
            return status;
    }
    return status;
}

static enum wh_status write_out(struct sink *sink, const char *bytes, size_t length, struct wh_error *error)
{
    while (length > 0) {
        ssize_t written = write(sink->fd, bytes, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return wh_error_set(error, WH_ERR_RESOURCE, "cannot write %s: %s", sink->part, describe_errno(errno));
        bytes += written;
        length -= (size_t)written;
    }
    return WH_OK;
}

static enum wh_status flush(struct sink *sink, struct wh_error *error)
{
    size_t fill = sink->fill;
    sink->fill = 0;
    return write_out(sink, sink->buffer, fill, error);
}

enum wh_status sink_write(void *context, const void *bytes, size_t length, struct wh_error *error)
{
    struct sink *sink = context;
    sink->bytes += length;
    if (length > sizeof(sink->buffer) - sink->fill) {
        enum wh_status status = flush(sink, error);
        if (status)
            return status;
    }
    if (length > sizeof(sink->buffer))
        return write_out(sink, bytes, length, error);
    memcpy(sink->buffer + sink->fill, bytes, length);
    sink->fill += length;
    return WH_OK;
}

/* For file systems without RENAME_NOREPLACE: a hard link does not replace either; without hard links, look first. */
static int rename_by_link(const char *from, const char *to)
{
    if (link(from, to) == 0)
        return unlink(from);
    if (errno == EEXIST)
        return -1;
    if (exists(to)) {
        errno = EEXIST;
        return -1;
    }
    return rename(from, to);
}

static int rename_without_replacing(const char *from, const char *to)
{
    if (syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
        return 0;
    return errno == ENOSYS || errno == EINVAL ? rename_by_link(from, to) : -1;
}

/* A close that fails has closed: some network file systems report a full disk only here. */
static enum wh_status close_file(struct sink *sink, struct wh_error *error)
{
    int fd = sink->fd;
    sink->fd = -1;
    if (close(fd) < 0 && errno != EINTR)
        return wh_error_set(error, WH_ERR_RESOURCE, "cannot write %s: %s", sink->part, describe_errno(errno));
    return WH_OK;
}

enum wh_status sink_commit(struct sink *sink, struct wh_error *error)
{
    enum wh_status status = flush(sink, error);
    if (status)
        return status;
    if (fsync(sink->fd) < 0 && errno != EINVAL && errno != EROFS)
        return wh_error_set(error, WH_ERR_RESOURCE, "cannot write %s: %s", sink->part, describe_errno(errno));
    status = close_file(sink, error);
    if (status)
        return status;
    if (rename_without_replacing(sink->part, sink->path) < 0)
        return wh_error_set(error, WH_ERR_RESOURCE, "cannot name the snapshot %s: %s", sink->path, describe_errno(errno));
    sink->part_exists = false;
    return WH_OK;
}

void sink_remove_part(struct sink *sink)
{
    if (sink->part_exists)
        unlink(sink->part);
    sink->part_exists = false;
}

void sink_discard(struct sink *sink)
{
    if (sink->fd >= 0)
        close(sink->fd);
    sink->fd = -1;
    sink_remove_part(sink);
}
