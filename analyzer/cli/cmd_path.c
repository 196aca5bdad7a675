/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "documents.h"
#include "options.h"
#include "text.h"

static void add_hop(struct text_table *table, const struct wh_hop *hop)
{
    text_table_add(table, hop->dominator ? "*" : "");
    text_table_add(table, size_text(hop->object.retained_bytes).text);
    text_table_add(table, address_text(hop->object.address).text);
    text_table_add(table, visible(hop->object.type));
    text_table_add(table, visible(hop->label));
}

static void print_path(const struct wh_path *path, FILE *out)
{
    static const struct column columns[] = {{" ", false}, {"retained", true}, {"address", false}, {"type", false}, {"reference", false}};
    struct text_table table;
    fprintf(out, "%s%s%s\n", style(STYLE_STRONG), visible(path->expression), style(STYLE_NONE));
    fprintf(out, "from root: %s, %s\n", visible(path->root_kind), visible(path->root_name));
    text_table_init(&table, columns, sizeof(columns) / sizeof(columns[0]));
    for (size_t i = 0; i < path->hop_count; i++)
        add_hop(&table, &path->hops[i]);
    text_table_print(&table, out);
    text_table_deinit(&table);
}

static void print_paths(const struct wh_paths *paths, FILE *out)
{
    for (size_t i = 0; i < paths->count; i++) {
        print_path(&paths->paths[i], out);
        fputc('\n', out);
    }
    fputs("* every path to the object leads through here\n", out);
    if (paths->matching > paths->count)
        fprintf(out, "%zu of %s objects, the largest first\n", paths->count, count_text(paths->matching).text);
}

static enum wh_status answer(struct wh_analysis *analysis, const struct request *request, FILE *out, struct wh_error *error, int *exit_code)
{
    (void)exit_code;
    struct wh_paths *paths;
    enum wh_status status = wh_paths(analysis, &request->query, error, &paths);
    if (status)
        return status;
    if (request->json)
        json_write(paths_document(paths), JSON_FOR_STREAM, out);
    else
        print_paths(paths, out);
    wh_paths_free(paths);
    return WH_OK;
}

int cmd_path(int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"type", KEY_TYPE, "QUALNAME", 0, "The objects of a type: 'app.models.Order'; built-in types without 'builtins.'", 0},
        {"expr", KEY_EXPR, "EXPR", 0, "The object that an expression names, starting at a module: 'app.cache[\"k\"][3]'", 0},
        {"limit", KEY_LIMIT, "N", 0, "Show N objects at most; default 10", 0},
        OPTION_JSON,
        OPTION_HELP,
        {0},
    };
    static const struct command command = {
        .name = "path",
        .options = options,
        .arguments = "SNAPSHOT ADDRESS\nSNAPSHOT --type QUALNAME\nSNAPSHOT --expr EXPR",
        .help = "Show what keeps objects alive: for each a shortest path of references from a root, as a Python programmer would write "
                "it. An address is hexadecimal with 0x or decimal, as id() gives it.\v" HELP_EXIT_CODES
                "Example: whoholds path app-1234-1.whs --type app.models.Order --limit 3",
        .query = QUERY_ONE,
        .answer = answer,
    };
    return command_run(&command, argc, argv);
}
