/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keys that count: of a table whose keys are numbers, or end in one, whether they are a run of consecutive numbers and where it begins. A
 * snapshot tells the oldest keys alone; those are looked at.
 */
#ifndef WHOHOLDS_LIB_KEY_RUN_H
#define WHOHOLDS_LIB_KEY_RUN_H

#include "heap/heap.h"

struct key_run {
    uint64_t first, last;   /* the least and the greatest number of the keys that are known */
    uint32_t count;         /* of all keys */
    uint32_t known;         /* of those that were looked at */
};

/* False if the object is no dict, has few items, or its oldest keys do not count, or not without wide gaps. */
bool key_run_find(const struct heap *heap, uint32_t dict, struct key_run *ret);

/* Are most of the oldest numbers there, whatever gaps there are between them? */
bool key_run_has_most(const struct heap *heap, uint32_t dict);

/* Does the run begin where counting begins? Then nothing was ever taken out. */
bool key_run_is_complete(const struct key_run *run);

/* Is what came before gone, and as much as is there now or more? */
bool key_run_has_moved_on(const struct key_run *run);

#endif
