/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Documents of what rules find, and of the views beside them: triage, waste, strings, garbage. */
#include "documents.h"

static json_t *mass_json(const struct wh_mass *mass)
{
    return json_make("{so so}", "objects", json_count(mass->objects), "bytes", json_count(mass->bytes));
}

static json_t *example_json(const struct wh_object *object)
{
    return json_make("{so so so so}", "address", json_address(object->address), "type", json_text(object->type), "shallow_bytes",
                     json_count(object->shallow_bytes), "retained_bytes", json_count(object->retained_bytes));
}

static json_t *offender_json(const void *item)
{
    const struct wh_offender *offender = item;
    return json_make("{so so so so so}", "name", json_text(offender->name), "object", example_json(&offender->object), "count",
                     json_count(offender->count), "bytes", json_count(offender->bytes), "detail", json_text(offender->detail));
}

static json_t *finding_json(const void *item)
{
    const struct wh_finding *finding = item;
    return json_make("{so so so so sb so so so so}", "id", json_text(finding->id), "title", json_text(finding->title), "sentence",
                     json_text(finding->sentence), "query", json_text(finding->query), "known", finding->known, "count",
                     json_count(finding->count), "bytes", json_count(finding->bytes), "offenders",
                     json_list(finding->offenders, finding->offender_count, sizeof(*finding->offenders), offender_json), "omitted",
                     json_count(finding->omitted));
}

static json_t *findings_json(const struct wh_triage *triage)
{
    return json_list(triage->findings, triage->count, sizeof(*triage->findings), finding_json);
}

json_t *triage_document(const struct wh_triage *triage)
{
    return json_make("{ss so so so so}", "schema", "whoholds.triage/1", "rules", json_count(triage->rules), "live_bytes",
                     json_count(triage->live_bytes), "threshold_bytes", json_count(triage->threshold), "findings", findings_json(triage));
}

json_t *waste_document(const struct wh_triage *waste)
{
    return json_make("{ss so so}", "schema", "whoholds.waste/1", "live_bytes", json_count(waste->live_bytes), "kinds", findings_json(waste));
}

/* --- strings --- */

static json_t *string_json(const void *item)
{
    const struct wh_string *string = item;
    const struct wh_object *object = &string->object;
    json_t *json = json_make("{so so so so sb so}", "address", json_address(object->address), "type", json_text(object->type), "shallow_bytes",
                             json_count(object->shallow_bytes), "preview", json_text(object->preview), "interned", string->interned, "name",
                             json_text(string->name));
    return object->length == UINT64_MAX ? json : json_extend(json, json_make("{so}", "length", json_count(object->length)));
}

static json_t *holder_json(const void *item)
{
    const struct wh_string_holder *holder = item;
    return json_make("{so so}", "name", json_text(holder->name), "count", json_count(holder->count));
}

static json_t *string_group_json(const void *item)
{
    const struct wh_string_group *group = item;
    return json_make("{so so so so so so}", "example", string_json(&group->example), "copies", json_count(group->copies), "bytes",
                     json_count(group->bytes), "wasted_bytes", json_count(group->wasted), "holders",
                     json_list(group->holders, group->holder_count, sizeof(*group->holders), holder_json), "elsewhere",
                     json_count(group->elsewhere));
}

json_t *strings_document(const struct wh_strings *strings)
{
    json_t *duplicates = json_make("{sb so so so so}", "known", strings->duplicates_known, "objects", json_count(strings->duplicates),
                                   "wasted_bytes", json_count(strings->wasted), "groups",
                                   json_list(strings->groups, strings->group_count, sizeof(*strings->groups), string_group_json), "omitted",
                                   json_count(strings->omitted_groups));
    return json_make("{ss so so so so so}", "schema", "whoholds.strings/1", "str", mass_json(&strings->strings), "bytes",
                     mass_json(&strings->bytes), "interned", mass_json(&strings->interned), "largest",
                     json_list(strings->largest, strings->largest_count, sizeof(*strings->largest), string_json), "duplicates", duplicates);
}

/* --- garbage --- */

static json_t *group_json(const void *item)
{
    const struct wh_garbage_group *group = item;
    return json_make("{so so so so sb so so}", "type", json_text(group->type), "entries", json_count(group->entries), "objects",
                     json_count(group->mass.objects), "bytes", json_count(group->mass.bytes), "finalizer", group->finalizer, "example",
                     example_json(&group->example), "cycle", json_text(group->cycle));
}

static json_t *native_json(const void *item)
{
    const struct wh_native *native = item;
    return json_make("{so so so}", "object", example_json(&native->object), "unaccounted", json_count(native->unaccounted), "sentence",
                     json_text(native->sentence));
}

static json_t *generation_json(const void *item)
{
    const struct wh_generation *generation = item;
    return json_make("{so so so}", "threshold", json_count(generation->threshold), "count", json_count(generation->count), "collections",
                     json_count(generation->collections));
}

static json_t *collector_json(const struct wh_collector *collector)
{
    size_t generations = collector->known ? collector->generation_count : 0;
    return json_make("{sb sb sb so so so}", "known", collector->known, "enabled", collector->enabled, "collecting", collector->collecting,
                     "generations", json_list(collector->generations, generations, sizeof(*collector->generations), generation_json),
                     "frozen", mass_json(&collector->frozen), "garbage_list", json_count(collector->garbage_list));
}

json_t *garbage_document(const struct wh_garbage *garbage)
{
    return json_make("{ss so so so so so so so so}", "schema", "whoholds.garbage/1", "garbage", mass_json(&garbage->garbage), "native",
                     mass_json(&garbage->native), "collector", collector_json(&garbage->collector), "entries", json_count(garbage->entries),
                     "groups", json_list(garbage->groups, garbage->group_count, sizeof(*garbage->groups), group_json), "groups_omitted",
                     json_count(garbage->omitted_groups), "native_objects",
                     json_list(garbage->natives, garbage->native_count, sizeof(*garbage->natives), native_json), "native_objects_omitted",
                     json_count(garbage->omitted_natives));
}
