/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "holders/holder_lines.h"

#include <string.h>

#include "holders/signs.h"

enum { LINES_MAX = 8 };

struct finder {
    struct line_writer *writer;
    const struct model *model;
    const struct holder_question *question;
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

static bool is_site(const struct stack_place *place, const struct store_site_list *sites)
{
    for (uint32_t i = 0; i < sites->count; i++) {
        const struct store_site *site = &sites->sites[i];
        if (same_line(place, site->file, site->line) || (site->caller_code_node && same_line(place, site->caller_file, site->caller_line)))
            return true;
    }
    return false;
}

/*
 * Until 3.10 all deques have one list of spare blocks, so a deque's block may have been allocated by another one (_collectionsmodule.c, numfreeblocks).
 * Then only a line that the bytecode confirms is sure.
 */
static bool is_growth_sure(const struct finder *finder, uint32_t stack)
{
    const struct heap *heap = finder->model->heap;
    struct stack_summary summary;
    if (heap->snapshot.hexversion >= 0x030B0000 || !heap_is_instance(heap, finder->question->node, "collections", "deque"))
        return true;
    return growth_summarize(heap, stack, &summary) && is_site(&summary.place, finder->question->sites);
}

/* What the recorder saw: who made the holder's store grow, by majority, and who did it last. */
static void find_growth(struct finder *finder, bool sure)
{
    struct growth growth;
    if (!growth_of_holder(finder->model, finder->question->node, &growth) || is_growth_sure(finder, growth.majority) != sure)
        return;
    add_growth(finder, growth.majority, sure ? "exact" : "likely");
    if (sure)
        add_growth(finder, growth.last, "exact");
}

/* --- stores --- */

/* Sites that add, unless there are none: then where the holder was made. Sites that never ran do not count while others did. */
static bool site_counts(const struct store_site *site, bool any_adds, bool any_seen)
{
    if (any_adds && !signs_site_adds(site))
        return false;
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

static void find_sites(struct finder *finder)
{
    const struct store_site_list *sites = finder->question->sites;
    bool any_adds = false, any_seen = finder->found.count > 0; /* growth was seen: a site that never ran is none */
    uint32_t alternatives = 0;
    for (uint32_t i = 0; i < sites->count; i++) {
        any_adds |= signs_site_adds(&sites->sites[i]);
        any_seen |= signs_site_adds(&sites->sites[i]) && sites->sites[i].executed == EXECUTION_SEEN;
    }
    for (uint32_t i = 0; i < sites->count; i++)
        alternatives += site_counts(&sites->sites[i], any_adds, any_seen) && is_other_way(sites, &sites->sites[i]);
    for (uint32_t i = 0; i < sites->count; i++) {
        if (site_counts(&sites->sites[i], any_adds, any_seen))
            add_line(finder, line_writer_site(finder->writer, &sites->sites[i], alternatives));
    }
}

/* --- frames --- */

/* A local variable of a running frame: where that frame stands now. */
static void find_frame(struct finder *finder)
{
    const struct model *model = finder->model;
    uint32_t root = finder->question->path->root;
    if (root == NODE_NONE || model->retention->roots[root].kind != ROOT_FRAME)
        return;
    const struct heap_frame *frame = &model->heap->frames[model->retention->roots[root].frame];
    struct wh_line line = line_writer_code(finder->writer, frame->code_node, frame->line);
    line.evidence = "frame";
    line.certainty = "exact";
    add_line(finder, line);
}

struct holder_lines holder_lines_find(struct line_writer *writer, const struct holder_question *question)
{
    struct finder finder = {.writer = writer, .model = writer->model, .question = question};
    finder.found.lines = arena_array(writer->arena, LINES_MAX, sizeof(*finder.found.lines));
    if (!finder.found.lines)
        return finder.found;
    find_growth(&finder, true);
    find_sites(&finder);
    find_growth(&finder, false);
    find_frame(&finder);
    return finder.found;
}
