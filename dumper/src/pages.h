/* SPDX-License-Identifier: MIT */
/* Memory by mmap alone: malloc may be locked or broken where the walk runs. */
#ifndef WHOHOLDS_DUMPER_PAGES_H
#define WHOHOLDS_DUMPER_PAGES_H

#include <stddef.h>

/* Zeroed memory, or NULL. Pages count only once they are touched. */
void *pages_map(size_t bytes);
void pages_unmap(void *at, size_t bytes);

/* Grows a mapping, which may move; NULL (and the old one unharmed) on failure. */
void *pages_grow(void *at, size_t old_bytes, size_t new_bytes);

/* Bytes of a mapping that are in memory. at may be NULL. */
size_t pages_resident(const void *at, size_t bytes);

/* Records that live as long as the walk, taken one after the other. All zero: empty. */
struct arena {
    char *at, *end;
    struct arena_block *blocks;
};

/* Zeroed and 8-byte aligned, or NULL. */
void *arena_take(struct arena *arena, size_t bytes);
void arena_deinit(struct arena *arena);
size_t arena_resident(const struct arena *arena);

#endif
