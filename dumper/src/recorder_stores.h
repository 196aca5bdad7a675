/* SPDX-License-Identifier: MIT */
/*
 * Which blocks may be the store of a container, told by their size alone.
 *
 * Lists, sets, deques and arrays have their stores in the domain MEM, which little else uses; until 3.12 a dict's keys are in OBJ, where all
 * objects are, too. But they have few sizes: one or two for each power of two (Objects/dictobject.c, new_keys_object).
 */
#ifndef WHOHOLDS_DUMPER_RECORDER_STORES_H
#define WHOHOLDS_DUMPER_RECORDER_STORES_H

#include "compat.h"

enum { STORES_KEYS_LOG2_MIN = 4, STORES_KEYS_LOG2_MAX = 40 };

/* By the size's own logarithm: a keys object of 2^n slots with entries of 16 bytes is 2^(n+3) to 2^(n+4) bytes, with 24 twice that. */
struct keys_sizes {
    size_t of_log2[2][64];
};

static inline size_t stores_keys_size(unsigned log2_slots, size_t entry_bytes)
{
    size_t slots = (size_t)1 << log2_slots;
    size_t index_bytes = log2_slots < 8 ? 1 : log2_slots < 16 ? 2 : log2_slots < 32 ? 4 : 8;
    return sizeof(struct _dictkeysobject) + slots * index_bytes + slots * 2 / 3 * entry_bytes;
}

static inline void stores_keys_sizes_init(struct keys_sizes *sizes)
{
    *sizes = (struct keys_sizes){0};
    for (unsigned n = STORES_KEYS_LOG2_MIN; n <= STORES_KEYS_LOG2_MAX; n++) {
        size_t general = stores_keys_size(n, 24), text = stores_keys_size(n, 16);
        sizes->of_log2[0][63 - __builtin_clzl(general)] = general;
        if (PY_VERSION_HEX >= 0x030B0000)
            sizes->of_log2[1][63 - __builtin_clzl(text)] = text;
    }
}

/* size > 0 */
static inline bool stores_is_keys_size(const struct keys_sizes *sizes, size_t size)
{
    unsigned log2 = 63 - (unsigned)__builtin_clzl(size);
    return sizes->of_log2[0][log2] == size || sizes->of_log2[1][log2] == size;
}

#endif
