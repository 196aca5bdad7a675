/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "documents.h"
#include "options.h"
#include "places.h"
#include "text.h"

static void print_state(const struct wh_details *details, FILE *out)
{
    fprintf(out, "%s, ", visible(details->liveness));
    if (details->immortal)
        fputs("immortal", out);
    else
        fprintf(out, "reference count %s", count_text(details->refcount).text);
    fprintf(out, "%s%s\n", details->tracked ? ", tracked by the collector" : "", details->frozen ? ", frozen" : "");
}

static void print_object(const struct wh_details *details, FILE *out)
{
    const struct wh_object *object = &details->object;
    fprintf(out, "%s%s%s\n", style(STYLE_STRONG), visible(details->expression), style(STYLE_NONE));
    fprintf(out, "%s at %s", visible(object->type), address_text(object->address).text);
    if (object->length != UINT64_MAX)
        fprintf(out, ", %s %s", count_text(object->length).text, plural(object->length, "item", "items"));
    fputc('\n', out);
    if (details->matching > 1)
        fprintf(out, "the first of %s objects, the largest first ('whoholds find' lists them)\n", count_text(details->matching).text);
    if (*object->preview)
        fprintf(out, "%s\n", visible(object->preview));
    fprintf(out, "own %s, retains %s in %s %s\n", exact_size_text(object->shallow_bytes).text,
            exact_size_text(object->retained_bytes).text, count_text(object->retained_objects).text,
            plural(object->retained_objects, "object", "objects"));
    print_state(details, out);
}

/* `['k'] = 'value'`; of what refers to the object the name alone. */
static void add_name_and_value(struct text_table *table, const char *name, const char *value, bool with_value)
{
    with_value &= *value != '\0';
    char *text = allocate(strlen(name) + strlen(value) + sizeof(" = "));
    sprintf(text, "%s%s%s", name, with_value ? " = " : "", with_value ? value : "");
    text_table_add(table, visible(text));
    free(text);
}

static void add_reference(struct text_table *table, const struct wh_reference *reference)
{
    text_table_add(table, size_text(reference->object.retained_bytes).text);
    text_table_add(table, address_text(reference->object.address).text);
    text_table_add(table, visible(reference->object.type));
    text_table_add(table, reference->weak ? "weak" : "");
    add_name_and_value(table, *reference->name ? reference->name : reference->label, reference->object.preview, !*reference->name);
}

static void print_references(const char *title, const struct wh_reference *references, size_t shown, uint64_t count, FILE *out)
{
    static const struct column columns[] = {{"retained", true}, {"address", false}, {"type", false}, {"    ", false}, {"reference", false}};
    struct text_table table;
    fprintf(out, "\n%s: %s\n", title, count_text(count).text);
    if (!shown)
        return;
    text_table_init(&table, columns, sizeof(columns) / sizeof(columns[0]));
    for (size_t i = 0; i < shown; i++)
        add_reference(&table, &references[i]);
    text_table_print(&table, out);
    text_table_deinit(&table);
    if (count > shown)
        fprintf(out, "… and %s more\n", count_text(count - shown).text);
}

static void print_provenance(const struct wh_provenance *provenance, FILE *out)
{
    if (provenance->has_store)
        fprintf(out, "%s of %s places in use%s\n", count_text(provenance->length).text, count_text(provenance->capacity).text,
                provenance->bounded ? ", never more than these" : "");
    if (provenance->has_calls)
        fprintf(out, "%s %s, %s %s\n", count_text(provenance->hits).text, plural(provenance->hits, "hit", "hits"),
                count_text(provenance->misses).text, plural(provenance->misses, "miss", "misses"));
    for (size_t i = 0; i < provenance->held_at_count; i++) {
        fprintf(out, "%-14s", i ? "" : "filled at");
        place_print_evidence(&provenance->held_at[i], out);
    }
    if (provenance->allocated) {
        fprintf(out, "%-14s", "allocated at");
        place_print(&provenance->allocated_at, out);
        place_print_via(&provenance->allocated_at, out);
    }
}

static void print_details(const struct wh_details *details, const struct wh_provenance *provenance, FILE *out)
{
    print_object(details, out);
    print_provenance(provenance, out);
    print_references("refers to", details->references, details->references_shown, details->reference_count, out);
    print_references("referred to by", details->referrers, details->referrers_shown, details->referrer_count, out);
    print_references("keeps alive alone", details->dominated, details->dominated_shown, details->dominated_count, out);
}

static enum wh_status answer(struct wh_analysis *analysis, const struct request *request, FILE *out, struct wh_error *error, int *exit_code)
{
    (void)exit_code;
    struct wh_details *details;
    struct wh_provenance *provenance;
    enum wh_status status = wh_show(analysis, &request->query, error, &details);
    if (status)
        return status;
    status = wh_provenance(analysis, &request->query, error, &provenance);
    if (!status && request->json)
        json_write(details_document(details, provenance), JSON_FOR_STREAM, out);
    else if (!status)
        print_details(details, provenance, out);
    wh_details_free(details);
    wh_provenance_free(provenance);
    return status;
}

int cmd_show(int argc, char **argv)
{
    static const struct argp_option options[] = {
        OPTIONS_OBJECTS,
        {"limit", KEY_LIMIT, "N", 0, "Show N entries of each list at most; default 20", 0},
        OPTION_JSON,
        OPTION_HELP,
        {0},
    };
    static const struct command command = {
        .name = "show",
        .options = options,
        .arguments = ARGUMENTS_OBJECTS,
        .help = "Show one object: its type, sizes and state, the lines that fill it with their "
                "evidence, what it refers to, what refers to it, and what it alone keeps alive.\v"
                HELP_CONDITIONS HELP_EXIT_CODES
                "Example: whoholds show app-1234-1.whs --expr app.cache",
        .query = QUERY_ONE,
        .answer = answer,
    };
    return command_run(&command, argc, argv);
}
