/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The documents of cut and retained. */
#include "documents.h"

static json_t *place_json(const struct wh_object *object)
{
    return json_make("{so so}", "address", json_address(object->address), "type", json_text(object->type));
}

static json_t *object_json(const struct wh_object *object)
{
    return json_make("{so so so}", "address", json_address(object->address), "type", json_text(object->type), "retained_bytes",
                     json_count(object->retained_bytes));
}

static json_t *reference_json(const void *item)
{
    const struct wh_cut_reference *reference = item;
    return json_make("{so so so so so so so}", "reference", json_text(reference->reference), "label", json_text(reference->label), "from",
                     place_json(&reference->from), "to", place_json(&reference->to), "exclusive_bytes", json_count(reference->exclusive_bytes),
                     "exclusive_objects", json_count(reference->exclusive_objects), "cumulative_bytes", json_count(reference->cumulative_bytes));
}

static json_t *remaining_json(const void *item)
{
    const struct wh_remaining *remaining = item;
    return json_make("{so so sb}", "object", object_json(&remaining->object), "held_by", json_text(remaining->held_by), "target",
                     remaining->target);
}

static json_t *share_json(const void *item)
{
    const struct wh_share *share = item;
    return json_make("{so so so so}", "holder", json_text(share->holder), "references", json_count(share->references), "exclusive_bytes",
                     json_count(share->exclusive_bytes), "exclusive_objects", json_count(share->exclusive_objects));
}

static json_t *counts_json(const struct wh_cut *cut)
{
    return json_make("{ss so so so so sb so so}", "schema", "whoholds.cut/1", "targets", json_count(cut->targets), "freed_targets",
                     json_count(cut->freed_targets), "fixed_targets", json_count(cut->fixed_targets), "garbage_targets",
                     json_count(cut->garbage_targets), "complete", cut->complete, "stopped_at", json_text(cut->stopped_at), "references",
                     json_count(cut->reference_count));
}

static json_t *asked_json(const struct wh_cut *cut)
{
    if (!cut->asks_for_one)
        return json_null();
    return json_make("{so so}", "name", json_text(cut->asked.name), "object", object_json(&cut->asked.object));
}

json_t *cut_document(const struct wh_cut *cut)
{
    json_t *most = json_make("{so so}", "references", json_count(cut->most.references), "bytes", json_count(cut->most.bytes));
    json_t *freed = json_make("{so so}", "objects", json_count(cut->freed.objects), "bytes", json_count(cut->freed.bytes));
    json_t *lists = json_make("{so so so so so so so so}", "asked", asked_json(cut), "most", most, "cut",
                              json_list(cut->references, cut->references_shown, sizeof(*cut->references), reference_json), "freed", freed,
                              "remaining", json_count(cut->remaining_count), "remains",
                              json_list(cut->remaining, cut->remaining_shown, sizeof(*cut->remaining), remaining_json), "shares",
                              json_list(cut->shares, cut->shares_shown, sizeof(*cut->shares), share_json), "shared_bytes",
                              json_count(cut->shared_bytes));
    return json_extend(counts_json(cut), lists);
}

static json_t *name_of_reference_json(const void *item)
{
    return json_text(((const struct wh_cut_reference *)item)->reference);
}

json_t *way_cut_json(const struct wh_cut *cut)
{
    return json_make("{sb so so}", "complete", cut->complete, "references",
                     json_list(cut->references, cut->references_shown, sizeof(*cut->references), name_of_reference_json), "references_omitted",
                     json_count(cut->reference_count - cut->references_shown));
}

/* --- retained --- */

static json_t *mass_json(const struct wh_mass *mass)
{
    return json_make("{so so}", "objects", json_count(mass->objects), "bytes", json_count(mass->bytes));
}

json_t *retained_document(const struct wh_retained *retained)
{
    return json_make("{ss so so so so so}", "schema", "whoholds.retained/1", "members", mass_json(&retained->members), "garbage_members",
                     json_count(retained->garbage_members), "retained", mass_json(&retained->exact), "top_members", json_count(retained->top_members), "top_sum", mass_json(&retained->top_sum));
}
