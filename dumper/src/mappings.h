/* SPDX-License-Identifier: MIT */
/*
 * What is mapped in a process, from its /proc/PID/maps or smaps: one mapping after the other, by open(2) and read(2) alone.
 * The process is this one, or the one that this one was forked from: libraries' headers are looked up in this one's memory.
 */
#ifndef WHOHOLDS_DUMPER_MAPPINGS_H
#define WHOHOLDS_DUMPER_MAPPINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum mapping_kind {
    MAPPING_FILE,
    MAPPING_FILE_ZEROED, /* begins with what of a program's or library's data starts as zeros, and may go on as anything */
    MAPPING_HEAP,        /* malloc's, of the main thread */
    MAPPING_STACK,       /* of the main thread */
    MAPPING_OTHER,       /* without a name */
};

struct mapping {
    uint64_t begin, end;
    enum mapping_kind kind;
    uint64_t file_begin;     /* of the first of the mappings of one file that follow each other */
    uint64_t zeroed_end;     /* of a MAPPING_FILE_ZEROED: where the library's data ends */
    uint64_t resident, anonymous, huge, proportional; /* bytes; 0 where the file does not say */
};

struct mappings {
    int fd;
    char *buffer;            /* the caller's */
    size_t capacity, length, at;
    struct mapping next;     /* its first line was read already */
    bool has_next;
    uint64_t file_inode, file_begin, file_end; /* of the file that was mapped last */
};

/* capacity: at least a few hundred bytes; longer lines are cut. False if the file cannot be read. */
bool mappings_open(struct mappings *mappings, const char *path, char *buffer, size_t capacity);

/* False at the end. */
bool mappings_next(struct mappings *mappings, struct mapping *ret);

void mappings_close(struct mappings *mappings);

#endif
