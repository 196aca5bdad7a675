/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "holders/filling_finder.h"

#include <string.h>

#include "heap/known_names.h"
#include "holders/site_growth.h"

/* A module's body that binds the name says nothing; one that only reads it does. */
static enum wh_status is_use(const struct finder *finder, uint32_t row, bool *ret)
{
    const struct code_facts *facts = &finder->index->facts[row];
    const struct code_flow *flow;
    *ret = !facts->library && facts->name != NAME_INIT && facts->name != finder->name && !finder_is_adder(finder, row);
    if (!*ret || !facts->top_level)
        return WH_OK;
    enum wh_status status = finder_flow(finder, row, &flow);
    if (!status)
        *ret = !finder_stores_name(flow, finder->name);
    return status;
}

static enum wh_status is_used_elsewhere(const struct finder *finder, bool *ret)
{
    const struct code_index *index = finder->index;
    enum wh_status status = WH_OK;
    *ret = false;
    for (uint32_t i = index->first_user_of_name[finder->name]; !status && !*ret && finder->name && i < index->first_user_of_name[finder->name + 1]; i++)
        status = is_use(finder, index->users[i], ret);
    return status;
}

/* --- who reads --- */

enum { READERS_MAX = 32, READER_DEPTH_MAX = 3 };
struct reader { uint32_t row; bool in_loop; unsigned depth; };
struct readers { struct reader at[READERS_MAX]; unsigned count; };

static void add_reader(struct readers *readers, struct reader reader)
{
    for (unsigned i = 0; i < readers->count; i++) {
        if (readers->at[i].row == reader.row && (readers->at[i].in_loop || !reader.in_loop))
            return;
    }
    if (readers->count < READERS_MAX)
        readers->at[readers->count++] = reader;
}

/* Of an attribute: methods of its object's own class, and functions. */
static bool may_mean_holder(const struct finder *finder, uint32_t row)
{
    const struct naming_path *path = finder->path;
    uint32_t type = finder->index->facts[row].class_type, owner = path->steps[path->step_count - 1].owner;
    if (type == TYPE_NONE || path->steps[path->step_count - 1].kind != STEP_ATTRIBUTE || owner >= finder->heap->node_count)
        return true;
    uint32_t owners = code_index_type_of(finder->index, owner);
    return code_index_is_subtype(finder->index, owners, type) || heap_is_module(finder->heap, owner);
}

/* By any site, also one of which the recorder saw nothing. */
static bool adds(const struct finder *finder, uint32_t row)
{
    for (uint32_t i = 0; i < finder->sites->count; i++) {
        const struct store_site *site = &finder->sites->sites[i];
        if (code_index_row(finder->index, site->code_node) == row && site_growth_adds(finder->model, finder->point, site))
            return true;
    }
    return finder_is_adder(finder, row);
}

static void add_direct_readers(const struct finder *finder, struct readers *readers)
{
    const struct code_index *index = finder->index;
    for (uint32_t i = index->first_user_of_name[finder->name]; finder->name && i < index->first_user_of_name[finder->name + 1]; i++) {
        const struct code_facts *facts = &index->facts[index->users[i]];
        if (facts->library || facts->name == NAME_INIT || facts->top_level || adds(finder, index->users[i]) || !may_mean_holder(finder, index->users[i]))
            continue;
        struct reading reading = finder_reading(finder, index->users[i], 0);
        if (reading.any)
            add_reader(readers, (struct reader){index->users[i], reading.in_loop, 0});
    }
}

/* Does the call come after the filling loop, or after the call that led there? */
static bool comes_later(const struct finder_chain *chain, uint32_t last, const struct caller *call)
{
    for (unsigned i = chain->loop; i < chain->count; i++) {
        if (chain->at[i].row == call->row)
            return call->offset > (i == chain->loop ? last : chain->at[i].offset);
    }
    return false;
}

/* Is there another line that has run and adds, and of which the recorder saw nothing? */
static bool is_added_to_elsewhere(const struct finder *finder)
{
    for (uint32_t i = 0; i < finder->sites->count; i++) {
        const struct store_site *site = &finder->sites->sites[i];
        if (!site->library && finder_counts(finder, site) && !finder_is_adder(finder, code_index_row(finder->index, site->code_node)))
            return true;
    }
    return false;
}

static bool is_read_on_the_way(const struct finder *finder, const struct finder_chain *chain, uint32_t last)
{
    for (unsigned i = chain->loop; i < chain->count; i++) {
        if (finder_reading(finder, chain->at[i].row, (i == chain->loop ? last : chain->at[i].offset) + 1).in_loop)
            return true;
    }
    return false;
}

/* What is taken out of, too, is no table that is only read. */
static bool is_taken_from(const struct finder *finder)
{
    for (uint32_t i = 0; i < finder->sites->removal_count; i++) {
        const struct store_site *removal = &finder->sites->removals[i];
        if (!removal->library && removal->executed != EXECUTION_NEVER && removal->of_element == finder->ret->deep)
            return true;
    }
    return false;
}

/* Nor is one of things that are under way: generators, tasks, threads. */
static bool holds_what_is_under_way(const struct finder *finder)
{
    static const struct { const char *module, *name; } types[] = {
        {"builtins", "generator"}, {"builtins", "coroutine"}, {"builtins", "async_generator"}, {"_asyncio", "Future"}, {"_asyncio", "Task"},
        {"concurrent.futures._base", "Future"}, {"threading", "Thread"}, {"_socket", "socket"}, {"subprocess", "Popen"},
    };
    struct node_run items = heap_items(finder->heap, finder->point->node);
    for (size_t i = 0; items.count && i < sizeof(types) / sizeof(types[0]); i++) {
        if (heap_is_instance(finder->heap, items.nodes[items.count - 1], types[i].module, types[i].name))
            return true;
    }
    return false;
}

/* After the loop that fills it, is the holder read again and again? From those who read up to the code that had it filled. */
static enum wh_status is_served(const struct finder *finder, const struct finder_chain *chain, uint32_t last, bool *ret)
{
    struct readers readers = {.count = 0};
    enum wh_status status = WH_OK;
    *ret = is_read_on_the_way(finder, chain, last);
    add_direct_readers(finder, &readers);
    for (unsigned i = 0; !status && !*ret && i < readers.count; i++) {
        struct callers callers;
        struct reader reader = readers.at[i];
        if (reader.depth < READER_DEPTH_MAX)
            status = finder_drivers(finder, reader.row, &callers);
        if (status || reader.depth >= READER_DEPTH_MAX || callers.unclear)
            continue;
        for (unsigned k = 0; k < callers.count && k < CALLERS_KEPT; k++) {
            bool in_loop = reader.in_loop || callers.at[k].in_loop;
            *ret |= in_loop && comes_later(chain, last, &callers.at[k]);
            add_reader(&readers, (struct reader){callers.at[k].row, in_loop, reader.depth + 1});
        }
    }
    return status;
}

/* --- who loads --- */

static bool begins_with(struct span name, const char *const *words, size_t count)
{
    while (name.length && name.bytes[0] == '_') {
        name.bytes++;
        name.length--;
    }
    for (size_t i = 0; i < count; i++) {
        if (name.length >= strlen(words[i]) && !memcmp(name.bytes, words[i], strlen(words[i])))
            return true;
    }
    return false;
}

/*
 * A service's loop runs once, too: only the name tells the one that loads a table. Some names tell it only of a class' own method, and only of
 * what is used elsewhere.
 */
static bool is_named_as_loader(const struct finder *finder, uint32_t row, bool own)
{
    static const char *const words[] = {"load", "build", "init", "setup", "set_up", "populate", "prepare", "warm", "preload", "precompute",
                                        "compile", "configure", "from_", "__init__", "train", "fit", "bootstrap", "seed", "hydrate", "tabulate"};
    static const char *const of_own[] = {"read", "parse", "import", "create", "make", "register", "index"};
    struct span name = finder->index->text_of_name[finder->index->facts[row].name];
    if (finder->index->facts[row].name == NAME_INIT)
        return true;
    return begins_with(name, words, sizeof(words) / sizeof(words[0])) || (own && begins_with(name, of_own, sizeof(of_own) / sizeof(of_own[0])));
}

static bool is_of_one_class(const struct finder *finder, uint32_t row, uint32_t other)
{
    const struct code_facts *facts = finder->index->facts;
    return row == other || (facts[row].class_type != TYPE_NONE && facts[row].class_type == facts[other].class_type);
}

/* The loop itself, or what calls it. */
static bool is_loaded(const struct finder *finder, const struct finder_chain *chain, bool used)
{
    for (unsigned i = chain->loop; i < chain->count; i++) {
        bool own = used && i == chain->loop && is_of_one_class(finder, chain->at[0].row, chain->at[i].row);
        if (is_named_as_loader(finder, chain->at[i].row, own))
            return true;
    }
    return false;
}

/* --- a container that makes what it is asked for --- */

/* h[k], of which the value is no call's: h.get(k) adds nothing. */
static bool has_subscript(const struct finder *finder, const struct code_flow *flow)
{
    for (uint32_t i = 0; i < flow->expr_count; i++) {
        if (flow->exprs[i].kind != EXPR_ITEM)
            continue;
        const struct expr *container = &flow->exprs[flow->exprs[i].a];
        uint32_t name = container->kind == EXPR_ATTR ? container->b : container->kind == EXPR_GLOBAL ? container->a : NAME_NONE;
        bool called = name != finder->name;
        for (uint32_t e = 0; !called && e < flow->event_count; e++)
            called = flow->events[e].kind == EVENT_CALL && flow->events[e].value == i;
        if (!called)
            return true;
    }
    return false;
}

/* Reading a defaultdict may add to it: does anybody do so who is not known to add? */
enum wh_status finder_find_grown_by_reading(struct finder *finder)
{
    const struct code_index *index = finder->index;
    bool *ret = &finder->ret->grown_by_reading;
    enum wh_status status = WH_OK;
    bool makes = finder->name && heap_is_instance(finder->heap, finder->point->node, "collections", "defaultdict");
    for (uint32_t i = index->first_user_of_name[finder->name]; makes && !status && !*ret && i < index->first_user_of_name[finder->name + 1]; i++) {
        const struct code_flow *flow;
        if (index->facts[index->users[i]].library || finder_is_adder(finder, index->users[i]))
            continue;
        status = finder_flow(finder, index->users[i], &flow);
        if (!status)
            *ret = has_subscript(finder, flow);
    }
    return status;
}

/* --- all together --- */

enum { QUIET_PERCENT_MIN = 10 };

/* How long ago, of all the time that the recorder saw, it last grew; per cent. */
static unsigned quiet_percent(const struct finder *finder)
{
    uint64_t last = finder->heap->last_serial, grown = finder->ret->growth.serial;
    return last ? (unsigned)((last - grown) * 100 / last) : 0;
}

struct once { bool loaded, served, used; };

/* How one of the functions that add is driven. */
static enum wh_status look_at_chain(const struct finder *finder, const struct finder_chain *chain, struct once *ret)
{
    uint32_t first, last;
    bool served = false;
    const struct caller *loop = &chain->at[chain->loop];
    enum wh_status status = WH_OK;
    if (!chain->complete || !chain->looped || !finder_loop_around(finder, loop->row, loop->offset, &first, &last) ||
        finder_is_under_way(finder, loop->row, first, last)) {
        ret->loaded = ret->served = false;
        return WH_OK;
    }
    if (ret->served)
        status = is_served(finder, chain, last, &served);
    ret->loaded &= is_loaded(finder, chain, ret->used);
    ret->served &= served;
    return status;
}

/* Of a library's code that adds, is the call known by which the application got there? That is a site of its own. */
static bool is_by_application(const struct finder *finder, uint32_t row)
{
    uint32_t line = 0;
    bool called = false;
    for (uint32_t i = 0; i < finder->sites->count; i++) {
        const struct store_site *site = &finder->sites->sites[i];
        if (code_index_row(finder->index, site->code_node) == row)
            line = site->caller_line;
        called |= site->how == STORE_THROUGH_LIBRARY && !site->library && finder_is_adder(finder, code_index_row(finder->index, site->code_node));
    }
    return line && called;
}

static enum wh_status look_at_code(const struct finder *finder, struct once *ret)
{
    enum wh_status status = WH_OK;
    bool driven = false;
    for (unsigned a = 0; !status && (ret->loaded || ret->served) && a < finder->adder_count; a++) {
        struct finder_chain chain;
        if (finder->index->facts[finder->adders[a]].library && is_by_application(finder, finder->adders[a]))
            continue;
        if (finder->index->facts[finder->adders[a]].library) {
            ret->loaded = ret->served = false;
            return WH_OK;
        }
        status = finder_chain_by_code(finder, finder->adders[a], &chain);
        if (status || chain.within)
            continue;
        driven = true;
        status = look_at_chain(finder, &chain, ret);
    }
    ret->loaded &= driven;
    ret->served &= driven;
    ret->served &= !is_added_to_elsewhere(finder);
    return status;
}

/* Others may call what adds, too; but nothing has come for a long time, or nothing by them, though what remembers results is asked by them. */
static enum wh_status look_at_stack(const struct finder *finder, struct once *ret)
{
    struct finder_chain chain;
    const struct growth *growth = &finder->ret->growth;
    bool quiet = finder->ret->has_growth && quiet_percent(finder) >= QUIET_PERCENT_MIN;
    bool alone = finder->ret->has_growth && (finder->ret->remembers || finder->beside_memo) && growth->last == growth->majority;
    if (!quiet && !alone) {
        ret->loaded = ret->served = false;
        return WH_OK;
    }
    ret->served &= quiet;
    enum wh_status status = finder_chain_by_stack(finder, &chain);
    return status ? status : look_at_chain(finder, &chain, ret);
}

enum wh_status finder_find_once(struct finder *finder)
{
    bool used;
    if (!finder->adder_count || finder->sites->incomplete || finder->ret->grown_by_reading)
        return WH_OK;
    enum wh_status status = is_used_elsewhere(finder, &used);
    bool table = !is_taken_from(finder) && !holds_what_is_under_way(finder);
    struct once by_code = {true, table, used}, by_stack = {true, table, used};
    if (!status)
        status = look_at_code(finder, &by_code);
    if (!status)
        status = look_at_stack(finder, &by_stack);
    if (status)
        return status;
    finder->ret->once = by_code.loaded || by_stack.loaded;
    finder->ret->served = by_code.served || by_stack.served;
    return WH_OK;
}

void finder_find_under_way(struct finder *finder)
{
    uint32_t first, last;
    for (uint32_t i = 0; !finder->ret->under_way && i < finder->sites->count; i++) {
        const struct store_site *site = &finder->sites->sites[i];
        uint32_t row = code_index_row(finder->index, site->code_node);
        if (finder_counts(finder, site) && site->top_level && row != CODE_NONE && finder_loop_around(finder, row, site->offset, &first, &last) &&
            finder_is_under_way(finder, row, first, last))
            finder->ret->under_way = site;
    }
}
