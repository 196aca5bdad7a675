/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Another process, seen from outside: what /proc says of it, its memory, and what is mapped there. x86-64 or not, nothing here stops it.
 *
 * Failures are WH_ERR_TARGET with a sentence that says what to do about it.
 */
#ifndef WHOHOLDS_CLI_PROCESS_H
#define WHOHOLDS_CLI_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <whoholds/formats/error.h>

struct mapping {
    uint64_t start, end, offset;
    bool readable, writable, executable;
    char *path; /* "" if it has none; "… (deleted)" */
};

struct process {
    pid_t pid;
    pid_t inner_pid;           /* as it sees itself in its own namespace */
    uint64_t caught, ignored;  /* signals with a handler, and ignored ones: bit n - 1 for signal n */
    bool hidden;               /* all is well but that its memory may not be looked into */
    int lock;                  /* held against other commands on this process */
    struct mapping *mappings;  /* ordered by address */
    size_t mapping_count;
};

/* Deinit also after a failure. WH_ERR_TARGET if there is no such process, or it is a zombie, stopped, traced or not ours to touch. */
enum wh_status process_init(struct process *process, pid_t pid, struct wh_error *error) WH_MUST_USE;
void process_deinit(struct process *process);

/* Reads the mappings anew. */
enum wh_status process_read_mappings(struct process *process, struct wh_error *error) WH_MUST_USE;

/* The mapping that holds an address, or NULL. */
const struct mapping *process_mapping_at(const struct process *process, uint64_t address);

/* All or nothing. */
enum wh_status process_read(const struct process *process, uint64_t address, void *to, size_t length, struct wh_error *error) WH_MUST_USE;
enum wh_status process_write(const struct process *process, uint64_t address, const void *from, size_t length,
                             struct wh_error *error) WH_MUST_USE;

/* Sets the error that a failed call of the kernel upon the process means: errno is EPERM, EACCES, ESRCH, … */
enum wh_status process_refusal(const struct process *process, struct wh_error *error) WH_MUST_USE;

/*
 * The address of an exported function in what is mapped from a file, 0 if there is none. `file` is where the file's name starts, "libc.so"
 * or NULL for any; *object is the path of the file, if not NULL.
 */
uint64_t process_find_function(const struct process *process, const char *file, const char *name, const char **object);

#endif
