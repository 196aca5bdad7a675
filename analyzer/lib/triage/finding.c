/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "triage/finding.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "naming/naming.h"
#include "triage/outermost.h"

static enum wh_status grow(struct finder *finder)
{
    uint32_t capacity = finder->candidate_capacity ? finder->candidate_capacity * 2 : 64;
    struct candidate *grown = realloc(finder->candidates, (size_t)capacity * sizeof(*grown));
    if (!grown)
        return wh_error_set(finder->error, WH_ERR_RESOURCE, "out of memory for the objects of a rule");
    finder->candidates = grown;
    finder->candidate_capacity = capacity;
    return WH_OK;
}

enum wh_status finder_note(struct finder *finder, struct candidate candidate)
{
    enum wh_status status = finder->candidate_count < finder->candidate_capacity ? WH_OK : grow(finder);
    if (!status)
        finder->candidates[finder->candidate_count++] = candidate;
    return status;
}

/* Candidates that are put together before there is room made for more. */
enum { MERGE_MIN = 4096 };

enum wh_status finder_note_member(struct finder *finder, struct candidate candidate)
{
    enum wh_status status = WH_OK;
    if (finder->candidate_count == finder->candidate_capacity && finder->candidate_count >= MERGE_MIN) {
        status = finder_merge_groups(finder);
        if (!status && finder->candidate_count > finder->candidate_capacity / 2)
            status = grow(finder);
    }
    return status ? status : finder_note(finder, candidate);
}

enum wh_status finder_add(struct finder *finder, struct candidate candidate)
{
    finder->count += candidate.count;
    finder->bytes += candidate.bytes;
    return finder_note(finder, candidate);
}

enum wh_status finder_add_member(struct finder *finder, struct candidate candidate)
{
    finder->count += candidate.count;
    finder->bytes += candidate.bytes;
    return finder_note_member(finder, candidate);
}

/* --- what a set retains --- */

enum wh_status finder_add_tops(struct finder *finder, struct node_run nodes)
{
    struct outermost outermost;
    if (!nodes.count)
        return WH_OK;
    enum wh_status status = outermost_init(finder->model, nodes, finder->error, &outermost);
    finder->count += nodes.count;
    for (uint32_t i = 0; !status && i < nodes.count; i++) {
        uint64_t bytes = outermost_bytes(&outermost, nodes.nodes[i]);
        finder->bytes += bytes;
        if (bytes)
            status = finder_note(finder, (struct candidate){.node = nodes.nodes[i], .count = 1, .bytes = bytes});
    }
    outermost_deinit(&outermost);
    return status;
}

enum wh_status finder_add_groups(struct finder *finder, struct node_run nodes, uint32_t (*group_of)(const struct finder *finder, uint32_t node))
{
    struct outermost outermost;
    if (!nodes.count)
        return WH_OK;
    enum wh_status status = outermost_init(finder->model, nodes, finder->error, &outermost);
    for (uint32_t i = 0; !status && i < nodes.count; i++)
        status = finder_add_member(finder, (struct candidate){.node = nodes.nodes[i], .group = group_of(finder, nodes.nodes[i]), .count = 1,
                                                              .bytes = outermost_bytes(&outermost, nodes.nodes[i])});
    outermost_deinit(&outermost);
    return status ? status : finder_merge_groups(finder);
}

/* --- groups --- */

/* Which candidate stands for a group: a table with open addressing, twice as large as there are candidates. */
struct group_table { uint32_t *candidate_of_slot; uint32_t slot_count; };

static uint32_t *find_slot(const struct finder *finder, const struct group_table *table, uint32_t group)
{
    uint32_t slot = (uint32_t)(group * UINT64_C(0x9e3779b97f4a7c15) >> 32) & (table->slot_count - 1);
    while (table->candidate_of_slot[slot] != UINT32_MAX && finder->candidates[table->candidate_of_slot[slot]].group != group)
        slot = (slot + 1) & (table->slot_count - 1);
    return &table->candidate_of_slot[slot];
}

static bool stands_before(const struct candidate *a, const struct candidate *b)
{
    return a->largest != b->largest ? a->largest > b->largest : a->node < b->node;
}

/* The larger stands for both. */
static void add_to_group(struct candidate *group, const struct candidate *candidate)
{
    struct candidate sum = stands_before(candidate, group) ? *candidate : *group;
    sum.count = group->count + candidate->count;
    sum.bytes = group->bytes + candidate->bytes;
    *group = sum;
}

static void merge_groups(struct finder *finder, const struct group_table *table)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < finder->candidate_count; i++) {
        struct candidate candidate = finder->candidates[i];
        uint32_t *known = find_slot(finder, table, candidate.group);
        candidate.largest = candidate.largest ? candidate.largest : candidate.bytes;
        if (*known != UINT32_MAX) {
            add_to_group(&finder->candidates[*known], &candidate);
            continue;
        }
        *known = kept;
        finder->candidates[kept++] = candidate;
    }
    finder->candidate_count = kept;
}

enum wh_status finder_merge_groups(struct finder *finder)
{
    struct group_table table = {NULL, 2};
    while (table.slot_count < UINT32_MAX / 2 && table.slot_count < (uint64_t)finder->candidate_count * 2)
        table.slot_count *= 2;
    enum wh_status status = array_alloc(table.slot_count, sizeof(uint32_t), "the groups of a rule", finder->error, &table.candidate_of_slot);
    if (status)
        return status;
    memset(table.candidate_of_slot, 0xff, table.slot_count * sizeof(uint32_t));
    merge_groups(finder, &table);
    free(table.candidate_of_slot);
    return WH_OK;
}

/* --- output --- */

static int compare_bytes(const void *left, const void *right)
{
    const struct candidate *a = left, *b = right;
    if (a->bytes != b->bytes)
        return a->bytes > b->bytes ? -1 : 1;
    if (a->count != b->count)
        return a->count > b->count ? -1 : 1;
    return (a->node > b->node) - (a->node < b->node);
}

static const char *take_text(struct finder *finder, struct text *text)
{
    const char *string = arena_string(finder->arena, text_string(text));
    finder->arena->failed |= text->failed;
    text_clear(text);
    return string;
}

static enum wh_status output_one(struct finder *finder, const struct candidate *candidate, struct wh_offender *ret)
{
    struct text text = {0};
    enum wh_status status = WH_OK;
    ret->count = candidate->count;
    ret->bytes = candidate->bytes;
    if (candidate->node)
        ret->object = model_object(finder->model, candidate->node, finder->arena);
    else
        ret->object = (struct wh_object){.type = "", .preview = "", .length = UINT64_MAX};
    if (finder->write_name)
        finder->write_name(finder, candidate, &text);
    else
        status = naming_expression(finder->model, candidate->node, false, finder->error, &text);
    ret->name = take_text(finder, &text);
    if (finder->write_detail)
        finder->write_detail(finder, candidate, &text);
    ret->detail = take_text(finder, &text);
    text_deinit(&text);
    return status;
}

/* Of so many, the worst first: those that are nothing beside the worst one only where it was asked for this rule. */
static size_t worth_showing(const struct finder *finder, size_t count)
{
    enum { SMALL_SHARE = 100 };
    while (!finder->shows_all && count > 1 && finder->candidates[count - 1].bytes < finder->candidates[0].bytes / SMALL_SHARE)
        count--;
    return count;
}

enum wh_status finder_output(struct finder *finder, size_t limit, struct wh_finding *ret)
{
    enum wh_status status = WH_OK;
    if (finder->candidate_count)
        qsort(finder->candidates, finder->candidate_count, sizeof(*finder->candidates), compare_bytes);
    size_t shown = worth_showing(finder, limit && limit < finder->candidate_count ? limit : finder->candidate_count);
    ret->count = finder->count;
    ret->bytes = finder->bytes;
    ret->offenders = arena_array(finder->arena, shown, sizeof(*ret->offenders));
    ret->omitted = finder->candidate_count - shown;
    for (size_t i = 0; !status && ret->offenders && i < shown; i++)
        status = output_one(finder, &finder->candidates[i], &ret->offenders[ret->offender_count++]);
    return status ? status : arena_status(finder->arena, finder->error);
}

void finder_deinit(struct finder *finder)
{
    free(finder->candidates);
    finder->candidates = NULL;
    finder->candidate_count = finder->candidate_capacity = 0;
}

void finding_write_type(const struct finder *finder, const struct candidate *candidate, struct text *text)
{
    model_write_type(&finder->model->heap->types[candidate->group], text);
}

void finding_write_count(struct text *text, uint64_t count, const char *one, const char *many)
{
    text_addf(text, "%" PRIu64 " %s", count, count == 1 ? one : many);
}
