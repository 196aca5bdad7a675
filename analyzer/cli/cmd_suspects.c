/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "documents.h"
#include "options.h"
#include "places.h"
#include "text.h"

enum { LINES_SHOWN = 3, CONTENTS_SHOWN = 3 };

/* A fact of a suspect: its name once, then its lines under each other. */
static void begin_line(const char *name, size_t line, FILE *out)
{
    fprintf(out, "   %-14s", line ? "" : name);
}

static void print_more(size_t count, size_t shown, FILE *out)
{
    if (count > shown) {
        begin_line("", 1, out);
        fprintf(out, "… and %zu more (all with --json)\n", count - shown);
    }
}

static void print_held_at(const struct wh_suspect *suspect, FILE *out)
{
    size_t shown = suspect->held_at_count < LINES_SHOWN ? suspect->held_at_count : LINES_SHOWN;
    if (!shown) {
        begin_line("held at", 0, out);
        fputs("no line is known\n", out);
    }
    for (size_t i = 0; i < shown; i++) {
        begin_line("held at", i, out);
        place_print_evidence(&suspect->held_at[i], out);
    }
    print_more(suspect->held_at_count, shown, out);
}

static bool same_place(const struct wh_line *a, const struct wh_line *b)
{
    return a->line == b->line && strcmp(a->file, b->file) == 0;
}

static void print_allocated_at(const struct wh_suspect *suspect, FILE *out)
{
    size_t shown = suspect->allocated_at_count < LINES_SHOWN ? suspect->allocated_at_count : LINES_SHOWN;
    for (size_t i = 0; i < shown; i++) {
        const struct wh_line *line = &suspect->allocated_at[i].line;
        begin_line("allocated at", i, out);
        if (i == 0 && suspect->held_at_count && same_place(line, &suspect->held_at[0]))
            fputs("the same line: it does both", out);
        else
            place_print(line, out);
        place_print_via(line, out);
    }
    print_more(suspect->allocated_at_count, shown, out);
}

static void print_contents(const struct wh_suspect *suspect, FILE *out)
{
    size_t shown = suspect->content_count < CONTENTS_SHOWN ? suspect->content_count : CONTENTS_SHOWN;
    for (size_t i = 0; i < shown; i++) {
        const struct wh_content *content = &suspect->contents[i];
        begin_line("holds", i, out);
        fprintf(out, "%s × %s, ", count_text(content->count).text, visible(content->type));
        if (content->count && content->bytes % content->count == 0)
            fprintf(out, "%s B%s\n", count_text(content->bytes / content->count).text, content->count > 1 ? " each" : "");
        else
            fprintf(out, "%s together\n", exact_size_text(content->bytes).text);
    }
    print_more(suspect->content_count, shown, out);
}

/* A name without its place, which is told once. */
static void print_name(const char *name, const char *place, FILE *out)
{
    size_t length = strlen(name), rest = strlen(place) + strlen(" ()");
    bool with_place = *place && length > rest && !strncmp(name + length - rest, " (", 2) && !strncmp(name + length - rest + 2, place, strlen(place)) && name[length - 1] == ')';
    char *alone = with_place ? strndup(name, length - rest) : NULL;
    fputs(visible(alone ? alone : name), out);
    free(alone);
}

static void print_cuts(const struct wh_suspect *suspect, FILE *out)
{
    if (!suspect->cut_count)
        return;
    begin_line("to free it", 0, out);
    fprintf(out, "cut %zu %s: ", suspect->cut_count, plural(suspect->cut_count, "reference", "references"));
    for (size_t i = 0; i < suspect->cut_count; i++) {
        fputs(i ? ", " : "", out);
        print_name(suspect->cuts[i], suspect->place, out);
    }
    fputc('\n', out);
}

static void print_reasons(const struct wh_suspect *suspect, FILE *out)
{
    for (size_t i = 0; i < suspect->reason_count; i++) {
        const struct wh_reason *reason = &suspect->reasons[i];
        static const char *const words[] = {[WH_WEIGHT_AGAINST] = "against it", [WH_WEIGHT_DOUBT] = "undecided", [WH_WEIGHT_FOR] = "for a leak"};
        begin_line(words[reason->weight], 0, out);
        fprintf(out, "%s %s[%s]%s\n", visible(reason->sentence), style(STYLE_DIM), visible(reason->sign), style(STYLE_NONE));
    }
}

/* __main__.cache  (list, 6 items)  retains 28.6 MiB (30,000,462 B), 71 % of the Python heap */
static void print_headline(const struct wh_suspect *suspect, const char *place, FILE *out)
{
    const struct wh_object *holder = &suspect->holder;
    fputs(style(suspect->verdict == WH_VERDICT_LEAK ? STYLE_ALARM : STYLE_STRONG), out);
    print_name(suspect->name, place, out);
    fputs(style(STYLE_NONE), out);
    if (*holder->type)
        fprintf(out, "  (%s", visible(holder->type));
    if (*holder->type && holder->length != UINT64_MAX)
        fprintf(out, ", %s %s", count_text(holder->length).text, plural(holder->length, "item", "items"));
    fprintf(out, "%s  retains %s%s%s, %s of the Python heap\n", *holder->type ? ")" : "", style(STYLE_STRONG),
            exact_size_text(holder->retained_bytes).text, style(STYLE_NONE), percent_text(suspect->share).text);
}

/* How it came to its size, where several snapshots were given. */
static void print_growth(const struct wh_suspect *suspect, const struct wh_diff *diff, FILE *out)
{
    const struct wh_diff_row *row = diff ? wh_diff_of_suspect(diff, suspect) : NULL;
    if (!row)
        return;
    size_t last = diff->snapshot_count - 1;
    begin_line(row->since < last ? "grows since" : "growth", 0, out);
    if (row->since < last)
        fprintf(out, "%s, in each of %zu %s", time_text(diff->snapshots[row->since].created_ns).text, last - row->since,
                plural(last - row->since, "step", "steps"));
    else
        fprintf(out, "%s", row->change == WH_CHANGE_FLAT ? "none" : "not in the last step");
    fprintf(out, ": %s to %s in %zu snapshots  %s\n", size_text(row->bytes[0]).text, size_text(row->bytes[last]).text, diff->snapshot_count,
            sparkline_text(row->bytes, diff->snapshot_count).text);
}

/* Why it is suspected, but not called a leak: unless there are two snapshots, and the growth tells. */
static void print_doubt(const struct wh_suspect *suspect, const struct wh_diff *diff, FILE *out)
{
    for (size_t i = 0; suspect->verdict == WH_VERDICT_UNCERTAIN && i < suspect->reason_count; i++) {
        if (suspect->reasons[i].weight != WH_WEIGHT_DOUBT)
            continue;
        begin_line("undecided", 0, out);
        fprintf(out, "%s%s\n", visible(suspect->reasons[i].sentence), diff ? "" : ". A second snapshot tells: whoholds suspects FIRST SECOND");
        return;
    }
}

static void print_suspect(const struct wh_suspect *suspect, size_t rank, const struct wh_diff *diff, bool why, FILE *out)
{
    fprintf(out, "%zu  ", rank);
    print_headline(suspect, suspect->place, out);
    if (*suspect->place) {
        begin_line("where", 0, out);
        fprintf(out, "%s\n", visible(suspect->place));
    }
    print_doubt(suspect, diff, out);
    print_growth(suspect, diff, out);
    print_held_at(suspect, out);
    print_allocated_at(suspect, out);
    print_contents(suspect, out);
    if (*suspect->path_expression) {
        begin_line("path", 0, out);
        print_name(suspect->path_expression, suspect->place, out);
        fputc('\n', out);
    }
    print_cuts(suspect, out);
    if (why)
        print_reasons(suspect, out);
}

/* Suspects come first, so one heading parts them from the rest. */
static void print_suspects(const struct wh_suspects *suspects, const struct wh_diff *diff, bool why, FILE *out)
{
    for (size_t i = 0; i < suspects->count; i++) {
        const struct wh_suspect *suspect = &suspects->suspects[i];
        bool first_of_rest = suspect->verdict == WH_VERDICT_LARGE && (i == 0 || suspects->suspects[i - 1].verdict != WH_VERDICT_LARGE);
        if (i)
            fputc('\n', out);
        if (first_of_rest)
            fputs(i ? "Large, but nothing says that it is a leak:\n" : "No leak is suspected. What is largest:\n", out);
        print_suspect(suspect, i + 1, diff, why, out);
    }
    if (!suspects->count)
        fputs("No leak is suspected, and nothing but modules, classes and code holds much.\n", out);
}

/* The first sign against a leak; what is small needs none. */
static void print_because(const struct wh_suspect *suspect, FILE *out)
{
    for (size_t i = 0; i < suspect->reason_count; i++) {
        if (suspect->reasons[i].weight != WH_WEIGHT_AGAINST)
            continue;
        fprintf(out, "Why that is no leak: %s\n", visible(suspect->reasons[i].sentence));
        return;
    }
}

/* Nothing to report: one sentence, what is largest, and why that is no leak. */
static enum wh_status print_nothing(struct wh_analysis *analysis, const struct wh_diff *diff, FILE *out, struct wh_error *error)
{
    struct wh_suspects *largest;
    enum wh_status status = wh_suspects(analysis, true, 1, error, &largest);
    if (status)
        return status;
    if (diff)
        wh_suspects_settle(largest, diff, true);
    if (largest->count) {
        fputs("No leak is suspected. The largest holder: ", out);
        print_headline(&largest->suspects[0], "", out);
        print_because(&largest->suspects[0], out);
    } else {
        print_suspects(largest, NULL, false, out);
    }
    wh_suspects_free(largest);
    return WH_OK;
}

static enum wh_status print_answer(struct wh_analysis *analysis, const struct request *request, const struct wh_suspects *suspects,
                                   const struct wh_diff *diff, FILE *out, struct wh_error *error)
{
    if (!request->json) {
        if (!suspects->count && !request->all)
            return print_nothing(analysis, diff, out, error);
        print_suspects(suspects, diff, request->why, out);
        return WH_OK;
    }
    const struct wh_info *info;
    enum wh_status status = wh_info(analysis, error, &info);
    if (status)
        return status;
    json_t *document = suspects_document(suspects, info);
    if (diff)
        suspects_add_growth(document, suspects, diff);
    json_write(document, JSON_FOR_STREAM, out);
    return WH_OK;
}

/* Of the latest snapshot. */
static enum wh_status answer_one(struct wh_analysis *analysis, const struct wh_diff *diff, const struct request *request, FILE *out,
                                 struct wh_error *error, int *exit_code)
{
    struct wh_suspects *suspects;
    enum wh_status status = wh_suspects(analysis, request->all, request->limit, error, &suspects);
    if (status)
        return status;
    if (diff)
        wh_suspects_settle(suspects, diff, request->all);
    status = print_answer(analysis, request, suspects, diff, out, error);
    if (request->exit_code && suspects->any_leak)
        *exit_code = EXIT_LEAK_FOUND;
    wh_suspects_free(suspects);
    return status;
}

static enum wh_status answer(struct wh_analysis *const *analyses, size_t count, const struct request *request, FILE *out, struct wh_error *error,
                             int *exit_code)
{
    struct wh_diff *diff = NULL;
    size_t latest = 0;
    enum wh_status status = count > 1 ? wh_diff(analyses, count, error, &latest, &diff) : WH_OK;
    if (!status)
        status = answer_one(analyses[latest], diff, request, out, error, exit_code);
    wh_diff_free(diff);
    return status;
}

int cmd_suspects(int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"all", KEY_ALL, NULL, 0, "Also what is merely large: tables loaded once, bounded caches, modules, code", 0},
        {"why", KEY_WHY, NULL, 0, "Also the signs for and against a leak", 0},
        {"limit", KEY_LIMIT, "N", 0, "Show N suspects at most; default 10", 0},
        {"exit-code", KEY_EXIT_CODE, NULL, 0, "End with 1 if something is called a leak; what is undecided does not count", 0},
        OPTION_JSON,
        OPTION_HELP,
        {0},
    };
    static const struct command command = {
        .name = "suspects",
        .options = options,
        .arguments = "SNAPSHOT...",
        .help = "Say who holds the memory: each holder under its name, what it retains, the line that put things there with the evidence "
                "for it, the path from a root, and the references to cut. Of several snapshots of a program the latest one is told, with "
                "the time since when each holder grows; what one snapshot leaves undecided, its growth decides.\v"
                "Exit codes: 0 done; 1 done and something is called a leak (with --exit-code only); 2 wrong usage; 3 the snapshot is bad or "
                "unreadable; 5 out of memory or disk space.\n\n"
                "Example: whoholds suspects app-1234-1.whs --why",
        .answer_several = answer,
    };
    return command_run(&command, argc, argv);
}
