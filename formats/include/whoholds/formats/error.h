/* SPDX-License-Identifier: MIT */
/*
 * Failure, told without allocating.
 *
 * A fallible function returns a status and, if it is not WH_OK, has filled in the caller's struct wh_error. The values of the
 * statuses are the exit codes of the command line.
 */
#ifndef WHOHOLDS_FORMATS_ERROR_H
#define WHOHOLDS_FORMATS_ERROR_H

#include <stdint.h>

#define WH_MUST_USE __attribute__((warn_unused_result))
#define WH_PRINTF(format_index, first_argument) __attribute__((format(printf, format_index, first_argument)))

enum wh_status {
    WH_OK = 0,
    WH_ERR_USAGE = 2,    /* the caller asked for something that makes no sense */
    WH_ERR_INPUT = 3,    /* bad or unreadable input */
    WH_ERR_TARGET = 4,   /* the target process could not be dumped */
    WH_ERR_RESOURCE = 5, /* out of memory, disk space, descriptors */
};

struct wh_error {
    enum wh_status code;
    int sys_errno;       /* errno at the failure, or 0 */
    uint64_t offset;     /* byte offset in the input, or 0 */
    char message[512];   /* one sentence without a final newline: what, where, expected, found */
};

/* Fills in error (which may be NULL) and returns code, so that a caller can `return wh_error_set(…)`. errno is recorded. */
enum wh_status wh_error_set(struct wh_error *error, enum wh_status code, const char *format, ...) WH_PRINTF(3, 4);

/* The same for input that is wrong at a byte offset; the code is WH_ERR_INPUT and the message ends in " at byte N". */
enum wh_status wh_error_set_at(struct wh_error *error, uint64_t offset, const char *format, ...) WH_PRINTF(3, 4);

#endif
