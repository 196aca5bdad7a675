/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file that is there whole or not at all: written under a temporary name beside its place, and renamed when it is complete. */
#ifndef WHOHOLDS_CLI_OUTPUT_FILE_H
#define WHOHOLDS_CLI_OUTPUT_FILE_H

#include "cli.h"

/*
 * Writes what was made from the file `source` to `path`. It can be read by those who can read the source, less the umask: a heap's contents
 * do not become more public by being rendered. A symbolic link is followed, and stays; what is no regular file (/dev/stdout, a pipe)
 * is written as it is.
 *
 * WH_ERR_USAGE if there cannot be a file of that name, or if it is the source; WH_ERR_RESOURCE if not all of it could be written, or if
 * a signal came before the end.
 */
enum wh_status output_file_write(const char *path, const char *source, const void *bytes, size_t length,
                                 struct wh_error *error) WH_MUST_USE;

#endif
