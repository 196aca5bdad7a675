/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "documents.h"
#include "findings.h"
#include "options.h"
#include "text.h"

static void print_triage(const struct wh_triage *triage, const char *snapshot, FILE *out)
{
    for (size_t i = 0; i < triage->count; i++) {
        findings_print(&triage->findings[i], snapshot, out);
        fputc('\n', out);
    }
    fprintf(out, "%zu of %s %s %s.\n", triage->count, count_text(triage->rules).text, plural(triage->rules, "rule", "rules"),
            plural(triage->count, "applies", "apply"));
}

static enum wh_status answer(struct wh_analysis *analysis, const struct request *request, FILE *out, struct wh_error *error, int *exit_code)
{
    (void)exit_code;
    struct wh_triage *triage;
    enum wh_status status = wh_triage(analysis, request->rule, request->limit, error, &triage);
    if (status)
        return status;
    if (request->json)
        json_write(triage_document(triage), JSON_FOR_STREAM, out);
    else if (request->rule)
        findings_print(&triage->findings[0], request->snapshot, out);
    else
        print_triage(triage, request->snapshot, out);
    wh_triage_free(triage);
    return WH_OK;
}

int cmd_triage(int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"rule", KEY_RULE, "RULE", 0, "This rule alone, and whatever it finds", 0},
        {"limit", KEY_LIMIT, "N", 0, "Name the worst N of each rule; default 5", 0},
        OPTION_JSON,
        OPTION_HELP,
        {0},
    };
    static const struct command command = {
        .name = "triage",
        .options = options,
        .arguments = "SNAPSHOT",
        .help = "Say what often goes wrong and does here: exceptions that hold frames, unbounded caches on methods, closures in registries, "
                "suspended generators, duplicate strings, containers that never shrank, small views of large buffers, modules loaded "
                "twice, the state of the garbage collector and more. Each rule tells the bytes at stake, the worst offenders by name, and a "
                "command that shows the rest. Rules about mass speak from 64 KiB and 1/200 of the live heap on.\v"
                "JSON: whoholds.triage/1.\n\n" HELP_EXIT_CODES
                "Example: whoholds triage app-1234-1.whs",
        .answer = answer,
    };
    return command_run(&command, argc, argv);
}
