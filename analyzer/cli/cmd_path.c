/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

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
    if (!strcmp(path->root_kind, "garbage"))
        fputs("from no root: garbage, which the collector has not taken yet\n", out);
    else
        fprintf(out, "from root: %s, %s\n", visible(path->root_kind), visible(path->root_name));
    text_table_init(&table, columns, sizeof(columns) / sizeof(columns[0]));
    for (size_t i = 0; i < path->hop_count; i++)
        add_hop(&table, &path->hops[i]);
    text_table_print(&table, out);
    text_table_deinit(&table);
}

/* Rows stand depth-first, so the depth of a row is one more than that of its parent. */
static size_t depth_of(const struct wh_merged *merged, size_t row)
{
    size_t depth = 0;
    for (int64_t parent = merged->rows[row].parent; parent >= 0; parent = merged->rows[parent].parent)
        depth++;
    return depth;
}

/* The innermost row through which most of all come, modules aside; NULL if they come by different ways. */
static const struct wh_merged_row *main_way(const struct wh_merged *merged)
{
    const struct wh_merged_row *found = NULL;
    for (size_t i = 0; i < merged->row_count; i++) {
        const struct wh_merged_row *row = &merged->rows[i];
        bool below = found ? row->parent == found - merged->rows : row->parent < 0;
        if (below && row->share > 0.5)
            found = row;
    }
    return found && strcmp(found->object.type, "module") != 0 ? found : NULL;
}

/* `93 % of 120,000 app.Order come through app.cache._store` */
static void print_summary(const struct wh_merged *merged, const struct request *request, FILE *out)
{
    const struct wh_merged_row *way = main_way(merged);
    const char *type = request->query.type && !strpbrk(request->query.type, "*?") ? request->query.type : plural(merged->reached, "object", "objects");
    fputs(style(STYLE_STRONG), out);
    if (way)
        fprintf(out, "%s of %s %s %s through ", percent_text(way->share).text, count_text(merged->reached).text, visible(type),
                plural(merged->reached, "comes", "come"));
    if (way)
        fprintf(out, "%s", visible(way->name));
    else
        fprintf(out, "%s %s", count_text(merged->reached).text, visible(type));
    fprintf(out, "%s\n", style(STYLE_NONE));
}

static void print_merged(const struct wh_merged *merged, const struct request *request, FILE *out)
{
    const char *rest = request->reference_count ? "only what is to be ignored holds" : "nothing holds";
    if (!merged->reached) {
        fprintf(out, "%s%s %s%s\n", request->reference_count ? "Only what is to be ignored" : "Nothing", " holds",
                merged->matching == 1 ? "the object" : "any of the objects",
                request->reference_count ? "" : ": 'whoholds garbage' says what garbage holds itself");
        return;
    }
    print_summary(merged, request, out);
    for (size_t i = 0; i < merged->row_count; i++) {
        const struct wh_merged_row *row = &merged->rows[i];
        fprintf(out, "%6s %12s  %*s%s  (%s)\n", percent_text(row->share).text, count_text(row->count).text, (int)(2 * depth_of(merged, i)), "",
                visible(row->name), visible(row->object.type));
    }
    if (merged->hidden)
        fprintf(out, "%6s %12s  elsewhere, in branches of less than 1 %%\n",
                percent_text((double)merged->hidden / (double)merged->reached).text, count_text(merged->hidden).text);
    if (merged->matching > merged->reached)
        fprintf(out, "%s more: %s them\n", count_text(merged->matching - merged->reached).text, rest);
}

/* Are there more, of the paths to one object or of the objects? */
static void print_rest(const struct wh_paths *paths, const struct request *request, FILE *out)
{
    if (request->independent && paths->count < request->independent)
        fprintf(out, "%zu independent %s, and no more\n", paths->count, plural(paths->count, "path", "paths"));
    if (request->independent && paths->matching > 1)
        fprintf(out, "to the first of %s objects, the largest first\n", count_text(paths->matching).text);
    else if (!request->independent && paths->matching > paths->count)
        fprintf(out, "%zu of %s objects, the largest first\n", paths->count, count_text(paths->matching).text);
}

static void print_paths(const struct wh_paths *paths, const struct request *request, FILE *out)
{
    for (size_t i = 0; i < paths->count; i++) {
        print_path(&paths->paths[i], out);
        fputc('\n', out);
    }
    fputs("* every path to the object leads through here\n", out);
    print_rest(paths, request, out);
}

static enum wh_status answer_merged(struct wh_analysis *analysis, const struct request *request, const struct wh_path_options *options,
                                    FILE *out, struct wh_error *error)
{
    struct wh_merged *merged;
    enum wh_status status = wh_merged(analysis, &request->query, options, error, &merged);
    if (status)
        return status;
    if (request->json)
        json_write(merged_document(merged), JSON_FOR_STREAM, out);
    else
        print_merged(merged, request, out);
    wh_merged_free(merged);
    return WH_OK;
}

static const char *check(const struct request *request)
{
    return request->merged && request->independent ? "--merged and --independent exclude each other" : NULL;
}

static enum wh_status answer(struct wh_analysis *analysis, const struct request *request, FILE *out, struct wh_error *error, int *exit_code)
{
    (void)exit_code;
    struct wh_path_options options = {request->reference_count, request->references, request->independent, request->all, request->weak};
    if (request->merged)
        return answer_merged(analysis, request, &options, out, error);
    struct wh_paths *paths;
    bool others = options.ignore_count || options.independent || options.owners || options.weak;
    enum wh_status status = others ? wh_other_paths(analysis, &request->query, &options, error, &paths)
                                   : wh_paths(analysis, &request->query, error, &paths);
    if (status)
        return status;
    if (request->json)
        json_write(paths_document(paths), JSON_FOR_STREAM, out);
    else
        print_paths(paths, request, out);
    wh_paths_free(paths);
    return WH_OK;
}

int cmd_path(int argc, char **argv)
{
    static const struct argp_option options[] = {
        OPTIONS_OBJECTS,
        {"limit", KEY_LIMIT, "N", 0, "Show N objects at most; default 10", 0},
        {"independent", KEY_INDEPENDENT, "K", 0,
         "Show up to K paths to the first object, which have no removable reference in common", 0},
        {"merged", KEY_MERGED, NULL, 0, "Show the paths to all the objects as one tree, with counts", 0},
        {"ignore", KEY_IGNORE, "EXPR", 0,
         "Ignore the references that this expression names: 'app.cache[\"k\"]', 'app.cache[*]', as --expr takes it; may be repeated", 0},
        {"all", KEY_ALL, NULL, 0,
         "Go through every reference that holds, also where another object owns what it refers to: locals of running frames, functions' "
         "globals, instances' classes. --independent and --ignore always do", 0},
        {"weak", KEY_WEAK, NULL, 0, "Go through weak references, too, although they hold nothing", 0},
        OPTION_JSON,
        OPTION_HELP,
        {0},
    };
    static const struct command command = {
        .name = "path",
        .options = options,
        .arguments = ARGUMENTS_OBJECTS,
        .help = "Show what keeps objects alive: for each a shortest path of references from a root, as a Python programmer would write "
                "it. An address is hexadecimal with 0x or decimal, as id() gives it.\v" HELP_CONDITIONS "JSON: whoholds.paths/1; with --merged whoholds.merged/1.\n\n" HELP_EXIT_CODES
                "Example: whoholds path app-1234-1.whs --type app.models.Order --limit 3",
        .query = QUERY_ONE,
        .check = check,
        .answer = answer,
    };
    return command_run(&command, argc, argv);
}
