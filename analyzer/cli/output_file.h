/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file that is there whole or not at all: written under a temporary name beside its place, and renamed when it is complete. */
#ifndef WHOHOLDS_CLI_OUTPUT_FILE_H
#define WHOHOLDS_CLI_OUTPUT_FILE_H

#include "cli.h"

/* A file in the making. Its fields are its own. */
struct output_file {
    const char *path;      /* as it was given, for sentences */
    char *target;          /* where the file belongs */
    char *temporary;       /* NULL: written in place */
    int descriptor;
};

/*
 * Begins what is made from the file `source` and goes to `path`. It can be read by those who can read the source, less the umask: a heap's
 * contents do not become more public by being rendered. A symbolic link is followed, and stays; what is no regular file (/dev/stdout, a
 * pipe) is written as it is. Whatever happens then, end with output_file_close.
 *
 * WH_ERR_USAGE if there cannot be a file of that name, or if it is the source; then there is nothing to close.
 */
enum wh_status output_file_open(const char *path, const char *source, struct wh_error *error, struct output_file *ret) WH_MUST_USE;

/* Standard output as such a file, to be closed like one. What was written before a failure has been written. */
void output_file_open_standard(struct output_file *ret);

/* WH_ERR_RESOURCE if not all of it could be written. */
enum wh_status output_file_append(struct output_file *file, const void *bytes, size_t length, struct wh_error *error) WH_MUST_USE;

/*
 * Gives a complete file its name. `status` is what became of its contents: if that is not WH_OK, nothing is left behind, and it is
 * returned. WH_ERR_RESOURCE if the file cannot be completed, or if a signal came before.
 */
enum wh_status output_file_close(struct output_file *file, enum wh_status status, struct wh_error *error) WH_MUST_USE;

/* All of it at once. */
enum wh_status output_file_write(const char *path, const char *source, const void *bytes, size_t length,
                                 struct wh_error *error) WH_MUST_USE;

#endif
