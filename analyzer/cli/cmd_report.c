/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"
#include "output_file.h"
#include "report_document.h"
#include "text.h"

#ifdef WHOHOLDS_HAS_REPORT_PAGE
#include <whoholds_report_page.h>
#else
/* A build without the page (WHOHOLDS_REPORT=OFF) still writes the document, with --json. */
static const unsigned char whoholds_report_page[1];
static const size_t whoholds_report_page_size = 0;
#endif

/* Stands once in the page, in its <script type="application/json">; the build checks that. */
static const char PLACEHOLDER[] = "WHOHOLDS_DOCUMENT";

/* NULL if this build has no page. */
static const unsigned char *find_place(void)
{
    return memmem(whoholds_report_page, whoholds_report_page_size, PLACEHOLDER, strlen(PLACEHOLDER));
}

static void write_page(json_t *document, FILE *out)
{
    const unsigned char *place = find_place(), *rest = place + strlen(PLACEHOLDER);
    fwrite(whoholds_report_page, 1, (size_t)(place - whoholds_report_page), out);
    json_write(document, JSON_FOR_HTML, out);
    fwrite(rest, 1, (size_t)(whoholds_report_page + whoholds_report_page_size - rest), out);
}

static enum wh_status write_file(json_t *document, const struct request *request, FILE *out, struct wh_error *error)
{
    char *page = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&page, &length);
    if (stream)
        write_page(document, stream);
    else
        json_decref(document);
    bool whole = stream && !ferror(stream);
    whole = stream && fclose(stream) == 0 && whole;
    enum wh_status status = whole ? output_file_write(request->output, request->snapshot, page, length, error)
                                  : wh_error_set(error, WH_ERR_RESOURCE, "out of memory for the report");
    free(page);
    if (!status)
        fprintf(out, "%s: %s, to be opened in a browser\n", visible(request->output), size_text(length).text);
    return status;
}

static enum wh_status answer(struct wh_analysis *const *analyses, size_t count, const struct request *request, FILE *out, struct wh_error *error,
                             int *exit_code)
{
    (void)exit_code;
    json_t *document;
    enum wh_status status;
    if (!request->json && !find_place())
        return wh_error_set(error, WH_ERR_RESOURCE, "this build has no report page; 'whoholds report --json' writes what it would show");
    status = report_document(analyses, count, error, &document);
    if (status)
        return status;
    if (request->json)
        json_write(document, JSON_FOR_STREAM, out);
    else if (strcmp(request->output, "-") == 0)
        write_page(document, out);
    else
        return write_file(document, request, out, error);
    return WH_OK;
}

static const char *check(const struct request *request)
{
    if (request->json && request->output)
        return "--json goes to standard output, and -o is for the page";
    return request->json || request->output ? NULL : "no file for the report is given: -o FILE.html";
}

int cmd_report(int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"output", KEY_OUTPUT, "FILE.html", 0, "Where the report goes; - is standard output", 0},
        {"json", KEY_JSON, NULL, 0, "Print the report's document instead of the page", 0},
        OPTION_HELP,
        {0},
    };
    static const struct command command = {
        .name = "report",
        .options = options,
        .arguments = "SNAPSHOT... -o FILE.html",
        .help = "Write the report: one HTML file that needs no network, with the verdict, the dominator tree, types, threads and memory. "
                "Several snapshots of a program make the report of the latest one, with what grew up to it. The file appears when it is whole, and only those can read it who can read the snapshot.\v" HELP_EXIT_CODES
                "Example: whoholds report app-1234-*.whs -o app.html",
        .check = check,
        .answer_several = answer,
    };
    return command_run(&command, argc, argv);
}
