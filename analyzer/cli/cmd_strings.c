/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "documents.h"
#include "options.h"
#include "text.h"

enum { HOLDERS_SHOWN = 3 };

static void print_mass(const char *name, const struct wh_mass *mass, FILE *out)
{
    fprintf(out, "%-9s %s, %s\n", name, count_text(mass->objects).text, exact_size_text(mass->bytes).text);
}

/* The contents as far as they are there, else what they are. */
static void print_contents(const struct wh_object *object, FILE *out)
{
    if (*object->preview)
        fprintf(out, "%s", visible(object->preview));
    else
        fprintf(out, "%s at %s", visible(object->type), address_text(object->address).text);
}

static void print_string(const struct wh_string *string, FILE *out)
{
    fprintf(out, "%12s  ", size_text(string->object.shallow_bytes).text);
    print_contents(&string->object, out);
    fprintf(out, "%s\n%14s%s\n", string->interned ? "  (interned)" : "", "", visible(string->name));
}

static void print_group(const struct wh_string_group *group, FILE *out)
{
    fprintf(out, "%12s  %s × ", size_text(group->wasted).text, count_text(group->copies).text);
    print_contents(&group->example.object, out);
    fputc('\n', out);
    for (size_t i = 0; i < group->holder_count && i < HOLDERS_SHOWN; i++)
        fprintf(out, "%14s%s × %s\n", "", count_text(group->holders[i].count).text, visible(group->holders[i].name));
    fprintf(out, "%14sfor one: %s\n", "", visible(group->example.name));
}

static void print_strings(const struct wh_strings *strings, FILE *out)
{
    print_mass("str", &strings->strings, out);
    print_mass("bytes", &strings->bytes, out);
    print_mass("interned", &strings->interned, out);
    fprintf(out, "\n%sthe largest%s\n", style(STYLE_STRONG), style(STYLE_NONE));
    for (size_t i = 0; i < strings->largest_count; i++)
        print_string(&strings->largest[i], out);
    fprintf(out, "\n%sthe same contents more than once%s: ", style(STYLE_STRONG), style(STYLE_NONE));
    if (!strings->duplicates_known)
        fputs("the snapshot does not tell (values=none)\n", out);
    else
        fprintf(out, "at least %s objects, %s too much\n", count_text(strings->duplicates).text, exact_size_text(strings->wasted).text);
    for (size_t i = 0; i < strings->group_count; i++)
        print_group(&strings->groups[i], out);
    if (strings->omitted_groups)
        fprintf(out, "… and %s more\n", count_text(strings->omitted_groups).text);
}

static enum wh_status answer(struct wh_analysis *analysis, const struct request *request, FILE *out, struct wh_error *error, int *exit_code)
{
    (void)exit_code;
    struct wh_strings *strings;
    enum wh_status status = wh_strings(analysis, request->limit, error, &strings);
    if (status)
        return status;
    if (request->json)
        json_write(strings_document(strings), JSON_FOR_STREAM, out);
    else
        print_strings(strings, out);
    wh_strings_free(strings);
    return WH_OK;
}

int cmd_strings(int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"limit", KEY_LIMIT, "N", 0, "Show N entries of each list at most; default 10", 0},
        OPTION_JSON,
        OPTION_HELP,
        {0},
    };
    static const struct command command = {
        .name = "strings",
        .options = options,
        .arguments = "SNAPSHOT",
        .help = "Show strings and bytes objects: the largest, and those whose contents are there most often, with what holds them. Names, constants "
                "and docstrings of code are no duplicates. What is alike is told by keyed hashes: contents are shown only as far as the snapshot has "
                "them. Duplicates are a lower bound: values that are rare are forgotten.\vJSON: whoholds.strings/1.\n\n" HELP_EXIT_CODES
                "Example: whoholds strings app-1234-1.whs --limit 20",
        .answer = answer,
    };
    return command_run(&command, argc, argv);
}
