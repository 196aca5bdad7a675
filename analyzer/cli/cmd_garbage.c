/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "documents.h"
#include "options.h"
#include "text.h"

static void print_mass(const char *name, const struct wh_mass *mass, FILE *out)
{
    fprintf(out, "%s%s%s: %s %s, %s\n", style(STYLE_STRONG), name, style(STYLE_NONE), count_text(mass->objects).text,
            plural(mass->objects, "object", "objects"), exact_size_text(mass->bytes).text);
}

static void print_collector(const struct wh_collector *collector, FILE *out)
{
    fprintf(out, "%scollector%s: ", style(STYLE_STRONG), style(STYLE_NONE));
    if (!collector->known)
        fputs("the snapshot does not tell", out);
    else
        fputs(collector->enabled ? "on" : "OFF", out);
    for (unsigned i = 0; collector->known && i < collector->generation_count; i++)
        fprintf(out, "; generation %u: count %s of %s", i, count_text(collector->generations[i].count).text,
                count_text(collector->generations[i].threshold).text);
    fputs(collector->collecting ? "; it was at work\n" : "\n", out);
    if (collector->frozen.objects)
        print_mass("frozen", &collector->frozen, out);
    if (collector->garbage_list)
        fprintf(out, "%sgc.garbage%s: %s %s\n", style(STYLE_STRONG), style(STYLE_NONE), count_text(collector->garbage_list).text,
                plural(collector->garbage_list, "object", "objects"));
}

static void print_group(const struct wh_garbage_group *group, FILE *out)
{
    fprintf(out, "%12s  %s × %s%s, %s %s\n", size_text(group->mass.bytes).text, count_text(group->entries).text, visible(group->type),
            group->finalizer ? " (has __del__)" : "", count_text(group->mass.objects).text, plural(group->mass.objects, "object", "objects"));
    fprintf(out, "%12s  %s", "", address_text(group->example.address).text);
    if (*group->example.preview)
        fprintf(out, " (%s)", visible(group->example.preview));
    if (*group->cycle)
        fprintf(out, " holds itself: %s", visible(group->cycle));
    fputc('\n', out);
}

static void print_native(const struct wh_native *native, FILE *out)
{
    fprintf(out, "%12s  %s at %s", size_text(native->object.retained_bytes).text, visible(native->object.type),
            address_text(native->object.address).text);
    if (*native->object.preview)
        fprintf(out, " (%s)", visible(native->object.preview));
    fprintf(out, ", %s\n", visible(native->sentence));
}

static void print_more(uint64_t omitted, FILE *out)
{
    if (omitted)
        fprintf(out, "%12s  … and %s more\n", "", count_text(omitted).text);
}

static void print_garbage(const struct wh_garbage *garbage, FILE *out)
{
    print_mass("garbage", &garbage->garbage, out);
    for (size_t i = 0; i < garbage->group_count; i++)
        print_group(&garbage->groups[i], out);
    print_more(garbage->omitted_groups, out);
    fputc('\n', out);
    print_mass("held by native code alone", &garbage->native, out);
    for (size_t i = 0; i < garbage->native_count; i++)
        print_native(&garbage->natives[i], out);
    print_more(garbage->omitted_natives, out);
    fputc('\n', out);
    print_collector(&garbage->collector, out);
}

static enum wh_status answer(struct wh_analysis *analysis, const struct request *request, FILE *out, struct wh_error *error, int *exit_code)
{
    (void)exit_code;
    struct wh_garbage *garbage;
    enum wh_status status = wh_garbage(analysis, request->limit, error, &garbage);
    if (status)
        return status;
    if (request->json)
        json_write(garbage_document(garbage), JSON_FOR_STREAM, out);
    else
        print_garbage(garbage, out);
    wh_garbage_free(garbage);
    return WH_OK;
}

int cmd_garbage(int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"limit", KEY_LIMIT, "N", 0, "Show N rows of each list at most; default 20", 0},
        OPTION_JSON,
        OPTION_HELP,
        {0},
    };
    static const struct command command = {
        .name = "garbage",
        .options = options,
        .arguments = "SNAPSHOT",
        .help = "Show what no root reaches and waits for the cyclic collector: by the type of the object at which a group is entered, with what "
                "goes when the group is broken there, and how one of them holds itself. Then what native code alone holds: objects with references "
                "that no Python object accounts for. And the state of the collector.\vJSON: whoholds.garbage/1.\n\n" HELP_EXIT_CODES
                "Example: whoholds garbage app-1234-1.whs",
        .answer = answer,
    };
    return command_run(&command, argc, argv);
}
