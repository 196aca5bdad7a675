/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "documents.h"
#include "options.h"
#include "text.h"

enum { TEXT_ROWS = 40, INDENT_MAX = 30 };
static const size_t CUT = SIZE_MAX;

static void hide(struct wh_tree_row *parent, const struct wh_tree_row *row)
{
    parent->hidden_count += row->group ? row->group : 1;
    parent->hidden_bytes += row->object.retained_bytes;
}

/*
 * Copies the tree without the rows deeper than `depth` (0 keeps all), which become hidden children. Parents stand before their children.
 * depth_of_row gets the depth of each row of the copy, 0 for the first. The copy's rows are the caller's to free.
 */
static struct wh_tree cut_at_depth(const struct wh_tree *tree, size_t depth, size_t *depth_of_row)
{
    struct wh_tree ret = {0, allocate(tree->row_count * sizeof(*ret.rows))};
    size_t *new_of_row = allocate(tree->row_count * sizeof(*new_of_row));
    for (size_t i = 0; i < tree->row_count; i++) {
        struct wh_tree_row row = tree->rows[i];
        bool first = row.parent < 0;
        size_t parent = first ? CUT : new_of_row[row.parent];
        size_t level = parent == CUT ? 0 : depth_of_row[parent] + 1;
        new_of_row[i] = CUT;
        if (!first && parent == CUT)
            continue;
        if (depth && level > depth) {
            hide(&ret.rows[parent], &row);
            continue;
        }
        new_of_row[i] = ret.row_count++;
        row.parent = first ? -1 : (int64_t)parent;
        ret.rows[new_of_row[i]] = row;
        depth_of_row[new_of_row[i]] = level;
    }
    free(new_of_row);
    return ret;
}

static void print_indent(size_t depth, FILE *out)
{
    fprintf(out, "%*s", (int)(2 * (depth < INDENT_MAX ? depth : INDENT_MAX)), "");
}

static void print_row(const struct wh_tree_row *row, size_t depth, FILE *out)
{
    fprintf(out, "%10s  %10s  ", size_text(row->object.retained_bytes).text, count_text(row->object.retained_objects).text);
    print_indent(depth, out);
    if (row->group)
        fprintf(out, "%s × %s\n", count_text(row->group).text, visible(row->object.type));
    else if (*row->object.type)
        fprintf(out, "%s  %s%s  %s%s\n", visible(row->label), style(STYLE_DIM), visible(row->object.type), address_text(row->object.address).text,
                style(STYLE_NONE));
    else
        fprintf(out, "%s\n", visible(row->label));
}

static void print_hidden(const struct wh_tree_row *row, size_t depth, FILE *out)
{
    if (!row->hidden_count)
        return;
    fprintf(out, "%10s  %10s  ", size_text(row->hidden_bytes).text, "");
    print_indent(depth + 1, out);
    fprintf(out, "%s… %s more%s\n", style(STYLE_DIM), count_text(row->hidden_count).text, style(STYLE_NONE));
}

/* What a row does not show of its children stands after those that it shows, so it waits on a stack until its last descendant. */
static void print_tree(const struct wh_tree *tree, const size_t *depth_of_row, FILE *out)
{
    const struct wh_tree_row **open = allocate(tree->row_count * sizeof(const struct wh_tree_row *));
    size_t open_count = 0;
    fprintf(out, "%s%10s  %10s  held through, type, address%s\n", style(STYLE_DIM), "retained", "objects", style(STYLE_NONE));
    for (size_t i = 0; i < tree->row_count; i++) {
        for (; open_count > depth_of_row[i]; open_count--)
            print_hidden(open[open_count - 1], open_count - 1, out);
        open[open_count++] = &tree->rows[i];
        print_row(&tree->rows[i], depth_of_row[i], out);
    }
    for (; open_count; open_count--)
        print_hidden(open[open_count - 1], open_count - 1, out);
    free(open);
}

static enum wh_status answer(struct wh_analysis *analysis, const struct request *request, FILE *out, struct wh_error *error, int *exit_code)
{
    (void)exit_code;
    struct wh_tree *tree;
    size_t budget = request->limit ? request->limit : request->json ? 0 : TEXT_ROWS;
    enum wh_status status = (options_objects_given(request) || request->query.where_count) ? wh_tree_below(analysis, &request->query, budget, error, &tree) : wh_tree(analysis, budget, error, &tree);
    if (status)
        return status;
    size_t *depth_of_row = allocate(tree->row_count * sizeof(*depth_of_row));
    struct wh_tree cut = cut_at_depth(tree, request->depth, depth_of_row);
    if (request->json)
        json_write(tree_document(&cut), JSON_FOR_STREAM, out);
    else
        print_tree(&cut, depth_of_row, out);
    free(cut.rows);
    free(depth_of_row);
    wh_tree_free(tree);
    return WH_OK;
}

int cmd_tree(int argc, char **argv)
{
    static const struct argp_option options[] = {
        OPTIONS_OBJECTS,
        {"limit", KEY_LIMIT, "N", 0, "Show the N largest rows; default 40, with --json 2000", 0},
        {"depth", KEY_DEPTH, "N", 0, "Show N levels below the root at most", 0},
        OPTION_JSON,
        OPTION_HELP,
        {0},
    };
    static const struct command command = {
        .name = "tree",
        .options = options,
        .arguments = "SNAPSHOT\n" ARGUMENTS_OBJECTS,
        .help = "Show the dominator tree: below each object stands what would be freed with it, the largest first. What is held from "
                "several sides stands below the last object that all those paths share. With an object, "
                "of several the largest, the tree begins there.\v" HELP_CONDITIONS HELP_EXIT_CODES
                "Example: whoholds tree app-1234-1.whs --depth 3",
        .query = QUERY_OPTIONAL,
        .answer = answer,
    };
    return command_run(&command, argc, argv);
}
