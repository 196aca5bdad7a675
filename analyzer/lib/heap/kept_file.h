/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The arrays of a finished analysis in a file beside the snapshot (SNAPSHOT.whx), mapped by the next one. A cache: it is written where it
 * can be, used where it is sound, and safe to delete.
 *
 * The file is a header, then the sections one after the other, each at a multiple of 64 bytes; numbers as this machine has them. The
 * header tells which snapshot (length and checksum) and which build of the analysis it belongs to, and has a checksum over
 * itself and one of each section. A file that differs in any of this, that belongs to somebody else, or that others may write to,
 * is as good as none: so is one whose arrays could lead outside of themselves, which kept_results.h looks for. A section is read, and its checksum
 * made, when it is first used: what a command has no use for costs it nothing.
 */
#ifndef WHOHOLDS_LIB_KEPT_FILE_H
#define WHOHOLDS_LIB_KEPT_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <whoholds/formats/error.h>
#include <whoholds/formats/reader.h>

#include "base/progress.h"

enum kept_section {
    KEPT_TYPE_OF_NODE, KEPT_FORM_OF_NODE, KEPT_SIZE_OF_NODE, KEPT_BIG_SIZES, KEPT_FIRST_REF, KEPT_TARGETS, KEPT_LOOKUPS,
    KEPT_SILENT, KEPT_CLASS_HOLDERS, KEPT_NATIVE_ROOTS,
    KEPT_IDOM, KEPT_LIVE, KEPT_GARBAGE_ENTRIES,
    KEPT_RETAINED_SIZE, KEPT_BIG_RETAINED, KEPT_RETAINED_COUNT, KEPT_FIRST_CHILD, KEPT_CHILDREN,
    KEPT_PATH_PARENT, KEPT_PATH_REACHED, KEPT_PATH_STARTS, KEPT_PATH_ROOTS,
    KEPT_SCALARS,
    KEPT_TYPE_SUMS, KEPT_POINTS, KEPT_REFERRERS,   /* answers: whoever takes them checks what they say */
    KEPT_SECTION_COUNT
};

/* An array of a section: what is written, and what is read. */
struct kept_array { const void *elements; uint64_t count; };

struct kept_file {
    const uint8_t *bytes;        /* NULL: there is none */
    uint64_t length;
    struct kept_array arrays[KEPT_SECTION_COUNT];   /* not to be read before kept_file_check */
    uint64_t checksums[KEPT_SECTION_COUNT];
    bool checked[KEPT_SECTION_COUNT];
};

/* What the file belongs to. */
struct kept_key { uint64_t snapshot_length, snapshot_checksum; uint32_t node_count; uint64_t ref_count; };

struct kept_key kept_key(const struct snapshot *snapshot);

/* Maps the file of `path`, a snapshot. False, and an empty *ret, if there is none that belongs to the key. */
bool kept_file_open(const char *path, const struct kept_key *key, struct kept_file *ret) WH_MUST_USE;
void kept_file_close(struct kept_file *file);

/* Reads a section, if that was not done before: false if it is damaged. */
bool kept_file_check(struct kept_file *file, enum kept_section section) WH_MUST_USE;

/*
 * Writes the file, all or nothing: mode 0600, under its name only when it is complete. That it cannot be written is no error; being
 * cancelled is.
 */
enum wh_status kept_file_write(const char *path, const struct kept_key *key, const struct kept_array *arrays, const struct progress *progress,
                               struct wh_error *error) WH_MUST_USE;

/* Bytes an element of a section has. */
size_t kept_element_size(enum kept_section section);

#endif
