/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory that goes all at once: the arrays and strings of one result. Running out of memory is sticky: later calls return NULL or "",
 * and whoever builds the result looks once, at the end (arena_status).
 */
#ifndef WHOHOLDS_LIB_ARENA_H
#define WHOHOLDS_LIB_ARENA_H

#include <stdbool.h>
#include <stddef.h>

#include <whoholds/formats/error.h>
#include <whoholds/formats/reader.h>

struct arena_block;

struct arena {
    struct arena_block *blocks;
    bool failed;
};

void arena_deinit(struct arena *arena);

/* `count` elements, all bytes zero, aligned for anything; NULL without memory. */
void *arena_array(struct arena *arena, size_t count, size_t element_size);

/*
 * A copy as UTF-8: invalid bytes, NUL and surrogates become U+FFFD each. Never NULL. Spans are names and paths, which many rows may repeat: a
 * span's first ARENA_SPAN_BYTES_MAX bytes are copied, as many as a path has at most.
 */
enum { ARENA_SPAN_BYTES_MAX = 4096 };
const char *arena_span(struct arena *arena, struct span span);
const char *arena_string(struct arena *arena, const char *string);

/* WH_ERR_RESOURCE if any call ran out of memory. */
enum wh_status arena_status(const struct arena *arena, struct wh_error *error) WH_MUST_USE;

#endif
