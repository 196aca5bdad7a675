/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

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

static bool is_continuation(unsigned char byte)
{
    return (byte & 0xc0) == 0x80;
}

/* The length of the well-formed UTF-8 sequence at `at` (Unicode 15, table 3-7), 0 if there is none. */
static size_t sequence_length(const unsigned char *at, size_t left)
{
    if (at[0] < 0x80)
        return 1;
    if (at[0] >= 0xc2 && at[0] <= 0xdf)
        return left >= 2 && is_continuation(at[1]) ? 2 : 0;
    if ((at[0] & 0xf0) == 0xe0) {
        bool valid = left >= 3 && is_continuation(at[1]) && is_continuation(at[2]);
        bool shortest = at[0] != 0xe0 || at[1] >= 0xa0, no_surrogate = at[0] != 0xed || at[1] < 0xa0;
        return valid && shortest && no_surrogate ? 3 : 0;
    }
    if (at[0] >= 0xf0 && at[0] <= 0xf4) {
        bool valid = left >= 4 && is_continuation(at[1]) && is_continuation(at[2]) && is_continuation(at[3]);
        bool shortest = at[0] != 0xf0 || at[1] >= 0x90, in_range = at[0] != 0xf4 || at[1] < 0x90;
        return valid && shortest && in_range ? 4 : 0;
    }
    return 0;
}

/* Bytes that the wrong sequence at `at` takes: a surrogate is one character, whatever else goes byte by byte. */
static size_t wrong_length(const unsigned char *at, size_t left)
{
    return left >= 3 && at[0] == 0xed && at[1] >= 0xa0 && at[1] <= 0xbf && is_continuation(at[2]) ? 3 : 1;
}

const char *arena_span(struct arena *arena, struct span span)
{
    static const char replacement[] = "\xef\xbf\xbd";
    const unsigned char *at = (const unsigned char *)span.bytes;
    char *copy = take(arena, span.length * 3 + 1);
    if (!copy)
        return "";
    char *to = copy;
    for (size_t i = 0; i < span.length;) {
        size_t length = sequence_length(at + i, span.length - i);
        memcpy(to, length ? (const char *)at + i : replacement, length ? length : 3);
        to += length ? length : 3;
        i += length ? length : wrong_length(at + i, span.length - i);
    }
    *to = '\0';
    return copy;
}

const char *arena_string(struct arena *arena, const char *string)
{
    return arena_span(arena, (struct span){string, strlen(string)});
}

enum wh_status arena_status(const struct arena *arena, struct wh_error *error)
{
    return arena->failed ? wh_error_set(error, WH_ERR_RESOURCE, "out of memory for the answer") : WH_OK;
}
