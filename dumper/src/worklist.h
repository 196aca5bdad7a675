/* SPDX-License-Identifier: MIT */
/* Objects that were met and are still to be written, and containers whose items are still to be looked at: a stack. */
#ifndef WHOHOLDS_DUMPER_WORKLIST_H
#define WHOHOLDS_DUMPER_WORKLIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct work {
    void *object;
    uint64_t position; /* 0: write the object; else: go on with its items here (references.h, struct stream) */
    const void *block; /* … */
};

struct worklist {
    struct work *at;
    size_t count, capacity;
    bool failed; /* out of memory: some objects were not written */
};

void worklist_deinit(struct worklist *worklist);

/* Slow path of worklist_push. False without memory. */
bool worklist_grow(struct worklist *worklist);

static inline void worklist_push(struct worklist *worklist, struct work work)
{
    if (__builtin_expect(worklist->count == worklist->capacity, 0) && !worklist_grow(worklist))
        return;
    worklist->at[worklist->count++] = work;
}

/* Turns the order of all entries from `first` on: what was pushed first is then popped first. */
void worklist_reverse(struct worklist *worklist, size_t first);

#endif
