/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "documents.h"
#include "options.h"
#include "text.h"

static void print_more(uint64_t count, size_t shown, FILE *out)
{
    if (count > shown)
        fprintf(out, "  … and %s more (--limit)\n", count_text(count - shown).text);
}

static void print_asked(const struct wh_cut *cut, FILE *out)
{
    if (cut->asks_for_one)
        fprintf(out, "%s%s%s (%s) retains %s\n", style(STYLE_STRONG), visible(cut->asked.name), style(STYLE_NONE), visible(cut->asked.object.type),
                exact_size_text(cut->asked.object.retained_bytes).text);
}

static void print_references(const struct wh_cut *cut, FILE *out)
{
    static const struct column columns[] = {{"frees alone", true}, {"", true}, {"reference", false}};
    struct text_table table;
    if (cut->reference_count == 1) {
        fprintf(out, "  %s\n", visible(cut->references[0].reference));
        return;
    }
    text_table_init(&table, columns, sizeof(columns) / sizeof(columns[0]));
    for (size_t i = 0; i < cut->references_shown; i++) {
        const struct wh_cut_reference *row = &cut->references[i];
        text_table_add(&table, size_text(row->exclusive_bytes).text);
        text_table_add(&table, cut->freed.bytes ? percent_text((double)row->exclusive_bytes / (double)cut->freed.bytes).text : "");
        text_table_add(&table, visible(row->reference));
    }
    if (cut->references_shown)
        text_table_print(&table, out);
    text_table_deinit(&table);
    print_more(cut->reference_count, cut->references_shown, out);
}

/* The few that are worth while, where they are few. */
static void print_most(const struct wh_cut *cut, FILE *out)
{
    if (!cut->freed.bytes || cut->reference_count < 2)
        return;
    if (cut->most.references < cut->reference_count && cut->most.references <= cut->references_shown)
        fprintf(out, "; the first%s%s free%s %s of that", cut->most.references == 1 ? "" : " ",
                cut->most.references == 1 ? "" : count_text(cut->most.references).text, cut->most.references == 1 ? "s" : "",
                percent_text((double)cut->most.bytes / (double)cut->freed.bytes).text);
    else if (cut->references_shown && cut->references_shown < cut->reference_count)
        fprintf(out, "; the first %s free %s of that", count_text(cut->references_shown).text,
                percent_text((double)cut->references[cut->references_shown - 1].cumulative_bytes / (double)cut->freed.bytes).text);
}

static void print_head(const struct wh_cut *cut, bool given, FILE *out)
{
    const char *references = plural(cut->reference_count, "reference", "references");
    if (given)
        fprintf(out, "%swithout %s %s%s\n", style(STYLE_STRONG), count_text(cut->reference_count).text, references, style(STYLE_NONE));
    else if (!cut->reference_count)
        fprintf(out, "%sno reference to remove%s\n", style(STYLE_STRONG), style(STYLE_NONE));
    else
        fprintf(out, "%scut %s %s%s%s\n", style(STYLE_STRONG), count_text(cut->reference_count).text, references,
                cut->complete ? "" : ", perhaps more than needed", style(STYLE_NONE));
    print_references(cut, out);
    if (*cut->stopped_at)
        fprintf(out, "%s\n", visible(cut->stopped_at));
}

static void print_freed_targets(const struct wh_cut *cut, FILE *out)
{
    if (cut->targets == 1)
        fputs(cut->freed_targets ? "" : "; the object itself stays", out);
    else if (cut->targets && cut->freed_targets == cut->targets)
        fprintf(out, "; all %s that were asked for are among them", count_text(cut->targets).text);
    else if (cut->targets)
        fprintf(out, "; of the %s asked for, %s", count_text(cut->targets).text, count_text(cut->freed_targets).text);
}

static void print_freed(const struct wh_cut *cut, FILE *out)
{
    fprintf(out, "frees %s in %s %s", exact_size_text(cut->freed.bytes).text, count_text(cut->freed.objects).text,
            plural(cut->freed.objects, "object", "objects"));
    print_most(cut, out);
    print_freed_targets(cut, out);
    fputc('\n', out);
    if (cut->fixed_targets)
        fprintf(out, "%s of them cannot be freed by removing references: roots, modules, or held by native code or what nobody can change\n",
                count_text(cut->fixed_targets).text);
    if (cut->garbage_targets)
        fprintf(out, "%s%s %s garbage already: nothing but themselves holds %s, a gc.collect() frees %s\n", count_text(cut->garbage_targets).text,
                cut->targets ? " more" : "", plural(cut->garbage_targets, "is", "are"), plural(cut->garbage_targets, "it", "them"),
                plural(cut->garbage_targets, "it", "them"));
}

/* Of several references of one object: what they free together. */
static void print_holders(const struct wh_cut *cut, FILE *out)
{
    static const struct column columns[] = {{"frees alone", true}, {"objects", true}, {"references", true}, {"holder", false}};
    struct text_table table;
    fputs("\nshares\n", out);
    text_table_init(&table, columns, sizeof(columns) / sizeof(columns[0]));
    for (size_t i = 0; i < cut->shares_shown; i++) {
        text_table_add(&table, size_text(cut->shares[i].exclusive_bytes).text);
        text_table_add(&table, count_text(cut->shares[i].exclusive_objects).text);
        text_table_add(&table, count_text(cut->shares[i].references).text);
        text_table_add(&table, visible(cut->shares[i].holder));
    }
    text_table_print(&table, out);
    text_table_deinit(&table);
    print_more(cut->share_count, cut->shares_shown, out);
}

static void print_shares(const struct wh_cut *cut, FILE *out)
{
    if (cut->share_count < 2)
        return;
    if (cut->share_count < cut->reference_count)
        print_holders(cut, out);
    fprintf(out, "%s are shared: freed only when several of them go\n", exact_size_text(cut->shared_bytes).text);
}

static void print_remaining(const struct wh_cut *cut, FILE *out)
{
    static const struct column columns[] = {{"retained", true}, {"address", false}, {"type", false}, {"still held by", false}};
    struct text_table table;
    if (!cut->remaining_shown)
        return;
    fputs("\nstays\n", out);
    text_table_init(&table, columns, sizeof(columns) / sizeof(columns[0]));
    for (size_t i = 0; i < cut->remaining_shown; i++) {
        text_table_add(&table, size_text(cut->remaining[i].object.retained_bytes).text);
        text_table_add(&table, address_text(cut->remaining[i].object.address).text);
        text_table_add(&table, visible(cut->remaining[i].object.type));
        text_table_add(&table, visible(cut->remaining[i].held_by));
    }
    text_table_print(&table, out);
    text_table_deinit(&table);
    print_more(cut->remaining_count, cut->remaining_shown, out);
}

static enum wh_status answer(struct wh_analysis *analysis, const struct request *request, FILE *out, struct wh_error *error, int *exit_code)
{
    (void)exit_code;
    struct wh_cut_query query = {.query = request->query, .suspect = request->suspect, .without = request->references,
                                 .without_count = request->reference_count, .limit = request->limit};
    struct wh_cut *cut;
    enum wh_status status = wh_cut(analysis, &query, error, &cut);
    if (status)
        return status;
    if (request->json) {
        json_write(cut_document(cut), JSON_FOR_STREAM, out);
    } else {
        print_asked(cut, out);
        print_head(cut, request->reference_count, out);
        print_freed(cut, out);
        print_shares(cut, out);
        print_remaining(cut, out);
    }
    wh_cut_free(cut);
    return WH_OK;
}

int cmd_cut(int argc, char **argv)
{
    static const struct argp_option options[] = {
        OPTIONS_OBJECTS,
        {"suspect", KEY_SUSPECT, "N", 0, "The N-th suspect, as 'whoholds suspects' counts them", 0},
        {"without", KEY_WITHOUT, "EXPR", 0,
         "What if the reference that this expression names were removed: 'app.cache', 'app.cache[\"k\"]'; may be repeated", 0},
        {"limit", KEY_LIMIT, "N", 0, "Show N entries of each list at most; default 20", 0},
        OPTION_JSON,
        OPTION_HELP,
        {0},
    };
    static const struct command command = {
        .name = "cut",
        .options = options,
        .arguments = "SNAPSHOT ADDRESS\nSNAPSHOT --type QUALNAME\nSNAPSHOT --expr EXPR\nSNAPSHOT --suspect N\nSNAPSHOT --without EXPR",
        .help = "Say which references have to be removed so that objects are freed: the fewest that do it (a minimum cut), those that free most "
                "alone first. Then what that frees, what each holder frees alone, and what stays and is held by others. With --without, the same for references that you "
                "choose.\vNot proposed is what nobody can remove: an object's class or __dict__, a tuple's items, a function's globals, code, "
                "entries of sys.modules. Of equally few references those nearest to the objects are named; local variables come last.\n\n"
                "JSON: whoholds.cut/1.\n\n" HELP_EXIT_CODES
                "Example: whoholds cut app-1234-1.whs --type app.models.Order",
        .query = QUERY_OR_REFERENCES,
        .answer = answer,
    };
    return command_run(&command, argc, argv);
}
