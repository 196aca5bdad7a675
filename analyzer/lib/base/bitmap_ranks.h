/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers for the nodes of a bitmap, one after the other: so arrays by such a node take no room for all the others. */
#ifndef WHOHOLDS_ANALYZER_BITMAP_RANKS_H
#define WHOHOLDS_ANALYZER_BITMAP_RANKS_H

#include <stdint.h>

#include <whoholds/formats/error.h>

#include "base/bitmap.h"

/* The bitmap is the caller's, and is not to change. */
struct bitmap_ranks { const uint64_t *words; uint32_t *before_word, count; };

WH_MUST_USE enum wh_status bitmap_ranks_init(const uint64_t *words, uint32_t bit_count, struct wh_error *error, struct bitmap_ranks *ret);
void bitmap_ranks_deinit(struct bitmap_ranks *ranks);

/* Of a node that is in the bitmap. */
static inline uint32_t bitmap_ranks_get(const struct bitmap_ranks *ranks, uint32_t node)
{
    size_t word = node / BITMAP_WORD_BITS;
    return ranks->before_word[word] + bitmap_word_weight(ranks->words[word] & (bitmap_mask(node) - 1));
}

#endif
