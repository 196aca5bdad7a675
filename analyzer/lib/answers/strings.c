/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wh_strings: the largest strings and bytes objects, and those that are there most often, with what holds them. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "answers/analysis.h"
#include "base/array.h"
#include "naming/naming.h"
#include "triage/alike.h"

enum { LIMIT_DEFAULT = 10, HOLDERS_MAX = 8, SMALL_DICT = 16 };   /* items: the keys of larger dicts are no names */

struct strings_result { struct wh_strings strings; struct arena arena; };   /* strings first: what the caller sees */

/* References of one sort to the copies of one string. */
struct sort_of_holder { uint32_t type; enum label_kind kind; const char *name; uint32_t key; uint64_t count; struct label label; };

/* What holds one group: the first sorts that are met are counted each, others together. */
struct holders { struct sort_of_holder sorts[HOLDERS_MAX]; unsigned count; uint64_t elsewhere; };

struct counter {
    const struct model *model;
    const struct kinds *kinds;
    struct wh_error *error;
    struct arena *arena;
    size_t limit;
    struct wh_strings *ret;
    struct alike alike;
    uint32_t shown;               /* groups */
    uint32_t *group_of_node;      /* number + 1 of those shown */
    uint32_t *owner_type_of_dict; /* type number + 1 of the object whose __dict__ it is */
    struct holders *holders;
};

/* --- the largest --- */

struct large_string { uint64_t size; uint32_t order, node; };

/* Those that may be among the largest: now and then all but the largest are dropped. */
struct largest { struct large_string *strings; uint32_t count, limit, order; uint64_t least; /* smaller ones need not be kept */ };

/* Of equal ones the first that was met. */
static int compare_strings(const void *left, const void *right)
{
    const struct large_string *a = left, *b = right;
    if (a->size != b->size)
        return a->size > b->size ? -1 : 1;
    return (a->order > b->order) - (a->order < b->order);
}

static void drop_smaller(struct largest *largest)
{
    if (largest->count)
        qsort(largest->strings, largest->count, sizeof(*largest->strings), compare_strings);
    if (largest->count < largest->limit)
        return;
    largest->count = largest->limit;
    largest->least = largest->strings[largest->limit - 1].size + 1;
}

static void keep_if_large(struct largest *largest, uint32_t node, uint64_t size)
{
    if (size < largest->least)
        return;
    if (largest->count == 2 * largest->limit)
        drop_smaller(largest);
    largest->strings[largest->count++] = (struct large_string){size, largest->order++, node};
}

static enum wh_status output_string(struct counter *self, uint32_t node, struct wh_string *ret)
{
    struct text text = {0};
    enum wh_status status = naming_expression(self->model, node, false, self->error, &text);
    ret->object = model_object(self->model, node, self->arena);
    ret->interned = self->model->heap->form_of_node[node] & FORM_INTERNED;
    ret->name = arena_string(self->arena, text_string(&text));
    self->arena->failed |= text.failed;
    text_deinit(&text);
    return status;
}

/* Of all live objects of a kind. */
static void look_at_all(struct counter *self, enum kind kind, struct largest *largest, struct wh_mass *ret)
{
    const struct heap *heap = self->model->heap;
    struct wh_mass *interned = &self->ret->interned;
    for (uint32_t node = 1; node < heap->node_count; node++) {
        if (self->kinds->of_type[heap->type_of_node[node]].kind != kind || !dominators_is_live(self->model->dominators, node))
            continue;
        uint64_t size = model_shallow(self->model, node);
        bool is_interned = heap->form_of_node[node] & FORM_INTERNED;
        *ret = (struct wh_mass){ret->objects + 1, ret->bytes + size};
        *interned = (struct wh_mass){interned->objects + is_interned, interned->bytes + (is_interned ? size : 0)};
        keep_if_large(largest, node, size);
    }
}

static enum wh_status add_largest(struct counter *self)
{
    uint32_t most = self->model->heap->node_count < UINT32_MAX / 2 ? self->model->heap->node_count : UINT32_MAX / 2;
    struct largest largest = {.limit = self->limit < most ? (uint32_t)self->limit : most};
    enum wh_status status = array_alloc(2 * (size_t)largest.limit, sizeof(*largest.strings), "the largest strings", self->error, &largest.strings);
    if (!status) {
        look_at_all(self, KIND_STR, &largest, &self->ret->strings);
        look_at_all(self, KIND_BYTES, &largest, &self->ret->bytes);
        drop_smaller(&largest);
        self->ret->largest = arena_array(self->arena, largest.count, sizeof(*self->ret->largest));
    }
    for (uint32_t i = 0; !status && self->ret->largest && i < largest.count; i++)
        status = output_string(self, largest.strings[i].node, &self->ret->largest[self->ret->largest_count++]);
    free(largest.strings);
    return status;
}

/* --- who holds the copies --- */

static enum wh_status find_owners(struct counter *self)
{
    const struct heap *heap = self->model->heap;
    enum wh_status status = array_alloc_zeroed(heap->node_count, sizeof(uint32_t), "owners of dicts", self->error, &self->owner_type_of_dict);
    for (uint32_t node = 1; !status && node < heap->node_count; node++) {
        uint32_t dict = kinds_dict_of(self->kinds, heap, node);
        if (dict)
            self->owner_type_of_dict[dict] = heap->type_of_node[node] + 1;
    }
    return status;
}

/* An attribute is one whether it stands in the instance or in its dict; places in sequences and in large dicts are all alike. */
static struct sort_of_holder sort_of(const struct counter *self, uint32_t source, uint32_t ref)
{
    const struct heap *heap = self->model->heap;
    struct label label = label_of_ref(heap, source, ref);
    struct sort_of_holder sort = {.type = heap->type_of_node[source], .kind = label.kind, .count = 1, .label = label};
    uint32_t owner = self->owner_type_of_dict[source];
    struct span name;
    if (label.kind == LABEL_VALUE && owner && heap_string(heap, label.key, &name)) {
        sort.type = owner - 1;
        sort.label = label = (struct label){.kind = LABEL_ATTR, .name = name};
        sort.kind = LABEL_ATTR;
    } else if (label.kind == LABEL_VALUE && heap_items(heap, source).count <= 2 * SMALL_DICT) {
        sort.key = label.key;
    }
    if (label.kind == LABEL_MEMBER || label.kind == LABEL_ATTR || label.kind == LABEL_LOCAL)
        sort.name = label.name.bytes;
    return sort;
}

static bool is_same_sort(const struct sort_of_holder *a, const struct sort_of_holder *b)
{
    return a->type == b->type && a->kind == b->kind && a->name == b->name && a->key == b->key;
}

static void count_holder(struct holders *holders, struct sort_of_holder sort)
{
    for (unsigned i = 0; i < holders->count; i++) {
        if (is_same_sort(&holders->sorts[i], &sort)) {
            holders->sorts[i].count++;
            return;
        }
    }
    if (holders->count < HOLDERS_MAX)
        holders->sorts[holders->count++] = sort;
    else
        holders->elsewhere++;
}

static void count_holders(struct counter *self)
{
    const struct heap *heap = self->model->heap;
    for (uint32_t node = 1; node < heap->node_count; node++) {
        if (!dominators_is_live(self->model->dominators, node))
            continue;
        for (uint32_t ref = heap->first_ref_of_node[node]; ref < heap->first_ref_of_node[node + 1]; ref++) {
            uint32_t group = self->group_of_node[heap->target_of_ref[ref]];
            if (group)
                count_holder(&self->holders[group - 1], sort_of(self, node, ref));
        }
    }
}

static int compare_sorts(const void *left, const void *right)
{
    const struct sort_of_holder *a = left, *b = right;
    if (a->count != b->count)
        return a->count > b->count ? -1 : 1;
    if (a->type != b->type)
        return a->type < b->type ? -1 : 1;
    return (a->key > b->key) - (a->key < b->key);
}

static void write_sort(const struct counter *self, const struct sort_of_holder *sort, struct text *text)
{
    const struct heap *heap = self->model->heap;
    if (sort->kind == LABEL_INDEX || (sort->kind == LABEL_VALUE && !sort->key))
        text_add(text, "[…]");
    else if (sort->kind == LABEL_KEY)
        text_add(text, "key");
    else
        label_write(heap, sort->label, text);
    text_add(text, " of ");
    model_write_type(&heap->types[sort->type], text);
}

static void output_holders(struct counter *self, struct holders *holders, struct wh_string_group *ret)
{
    struct text text = {0};
    qsort(holders->sorts, holders->count, sizeof(*holders->sorts), compare_sorts);
    ret->elsewhere = holders->elsewhere;
    ret->holders = arena_array(self->arena, holders->count, sizeof(*ret->holders));
    for (unsigned i = 0; ret->holders && i < holders->count; i++) {
        text_clear(&text);
        write_sort(self, &holders->sorts[i], &text);
        ret->holders[ret->holder_count++] = (struct wh_string_holder){arena_string(self->arena, text_string(&text)), holders->sorts[i].count};
        self->arena->failed |= text.failed;
    }
    text_deinit(&text);
}

/* --- those that are there most often --- */

static enum wh_status prepare_groups(struct counter *self)
{
    self->shown = self->alike.group_count < self->limit ? self->alike.group_count : (uint32_t)self->limit;
    enum wh_status status = array_alloc_zeroed(self->model->heap->node_count, sizeof(uint32_t), "copies of strings", self->error, &self->group_of_node);
    if (!status)
        status = array_alloc_zeroed((size_t)self->shown + 1, sizeof(*self->holders), "holders of strings", self->error, &self->holders);
    if (!status)
        status = find_owners(self);
    for (uint32_t i = 0; !status && i < self->shown; i++) {
        const struct alike_group *group = &self->alike.groups[i];
        for (uint32_t k = group->first; k < group->first + group->count; k++)
            self->group_of_node[self->alike.nodes[k]] = i + 1;
    }
    return status;
}

static enum wh_status output_groups(struct counter *self)
{
    struct wh_strings *ret = self->ret;
    enum wh_status status = WH_OK;
    ret->groups = arena_array(self->arena, self->shown, sizeof(*ret->groups));
    ret->omitted_groups = self->alike.group_count - self->shown;
    ret->duplicates = self->alike.count;
    ret->wasted = self->alike.wasted;
    for (uint32_t i = 0; !status && ret->groups && i < self->shown; i++) {
        const struct alike_group *group = &self->alike.groups[i];
        struct wh_string_group *row = &ret->groups[ret->group_count++];
        row->copies = group->count;
        row->bytes = group->bytes;
        row->wasted = group->wasted;
        output_holders(self, &self->holders[i], row);
        status = output_string(self, self->alike.nodes[group->first], &row->example);
    }
    return status;
}

static enum wh_status add_groups(struct counter *self)
{
    self->ret->duplicates_known = !span_is(self->model->heap->snapshot.values, "none");
    enum wh_status status = alike_init(self->model, self->kinds->program_bitmap, self->error, &self->alike);
    if (!status)
        status = prepare_groups(self);
    if (!status) {
        count_holders(self);
        status = output_groups(self);
    }
    free(self->group_of_node);
    free(self->owner_type_of_dict);
    free(self->holders);
    alike_deinit(&self->alike);
    return status;
}

enum wh_status wh_strings(struct wh_analysis *analysis, size_t limit, struct wh_error *error, struct wh_strings **ret)
{
    *ret = NULL;
    enum wh_status status = analysis_need_kinds(analysis, error);
    if (status)
        return status;
    struct strings_result *result = calloc(1, sizeof(*result));
    if (!result)
        return wh_error_set(error, WH_ERR_RESOURCE, "out of memory for the strings");
    struct counter self = {.model = &analysis->model, .kinds = &analysis->kinds, .error = error, .arena = &result->arena,
                           .limit = limit ? limit : LIMIT_DEFAULT, .ret = &result->strings};
    status = add_largest(&self);
    if (!status)
        status = add_groups(&self);
    if (!status)
        status = arena_status(&result->arena, error);
    if (status)
        wh_strings_free(&result->strings);
    else
        *ret = &result->strings;
    return status;
}

void wh_strings_free(struct wh_strings *strings)
{
    struct strings_result *result = (struct strings_result *)strings;
    if (!result)
        return;
    arena_deinit(&result->arena);
    free(result);
}
