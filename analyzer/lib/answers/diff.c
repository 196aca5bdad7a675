/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wh_diff: several snapshots of one program, matched by names. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "answers/analysis.h"
#include "answers/diff_table.h"
#include "base/array.h"
#include "naming/counterpart.h"
#include "naming/fingerprint.h"

struct diff_result {
    struct wh_diff diff;     /* first: what the caller sees */
    struct arena arena;
};

struct comparer {
    struct wh_analysis **analyses;   /* in the order of time */
    size_t count;
    struct diff_result *result;
    struct wh_error *error;
    struct text text;                /* scratch */
};

static const char *take_text(struct comparer *self)
{
    const char *string = arena_string(&self->result->arena, text_string(&self->text));
    self->result->arena.failed |= self->text.failed;
    text_clear(&self->text);
    return string;
}

/* --- which snapshots these are --- */

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static enum wh_status fill_snapshots(struct comparer *self)
{
    struct wh_diff *diff = &self->result->diff;
    diff->snapshots = arena_array(&self->result->arena, self->count, sizeof(*diff->snapshots));
    for (size_t i = 0; diff->snapshots && i < self->count; i++) {
        const struct wh_info *info;
        enum wh_status status = wh_info(self->analyses[i], self->error, &info);
        if (status)
            return status;
        struct arena *arena = &self->result->arena;
        diff->snapshots[diff->snapshot_count++] = (struct wh_diff_snapshot){
            arena_string(arena, info->file), arena_string(arena, info->python), arena_string(arena, info->program), info->pid, info->created_ns,
            info->live, info->rss};
    }
    return arena_status(&self->result->arena, self->error);
}

static enum wh_status refuse_other_programs(struct comparer *self)
{
    const struct wh_diff_snapshot *first = &self->result->diff.snapshots[0];
    for (size_t i = 1; i < self->count; i++) {
        const struct wh_diff_snapshot *other = &self->result->diff.snapshots[i];
        if (strcmp(base_name(first->program), base_name(other->program)) != 0)
            return wh_error_set(self->error, WH_ERR_USAGE, "%.300s is of the program '%.100s' and %.300s of '%.100s': different programs are not compared",
                                first->file, first->program, other->file, other->program);
    }
    return WH_OK;
}

static void fill_caution(struct comparer *self)
{
    struct wh_diff *diff = &self->result->diff;
    const struct wh_diff_snapshot *first = &diff->snapshots[0], *last = &diff->snapshots[self->count - 1];
    bool same_python = true;
    diff->same_process = true;
    for (size_t i = 1; i < self->count; i++) {
        diff->same_process &= diff->snapshots[i].pid == first->pid;
        same_python &= strcmp(diff->snapshots[i].python, first->python) == 0;
    }
    diff->same_process &= same_python;
    if (!diff->same_process)
        text_add(&self->text, "The snapshots are of different processes");
    if (!same_python)
        text_addf(&self->text, " and interpreters (%s, %s), whose objects differ in size", first->python, last->python);
    if (!diff->same_process)
        text_add(&self->text, ": what differs between them need not have grown.");
    diff->caution = take_text(self);
}

/* --- holders --- */

/*
 * By the path of names where all its steps have one, else by the fingerprint, which leaves keys and indexes out. The two never meet: a fingerprint is
 * hexadecimal, and a key begins with a space.
 */
static const char *key_of_holder(struct comparer *self, const struct model *model, const struct naming_path *path, const char *fingerprint)
{
    if (counterpart_is_named(model, path))
        counterpart_write_key(model, path, &self->text);
    else
        text_add(&self->text, fingerprint);
    return take_text(self);
}

/* What the same names hold in the other snapshots, be it too small there to be found by itself. */
static enum wh_status look_up(struct comparer *self, size_t snapshot, const struct naming_path *path, const struct diff_entry *entry,
                              struct diff_entries *entries)
{
    enum wh_status status = WH_OK;
    for (size_t i = 0; !status && i < self->count; i++) {
        const struct model *other = &self->analyses[i]->model;
        uint32_t node = i == snapshot ? HEAP_NULL : counterpart_find(&self->analyses[snapshot]->model, path, other);
        if (node == HEAP_NULL)
            continue;
        struct diff_entry found = *entry;
        found.snapshot = (uint32_t)i;
        found.node = node;
        found.address = heap_address(other->heap, node);
        found.looked_up = true;
        found.bytes = model_retained(other, node);
        found.count = other->retained->retained_count_of_node[node];
        status = diff_entries_add(entries, &found, self->error);
    }
    return status;
}

/* What nothing in Python holds has no name: objects of one type are matched by it. */
static void describe_group(struct comparer *self, const struct model *model, const struct accumulation *point, struct diff_entry *entry)
{
    model_write_type(&model->heap->types[point->member_type], &self->text);
    text_add(&self->text, point->kind == ACCUMULATION_NATIVE ? " held by native code" : " in cycles that nothing reaches");
    entry->name = take_text(self);
    entry->key = entry->name;
    entry->unsure = true;
}

static void describe_holder(struct comparer *self, const struct model *model, const struct naming_path *path, struct diff_entry *entry)
{
    entry->unsure = !counterpart_is_named(model, path);
    entry->key = key_of_holder(self, model, path, entry->fingerprint);
    naming_write_expression(model, path, false, &self->text);
    entry->name = take_text(self);
}

static enum wh_status add_holder(struct comparer *self, size_t snapshot, const struct accumulation *point, struct diff_entries *entries)
{
    const struct model *model = &self->analyses[snapshot]->model;
    char fingerprint[FINGERPRINT_BYTES];
    struct naming_path path;
    enum wh_status status = naming_path_init(model, point->node, self->error, &path);
    if (status)
        return status;
    struct diff_entry entry = {.snapshot = (uint32_t)snapshot, .node = point->node, .address = heap_address(model->heap, point->node),
                               .bytes = point->bytes, .count = point->objects, .file = "", .text = ""};
    fingerprint_write(model, &path, fingerprint);
    entry.fingerprint = arena_string(&self->result->arena, fingerprint);
    model_write_type(heap_type(model->heap, point->node), &self->text);
    entry.type = take_text(self);
    if (accumulation_has_no_holder(point))
        describe_group(self, model, point, &entry);
    else
        describe_holder(self, model, &path, &entry);
    status = diff_entries_add(entries, &entry, self->error);
    if (!status && !accumulation_has_no_holder(point))
        status = look_up(self, snapshot, &path, &entry, entries);
    naming_path_deinit(&path);
    return status;
}

static enum wh_status compare_holders(struct comparer *self)
{
    struct diff_entries entries = {0};
    uint64_t *threshold = NULL;
    enum wh_status status = array_alloc(self->count, sizeof(*threshold), "the comparison", self->error, &threshold);
    for (size_t i = 0; !status && i < self->count; i++) {
        status = analysis_need_accumulations(self->analyses[i], self->error);
        threshold[i] = self->analyses[i]->accumulations.threshold;
    }
    for (size_t i = 0; !status && i < self->count; i++) {
        const struct accumulations *accumulations = &self->analyses[i]->accumulations;
        for (uint32_t p = 0; !status && p < accumulations->count; p++)
            status = add_holder(self, i, &accumulations->points[p], &entries);
    }
    if (!status)
        diff_table_make(&entries, self->count, threshold, &self->result->arena, &self->result->diff.holders);
    diff_entries_deinit(&entries);
    free(threshold);
    return status;
}

/* --- types and lines --- */

static enum wh_status add_types(struct comparer *self, size_t snapshot, struct diff_entries *entries)
{
    struct wh_top *top;
    enum wh_status status = wh_top(self->analyses[snapshot], WH_TOP_TYPE, 0, self->error, &top);
    if (status)
        return status;
    for (size_t i = 0; !status && i < top->row_count; i++) {
        const char *name = arena_string(&self->result->arena, top->rows[i].name);
        struct diff_entry entry = {.key = name, .snapshot = (uint32_t)snapshot, .bytes = top->rows[i].shallow_bytes, .count = top->rows[i].count,
                                   .name = name, .type = "", .file = "", .text = "", .fingerprint = ""};
        status = diff_entries_add(entries, &entry, self->error);
    }
    wh_top_free(top);
    return status;
}

static enum wh_status add_lines(struct comparer *self, size_t snapshot, struct diff_entries *entries)
{
    struct wh_alloc *alloc;
    struct arena *arena = &self->result->arena;
    enum wh_status status = wh_alloc(self->analyses[snapshot], true, WH_ALLOC_LINE, 0, self->error, &alloc);
    if (status)
        return status;
    for (size_t i = 0; !status && i < alloc->row_count; i++) {
        const struct wh_line *place = &alloc->rows[i].place;
        text_addf(&self->text, "%s:%" PRIu32 " in %s", place->file, place->line, place->function);
        struct diff_entry entry = {.key = take_text(self), .snapshot = (uint32_t)snapshot, .bytes = alloc->rows[i].live_bytes,
                                   .count = alloc->rows[i].live_blocks, .name = arena_string(arena, place->function), .type = "",
                                   .file = arena_string(arena, place->file), .text = arena_string(arena, place->text), .line = place->line,
                                   .fingerprint = ""};
        status = diff_entries_add(entries, &entry, self->error);
    }
    wh_alloc_free(alloc);
    return status;
}

static enum wh_status compare_table(struct comparer *self, enum wh_status (*add)(struct comparer *, size_t, struct diff_entries *),
                                    struct wh_diff_table *table)
{
    struct diff_entries entries = {0};
    enum wh_status status = WH_OK;
    for (size_t i = 0; !status && i < self->count; i++)
        status = add(self, i, &entries);
    if (!status)
        diff_table_make(&entries, self->count, NULL, &self->result->arena, table);
    diff_entries_deinit(&entries);
    return status;
}

/* --- all of it --- */

static enum wh_status compare_all(struct comparer *self)
{
    struct wh_diff *diff = &self->result->diff;
    enum wh_status status = fill_snapshots(self);
    if (!status)
        status = refuse_other_programs(self);
    if (status)
        return status;
    fill_caution(self);
    diff->has_lines = true;
    for (size_t i = 0; i < self->count; i++)
        diff->has_lines &= self->analyses[i]->heap.recorder.mode != 0;
    status = compare_holders(self);
    if (!status)
        status = compare_table(self, add_types, &diff->types);
    if (!status && diff->has_lines)
        status = compare_table(self, add_lines, &diff->lines);
    return status ? status : arena_status(&self->result->arena, self->error);
}

/* By time; at the same time, as they were given. */
static void sort_by_time(struct comparer *self)
{
    for (size_t i = 1; i < self->count; i++) {
        struct wh_analysis *analysis = self->analyses[i];
        size_t at = i;
        for (; at && self->analyses[at - 1]->heap.snapshot.created_ns > analysis->heap.snapshot.created_ns; at--)
            self->analyses[at] = self->analyses[at - 1];
        self->analyses[at] = analysis;
    }
}

static size_t place_of(struct wh_analysis *const *analyses, const struct wh_analysis *wanted)
{
    size_t place = 0;
    while (analyses[place] != wanted)
        place++;
    return place;
}

static enum wh_status compare(struct comparer *self, struct wh_analysis *const *analyses, size_t *latest)
{
    enum wh_status status = array_alloc(self->count, sizeof(struct wh_analysis *), "the snapshots", self->error, &self->analyses);
    if (status)
        return status;
    memcpy(self->analyses, analyses, self->count * sizeof(struct wh_analysis *));
    sort_by_time(self);
    if (latest)
        *latest = place_of(analyses, self->analyses[self->count - 1]);
    status = compare_all(self);
    free(self->analyses);
    return status;
}

enum wh_status wh_diff(struct wh_analysis *const *analyses, size_t count, struct wh_error *error, size_t *latest, struct wh_diff **ret)
{
    *ret = NULL;
    if (count < 2)
        return wh_error_set(error, WH_ERR_USAGE, "a comparison needs two snapshots or more");
    struct diff_result *result = calloc(1, sizeof(*result));
    if (!result)
        return wh_error_set(error, WH_ERR_RESOURCE, "out of memory for the comparison");
    struct comparer self = {.count = count, .result = result, .error = error};
    enum wh_status status = compare(&self, analyses, latest);
    text_deinit(&self.text);
    if (status)
        wh_diff_free(&result->diff);
    else
        *ret = &result->diff;
    return status;
}

void wh_diff_free(struct wh_diff *diff)
{
    struct diff_result *result = (struct diff_result *)diff;
    if (!result)
        return;
    arena_deinit(&result->arena);
    free(result);
}

const struct wh_diff_row *wh_diff_of_suspect(const struct wh_diff *diff, const struct wh_suspect *suspect)
{
    const struct wh_diff_row *alike = NULL;
    for (size_t i = 0; i < diff->holders.row_count; i++) {
        const struct wh_diff_row *row = &diff->holders.rows[i];
        if (row->address && row->address == suspect->holder.address)
            return row;
        if (row->alike > 1 && strcmp(row->fingerprint, suspect->fingerprint) == 0)
            alike = row;
    }
    return alike;
}
