/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "answers/diff_table.h"

#include <stdlib.h>
#include <string.h>

enum { FLAT_DIVISOR = 100, FLAT_BYTES = 1024 };

enum wh_status diff_entries_add(struct diff_entries *entries, const struct diff_entry *entry, struct wh_error *error)
{
    if (entries->count == entries->capacity) {
        size_t capacity = entries->capacity ? entries->capacity * 2 : 256;
        struct diff_entry *at = realloc(entries->at, capacity * sizeof(*at));
        if (!at)
            return wh_error_set(error, WH_ERR_RESOURCE, "out of memory for the comparison");
        entries->at = at;
        entries->capacity = capacity;
    }
    entries->at[entries->count++] = *entry;
    return WH_OK;
}

void diff_entries_deinit(struct diff_entries *entries)
{
    free(entries->at);
    *entries = (struct diff_entries){0};
}

static int compare_entries(const void *left, const void *right)
{
    const struct diff_entry *a = left, *b = right;
    int order = strcmp(a->key, b->key);
    if (!order)
        order = (a->snapshot > b->snapshot) - (a->snapshot < b->snapshot);
    if (!order)
        order = (a->node > b->node) - (a->node < b->node);
    if (!order)
        order = (a->looked_up > b->looked_up) - (a->looked_up < b->looked_up);
    if (!order)
        order = (a->bytes < b->bytes) - (a->bytes > b->bytes);
    return order ? order : strcmp(a->name, b->name);
}

static bool is_repeated(const struct diff_entry *before, const struct diff_entry *entry)
{
    return entry->node && before->node == entry->node && before->snapshot == entry->snapshot;
}

/* --- what a series says --- */

static uint64_t difference(uint64_t a, uint64_t b) { return a > b ? a - b : b - a; }

static bool is_flat(uint64_t first, uint64_t last)
{
    uint64_t larger = first > last ? first : last, change = difference(first, last);
    return change < FLAT_BYTES || change < larger / FLAT_DIVISOR;
}

static enum wh_change classify(uint64_t first, uint64_t last)
{
    if (!first && last)
        return WH_CHANGE_NEW;
    if (first && !last)
        return WH_CHANGE_GONE;
    if (is_flat(first, last))
        return WH_CHANGE_FLAT;
    return last > first ? WH_CHANGE_GROWN : WH_CHANGE_SHRUNK;
}

static int64_t change_of(uint64_t first, uint64_t last)
{
    uint64_t change = difference(first, last), most = INT64_MAX;
    int64_t size = (int64_t)(change < most ? change : most);
    return last >= first ? size : -size;
}

static void describe(struct wh_diff_row *row, size_t snapshots)
{
    size_t last = snapshots - 1;
    row->since = last;
    while (row->since && row->bytes[row->since - 1] < row->bytes[row->since])
        row->since--;
    row->every_step = row->since == 0;
    row->change = classify(row->bytes[0], row->bytes[last]);
    row->bytes_change = change_of(row->bytes[0], row->bytes[last]);
    row->count_change = change_of(row->count[0], row->count[last]);
}

/* --- rows --- */

/* The series of one run of entries. Its words are those of the latest snapshot that has it, and there of the largest. */
static void fill_row(const struct diff_entry *entries, size_t count, size_t snapshots, const uint64_t *unseen_below, struct arena *arena,
                     struct wh_diff_row *row)
{
    const struct diff_entry *told = NULL;
    row->bytes = arena_array(arena, snapshots, sizeof(*row->bytes));
    row->count = arena_array(arena, snapshots, sizeof(*row->count));
    row->at_most = arena_array(arena, snapshots, sizeof(*row->at_most));
    if (!row->bytes || !row->count || !row->at_most)
        return;
    for (size_t i = 0; i < count; i++) {
        const struct diff_entry *entry = &entries[i];
        if (i && is_repeated(&entries[i - 1], entry))
            continue;
        row->bytes[entry->snapshot] += entry->bytes;
        row->count[entry->snapshot] += entry->count;
        row->alike = told && told->snapshot == entry->snapshot ? row->alike + 1 : 1;
        if (!told || told->snapshot < entry->snapshot || told->bytes < entry->bytes)
            told = entry;
    }
    row->name = told->name;
    row->type = told->type;
    row->file = told->file;
    row->text = told->text;
    row->line = told->line;
    row->fingerprint = told->fingerprint;
    row->address = told->snapshot == snapshots - 1 ? told->address : 0;
    for (size_t i = 0; told->unsure && i < snapshots; i++)
        row->at_most[i] = row->bytes[i] ? 0 : unseen_below[i];
    describe(row, snapshots);
}

/* change_of() never gives INT64_MIN. */
static int64_t magnitude(int64_t change) { return change < 0 ? -change : change; }

static int compare_rows(const void *left, const void *right)
{
    const struct wh_diff_row *a = left, *b = right;
    int64_t change_a = magnitude(a->bytes_change), change_b = magnitude(b->bytes_change);
    if (change_a != change_b)
        return change_a > change_b ? -1 : 1;
    if (a->bytes_change != b->bytes_change)
        return a->bytes_change > b->bytes_change ? -1 : 1;
    int order = strcmp(a->name, b->name);
    if (!order)
        order = strcmp(a->file, b->file);
    if (!order)
        order = (a->line > b->line) - (a->line < b->line);
    return order ? order : strcmp(a->type, b->type);
}

void diff_table_make(struct diff_entries *entries, size_t snapshots, const uint64_t *unseen_below, struct arena *arena,
                     struct wh_diff_table *ret)
{
    if (entries->count)
        qsort(entries->at, entries->count, sizeof(*entries->at), compare_entries);
    ret->rows = arena_array(arena, entries->count, sizeof(*ret->rows));
    for (size_t first = 0, end; ret->rows && !arena->failed && first < entries->count; first = end) {
        for (end = first + 1; end < entries->count && !strcmp(entries->at[first].key, entries->at[end].key);)
            end++;
        fill_row(&entries->at[first], end - first, snapshots, unseen_below, arena, &ret->rows[ret->row_count++]);
    }
    if (!arena->failed && ret->row_count)
        qsort(ret->rows, ret->row_count, sizeof(*ret->rows), compare_rows);
}
