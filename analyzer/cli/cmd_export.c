/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "options.h"
#include "output_file.h"
#include "text.h"

static enum wh_status export_heapsnapshot(struct wh_analysis *analysis, const struct request *request, wh_sink sink, void *context,
                                          struct wh_error *error, struct wh_export_summary *ret)
{
    return wh_export_heapsnapshot(analysis, request->all, sink, context, error, ret);
}

static enum wh_status export_graphml(struct wh_analysis *analysis, const struct request *request, wh_sink sink, void *context,
                                     struct wh_error *error, struct wh_export_summary *ret)
{
    struct wh_cut_query query = {.query = request->query, .suspect = request->suspect, .limit = request->limit};
    return wh_export_graphml(analysis, &query, sink, context, error, ret);
}

/* A format is a row. */
static const struct format {
    const char *name, *opened_with;
    bool of_objects; /* of some, which have to be named */
    enum wh_status (*export)(struct wh_analysis *analysis, const struct request *request, wh_sink sink, void *context, struct wh_error *error,
                             struct wh_export_summary *ret);
} formats[] = {
    {"heapsnapshot", "Chrome DevTools (Memory, Load profile) or memlab", false, export_heapsnapshot},
    {"graphml", "Gephi, yEd, Cytoscape or igraph", true, export_graphml},
};
enum { FORMAT_COUNT = sizeof(formats) / sizeof(formats[0]) };

/* Told when the progress line is gone. */
static struct wh_export_summary last_summary;

static const struct format *find_format(const char *name)
{
    for (size_t i = 0; i < FORMAT_COUNT; i++)
        if (strcmp(formats[i].name, name) == 0)
            return &formats[i];
    return NULL;
}

struct export_target { struct output_file file; uint64_t length; };

static enum wh_status write_to_target(void *context, const void *bytes, size_t length, struct wh_error *error)
{
    struct export_target *target = context;
    target->length += length;
    return output_file_append(&target->file, bytes, length, error);
}

static enum wh_status open_target(const struct request *request, bool standard, struct wh_error *error, struct export_target *ret)
{
    ret->length = 0;
    if (!standard)
        return output_file_open(request->output, request->snapshot, error, &ret->file);
    output_file_open_standard(&ret->file);
    return WH_OK;
}

static enum wh_status answer(struct wh_analysis *analysis, const struct request *request, FILE *out, struct wh_error *error, int *exit_code)
{
    const struct format *format = find_format(request->format);
    bool standard = strcmp(request->output, "-") == 0;
    struct export_target target;
    enum wh_status status = open_target(request, standard, error, &target);
    (void)exit_code;
    if (status)
        return status;
    status = format->export(analysis, request, write_to_target, &target, error, &last_summary);
    status = output_file_close(&target.file, status, error);
    if (!status && !standard)
        fprintf(out, "%s: %s objects, %s references, %s, to be opened with %s\n", visible(request->output),
                count_text(last_summary.objects).text, count_text(last_summary.references).text, size_text(target.length).text,
                format->opened_with);
    /* A reader of standard output that has gone away is no failure. */
    return status && standard && error->sys_errno == EPIPE ? WH_OK : status;
}

static void print_note(uint64_t count, const char *one, const char *many)
{
    if (count)
        fprintf(stderr, "%s %s\n", count_text(count).text, plural(count, one, many));
}

static void print_notes(const struct wh_export_summary *summary)
{
    print_note(summary->unreachable, "object that no root reaches is left out", "objects that no root reaches are left out");
    print_note(summary->clamped_sizes, "object of 4 GiB or more is written as 4,294,967,295 bytes: the format has no larger number",
               "objects of 4 GiB or more are written as 4,294,967,295 bytes each: the format has no larger number");
    print_note(summary->unnamed, "value or key has its type or an ellipsis for a name: the format's readers have no room for more text",
               "values and keys have their type or an ellipsis for a name: the format's readers have no room for more text");
}

static const char *refuse_format(const char *name)
{
    static char sentence[256];
    int length = snprintf(sentence, sizeof(sentence), "'%.64s' is no format that can be written; there %s ", name,
                          FORMAT_COUNT == 1 ? "is" : "are");
    for (size_t i = 0; i < FORMAT_COUNT && length > 0 && (size_t)length < sizeof(sentence); i++)
        length += snprintf(sentence + length, sizeof(sentence) - (size_t)length, "%s%s", i ? ", " : "", formats[i].name);
    return sentence;
}

static const char *check(const struct request *request)
{
    if (!request->format)
        return "no format is given: --to heapsnapshot or --to graphml";
    if (!find_format(request->format))
        return refuse_format(request->format);
    int named = options_objects_given(request) + (request->suspect != 0);
    named = !named && request->query.where_count ? 1 : named;
    if (find_format(request->format)->of_objects && named != 1)
        return "graphml is of some objects: one of ADDRESS, --type, --expr and --suspect is needed";
    if (!find_format(request->format)->of_objects && named)
        return "this format is of the whole heap: no object can be named";
    return request->output ? NULL : "no file for the export is given: -o FILE";
}

int cmd_export(int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"to", KEY_TO, "FORMAT", 0, "heapsnapshot: the whole heap, for Chrome DevTools and memlab; graphml: what keeps some objects alive", 0},
        OPTIONS_OBJECTS,
        {"suspect", KEY_SUSPECT, "N", 0, "graphml: of number N of 'whoholds suspects'", 0},
        {"limit", KEY_LIMIT, "N", 0, "graphml: N objects at most, the nearest; default 500", 0},
        {"output", KEY_OUTPUT, "FILE", 0, "Where the export goes; - is standard output", 0},
        {"all", KEY_ALL, NULL, 0,
         "Also the references of running frames, and of functions to their __globals__, that hold nothing by themselves; like weak ones, "
         "they do not count for sizes", 0},
        OPTION_HELP,
        {0},
    };
    static const struct command command = {
        .name = "export",
        .options = options,
        .arguments = "SNAPSHOT --to heapsnapshot -o FILE\nSNAPSHOT --to graphml -o FILE ADDRESS",
        .query = QUERY_OWN,
        .help = "Write the heap in the format of another tool, whose retained sizes and dominators will be those of whoholds. Objects that "
                "no root reaches are left out. The file appears when it is whole, and only those can read it who can read the "
                "snapshot; standard output gets what is written before a failure.\v" HELP_EXIT_CODES
                "Example: whoholds export app-1234-1.whs --to heapsnapshot -o app.heapsnapshot",
        .check = check,
        .answer = answer,
    };
    int exit_code = command_run(&command, argc, argv);
    if (!exit_code)
        print_notes(&last_summary);
    return exit_code;
}
