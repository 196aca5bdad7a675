/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What takes out of the holder again, and has run for certain, wherever that is in the application. A library's code has run for others, too: there the call counts
 * by which the application got to it.
 */
#include "holders/filling_finder.h"

#include "heap/known_names.h"

enum { COUNTING_MINOR = 11 };   /* since then inline caches tell what has run */

/*
 * On 3.11 no instruction tells of a function that was called a few times; but a call may. Before 3.11 none does: then what is called anywhere counts as
 * having run, as it is not known to be forgotten.
 */
static enum wh_status has_run(const struct finder *finder, const struct store_site *site, bool *ret)
{
    uint32_t row = code_index_row(finder->index, site->code_node);
    struct callers callers;
    *ret = site->executed == EXECUTION_SEEN;
    if (*ret || site->executed != EXECUTION_UNKNOWN || row == CODE_NONE)
        return WH_OK;
    enum wh_status status = finder_callers(finder, row, &callers);
    for (unsigned i = 0; !status && !callers.unclear && i < callers.count && i < CALLERS_KEPT; i++)
        *ret |= callers.at[i].executed == EXECUTION_SEEN || finder->index->instructions.minor < COUNTING_MINOR;
    return status;
}

static enum wh_status binds_fresh(const struct finder *finder, const struct store_site *site, uint32_t row, bool *ret)
{
    const struct code_flow *flow;
    enum wh_status status = finder_flow(finder, row, &flow);
    *ret = site->how == STORE_COMPREHENSION;
    for (uint32_t i = 0; !status && !*ret && i < flow->event_count; i++) {
        const struct event *event = &flow->events[i];
        bool stores = event->offset == site->offset && (event->kind == EVENT_STORE_ATTR || event->kind == EVENT_STORE_GLOBAL || event->kind == EVENT_STORE_CELL);
        *ret = stores && (flow->exprs[event->value].kind == EXPR_EMPTY || flow->exprs[event->value].kind == EXPR_FRESH);
    }
    return status;
}

static enum wh_status counts_it(const struct finder *finder, uint32_t row, bool *ret)
{
    const struct code_flow *flow;
    struct code_view view;
    enum wh_status status = finder_flow(finder, row, &flow);
    code_view_init(finder->heap, &finder->heap->codes[row], &view);
    for (uint32_t i = 0; !status && !*ret && i < flow->event_count; i++)
        *ret = finder_asks_length(finder, flow, &view, &flow->events[i], false);
    return status;
}

/* self.active = [b for b in self.active if b.alive]: what it was is read where a new one takes its place; if len(self.young) >= n: self.young = {} */
static enum wh_status makes_anew(const struct finder *finder, const struct store_site *site, bool *ret)
{
    uint32_t row = code_index_row(finder->index, site->code_node);
    bool binds = site->how == STORE_COMPREHENSION || site->how == STORE_ASSIGN || site->how == STORE_CREATE;
    *ret = false;
    if (!binds || finder->point->chain || site->top_level || site->of_element || row == CODE_NONE || finder->index->facts[row].name == NAME_INIT)
        return WH_OK;
    if (site->how == STORE_CREATE)
        return finder->name ? counts_it(finder, row, ret) : WH_OK;
    return finder_reading(finder, row, 0).any ? binds_fresh(finder, site, row, ret) : WH_OK;
}

/* A part of it takes the place of another one, of which the length is not known: samples[at:end] = block, and nothing else adds. */
static bool takes_places(const struct finder *finder, const struct store_site *site)
{
    if (site->how != STORE_SLICE || finder->ret->has_growth || site->of_element)
        return false;
    for (uint32_t i = 0; i < finder->sites->count; i++) {
        if (finder->sites->sites[i].how != STORE_SLICE && finder_counts(finder, &finder->sites->sites[i]))
            return false;
    }
    return true;
}

/* A list whose places are used again where it grows: items[number] = x, or else items.append(x). */
static bool uses_again(const struct finder *finder, const struct store_site *site)
{
    bool grows = false;
    if (!heap_is_instance(finder->heap, finder->point->node, "builtins", "list") || site->how != STORE_SUBSCRIPT || site->of_element || finder_counts(finder, site))
        return false;
    for (uint32_t i = 0; i < finder->sites->count; i++)
        grows |= finder->sites->sites[i].code_node == site->code_node && finder_counts(finder, &finder->sites->sites[i]);
    return grows;
}

static enum wh_status look_at(struct finder *finder, const struct store_site *site, bool drains)
{
    bool ran = false;
    if (!drains || finder->ret->drain)
        return WH_OK;
    enum wh_status status = has_run(finder, site, &ran);
    if (ran)
        finder->ret->drain = site;
    return status;
}

enum wh_status finder_find_drain(struct finder *finder)
{
    const struct store_site_list *sites = finder->sites;
    enum wh_status status = WH_OK;
    for (uint32_t i = 0; !status && i < sites->removal_count; i++)
        status = look_at(finder, &sites->removals[i], !sites->removals[i].library && (finder->ret->deep || !sites->removals[i].of_element));
    for (uint32_t i = 0; !status && i < sites->count; i++) {
        bool anew;
        status = makes_anew(finder, &sites->sites[i], &anew);
        if (!status)
            status = look_at(finder, &sites->sites[i], anew || uses_again(finder, &sites->sites[i]) || takes_places(finder, &sites->sites[i]));
    }
    return status;
}
