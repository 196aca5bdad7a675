/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "documents.h"
#include "options.h"
#include "text.h"

static void print_interpreters_that(const struct wh_info *info, bool left_out, const char *meaning, FILE *out)
{
    size_t count = 0;
    for (size_t i = 1; i < info->interpreter_count; i++)
        count += info->interpreters[i].left_out == left_out;
    if (!count)
        return;
    fprintf(out, "others     %s", plural(count, "subinterpreter", "subinterpreters"));
    const char *before = " ";
    for (size_t i = 1; i < info->interpreter_count; i++) {
        if (info->interpreters[i].left_out != left_out)
            continue;
        fprintf(out, "%s%" PRIu64, before, info->interpreters[i].id);
        before = ", ";
    }
    fprintf(out, ": %s\n", meaning);
}

static void print_origin(const struct wh_info *info, FILE *out)
{
    fprintf(out, "snapshot   %s, %s%s\n", visible(info->file), exact_size_text(info->file_bytes).text, info->compressed ? ", compressed" : "");
    fprintf(out, "process    %s, pid %" PRIu64 ", CPython %s\n", visible(info->program), info->pid, visible(info->python));
    fprintf(out, "taken      %s, trigger %s, mode %s, values %s%s\n", time_text(info->created_ns).text, visible(info->trigger),
            visible(info->mode), visible(info->values), info->collecting ? ", during a garbage collection" : "");
    fprintf(out, "took       %s from trigger to file; the process stood still for %s\n", duration_text(info->dump_ns).text,
            duration_text(info->pause_ns).text);
    if (info->interrupted)
        fputs("           native code held the GIL and was interrupted: what it was changing may be in disorder\n", out);
    fprintf(out, "recorder   %s\n", visible(info->recorder));
    print_interpreters_that(info, false, "in this snapshot, too", out);
    print_interpreters_that(info, true, "left out, with a GIL of its own and not stopped", out);
}

static void print_mass(const char *name, const struct wh_mass *mass, const char *meaning, FILE *out)
{
    fprintf(out, "  %-8s %s %s, %s%s\n", name, count_text(mass->objects).text, plural(mass->objects, "object", "objects"),
            exact_size_text(mass->bytes).text, meaning);
}

static void print_counts(const struct wh_info *info, FILE *out)
{
    const struct { uint64_t count; const char *one, *many; } counts[] = {
        {info->references, "reference", "references"}, {info->types, "type", "types"},
        {info->threads, "thread", "threads"},          {info->frames, "frame", "frames"},
        {info->code_objects, "code object", "code objects"},
    };
    fputs("           ", out);
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
        fprintf(out, "%s%s %s", i ? ", " : "", count_text(counts[i].count).text, plural(counts[i].count, counts[i].one, counts[i].many));
    fputc('\n', out);
}

static void print_heap(const struct wh_info *info, FILE *out)
{
    fprintf(out, "heap       %s %s, %s\n", count_text(info->objects).text, plural(info->objects, "object", "objects"),
            exact_size_text(info->bytes).text);
    print_mass("live", &info->live, "", out);
    print_mass("garbage", &info->garbage, " (unreachable, not collected yet)", out);
    print_mass("native", &info->native, " (of the live ones, held by native code alone)", out);
    print_counts(info, out);
    if (info->dangling)
        fprintf(out, "           %s %s to objects that were not written\n", count_text(info->dangling).text,
                plural(info->dangling, "reference leads", "references lead"));
}

/* What the lines of the account say; others are shown as they stand in the snapshot. */
static const char *line_text(const char *name)
{
    static const struct { const char *name, *text; } texts[] = {
        {"rounding", "rounding of their blocks"},       {"pymalloc_headers", "heads of pymalloc's pools"},
        {"pymalloc_free", "free blocks of pymalloc"},   {"file", "mapped files"},
        {"library_data", "data of programs, libraries"}, {"thread_stacks", "stacks of threads"},
        {"shmem", "shared memory"},                     {"recorder", "whoholds' recorder"},
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
        if (strcmp(name, texts[i].name) == 0)
            return texts[i].text;
    return visible(name);
}

static void print_bytes(const char *text, uint64_t bytes, FILE *out)
{
    fprintf(out, "  %-28s %s\n", text, exact_size_text(bytes).text);
}

static bool is_count(const char *name)
{
    static const char end[] = "_count";
    size_t length = strlen(name);
    return length >= sizeof(end) && strcmp(name + length - (sizeof(end) - 1), end) == 0;
}

static void print_account(const struct wh_info *info, bool explains, FILE *out)
{
    for (size_t i = 0; i < info->account_count; i++) {
        const struct wh_account_line *line = &info->account[i];
        if (line->explains != explains)
            continue;
        if (is_count(line->name))
            fprintf(out, "  %-28s %s\n", visible(line->name), count_text(line->bytes).text);
        else
            print_bytes(explains ? line_text(line->name) : visible(line->name), line->bytes, out);
    }
}

static void print_memory(const struct wh_info *info, FILE *out)
{
    if (!info->rss) {
        fputs("memory     the snapshot does not say how much the process used\n", out);
    } else {
        fprintf(out, "memory     %s resident, %s of it accounted for\n", exact_size_text(info->rss).text,
                percent_text((double)info->accounted / (double)info->rss).text);
        print_bytes("Python objects", info->bytes > info->static_bytes ? info->bytes - info->static_bytes : 0, out);
        print_account(info, true, out);
        print_bytes("not accounted for", info->rss - info->accounted, out);
        fputs("           as the kernel and the allocators tell it\n", out);
    }
    print_account(info, false, out);
}

static void print_info(const struct wh_info *info, FILE *out)
{
    print_origin(info, out);
    print_heap(info, out);
    print_memory(info, out);
}

static enum wh_status answer(struct wh_analysis *analysis, const struct request *request, FILE *out, struct wh_error *error, int *exit_code)
{
    (void)exit_code;
    const struct wh_info *info;
    enum wh_status status = wh_info(analysis, error, &info);
    if (status)
        return status;
    if (request->json)
        json_write(info_document(info), JSON_FOR_STREAM, out);
    else
        print_info(info, out);
    return WH_OK;
}

int cmd_info(int argc, char **argv)
{
    static const struct argp_option options[] = {OPTION_JSON, OPTION_HELP, {0}};
    static const struct command command = {
        .name = "info",
        .options = options,
        .arguments = "SNAPSHOT",
        .help = "Say what a snapshot is: of which process, when and how it was taken, how many objects it has, how many of them are live, "
                "and what the process' memory was used for.\v" HELP_EXIT_CODES
                "Example: whoholds info app-1234-1.whs",
        .answer = answer,
    };
    return command_run(&command, argc, argv);
}
