/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A table that is filled when it is asked for first: if cls.loaded: return; for …: table[k] = x; cls.loaded = True. */
#include "holders/filling_finder.h"

#include <string.h>

#include "heap/known_names.h"

/* A variable or an attribute that is read to be tested, before that offset; the next one after `*from`. */
static uint32_t next_tested_name(const struct finder *finder, uint32_t row, uint32_t before, uint32_t *from)
{
    struct code_view view;
    struct instruction at;
    uint32_t name = NAME_NONE;
    code_view_init(finder->heap, &finder->heap->codes[row], &view);
    for (uint32_t i = *from; i < before && instruction_read(&finder->index->instructions, view.code, i, &at) == INSTRUCTION_READ; i = at.next) {
        bool passes = !strcmp(at.kind->name, "TO_BOOL") || !strcmp(at.kind->name, "UNARY_NOT");
        if (name != NAME_NONE && at.kind->jump && at.target != UINT32_MAX && at.target > at.offset) {
            *from = at.next;
            return name;
        }
        if (!passes)
            name = finder_loaded_name(finder->index, &view, &at);
    }
    *from = before;
    return NAME_NONE;
}

/* Where the code binds the name: not at all before the offset, and behind it? */
static enum wh_status is_bound_behind(const struct finder *finder, uint32_t row, uint32_t name, uint32_t offset, bool *ret)
{
    const struct code_flow *flow;
    bool before = false, behind = false;
    enum wh_status status = finder_flow(finder, row, &flow);
    for (uint32_t i = 0; !status && i < flow->event_count; i++) {
        const struct event *event = &flow->events[i];
        bool binds = (event->kind == EVENT_STORE_ATTR || event->kind == EVENT_STORE_GLOBAL) && event->name == name;
        before |= binds && event->offset < offset;
        behind |= binds && event->offset > offset && !event->in_loop;
    }
    *ret = behind && !before;
    return status;
}

/* By other functions than constructors, that is: so that it may be filled again. */
static enum wh_status is_bound_elsewhere(const struct finder *finder, uint32_t row, uint32_t name, bool *ret)
{
    const struct code_index *index = finder->index;
    enum wh_status status = WH_OK;
    *ret = false;
    for (uint32_t i = index->first_user_of_name[name]; !status && !*ret && i < index->first_user_of_name[name + 1]; i++) {
        const struct code_flow *flow;
        const struct code_facts *facts = &index->facts[index->users[i]];
        if (index->users[i] == row || facts->library || facts->name == NAME_INIT || facts->top_level)
            continue;
        status = finder_flow(finder, index->users[i], &flow);
        if (!status)
            *ret = finder_stores_name(flow, name);
    }
    return status;
}

static enum wh_status is_guarded(const struct finder *finder, const struct store_site *site, bool *ret)
{
    uint32_t row = code_index_row(finder->index, site->code_node), from = 0, name;
    enum wh_status status = WH_OK;
    *ret = false;
    while (!status && !*ret && row != CODE_NONE && (name = next_tested_name(finder, row, site->offset, &from)) != NAME_NONE) {
        bool elsewhere = true;
        if (name == finder->name)
            continue;
        status = is_bound_behind(finder, row, name, site->offset, ret);
        if (!status && *ret)
            status = is_bound_elsewhere(finder, row, name, &elsewhere);
        *ret &= !elsewhere;
    }
    return status;
}

enum wh_status finder_find_guard(struct finder *finder)
{
    bool any = false, all = true;
    enum wh_status status = WH_OK;
    for (uint32_t i = 0; !status && all && i < finder->sites->count; i++) {
        const struct store_site *site = &finder->sites->sites[i];
        if (site->library || !finder_counts(finder, site))
            continue;
        any = true;
        all = site->in_loop && !site->top_level;
        if (all)
            status = is_guarded(finder, site, &all);
    }
    finder->ret->guarded = any && all;
    return status;
}
