/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8_scan.h"

enum { BLOCK_BYTES = 64 * 1024 };

struct arena_block {
    struct arena_block *next;
    size_t used, size;
    alignas(max_align_t) unsigned char bytes[];
};

void arena_deinit(struct arena *arena)
{
    while (arena->blocks) {
        struct arena_block *next = arena->blocks->next;
        free(arena->blocks);
        arena->blocks = next;
    }
    arena->failed = false;
}

static bool add_block(struct arena *arena, size_t size)
{
    struct arena_block *block = malloc(sizeof(*block) + size);
    if (!block) {
        arena->failed = true;
        return false;
    }
    *block = (struct arena_block){.next = arena->blocks, .size = size};
    arena->blocks = block;
    return true;
}

static void *take(struct arena *arena, size_t size)
{
    size_t rounded = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
    if (arena->failed)
        return NULL;
    if (!arena->blocks || arena->blocks->size - arena->blocks->used < rounded) {
        if (!add_block(arena, rounded > BLOCK_BYTES ? rounded : BLOCK_BYTES))
            return NULL;
    }
    void *bytes = arena->blocks->bytes + arena->blocks->used;
    arena->blocks->used += rounded;
    return bytes;
}

void *arena_array(struct arena *arena, size_t count, size_t element_size)
{
    if (count > SIZE_MAX / 2 / element_size) {
        arena->failed = true;
        return NULL;
    }
    void *bytes = take(arena, count * element_size);
    return bytes ? memset(bytes, 0, count * element_size) : NULL;
}

/* A NUL would hide what comes after it. */
static size_t right_length(const char *at, size_t left)
{
    return *at ? utf8_sequence_length(at, left) : 0;
}

/* Writes the span as UTF-8 to `to`, which may be NULL, and returns how many bytes that is. */
static size_t write_utf8(struct span span, char *to)
{
    size_t written = 0;
    for (size_t i = 0; i < span.length;) {
        const char *at = span.bytes + i;
        size_t right = right_length(at, span.length - i), length = right ? right : sizeof(UTF8_REPLACEMENT) - 1;
        if (to)
            memcpy(to + written, right ? at : UTF8_REPLACEMENT, length);
        written += length;
        i += right ? right : utf8_wrong_length(at, span.length - i);
    }
    return written;
}

static const char *copy_span(struct arena *arena, struct span span)
{
    char *copy = take(arena, write_utf8(span, NULL) + 1);
    if (!copy)
        return "";
    copy[write_utf8(span, copy)] = '\0';
    return copy;
}

const char *arena_span(struct arena *arena, struct span span)
{
    return copy_span(arena, (struct span){span.bytes, span.length < ARENA_SPAN_BYTES_MAX ? span.length : ARENA_SPAN_BYTES_MAX});
}

const char *arena_string(struct arena *arena, const char *string)
{
    return copy_span(arena, (struct span){string, strlen(string)});
}

enum wh_status arena_status(const struct arena *arena, struct wh_error *error)
{
    return arena->failed ? wh_error_set(error, WH_ERR_RESOURCE, "out of memory for the answer") : WH_OK;
}
