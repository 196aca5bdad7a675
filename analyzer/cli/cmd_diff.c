/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdio.h>

#include "documents.h"
#include "options.h"
#include "text.h"

enum { TEXT_ROWS = 10, PLACE_BYTES = 512 };

static void print_snapshots(const struct wh_diff *diff, FILE *out)
{
    static const struct column columns[] = {{"", true}, {"taken", false}, {"live", true}, {"objects", true}, {"resident", true}, {"snapshot", false}};
    struct text_table table;
    text_table_init(&table, columns, sizeof(columns) / sizeof(columns[0]));
    for (size_t i = 0; i < diff->snapshot_count; i++) {
        const struct wh_diff_snapshot *snapshot = &diff->snapshots[i];
        text_table_add(&table, count_text(i + 1).text);
        text_table_add(&table, time_text(snapshot->created_ns).text);
        text_table_add(&table, size_text(snapshot->live.bytes).text);
        text_table_add(&table, count_text(snapshot->live.objects).text);
        text_table_add(&table, snapshot->rss ? size_text(snapshot->rss).text : "");
        text_table_add(&table, visible(snapshot->file));
    }
    text_table_print(&table, out);
    text_table_deinit(&table);
    if (*diff->caution)
        fprintf(out, "%s\n", visible(diff->caution));
}

/* `since 2` counts snapshots as the first table does. */
static struct number_text growth_text(const struct wh_diff_row *row, size_t snapshots)
{
    static const char *const words[] = {[WH_CHANGE_NEW] = "new", [WH_CHANGE_GROWN] = "grown", [WH_CHANGE_FLAT] = "flat",
                                        [WH_CHANGE_SHRUNK] = "shrunk", [WH_CHANGE_GONE] = "gone"};
    struct number_text ret;
    bool up = row->change == WH_CHANGE_NEW || row->change == WH_CHANGE_GROWN;
    if (up && row->every_step)
        snprintf(ret.text, sizeof(ret.text), "%s, each step", words[row->change]);
    else if (up && row->since + 1 < snapshots)
        snprintf(ret.text, sizeof(ret.text), "%s, since %zu", words[row->change], row->since + 1);
    else
        snprintf(ret.text, sizeof(ret.text), "%s", words[row->change]);
    return ret;
}

static const char *write_name(const struct wh_diff_row *row, char ret[PLACE_BYTES])
{
    if (row->line)
        snprintf(ret, PLACE_BYTES, "%s:%" PRIu32 " in %s:  %s", short_file(row->file), row->line, row->name, row->text);
    else if (*row->type && row->alike > 1)
        snprintf(ret, PLACE_BYTES, "%s  (%s, and %" PRIu32 " alike)", row->name, row->type, row->alike - 1);
    else if (*row->type)
        snprintf(ret, PLACE_BYTES, "%s  (%s)", row->name, row->type);
    else
        return row->name;
    return ret;
}

/* `< 12.0 KiB` where it was not found and may have been too small. */
static struct number_text cell_text(const struct wh_diff_row *row, size_t snapshot)
{
    struct number_text ret = size_text(row->bytes[snapshot]);
    if (row->at_most[snapshot])
        snprintf(ret.text, sizeof(ret.text), "< %.60s", size_text(row->at_most[snapshot]).text);
    return ret;
}

static void add_row(struct text_table *table, const struct wh_diff_row *row, size_t snapshots)
{
    char name[PLACE_BYTES];
    text_table_add(table, change_text(row->bytes_change).text);
    text_table_add(table, cell_text(row, 0).text);
    text_table_add(table, cell_text(row, snapshots - 1).text);
    text_table_add(table, sparkline_text(row->bytes, snapshots).text);
    text_table_add(table, growth_text(row, snapshots).text);
    text_table_add(table, visible(write_name(row, name)));
}

static void print_rest(const struct wh_diff_table *table, size_t shown, size_t changed, FILE *out)
{
    size_t flat = table->row_count - changed;
    if (changed > shown)
        fprintf(out, "… and %s more that changed\n", count_text(changed - shown).text);
    if (flat)
        fprintf(out, "%s more %s flat.\n", count_text(flat).text, plural(flat, "is", "are"));
}

/* Flat rows are counted alone. */
static void print_table(const char *title, const struct wh_diff_table *rows, size_t snapshots, size_t limit, FILE *out)
{
    const struct column columns[] = {{"change", true}, {"first", true}, {"last", true}, {"", false}, {"growth", false}, {title, false}};
    struct text_table table;
    size_t shown = 0, changed = 0;
    text_table_init(&table, columns, sizeof(columns) / sizeof(columns[0]));
    for (size_t i = 0; i < rows->row_count; i++) {
        if (rows->rows[i].change == WH_CHANGE_FLAT)
            continue;
        changed++;
        if (shown == limit)
            continue;
        shown++;
        add_row(&table, &rows->rows[i], snapshots);
    }
    fputc('\n', out);
    if (shown)
        text_table_print(&table, out);
    else
        fprintf(out, "No %s changed. ", title);
    text_table_deinit(&table);
    print_rest(rows, shown, changed, out);
}

static void print_diff(const struct wh_diff *diff, size_t limit, FILE *out)
{
    print_snapshots(diff, out);
    print_table("holder", &diff->holders, diff->snapshot_count, limit, out);
    print_table("type", &diff->types, diff->snapshot_count, limit, out);
    if (diff->has_lines)
        print_table("line", &diff->lines, diff->snapshot_count, limit, out);
}

static enum wh_status answer(struct wh_analysis *const *analyses, size_t count, const struct request *request, FILE *out, struct wh_error *error,
                             int *exit_code)
{
    (void)exit_code;
    struct wh_diff *diff;
    enum wh_status status = wh_diff(analyses, count, error, NULL, &diff);
    if (status)
        return status;
    if (request->json)
        json_write(diff_document(diff, request->limit), JSON_FOR_STREAM, out);
    else
        print_diff(diff, request->limit ? request->limit : TEXT_ROWS, out);
    wh_diff_free(diff);
    return WH_OK;
}

int cmd_diff(int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"limit", KEY_LIMIT, "N", 0, "Show N rows of each table at most; default 10, with --json all", 0},
        OPTION_JSON,
        OPTION_HELP,
        {0},
    };
    static const struct command command = {
        .name = "diff",
        .options = options,
        .arguments = "SNAPSHOT SNAPSHOT...",
        .help = "Say what grew from snapshot to snapshot of one program, in the order of time: holders by what they retain, types by what their "
                "objects take themselves, and lines by what they allocated that is alive (with the recorder). Addresses are reused and match "
                "nothing: a holder is found again by the path of its names and by its type; what lies behind indexes, and behind keys that "
                "are no names, counts as one.\v" HELP_EXIT_CODES
                "Example: whoholds diff app-1234-*.whs",
        .least = 2,
        .answer_several = answer,
    };
    return command_run(&command, argc, argv);
}
