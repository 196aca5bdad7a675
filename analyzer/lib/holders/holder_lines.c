/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "holders/holder_lines.h"

#include <string.h>

#include "holders/callers.h"
#include "holders/definitions.h"
#include "holders/holder_paths.h"
#include "holders/standing.h"

enum { LINES_MAX = 8 };

struct finder {
    struct line_writer *writer;
    const struct model *model;
    const struct holder_question *question;
    const struct filling *filling;
    struct wh_error *error;
    struct holder_lines found;
};

/* --- the list --- */

/* One line is told once, with its best evidence. */
static void add_line(struct finder *finder, struct wh_line line)
{
    struct holder_lines *found = &finder->found;
    for (size_t i = 0; i < found->count; i++) {
        if (found->lines[i].line == line.line && strcmp(found->lines[i].file, line.file) == 0)
            return;
    }
    if (found->count < LINES_MAX)
        found->lines[found->count++] = line;
}

/* --- growth --- */

static void add_growth(struct finder *finder, uint32_t stack, const char *certainty)
{
    struct stack_summary summary;
    if (growth_summarize(finder->model->heap, stack, &summary))
        add_line(finder, line_writer_stack(finder->writer, &summary, "growth", certainty));
}

static bool same_line(const struct stack_place *place, struct span file, uint32_t line)
{
    return place->line == line && place->file.length == file.length && !memcmp(place->file.bytes, file.bytes, file.length);
}

/* Is the line one that adds? That it made the holder says nothing. */
static bool is_site(const struct stack_place *place, const struct store_site_list *sites)
{
    for (uint32_t i = 0; i < sites->count; i++) {
        const struct store_site *site = &sites->sites[i];
        if (site->how == STORE_CREATE)
            continue;
        if (same_line(place, site->file, site->line) || (site->caller_code_node && same_line(place, site->caller_file, site->caller_line)))
            return true;
    }
    return false;
}

/* Where the holder was made is no growth, if there are lines that add to it. */
static bool is_creation(const struct stack_place *place, const struct store_site_list *sites)
{
    bool creates = false, adds = false;
    for (uint32_t i = 0; i < sites->count; i++) {
        creates |= sites->sites[i].how == STORE_CREATE && same_line(place, sites->sites[i].file, sites->sites[i].line);
        adds |= store_site_adds(&sites->sites[i]);
    }
    return creates && adds;
}

/* rows = list(self.rows); rows.append(row): most of the store was there when the copy was made, but the copy adds nothing. */
static bool is_made_there(const struct stack_place *place, const struct store_site_list *sites)
{
    bool adds = false;
    for (uint32_t i = 0; i < sites->count; i++) {
        const struct store_site *site = &sites->sites[i];
        adds |= store_site_adds(site) && !site->library && site->code_node == place->code_node && site->executed != EXECUTION_NEVER &&
                site->match != MATCH_NAME;
    }
    return adds && !is_site(place, sites);
}

/*
 * Until 3.10 all deques have one list of spare blocks, so a deque's block may have been allocated by another one (_collectionsmodule.c, numfreeblocks).
 * Then only a line that the bytecode confirms is sure. Later the block that is known may still be the one that the deque began with.
 */
static bool is_growth_sure(const struct finder *finder, uint32_t stack)
{
    const struct heap *heap = finder->model->heap;
    struct stack_summary summary;
    if (finder->filling->seen == GROWTH_OTHERWISE && growth_summarize(heap, stack, &summary) && is_made_there(&summary.place, finder->question->sites))
        return false;
    if (!heap_is_instance(heap, finder->question->node, "collections", "deque") || !growth_summarize(heap, stack, &summary))
        return true;
    if (heap->snapshot.hexversion >= 0x030B0000)
        return !is_creation(&summary.place, finder->question->sites);
    return is_site(&summary.place, finder->question->sites);
}

static bool has_growth(const struct finder *finder, struct growth *ret)
{
    *ret = finder->filling->growth;
    if (finder->question->one_of_many)
        return false;
    return finder->filling->deep ? finder->filling->has_growth : growth_of_holder(finder->model, finder->question->node, ret);
}

static bool has_site_of_application(const struct store_site_list *sites)
{
    for (uint32_t i = 0; i < sites->count; i++) {
        const struct store_site *site = &sites->sites[i];
        if (store_site_adds(site) && !site->library && site->match != MATCH_NAME && site->executed != EXECUTION_NEVER)
            return true;
    }
    return false;
}

static bool has_sites_of_library_alone(const struct store_site_list *sites)
{
    bool own = false;
    for (uint32_t i = 0; i < sites->count; i++)
        own |= !sites->sites[i].library;
    return sites->count && !own;
}

/*
 * Did a library make it grow on its own, in a thread of its own or in a callback of its event loop, while code of the application is known to add?
 * Then the recorder's frames of the application, if there are any, only run the library.
 */
static bool is_growth_of_library(const struct finder *finder)
{
    struct growth growth;
    struct stack_summary summary;
    if (!has_growth(finder, &growth) || !growth_summarize(finder->model->heap, growth.majority, &summary))
        return false;
    bool through = summary.via.code_node && summary.via.library && !is_site(&summary.place, finder->question->sites);
    return (summary.place.library || through) && has_site_of_application(finder->question->sites);
}

/* What the recorder saw: who made the holder's store grow, by majority, and who did it last. */
static void find_growth(struct finder *finder, bool sure)
{
    struct growth growth;
    if (!has_growth(finder, &growth) || is_growth_sure(finder, growth.majority) != sure)
        return;
    add_growth(finder, growth.majority, sure ? "exact" : "likely");
    if (sure)
        add_growth(finder, growth.last, "exact");
}

/* --- stores --- */

/* Sites that never ran do not count while others did. */
static bool site_counts(const struct store_site *site, bool any_seen)
{
    return !any_seen || site->executed != EXECUTION_NEVER;
}

/* `q.put(x)` and the library's line behind it are one way to add, told as two lines. */
static bool is_other_way(const struct store_site_list *sites, const struct store_site *site)
{
    if (!site->library)
        return true;
    for (uint32_t i = 0; i < sites->count; i++) {
        if (sites->sites[i].how == STORE_THROUGH_LIBRARY)
            return false;
    }
    return true;
}

/* Which sites are told at a time. */
enum site_choice { SITES_THAT_ADD, SITES_THAT_BIND, SITES_THAT_STORE /* whatever gives an object its place */ };

/* Is it known who adds to the holder once it has its name? */
static bool is_filled_by_name(const struct finder *finder)
{
    const struct store_site_list *sites = finder->question->sites;
    for (uint32_t i = 0; i < sites->count; i++) {
        const struct store_site *site = &sites->sites[i];
        if (store_site_adds(site) && site->how != STORE_COMPREHENSION && !site->maker)
            return true;
    }
    return false;
}

static bool is_chosen(const struct finder *finder, const struct store_site *site, enum site_choice choice)
{
    if (choice == SITES_THAT_ADD)
        return store_site_adds(site);
    if (choice == SITES_THAT_STORE)
        return !store_site_adds(site) && site->match != MATCH_NAME;
    /* Where it got its name is of no interest where it is known who fills it. */
    return site->how == STORE_CREATE ? !finder->found.count : site->how == STORE_ASSIGN && !is_filled_by_name(finder);
}

/* Which of a list of sites are told, and as what. */
struct telling {
    const struct store_site_list *sites;
    enum site_choice choice;
    uint32_t code_node;      /* those in this code object alone; HEAP_NULL: all */
    bool of_application;     /* those alone */
    const char *evidence;    /* NULL: what the sites say */
};

static void add_sites(struct finder *finder, const struct telling *telling)
{
    const struct store_site_list *sites = telling->sites;
    bool any_seen = telling->choice == SITES_THAT_ADD && finder->found.count > 0; /* growth was seen: a site that never ran is none */
    uint32_t alternatives = 0;
    struct finder before = *finder;
    for (uint32_t i = 0; i < sites->count; i++)
        any_seen |= is_chosen(&before, &sites->sites[i], telling->choice) && sites->sites[i].executed == EXECUTION_SEEN;
    for (uint32_t i = 0; i < sites->count; i++)
        alternatives += is_chosen(&before, &sites->sites[i], telling->choice) && site_counts(&sites->sites[i], any_seen) &&
                        is_other_way(sites, &sites->sites[i]);
    for (uint32_t i = 0; i < 2 * sites->count; i++) {
        const struct store_site *site = &sites->sites[i % sites->count];
        if (!is_chosen(&before, site, telling->choice) || !site_counts(site, any_seen) ||
            (telling->code_node && site->code_node != telling->code_node) || (telling->of_application && site->library))
            continue;
        if (i < sites->count && finder->filling->deep && !filling_concerns(finder->filling, site))
            continue;   /* what fills the containers inside comes first if the mass is there */
        struct wh_line line = line_writer_site(finder->writer, site, alternatives);
        line.evidence = telling->evidence ? telling->evidence : line.evidence;
        add_line(finder, line);
    }
}

static void add_own_sites(struct finder *finder, enum site_choice choice, uint32_t code_node)
{
    add_sites(finder, &(struct telling){finder->question->sites, choice, code_node, false, NULL});
}

/* What stores an object on the way to the holder. */
static enum wh_status add_sites_of_step(struct finder *finder, uint32_t step, const char *evidence)
{
    struct holder owner;
    struct store_site_list sites;
    holder_paths_of_step(finder->model, finder->question->path, step, &owner);
    if (!owner.path_count)
        return WH_OK;
    enum wh_status status = store_sites_find(finder->model->heap, finder->question->index, &owner, finder->error, &sites);
    if (status)
        return status;
    add_sites(finder, &(struct telling){&sites, SITES_THAT_STORE, HEAP_NULL, false, evidence});
    store_site_list_deinit(&sites);
    return WH_OK;
}

/* --- where code stands --- */

static void add_standing(struct finder *finder, const struct standing *standing, bool tell_local)
{
    struct wh_line line = line_writer_code(finder->writer, standing->code_node, standing->line);
    line.evidence = standing_evidence(standing);
    line.certainty = line_writer_certainty(finder->writer, standing->alike, "exact");
    if (tell_local)
        line.via = line_writer_local(finder->writer, standing->local);
    add_line(finder, line);
}

/* --- definitions --- */

static void find_definitions(struct finder *finder)
{
    const struct naming_path *path = finder->question->path;
    for (uint32_t step = path->step_count; step-- > 1;) {
        uint32_t code = definition_of_step(finder->question->index, path, step);
        if (!code)
            continue;
        struct wh_line line = line_writer_def(finder->writer, code);
        line.evidence = "definition";
        line.certainty = "exact";
        add_line(finder, line);
    }
}

static void add_source(struct finder *finder, const struct source_definitions *definitions, bool fills)
{
    uint32_t alternatives = 0;
    for (unsigned i = 0; i < definitions->count; i++)
        alternatives += definitions->names[i].fills == fills;
    for (unsigned i = 0; i < definitions->count; i++) {
        if (definitions->names[i].fills != fills)
            continue;
        struct span scope = definitions->scope.length ? definitions->scope : (struct span){"<module>", 8};
        struct wh_line line = line_writer_place(finder->writer, definitions->file, definitions->names[i].line, scope);
        line.evidence = "source";
        line.certainty = line_writer_certainty(finder->writer, alternatives, "only candidate");
        add_line(finder, line);
    }
}

/* The code of a module's body is gone once it has run: then its text is what is left to tell. */
static void find_in_source(struct finder *finder)
{
    const struct naming_path *path = finder->question->path;
    struct source_definitions definitions;
    for (uint32_t step = path->step_count; step-- > 1 && !finder->found.count;) {
        if (!definition_in_source(finder->question->index, path, step, &finder->writer->text, &definitions))
            continue;
        add_source(finder, &definitions, true);
        add_source(finder, &definitions, false);
    }
}

/* --- all --- */

/*
 * What was made whole and never added to is held because a suspended function has not gone on, or because a traceback was kept: its place
 * comes first. What grows is told by what adds to it.
 */
static bool is_place_first(const struct finder *finder, const struct standing *standing)
{
    if (standing->kind == STANDING_RUNNING)
        return false;
    return standing->kind != STANDING_SUSPENDED || !is_filled_by_name(finder);
}

/* Of an exception that is kept: where it was stored. */
static enum wh_status find_stored_exception(struct finder *finder)
{
    const struct naming_path *path = finder->question->path;
    for (uint32_t step = path->step_count; step-- > 1;) {
        if (path->steps[step].kind == STEP_ATTRIBUTE && span_is(path->steps[step].name, "__traceback__"))
            return add_sites_of_step(finder, step - 1, "traceback");
    }
    return WH_OK;
}

/* Nothing stores into the holder itself, but something gave a name to what it is in: functools.partial(f, rows). */
static enum wh_status find_owner(struct finder *finder)
{
    const struct naming_path *path = finder->question->path;
    enum wh_status status = WH_OK;
    for (uint32_t step = path->step_count - 1; !status && step-- > 1 && !finder->found.count;)
        status = add_sites_of_step(finder, step, "definition");
    return status;
}

/* By a function of the application, whenever it runs. */
static bool is_bound_anew(const struct store_site *site)
{
    bool bound = site->how == STORE_ANEW || (site->how == STORE_ASSIGN && !site->top_level);
    return bound && !site->library && site->match != MATCH_NAME && site->executed != EXECUTION_NEVER;
}

/*
 * Of what a library's object keeps in itself, no line of the application adds to it: perhaps the application makes that object anew, with the old
 * one as a part: scope = scope.new_child().
 */
static enum wh_status find_owner_made_anew(struct finder *finder)
{
    const struct naming_path *path = finder->question->path;
    enum wh_status status = WH_OK;
    for (uint32_t step = path->step_count - 1; !status && step-- > 1 && !finder->found.count;) {
        struct holder owner;
        struct store_site_list sites = {0};
        holder_paths_of_step(finder->model, path, step, &owner);
        if (owner.path_count)
            status = store_sites_find(finder->model->heap, finder->question->index, &owner, finder->error, &sites);
        for (uint32_t i = 0; !status && i < sites.count; i++)
            if (is_bound_anew(&sites.sites[i]))
                add_line(finder, line_writer_site(finder->writer, &sites.sites[i], 1));
        store_site_list_deinit(&sites);
    }
    return status;
}

/* The function with which a thread began: the outermost one of the application. */
static uint32_t first_function(const struct finder *finder, uint32_t thread)
{
    const struct heap *heap = finder->model->heap;
    uint32_t found = CODE_NONE;
    for (uint32_t i = 0; i < heap->frame_count; i++) {
        uint32_t row = heap->frames[i].thread == thread ? code_index_row(finder->question->index, heap->frames[i].code_node) : CODE_NONE;
        if (row != CODE_NONE && !finder->question->index->facts[row].library)
            found = row;
    }
    return found;
}

/* Of a thread's local variable: where the thread was made. */
static enum wh_status find_thread(struct finder *finder, uint32_t thread)
{
    struct code_index *index = finder->question->index;
    uint32_t row = first_function(finder, thread);
    struct call_sites sites;
    if (row == CODE_NONE || finder->model->heap->threads[thread].flags & THREAD_MAIN)
        return WH_OK;
    enum wh_status status = callers_that_hand_over(index, row, finder->error, &sites);
    if (status)
        return status;
    for (uint32_t i = 0; i < sites.count; i++) {
        uint32_t line_number = code_index_line(index, sites.sites[i].row, sites.sites[i].offset);
        struct wh_line line = line_writer_code(finder->writer, finder->model->heap->codes[sites.sites[i].row].node, line_number);
        line.evidence = "definition";
        line.certainty = line_writer_certainty(finder->writer, sites.count, "only candidate");
        line.via = "a new thread";
        add_line(finder, line);
    }
    call_sites_deinit(&sites);
    return WH_OK;
}

/* Of what a local variable leads to, an attribute or an item, the line says more that puts it there than the one where the function stands. */
static bool is_local_variable(const struct naming_path *path)
{
    const struct naming_step *last = &path->steps[path->step_count - 1];
    return last->kind == STEP_LOCAL || (last->kind == STEP_OTHER && last->label.kind == LABEL_TEMPORARY);
}

static enum wh_status find_all(struct finder *finder)
{
    struct standing standing;
    enum wh_status status = WH_OK;
    bool stands = standing_of_path(finder->model, finder->question->path, &standing);
    if (stands && is_place_first(finder, &standing))
        add_standing(finder, &standing, false);
    if (stands && standing.kind == STANDING_TRACEBACK)
        status = find_stored_exception(finder);
    if (is_growth_of_library(finder))
        add_sites(finder, &(struct telling){finder->question->sites, SITES_THAT_ADD, HEAP_NULL, true, NULL});
    find_growth(finder, true);
    if (!status && !finder->found.count && has_sites_of_library_alone(finder->question->sites))
        status = find_owner_made_anew(finder);
    add_own_sites(finder, SITES_THAT_ADD, HEAP_NULL);
    find_growth(finder, false);
    if (stands && is_local_variable(finder->question->path)) {
        add_own_sites(finder, SITES_THAT_BIND, standing.code_node);
        add_standing(finder, &standing, false);
    } else if (!stands && standing_of_contents(finder->model, finder->question->node, &standing)) {
        add_standing(finder, &standing, true);
    }
    add_own_sites(finder, SITES_THAT_BIND, HEAP_NULL);
    find_definitions(finder);
    if (!status)
        status = find_owner(finder);
    if (stands)
        add_standing(finder, &standing, false);
    if (!status && stands && standing.kind == STANDING_RUNNING)
        status = find_thread(finder, standing.thread);
    find_in_source(finder);
    return status;
}

enum wh_status holder_lines_find(struct line_writer *writer, const struct holder_question *question, struct wh_error *error,
                                 struct holder_lines *ret)
{
    static const struct filling nothing;
    struct finder finder = {.writer = writer, .model = writer->model, .question = question, .error = error,
                            .filling = question->filling ? question->filling : &nothing};
    finder.found.lines = arena_array(writer->arena, LINES_MAX, sizeof(*finder.found.lines));
    enum wh_status status = finder.found.lines ? find_all(&finder) : arena_status(writer->arena, error);
    writer->arena->failed |= writer->text.failed;
    *ret = finder.found;
    return status;
}
