/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rows of a comparison: what has the same key in several snapshots, as one series each. */
#ifndef WHOHOLDS_LIB_DIFF_TABLE_H
#define WHOHOLDS_LIB_DIFF_TABLE_H

#include <whoholds/analyzer.h>

#include "base/arena.h"

/* What one snapshot has under a key. Strings live as long as the result. */
struct diff_entry {
    const char *key;
    uint32_t snapshot;
    uint32_t node;                /* two entries of one snapshot, key and node are the same thing; the first one counts. 0: never the same */
    bool looked_up;               /* sorts after an entry that was found by itself */
    bool unsure;                  /* where the key is missing, something smaller may be there */
    uint64_t address;
    uint64_t bytes, count;
    const char *name, *type, *file, *text, *fingerprint;
    uint32_t line;
};

struct diff_entries { struct diff_entry *at; size_t count, capacity; };

enum wh_status diff_entries_add(struct diff_entries *entries, const struct diff_entry *entry, struct wh_error *error) WH_MUST_USE;
void diff_entries_deinit(struct diff_entries *entries);

/*
 * Orders the entries and makes rows of them, in `arena`, whose failure the caller looks at. unseen_below: by snapshot, how large something may
 * be that is not seen there.
 */
void diff_table_make(struct diff_entries *entries, size_t snapshots, const uint64_t *unseen_below, struct arena *arena,
                     struct wh_diff_table *ret);

#endif
