/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "documents.h"
#include "findings.h"
#include "options.h"

static void print_waste(const struct wh_triage *waste, const char *snapshot, FILE *out)
{
    for (size_t i = 0; i < waste->count; i++) {
        fputs(i ? "\n" : "", out);
        findings_print(&waste->findings[i], snapshot, out);
    }
}

static enum wh_status answer(struct wh_analysis *analysis, const struct request *request, FILE *out, struct wh_error *error, int *exit_code)
{
    (void)exit_code;
    struct wh_triage *waste;
    enum wh_status status = wh_waste(analysis, request->limit, error, &waste);
    if (status)
        return status;
    if (request->json)
        json_write(waste_document(waste), JSON_FOR_STREAM, out);
    else
        print_waste(waste, request->snapshot, out);
    wh_triage_free(waste);
    return WH_OK;
}

int cmd_waste(int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"limit", KEY_LIMIT, "N", 0, "Name the largest N of each kind; default 5", 0},
        OPTION_JSON,
        OPTION_HELP,
        {0},
    };
    static const struct command command = {
        .name = "waste",
        .options = options,
        .arguments = "SNAPSHOT",
        .help = "Show memory that the program could do without: strings and bytes that are there more than once, lists, dicts and sets that never "
                "shrank, empty containers, and instances or dicts that would be smaller with __slots__. The kinds overlap. Duplicates are a "
                "lower bound: the snapshot tells what is alike, but forgets values that are rare.\vJSON: whoholds.waste/1.\n\n" HELP_EXIT_CODES
                "Example: whoholds waste app-1234-1.whs",
        .answer = answer,
    };
    return command_run(&command, argc, argv);
}
