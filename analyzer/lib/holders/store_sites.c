/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "holders/store_sites.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "heap/known_names.h"
#include "holders/callers.h"
#include "holders/store_search.h"

static int compare_uints(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

/*
 * Smaller is better. A store that never ran cannot have been the one, and the holder's creation only says where it began; then comes how
 * sure it is that the site means this holder; the application before libraries; what ran; what explains more; the rest is habit.
 */
static uint64_t key_of(const struct found_site *site, const struct code_facts *facts)
{
    uint64_t key = site->executed == EXECUTION_NEVER;
    key = key << 1 | (site->level == LEVEL_CREATES);
    key = key << 1 | (site->match == MATCH_NAME && !site->climbed);
    key = key << 1 | facts->library;
    key = key << 1 | (site->how == STORE_ATTRIBUTE && facts->name == NAME_INIT);   /* a link's constructor: who links is its caller */
    key = key << 1 | (site->on_self && facts->name == NAME_INIT);   /* it fills what is its own: once for each object */
    key = key << 1 | (site->level == LEVEL_MAKES);
    key = key << 1 | (site->level == LEVEL_INSIDE);
    key = key << 2 | (uint64_t)(EXECUTION_SEEN - site->executed);
    key = key << 3 | (uint64_t)site->level;
    key = key << 2 | (uint64_t)site->match;
    key = key << 1 | facts->top_level;
    key = key << 1 | !facts->on_stack;
    key = key << 1 | !site->in_loop;
    return key;
}

struct ranked {
    const struct found_site *site;
    uint64_t key;
    struct span file;
};

static int compare_ranked(const void *a, const void *b)
{
    const struct ranked *left = a, *right = b;
    int order = compare_uints(left->key, right->key);
    if (!order)
        order = span_compare(left->file, right->file);
    if (!order)
        order = compare_uints(left->site->line, right->site->line);
    return order ? order : compare_uints(left->site->row, right->site->row);
}

static struct span file_of(const struct code_index *index, uint32_t row)
{
    struct code_view view;
    code_view_init(index->heap, &index->heap->codes[row], &view);
    return code_view_text(&view, view.filename);
}

static struct span function_of(const struct code_index *index, uint32_t row)
{
    struct code_view view;
    code_view_init(index->heap, &index->heap->codes[row], &view);
    return code_view_text(&view, view.qualname);
}

static struct store_site describe(const struct code_index *index, const struct found_site *found, unsigned rank)
{
    const struct code_facts *facts = &index->facts[found->row];
    struct store_site site = {
        .code_node = index->heap->codes[found->row].node, .offset = found->offset, .line = found->line,
        .file = file_of(index, found->row), .function = function_of(index, found->row), .executed = found->executed,
        .how = found->how, .match = found->match, .library = facts->library, .on_stack = facts->on_stack, .in_loop = found->in_loop,
        .top_level = facts->top_level, .maker = found->maker, .on_new = found->on_new, .on_self = found->on_self, .of_element = found->of_element,
        .handed_out = found->handed_out,
        .places = found->places, .key = found->key, .field = index->text_of_name[found->field], .caller_file = {"", 0},
        .caller_function = {"", 0}, .rank = rank,
    };
    if (found->caller_row == CODE_NONE)
        return site;
    site.caller_code_node = index->heap->codes[found->caller_row].node;
    site.caller_line = code_index_line(index, found->caller_row, found->caller_offset);
    site.caller_file = file_of(index, found->caller_row);
    site.caller_function = function_of(index, found->caller_row);
    return site;
}

static enum wh_status rank_sites(const struct code_index *index, const struct found_sites *found, struct wh_error *error,
                                 struct store_site_list *ret)
{
    struct ranked *ranked;
    enum wh_status status = array_alloc(found->count, sizeof(*ranked), "ranking store sites", error, &ranked);
    if (status)
        return status;
    status = array_alloc(found->count, sizeof(*ret->sites), "store sites", error, &ret->sites);
    if (!status) {
        for (uint32_t i = 0; i < found->count; i++) {
            const struct found_site *site = &found->sites[i];
            ranked[i] = (struct ranked){site, key_of(site, &index->facts[site->row]), file_of(index, site->row)};
        }
        qsort(ranked, found->count, sizeof(*ranked), compare_ranked);
        for (uint32_t i = 0; i < found->count; i++)
            ret->sites[i] = describe(index, ranked[i].site, i);
        ret->count = found->count;
    }
    free(ranked);
    return status;
}

/*
 * Of what a library shares with the application, such as sys.modules: it takes out there what it has put in itself. Nor is it likely to mean this
 * holder if it is not known to, while the application is.
 */
static bool is_own_business(const struct code_index *index, const struct found_sites *found, const struct found_site *removal)
{
    bool adds = false, application = false;
    for (uint32_t i = 0; i < found->count; i++) {
        const struct found_site *site = &found->sites[i];
        if (site->level > LEVEL_FILLS || site->match != MATCH_EXACT || site->how == STORE_THROUGH_LIBRARY)
            continue;
        adds |= site->row == removal->row;
        application |= !index->facts[site->row].library;
    }
    return index->facts[removal->row].library && application && (adds || removal->match != MATCH_EXACT);
}

static enum wh_status describe_removals(const struct code_index *index, const struct found_sites *found, struct wh_error *error,
                                        struct store_site_list *ret)
{
    enum wh_status status = array_alloc(found->removal_count, sizeof(*ret->removals), "removal sites", error, &ret->removals);
    for (uint32_t i = 0; !status && i < found->removal_count; i++) {
        if (!is_own_business(index, found, &found->removals[i]))
            ret->removals[ret->removal_count++] = describe(index, &found->removals[i], i);
    }
    return status;
}

/* Where names are made at run time, an attribute that the code names is one of few. */
static void drop_plain_attributes(struct found_sites *found)
{
    uint32_t kept = 0;
    bool made = false;
    for (uint32_t i = 0; i < found->count; i++)
        made |= found->sites[i].how == STORE_SETATTR && found->sites[i].match != MATCH_NAME && found->sites[i].executed != EXECUTION_NEVER;
    for (uint32_t i = 0; i < found->count; i++)
        if (!made || found->sites[i].how != STORE_ATTRIBUTE)
            found->sites[kept++] = found->sites[i];
    found->count = kept;
}

/* --- libraries --- */

static enum wh_status add_found(struct found_sites *found, struct found_site site, struct wh_error *error)
{
    if (found->count == found->capacity) {
        uint32_t capacity = found->capacity ? found->capacity * 2 : 16;
        struct found_site *sites = realloc(found->sites, capacity * sizeof(*sites));
        if (!sites)
            return wh_error_set(error, WH_ERR_RESOURCE, "out of memory: %u store sites", capacity);
        found->sites = sites;
        found->capacity = capacity;
    }
    found->sites[found->count++] = site;
    return WH_OK;
}

/* The calls by which the application gets to a library's site, as sites of their own. */
static enum wh_status add_callers(struct code_index *index, struct found_site inner, uint32_t holder, struct wh_error *error,
                                  struct found_sites *found)
{
    struct call_sites callers;
    enum wh_status status = callers_of_application(index, inner.row, holder, error, &callers);
    for (uint32_t i = 0; !status && i < callers.count; i++) {
        const struct call_site *caller = &callers.sites[i];
        struct found_site site = {.row = caller->row, .offset = caller->offset, .line = code_index_line(index, caller->row, caller->offset),
                                  .executed = caller->executed, .how = STORE_THROUGH_LIBRARY, .level = inner.level, .in_loop = caller->in_loop, .climbed = true,
                                  .distance = caller->distance, .of_element = inner.of_element,
                                  .match = caller->match > inner.match ? caller->match : inner.match, .caller_row = CODE_NONE};
        bool known = false;
        for (uint32_t k = 0; k < found->count; k++)
            known |= found->sites[k].row == site.row && found->sites[k].line == site.line;
        status = known ? WH_OK : add_found(found, site, error);
    }
    call_sites_deinit(&callers);
    return status;
}

/* Of calls of several objects of one class, those of the nearest ones count. */
static void drop_far(struct found_sites *found)
{
    uint32_t kept = 0;
    uint8_t nearest = UINT8_MAX;
    for (uint32_t i = 0; i < found->count; i++)
        if (found->sites[i].distance && found->sites[i].distance < nearest)
            nearest = found->sites[i].distance;
    for (uint32_t i = 0; i < found->count; i++)
        if (found->sites[i].distance <= nearest)
            found->sites[kept++] = found->sites[i];
    found->count = kept;
}

/*
 * A library that stores into what the application never passes to it: a registry. Who registers is a caller of the library's function,
 * however many of its own functions lie between.
 */
static enum wh_status find_registering(struct code_index *index, uint32_t holder, struct wh_error *error, struct found_sites *found)
{
    enum { CLIMBS_MAX = 6, NAMESAKES_MAX = 3 };
    uint32_t count = found->count, climbs = 0;   /* namesakes are there only if nothing better is; many of them say too little */
    enum wh_status status = WH_OK;
    bool any = false, inside = false;   /* of the application, in the holder or in what it contains */
    for (uint32_t i = 0; i < count; i++) {
        bool own = !index->facts[found->sites[i].row].library && found->sites[i].match != MATCH_NAME;
        any |= own && found->sites[i].level <= LEVEL_FILLS;
        inside |= own && found->sites[i].of_element;
    }
    for (uint32_t i = 0; !status && i < count && climbs < CLIMBS_MAX; i++) {
        struct found_site site = found->sites[i];
        if (site.of_element ? any && inside : any)
            continue;
        if (site.level > LEVEL_INSIDE || site.executed == EXECUTION_NEVER || (site.match == MATCH_NAME && count > NAMESAKES_MAX) ||
            site.how == STORE_THROUGH_LIBRARY || !index->facts[site.row].library)
            continue;
        climbs++;
        status = add_callers(index, site, holder, error, found);
    }
    drop_far(found);
    return status;
}

static bool is_sure(const struct found_site *site)
{
    return site->match != MATCH_NAME && site->level <= LEVEL_FILLS && site->executed != EXECUTION_NEVER;
}

/*
 * Where sites that mean this holder explain it, those that only have an attribute's name in common with it say nothing more. Those in libraries
 * do not even if the others only say where it was bound.
 */
static void drop_namesakes(const struct code_index *index, struct found_sites *found)
{
    uint32_t kept = 0;
    bool sure = false, own = false;
    for (uint32_t i = 0; i < found->count; i++) {
        sure |= is_sure(&found->sites[i]);
        own |= found->sites[i].match != MATCH_NAME && !index->facts[found->sites[i].row].library;
    }
    for (uint32_t i = 0; i < found->count; i++) {
        bool library = index->facts[found->sites[i].row].library;
        if (found->sites[i].match != MATCH_NAME || (!sure && !(own && library)))
            found->sites[kept++] = found->sites[i];
    }
    found->count = kept;
}

enum wh_status store_sites_find(const struct heap *heap, struct code_index *index, const struct holder *holder, struct wh_error *error,
                                struct store_site_list *ret)
{
    struct found_sites found;
    (void)heap;   /* the index knows its heap */
    memset(ret, 0, sizeof(*ret));
    enum wh_status status = store_search(index, holder, error, &found);
    if (status)
        return status;
    drop_namesakes(index, &found);
    drop_plain_attributes(&found);
    ret->incomplete = found.incomplete;
    status = find_registering(index, holder->node, error, &found);
    if (!status)
        status = rank_sites(index, &found, error, ret);
    if (!status)
        status = describe_removals(index, &found, error, ret);
    free(found.sites);
    free(found.removals);
    if (status)
        store_site_list_deinit(ret);
    return status;
}

void store_site_list_deinit(struct store_site_list *list)
{
    free(list->sites);
    free(list->removals);
    memset(list, 0, sizeof(*list));
}

const char *store_how_name(enum store_how how)
{
    static const char *const names[] = {
        [STORE_METHOD] = "method", [STORE_SUBSCRIPT] = "subscript", [STORE_SLICE] = "slice", [STORE_INPLACE] = "inplace",
        [STORE_COMPREHENSION] = "comprehension", [STORE_ATTRIBUTE] = "attribute", [STORE_SETATTR] = "setattr", [STORE_FUNCTION] = "function",
        [STORE_MEMO] = "memo", [STORE_THROUGH_LIBRARY] = "through library", [STORE_ANEW] = "anew", [STORE_ASSIGN] = "assign", [STORE_CREATE] = "create",
        [STORE_REMOVE] = "remove",
        [STORE_REMOVE_GIVEN] = "remove-given",
    };
    return names[how];
}

const char *store_match_name(enum store_match match)
{
    static const char *const names[] = {[MATCH_EXACT] = "exact", [MATCH_CLASS] = "class", [MATCH_NAME] = "name"};
    return names[match];
}
