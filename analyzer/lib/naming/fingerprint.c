/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "naming/fingerprint.h"

#include <inttypes.h>
#include <stdio.h>

/* FNV-1a, 64 bits (Fowler, Noll, Vo). */
static uint64_t hash_span(uint64_t hash, struct span span)
{
    for (size_t i = 0; i < span.length; i++)
        hash = (hash ^ (unsigned char)span.bytes[i]) * UINT64_C(0x100000001b3);
    return hash;
}

void fingerprint_write(const struct model *model, const struct naming_path *path, char ret[FINGERPRINT_BYTES])
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (uint32_t i = 0; i < path->step_count; i++) {
        char kind = (char)('0' + path->steps[i].kind);
        hash = hash_span(hash, (struct span){&kind, 1});
        hash = hash_span(hash, path->steps[i].name);
        hash = hash_span(hash, heap_type(model->heap, path->steps[i].node)->name);
    }
    snprintf(ret, FINGERPRINT_BYTES, "%016" PRIx64, hash);
}
