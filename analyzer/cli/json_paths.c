/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "documents.h"

static json_t *hop_json(const void *item)
{
    const struct wh_hop *hop = item;
    return json_make("{so so so so sb}", "label", json_text(hop->label), "type", json_text(hop->object.type), "address",
                     json_address(hop->object.address), "retained_bytes", json_count(hop->object.retained_bytes), "dominator",
                     hop->dominator);
}

json_t *hops_json(const struct wh_path *path)
{
    return json_list(path->hops, path->hop_count, sizeof(*path->hops), hop_json);
}

/* The object that the path leads to; without hops, none. */
static json_t *end_json(const struct wh_path *path)
{
    const struct wh_object *object = path->hop_count ? &path->hops[path->hop_count - 1].object : NULL;
    return json_make("{so so}", "address", json_address(object ? object->address : 0), "type", json_text(object ? object->type : ""));
}

static json_t *path_json(const void *item)
{
    const struct wh_path *path = item;
    json_t *root = json_make("{so so}", "kind", json_text(path->root_kind), "name", json_text(path->root_name));
    return json_make("{so so so so}", "object", end_json(path), "root", root, "expression", json_text(path->expression), "hops",
                     hops_json(path));
}

json_t *paths_document(const struct wh_paths *paths)
{
    return json_make("{ss so so}", "schema", "whoholds.paths/1", "matching", json_count(paths->matching), "paths",
                     json_list(paths->paths, paths->count, sizeof(*paths->paths), path_json));
}

/* --- paths that are drawn --- */

/* In hundredths, so that the document has integers only. */
static json_t *drawn_x_json(double x)
{
    return json_integer((json_int_t)(x * 100 + 0.5));
}

static json_t *drawn_node_json(const void *item)
{
    const struct wh_drawn_node *node = item;
    return json_make("{so so so so sb sb sb so so}", "name", json_text(node->name), "type", json_text(node->object.type), "address",
                     json_address(node->object.address), "retained", json_count(node->object.retained_bytes), "first", node->first, "target",
                     node->target, "dominator", node->dominator, "layer", json_count(node->layer), "x", drawn_x_json(node->x));
}

static json_t *bend_json(const void *item)
{
    const struct wh_bend *bend = item;
    return json_make("[o o]", json_count(bend->layer), drawn_x_json(bend->x));
}

static json_t *drawn_edge_json(const void *item)
{
    const struct wh_drawn_edge *edge = item;
    return json_make("{so so so so}", "from", json_count(edge->from), "to", json_count(edge->to), "label", json_text(edge->label), "bends",
                     json_list(edge->bends, edge->bend_count, sizeof(*edge->bends), bend_json));
}

json_t *ways_json(const struct wh_paths *paths, const struct wh_drawing *drawing)
{
    return json_make("{so so so}", "paths", json_list(paths->paths, paths->count, sizeof(*paths->paths), path_json), "nodes",
                     json_list(drawing->nodes, drawing->node_count, sizeof(*drawing->nodes), drawn_node_json), "edges",
                     json_list(drawing->edges, drawing->edge_count, sizeof(*drawing->edges), drawn_edge_json));
}

/* --- merged paths --- */

static json_t *merged_row_json(const void *item)
{
    const struct wh_merged_row *row = item;
    return json_make("{so so so so so so so}", "parent", json_integer(row->parent), "name", json_text(row->name), "type",
                     json_text(row->object.type), "address", json_address(row->object.address), "count", json_count(row->count), "share",
                     json_share(row->share), "hidden", json_count(row->hidden));
}

json_t *merged_document(const struct wh_merged *merged)
{
    return json_make("{ss so so so so}", "schema", "whoholds.merged/1", "matching", json_count(merged->matching), "reached",
                     json_count(merged->reached), "hidden", json_count(merged->hidden), "rows",
                     json_list(merged->rows, merged->row_count, sizeof(*merged->rows), merged_row_json));
}

/* --- one object --- */

static json_t *reference_json(const void *item)
{
    const struct wh_reference *reference = item;
    return json_make("{so so so so so so sb}", "label", json_text(reference->label), "name", json_text(reference->name), "type", json_text(reference->object.type), "address",
                     json_address(reference->object.address), "shallow_bytes", json_count(reference->object.shallow_bytes),
                     "retained_bytes", json_count(reference->object.retained_bytes), "weak", reference->weak);
}

static json_t *references_json(const struct wh_reference *references, size_t count)
{
    return json_list(references, count, sizeof(*references), reference_json);
}

static json_t *object_json(const struct wh_object *object)
{
    json_t *value = json_make("{so so so so so so}", "address", json_address(object->address), "type", json_text(object->type),
                              "shallow_bytes", json_count(object->shallow_bytes), "retained_bytes", json_count(object->retained_bytes),
                              "retained_objects", json_count(object->retained_objects), "preview", json_text(object->preview));
    if (object->length != UINT64_MAX)
        json_object_set_new(value, "length", json_count(object->length));
    return value;
}

static json_t *state_json(const struct wh_details *details)
{
    return json_make("{so so so sb sb sb}", "expression", json_text(details->expression), "liveness", json_text(details->liveness),
                     "refcount", json_count(details->refcount), "immortal", details->immortal, "tracked", details->tracked, "frozen",
                     details->frozen);
}

static json_t *neighbours_json(const struct wh_details *details)
{
    return json_make("{so so so so so so so}", "reference_count", json_count(details->reference_count), "references",
                     references_json(details->references, details->references_shown), "referrer_count",
                     json_count(details->referrer_count), "referrers", references_json(details->referrers, details->referrers_shown),
                     "dominated_count", json_count(details->dominated_count), "dominated",
                     references_json(details->dominated, details->dominated_shown), "path", path_json(&details->path));
}

/* The store, how often a cache was asked, the lines that fill it, and where the object was allocated. */
static json_t *provenance_json(const struct wh_provenance *provenance)
{
    json_t *store = provenance->has_store ? json_make("{so so sb}", "length", json_count(provenance->length), "capacity",
                                                      json_count(provenance->capacity), "bounded", provenance->bounded)
                                          : json_null();
    json_t *allocated = provenance->allocated ? line_json(&provenance->allocated_at) : json_null();
    if (provenance->allocated && provenance->allocated_at.via && *provenance->allocated_at.via)
        json_object_set_new(allocated, "via", json_text(provenance->allocated_at.via));
    json_t *calls = provenance->has_calls ? json_make("{so so}", "hits", json_count(provenance->hits), "misses", json_count(provenance->misses)) : json_null();
    return json_make("{so so so so}", "store", store, "calls", calls, "held_at",
                     json_list(provenance->held_at, provenance->held_at_count, sizeof(*provenance->held_at), held_at_json), "allocated_at",
                     allocated);
}

json_t *details_document(const struct wh_details *details, const struct wh_provenance *provenance)
{
    json_t *document = json_make("{ss so}", "schema", "whoholds.object/1", "matching", json_count(details->matching));
    json_extend(document, object_json(&details->object));
    json_extend(document, state_json(details));
    json_extend(document, provenance_json(provenance));
    return json_extend(document, neighbours_json(details));
}

static json_t *short_reference_json(const void *item)
{
    const struct wh_reference *reference = item;
    return json_make("{so so so so}", "label", json_text(reference->label), "type", json_text(reference->object.type), "address",
                     json_address(reference->object.address), "retained", json_count(reference->object.retained_bytes));
}

json_t *object_record_json(const struct wh_details *details)
{
    const struct wh_object *object = &details->object;
    json_t *record = json_make("{so so so so so so}", "type", json_text(object->type), "address", json_address(object->address), "label",
                               json_text(details->expression), "shallow", json_count(object->shallow_bytes), "retained",
                               json_count(object->retained_bytes), "preview", json_text(object->preview));
    return json_extend(record, json_make("{so so so so so}", "references",
                                         json_list(details->references, details->references_shown, sizeof(*details->references),
                                                   short_reference_json),
                                         "references_omitted", json_count(details->reference_count - details->references_shown),
                                         "referrers",
                                         json_list(details->referrers, details->referrers_shown, sizeof(*details->referrers),
                                                   short_reference_json),
                                         "referrers_omitted", json_count(details->referrer_count - details->referrers_shown), "path",
                                         hops_json(&details->path)));
}
