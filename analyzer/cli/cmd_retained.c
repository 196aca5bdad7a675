/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "documents.h"
#include "options.h"
#include "text.h"

static void print_mass(const char *name, const struct wh_mass *mass, const char *meaning, FILE *out)
{
    fprintf(out, "%-16s %s in %s %s: %s\n", name, exact_size_text(mass->bytes).text, count_text(mass->objects).text,
            plural(mass->objects, "object", "objects"), meaning);
}

static void print_retained(const struct wh_retained *retained, FILE *out)
{
    print_mass("members", &retained->members, "the objects themselves", out);
    print_mass("retained", &retained->exact, "exact; freed if none of them were there", out);
    print_mass("sum of the tops", &retained->top_sum, "what each frees alone, as in 'whoholds top'", out);
    if (retained->garbage_members)
        fprintf(out, "%-16s %s more %s named, but nothing holds them\n", "garbage", count_text(retained->garbage_members).text,
                plural(retained->garbage_members, "object is", "objects are"));
    fprintf(out, "%-16s %s\n", "tops", count_text(retained->top_members).text);
}

static enum wh_status answer(struct wh_analysis *analysis, const struct request *request, FILE *out, struct wh_error *error, int *exit_code)
{
    (void)exit_code;
    struct wh_retained_query query = {.query = request->query, .expressions = request->references, .expression_count = request->reference_count};
    struct wh_retained retained;
    enum wh_status status = wh_retained(analysis, &query, error, &retained);
    if (status)
        return status;
    if (request->json)
        json_write(retained_document(&retained), JSON_FOR_STREAM, out);
    else
        print_retained(&retained, out);
    return WH_OK;
}

static const char *check(const struct request *request)
{
    int given = options_objects_given(request) + (request->reference_count != 0);
    if (given == 1 || (!given && request->query.where_count))
        return NULL;
    return given ? "only one of ADDRESS, --type, --instances-of, --module, --package and --expr can be asked for at a time" : "no set of objects is asked for";
}

int cmd_retained(int argc, char **argv)
{
    static const struct argp_option options[] = {
        OPTIONS_OBJECTS_BUT_EXPRESSION,
        {"expr", KEY_MEMBER, "EXPR", 0, "The objects that an expression names, 'app.cache[*].payload' as well as 'app.cache'; may be repeated", 0},
        OPTION_JSON,
        OPTION_HELP,
        {0},
    };
    static const struct command command = {
        .name = "retained",
        .options = options,
        .arguments = "SNAPSHOT ADDRESS\nSNAPSHOT --type QUALNAME\nSNAPSHOT --module NAME\nSNAPSHOT --package NAME\nSNAPSHOT --expr EXPR...\nSNAPSHOT --where CONDITION...",
        .help = "Say what a set of objects retains together: what would be freed if none of them were there, found by looking at what the roots "
                "reach without them. Beside it stands the sum of what each member retains that no other member dominates: that is what tables of all "
                "types show, and it leaves out what several members hold together.\v" HELP_CONDITIONS "JSON: whoholds.retained/1.\n\n" HELP_EXIT_CODES
                "Example: whoholds retained app-1234-1.whs --package app.models",
        .query = QUERY_OWN,
        .check = check,
        .answer = answer,
    };
    return command_run(&command, argc, argv);
}
