/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "documents.h"
#include "options.h"
#include "text.h"

/* Have all that were found one type? Then it is said once. */
static bool is_of_one_type(const struct wh_found *found, const struct request *request)
{
    bool one = (request->query.type && !strpbrk(request->query.type, "*?")) || found->row_count == found->all.objects;
    for (size_t i = 1; i < found->row_count; i++)
        one &= strcmp(found->rows[i].object.type, found->rows[0].object.type) == 0;
    return one && found->row_count > 0;
}

/* `app.cache['k'] = 'value'`. A class' or function's name says what it is already. */
static void add_name(struct text_table *table, const struct wh_found_row *row)
{
    size_t name = strlen(row->name), value = strlen(row->object.preview);
    bool said = !value || (value <= name && !strcmp(row->name + name - value, row->object.preview));
    char *text = allocate(name + value + sizeof(" = "));
    sprintf(text, "%s%s%s", row->name, said ? "" : " = ", said ? "" : row->object.preview);
    text_table_add(table, visible(text));
    free(text);
}

static void add_row(struct text_table *table, const struct wh_found_row *row, bool with_type)
{
    const struct wh_object *object = &row->object;
    text_table_add(table, size_text(object->retained_bytes).text);
    text_table_add(table, size_text(object->shallow_bytes).text);
    text_table_add(table, object->length == UINT64_MAX ? "" : count_text(object->length).text);
    text_table_add(table, address_text(object->address).text);
    if (with_type)
        text_table_add(table, visible(object->type));
    add_name(table, row);
}

static void print_found(const struct wh_found *found, const struct request *request, FILE *out)
{
    static const struct column with_type[] = {{"retained", true}, {"own", true}, {"length", true}, {"address", false}, {"type", false}, {"name, value", false}};
    static const struct column without[] = {{"retained", true}, {"own", true}, {"length", true}, {"address", false}, {"name, value", false}};
    bool one = is_of_one_type(found, request);
    struct text_table table;
    if (one)
        fprintf(out, "%s × %s", count_text(found->all.objects).text, visible(found->rows[0].object.type));
    else
        fprintf(out, "%s %s", count_text(found->all.objects).text, plural(found->all.objects, "object", "objects"));
    fprintf(out, ", %s of their own", exact_size_text(found->all.bytes).text);
    if (found->garbage)
        fprintf(out, "; nothing holds %s of them", found->garbage == found->all.objects ? "any" : count_text(found->garbage).text);
    fputc('\n', out);
    text_table_init(&table, one ? without : with_type, one ? 5 : 6);
    for (size_t i = 0; i < found->row_count; i++)
        add_row(&table, &found->rows[i], !one);
    text_table_print(&table, out);
    text_table_deinit(&table);
    if (found->all.objects > found->row_count)
        fprintf(out, "… and %s more\n", count_text(found->all.objects - found->row_count).text);
}

static enum wh_status answer(struct wh_analysis *analysis, const struct request *request, FILE *out, struct wh_error *error, int *exit_code)
{
    (void)exit_code;
    struct wh_found *found;
    enum wh_status status = wh_find(analysis, &request->query, error, &found);
    if (status)
        return status;
    if (request->json)
        json_write(found_document(found), JSON_FOR_STREAM, out);
    else
        print_found(found, request, out);
    wh_found_free(found);
    return WH_OK;
}

int cmd_find(int argc, char **argv)
{
    static const struct argp_option options[] = {
        OPTIONS_OBJECTS,
        {"limit", KEY_LIMIT, "N", 0, "Show N objects at most; default 20", 0},
        OPTION_JSON,
        OPTION_HELP,
        {0},
    };
    static const struct command command = {
        .name = "find",
        .options = options,
        .arguments = ARGUMENTS_OBJECTS,
        .help = "List objects, the largest first, by what they are: those of a type, a class, a module, those that an expression names, and of all these "
                "those that fulfil conditions. path, show, tree, retained, cut and export take objects by the same options.\v"
                HELP_CONDITIONS "JSON: whoholds.found/1.\n\n" HELP_EXIT_CODES
                "Example: whoholds find app-1234-1.whs --type dict --where 'len > 1000 and refcount = 1'",
        .query = QUERY_ONE,
        .answer = answer,
    };
    return command_run(&command, argc, argv);
}
