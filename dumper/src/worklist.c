/* SPDX-License-Identifier: MIT */
#include "worklist.h"

#include "pages.h"

enum { FIRST_CAPACITY = 4096 };

void worklist_deinit(struct worklist *worklist)
{
    pages_unmap(worklist->at, worklist->capacity * sizeof(struct work));
    *worklist = (struct worklist){0};
}

bool worklist_grow(struct worklist *worklist)
{
    size_t capacity = worklist->capacity ? worklist->capacity * 2 : FIRST_CAPACITY;
    struct work *at = pages_grow(worklist->at, worklist->capacity * sizeof(struct work), capacity * sizeof(struct work));
    if (!at) {
        worklist->failed = true;
        return false;
    }
    worklist->at = at;
    worklist->capacity = capacity;
    return true;
}

void worklist_reverse(struct worklist *worklist, size_t first)
{
    for (size_t last = worklist->count; first + 1 < last; first++) {
        last--;
        struct work work = worklist->at[first];
        worklist->at[first] = worklist->at[last];
        worklist->at[last] = work;
    }
}
