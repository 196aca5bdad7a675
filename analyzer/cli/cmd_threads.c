/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "documents.h"
#include "options.h"
#include "text.h"

/* `i = 199`; of what has no value here, the name. */
static void add_name_and_value(struct text_table *table, const struct wh_local *local)
{
    const char *value = local->object.preview;
    char *text = allocate(strlen(local->name) + strlen(value) + sizeof(" = "));
    sprintf(text, "%s%s%s", local->name, *value ? " = " : "", value);
    text_table_add(table, visible(text));
    free(text);
}

static void add_local(struct text_table *table, const struct wh_local *local)
{
    text_table_add(table, "");
    text_table_add(table, size_text(local->object.retained_bytes).text);
    text_table_add(table, address_text(local->object.address).text);
    text_table_add(table, visible(local->object.type));
    add_name_and_value(table, local);
}

static void print_locals(const struct wh_stack_frame *frame, FILE *out)
{
    static const struct column columns[] = {{"    ", false}, {"retained", true}, {"address", false}, {"type", false}, {"local", false}};
    struct text_table table;
    if (!frame->local_count)
        return;
    text_table_init(&table, columns, sizeof(columns) / sizeof(columns[0]));
    for (size_t i = 0; i < frame->local_count; i++)
        add_local(&table, &frame->locals[i]);
    text_table_print(&table, out);
    text_table_deinit(&table);
}

static void print_frame(const struct wh_stack_frame *frame, FILE *out)
{
    const struct wh_line *line = &frame->line;
    fprintf(out, "  %s:%" PRIu32 " in %s", visible(short_file(line->file)), line->line, visible(line->function));
    if (*line->text)
        fprintf(out, ":  %s", visible(line->text));
    fputc('\n', out);
    print_locals(frame, out);
}

static void print_threads(const struct wh_threads *threads, FILE *out)
{
    for (size_t i = 0; i < threads->count; i++) {
        const struct wh_thread *thread = &threads->threads[i];
        fprintf(out, "%s%sthread %s%s  (ident %" PRIu64 ")\n", i ? "\n" : "", style(STYLE_STRONG), visible(thread->name),
                style(STYLE_NONE), thread->ident);
        for (size_t j = 0; j < thread->frame_count; j++)
            print_frame(&thread->frames[j], out);
    }
    if (!threads->count)
        fputs("The snapshot has no threads.\n", out);
}

static enum wh_status answer(struct wh_analysis *analysis, const struct request *request, FILE *out, struct wh_error *error, int *exit_code)
{
    (void)exit_code;
    struct wh_threads *threads;
    enum wh_status status = wh_threads(analysis, error, &threads);
    if (status)
        return status;
    if (request->json)
        json_write(threads_document(threads), JSON_FOR_STREAM, out);
    else
        print_threads(threads, out);
    wh_threads_free(threads);
    return WH_OK;
}

int cmd_threads(int argc, char **argv)
{
    static const struct argp_option options[] = {OPTION_JSON, OPTION_HELP, {0}};
    static const struct command command = {
        .name = "threads",
        .options = options,
        .arguments = "SNAPSHOT",
        .help = "Show where each thread stood when the snapshot was taken, innermost frame first, and what its local variables retain.\v"
                HELP_EXIT_CODES
                "Example: whoholds threads app-1234-1.whs",
        .answer = answer,
    };
    return command_run(&command, argc, argv);
}
