/* SPDX-License-Identifier: MIT */
/*
 * The file that a snapshot is written to.
 *
 * A file appears under its name only when it is complete: it is written as NAME.part in the same directory, and renamed without
 * ever replacing what is there. Nothing here allocates, takes a lock or uses the file descriptors of the program, so it runs in a
 * forked child. A struct sink may lie in memory that is shared with another process, which then can remove what a dead one left.
 */
#ifndef WHOHOLDS_DUMPER_SINK_H
#define WHOHOLDS_DUMPER_SINK_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <whoholds/formats/error.h>

enum { SINK_BUFFER_SIZE = 1 << 16 };

/*
 * How a file is named. In a pattern, {name}, {pid}, {n} and {time} stand for the program, the process, the first number for which
 * there is no file yet, and the time in UTC; {{ stands for {. A relative path starts at `directory`.
 */
struct sink_name {
    const char *pattern;
    bool literal;          /* the pattern is a path as it stands */
    const char *directory; /* absolute */
    const char *program;
    pid_t pid;
    uint64_t first_number;
    uint64_t created_ns;
};

/*
 * Paths are as long as the kernel takes them, PATH_MAX; a longer one is refused. On the order of 70 KiB: not for the stack.
 */
struct sink {
    int fd;
    bool part_exists;    /* NAME.part is ours to remove, if it is there */
    uint64_t number;     /* what {n} became, or first_number */
    uint64_t bytes;      /* taken so far */
    size_t fill;
    char path[PATH_MAX];
    char part[PATH_MAX];
    char buffer[SINK_BUFFER_SIZE];
};

/* Refuses a pattern with a placeholder that does not exist, or one that names no file: WH_ERR_USAGE. */
enum wh_status sink_check_pattern(const char *pattern, struct wh_error *error) WH_MUST_USE;

/*
 * Finds the name and creates NAME.part, mode 0600. WH_ERR_RESOURCE if the name is taken (sys_errno EEXIST; with {n} in the
 * pattern the next number is taken instead) or the file cannot be created; then nothing is left to close. error must not be NULL.
 */
enum wh_status sink_open(struct sink *sink, const struct sink_name *name, struct wh_error *error) WH_MUST_USE;

/* A snapshot_sink: context is the struct sink. */
enum wh_status sink_write(void *context, const void *bytes, size_t length, struct wh_error *error) WH_MUST_USE;

/* Makes the file durable, closes it and gives it its name. On failure it still has to be discarded. */
enum wh_status sink_commit(struct sink *sink, struct wh_error *error) WH_MUST_USE;

/* Closes and removes what was written. */
void sink_discard(struct sink *sink);

/* Removes what a process that is gone left behind: the file, not the descriptor. Async-signal-safe. */
void sink_remove_part(struct sink *sink);

#endif
