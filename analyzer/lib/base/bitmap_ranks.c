/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/bitmap_ranks.h"

#include <stdlib.h>

#include "base/array.h"

enum wh_status bitmap_ranks_init(const uint64_t *words, uint32_t bit_count, struct wh_error *error, struct bitmap_ranks *ret)
{
    size_t count = bitmap_word_count(bit_count);
    *ret = (struct bitmap_ranks){.words = words};
    enum wh_status status = array_alloc(count, sizeof(uint32_t), "numbers of objects", error, &ret->before_word);
    for (size_t word = 0; !status && word < count; word++) {
        ret->before_word[word] = ret->count;
        ret->count += bitmap_word_weight(words[word]);
    }
    return status;
}

void bitmap_ranks_deinit(struct bitmap_ranks *ranks)
{
    free(ranks->before_word);
    *ranks = (struct bitmap_ranks){0};
}
