/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>

#include "documents.h"
#include "options.h"
#include "places.h"
#include "text.h"

enum { TEXT_ROWS = 20 };

/* `app.py:14 in load  [allocation]` */
static void add_line(struct text_table *table, const struct wh_line *line)
{
    char *cell = NULL;
    size_t length;
    FILE *out = open_memstream(&cell, &length);
    if (!out)
        return text_table_add(table, visible(line->file));
    place_print(line, out);
    fprintf(out, "  [%s]", visible(line->evidence));
    fclose(out);
    text_table_add(table, cell);
    free(cell);
}

static void add_row(struct text_table *table, const struct wh_top_row *row)
{
    text_table_add(table, size_text(row->retained_bytes).text);
    text_table_add(table, size_text(row->shallow_bytes).text);
    text_table_add(table, count_text(row->count).text);
    if (row->line)
        add_line(table, row->line);
    else
        text_table_add(table, visible(row->name));
}

static void print_top(const struct wh_top *top, enum wh_top_by by, FILE *out)
{
    static const char *const titles[] = {[WH_TOP_TYPE] = "type", [WH_TOP_MODULE] = "module", [WH_TOP_HOLDER] = "holder", [WH_TOP_LINE] = "line"};
    const struct column columns[] = {{"retained", true}, {"own", true}, {"objects", true}, {titles[by], false}};
    struct text_table table;
    text_table_init(&table, columns, sizeof(columns) / sizeof(columns[0]));
    for (size_t i = 0; i < top->row_count; i++)
        add_row(&table, &top->rows[i]);
    text_table_print(&table, out);
    text_table_deinit(&table);
    if (top->omitted_rows)
        fprintf(out, "… and %s more: %s %s, %s\n", count_text(top->omitted_rows).text, count_text(top->omitted_count).text,
                plural(top->omitted_count, "object", "objects"), size_text(top->omitted_shallow_bytes).text);
}

static enum wh_status answer(struct wh_analysis *analysis, const struct request *request, FILE *out, struct wh_error *error, int *exit_code)
{
    (void)exit_code;
    struct wh_top *top;
    size_t limit = request->limit ? request->limit : request->json ? 0 : TEXT_ROWS;
    enum wh_status status = wh_top(analysis, request->by, limit, error, &top);
    if (status)
        return status;
    if (request->json)
        json_write(top_document(top, request->by), JSON_FOR_STREAM, out);
    else
        print_top(top, request->by, out);
    wh_top_free(top);
    return WH_OK;
}

int cmd_top(int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"by", KEY_BY, "type|holder|module|line", 0, "What a row is; default type", 0},
        {"limit", KEY_LIMIT, "N", 0, "Show N rows at most; default 20, with --json all", 0},
        OPTION_JSON,
        OPTION_HELP,
        {0},
    };
    static const struct command command = {
        .name = "top",
        .options = options,
        .arguments = "SNAPSHOT",
        .help = "List what retains most of the live heap: types, modules, holders, or lines. A line is where "
                "objects were allocated, as far as the recorder knows, else the one that puts them where they are held. 'retained' is what would be freed with all of a "
                "row's objects, 'own' what they take themselves.\v" HELP_EXIT_CODES
                "Example: whoholds top app-1234-1.whs --by holder --limit 5",
        .answer = answer,
    };
    return command_run(&command, argc, argv);
}
