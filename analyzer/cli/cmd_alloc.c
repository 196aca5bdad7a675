/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "documents.h"
#include "options.h"
#include "text.h"

enum { TEXT_ROWS = 20, PLACE_BYTES = 512, LIVE_COLUMNS = 3, ALLOCATED_COLUMNS = 6 };

/* Where, as far as the row says: file:line in function. */
static void describe_place(const struct wh_alloc_row *row, enum wh_alloc_by by, char *ret, size_t capacity)
{
    const struct wh_line *place = &row->place;
    if (!*place->file)
        snprintf(ret, capacity, "%s", place->function);
    else if (by == WH_ALLOC_FILE)
        snprintf(ret, capacity, "%s", short_file(place->file));
    else if (by == WH_ALLOC_FUNCTION)
        snprintf(ret, capacity, "%s in %s", short_file(place->file), place->function);
    else
        snprintf(ret, capacity, "%s:%u in %s:  %s", short_file(place->file), place->line, place->function, place->text);
}

/* The heaviest stack, below the row's own place. */
static void add_stack(struct text_table *table, const struct wh_alloc_row *row, const struct request *request)
{
    char place[PLACE_BYTES];
    size_t empty = request->live ? LIVE_COLUMNS - 1 : ALLOCATED_COLUMNS - 1, first = request->alloc_by == WH_ALLOC_LINE ? 1 : 0;
    for (size_t i = first; i < row->stack_count; i++) {
        const struct wh_line *line = &row->stack[i];
        for (size_t column = 0; column < empty; column++)
            text_table_add(table, "");
        snprintf(place, sizeof(place), "  %s:%u in %s", short_file(line->file), line->line, line->function);
        text_table_add(table, visible(place));
    }
}

static void add_row(struct text_table *table, const struct wh_alloc_row *row, const struct request *request, double seconds)
{
    char place[PLACE_BYTES];
    uint64_t bytes = request->live ? row->live_bytes : row->allocated_bytes;
    uint64_t blocks = request->live ? row->live_blocks : row->allocated_blocks;
    describe_place(row, request->alloc_by, place, sizeof(place));
    text_table_add(table, size_text(bytes).text);
    text_table_add(table, count_text(blocks).text);
    if (!request->live) {
        double share = row->allocated_bytes ? (double)row->live_bytes / (double)row->allocated_bytes : 0;
        text_table_add(table, seconds > 0 ? size_text((uint64_t)((double)bytes / seconds)).text : "");
        text_table_add(table, percent_text(share).text);
        text_table_add(table, row->churn ? "churn" : "");
    }
    text_table_add(table, visible(place));
    if (request->stacks)
        add_stack(table, row, request);
}

static void print_heading(const struct wh_alloc *alloc, const struct request *request, FILE *out)
{
    static const char *const rows[] = {[WH_ALLOC_LINE] = "line", [WH_ALLOC_FUNCTION] = "function", [WH_ALLOC_FILE] = "file"};
    fprintf(out, "In %.1f s %s were allocated in %s %s; %s in %s %s are left.", alloc->seconds, size_text(alloc->allocated_bytes).text,
            count_text(alloc->allocated_blocks).text, plural(alloc->allocated_blocks, "block", "blocks"), size_text(alloc->live_bytes).text,
            count_text(alloc->live_blocks).text, plural(alloc->live_blocks, "block", "blocks"));
    if (strcmp(alloc->recorder, "exact") != 0)
        fprintf(out, " (Estimates: one sample in %s, recorder '%s'.)", size_text(alloc->interval).text, visible(alloc->recorder));
    fputc('\n', out);
    if (alloc->lost_blocks || alloc->lost_stacks)
        fprintf(out, "The recorder had no room for %s %s and %s %s.\n", count_text(alloc->lost_blocks).text,
                plural(alloc->lost_blocks, "block", "blocks"), count_text(alloc->lost_stacks).text,
                plural(alloc->lost_stacks, "stack", "stacks"));
    fprintf(out, "By the innermost %s, what %s:\n\n", rows[request->alloc_by], request->live ? "is left" : "was allocated, freed or not");
}

static void print_alloc(const struct wh_alloc *alloc, const struct request *request, FILE *out)
{
    static const struct column live[LIVE_COLUMNS] = {{"live", true}, {"blocks", true}, {"allocated by", false}};
    static const struct column allocated[ALLOCATED_COLUMNS] = {{"allocated", true}, {"blocks", true}, {"a second", true},
                                              {"live", true},      {"", false},      {"allocated by", false}};
    struct text_table table;
    print_heading(alloc, request, out);
    text_table_init(&table, request->live ? live : allocated, request->live ? LIVE_COLUMNS : ALLOCATED_COLUMNS);
    for (size_t i = 0; i < alloc->row_count; i++)
        add_row(&table, &alloc->rows[i], request, alloc->seconds);
    text_table_print(&table, out);
    text_table_deinit(&table);
    if (alloc->omitted_rows)
        fprintf(out, "… and %s more: %s\n", count_text(alloc->omitted_rows).text, size_text(alloc->omitted_bytes).text);
}

static const char *check(const struct request *request)
{
    if (request->live == request->allocated)
        return request->live ? "only one of --live and --allocated can be asked for at a time" : "neither --live nor --allocated is asked for";
    return NULL;
}

static enum wh_status answer(struct wh_analysis *analysis, const struct request *request, FILE *out, struct wh_error *error, int *exit_code)
{
    (void)exit_code;
    struct wh_alloc *alloc;
    size_t limit = request->limit ? request->limit : request->json ? 0 : TEXT_ROWS;
    enum wh_status status = wh_alloc(analysis, request->live, request->alloc_by, limit, error, &alloc);
    if (status)
        return status;
    if (request->json)
        json_write(alloc_document(alloc, request->live, request->alloc_by), JSON_FOR_STREAM, out);
    else
        print_alloc(alloc, request, out);
    wh_alloc_free(alloc);
    return WH_OK;
}

int cmd_alloc(int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"live", KEY_LIVE, NULL, 0, "What was allocated and is not freed", 0},
        {"allocated", KEY_ALLOCATED, NULL, 0, "All that was allocated since the recorder was started, freed or not", 0},
        {"by", KEY_ALLOC_BY, "line|function|file", 0, "What a row is; default line", 0},
        {"stacks", KEY_STACKS, NULL, 0, "Show the heaviest stack of each row, too; --json always has it", 0},
        {"limit", KEY_LIMIT, "N", 0, "Show N rows at most; default 20, with --json all", 0},
        OPTION_JSON,
        OPTION_HELP,
        {0},
    };
    static const struct command command = {
        .name = "alloc",
        .options = options,
        .arguments = "SNAPSHOT",
        .help = "List which code allocated the memory, as the recorder saw it ('whoholds run --record'). Who allocates is not who holds: "
                "that is what 'whoholds suspects' tells. 'churn' is what was allocated in bulk and is freed again.\v" HELP_EXIT_CODES
                "Example: whoholds alloc app-1234-1.whs --allocated --by function",
        .check = check,
        .answer = answer,
    };
    return command_run(&command, argc, argv);
}
