/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The different names of an export, each once, numbered in the order in which they first came.
 *
 * Memory: the names' bytes and 14 to 24 bytes a name, both up to half as much again. Names are well-formed UTF-8 (what is none is U+FFFD)
 * and at most NAME_CHARACTERS_MAX characters long; a longer one ends in an ellipsis.
 */
#ifndef WHOHOLDS_LIB_NAME_TABLE_H
#define WHOHOLDS_LIB_NAME_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include <whoholds/formats/reader.h>

#include "base/text.h"

enum { NAME_CHARACTERS_MAX = 1024 };
#define NAME_NONE UINT32_MAX

struct name_table {
    uint64_t json_limit, json_bytes;     /* of all names as JSON strings with a comma each */
    char *bytes;
    size_t byte_count, byte_capacity;
    uint32_t name_count, name_capacity;
    uint32_t *end_of_name;               /* in `bytes`, where the next one starts */
    uint32_t *hash_of_name;
    uint32_t *slots;                     /* open addressing: number + 1, 0 is free */
    uint32_t slot_count;                 /* a power of two, or 0 */
    struct text clean;
    bool failed;                         /* out of memory; sticky, and every name is then number 0 */
};

/* An empty table, which takes optional names until there are `json_limit` bytes of them as JSON. */
void name_table_init(struct name_table *ret, uint64_t json_limit);
void name_table_deinit(struct name_table *table);

/* The number of a name. An optional one that is new is refused with NAME_NONE when the limit is reached. */
uint32_t name_table_add(struct name_table *table, struct span name, bool optional);

/* A name, until the next one is added. */
struct span name_table_get(const struct name_table *table, uint32_t number);

#endif
