/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file mapped for reading. Opening files is done here and nowhere else in the library. */
#ifndef WHOHOLDS_LIB_SNAPSHOT_FILE_H
#define WHOHOLDS_LIB_SNAPSHOT_FILE_H

#include <stdint.h>

#include <whoholds/formats/error.h>

struct snapshot_file {
    const uint8_t *bytes;
    uint64_t length;
};

/* Maps a regular file. WH_ERR_INPUT if it cannot be read. The mapping ends with snapshot_file_deinit. */
enum wh_status snapshot_file_init(const char *path, struct wh_error *error, struct snapshot_file *ret) WH_MUST_USE;
void snapshot_file_deinit(struct snapshot_file *file);

/* Gives the memory of pages that were read back to the kernel; those that are read again come from the page cache. */
void snapshot_file_release_pages(const struct snapshot_file *file);

#endif
