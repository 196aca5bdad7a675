/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wh_export_graphml: what keeps objects alive, as a graph for tools that lay graphs out. Written by igraph. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <igraph.h>

#include "answers/analysis.h"
#include "base/array.h"
#include "heap/label.h"
#include "naming/naming.h"
#include "naming/query.h"

enum { LIMIT_DEFAULT = 500, NO_VERTEX = 0 };

struct exporter {
    const struct model *model;
    struct lookup *lookup;
    struct wh_error *error;
    uint32_t limit;
    uint32_t *vertex_of_node;   /* number + 1 */
    uint32_t *nodes;            /* by vertex, the targets first */
    uint32_t count;
    igraph_t graph;
    igraph_vector_int_t ends;   /* from, to, from, to … */
    igraph_strvector_t labels;  /* of edges */
    uint32_t edge_count;
    bool has_graph, has_labels;
    struct arena arena;
};

static void take(struct exporter *self, uint32_t node)
{
    if (self->count == self->limit || self->vertex_of_node[node] != NO_VERTEX || !dominators_is_live(self->model->dominators, node))
        return;
    self->nodes[self->count] = node;
    self->vertex_of_node[node] = ++self->count;
}

/* Who refers to the targets, and so on, nearest first. References that hold nothing lead nowhere. */
static enum wh_status gather(struct exporter *self)
{
    const struct heap *heap = self->model->heap;
    enum wh_status status = WH_OK;
    for (uint32_t at = 0; !status && at < self->count && self->count < self->limit; at++) {
        struct referrers referrers;
        uint64_t total;
        status = lookup_ask(self->lookup, self->error);
        if (!status)
            status = lookup_referrers(self->lookup, self->nodes[at], self->limit, self->error, &total, &referrers);
        for (uint32_t i = 0; !status && i < referrers.count; i++) {
            if (retention_target(self->model->retention, heap, referrers.rows[i].ref) == self->nodes[at])
                take(self, referrers.rows[i].source);
        }
        if (!status)
            referrers_deinit(&referrers);
    }
    return status;
}

/* Without what XML cannot hold: control characters, and bytes that are no UTF-8. */
static const char *xml_text(struct exporter *self, struct text *text)
{
    for (size_t i = 0; i < text->length; i++) {
        if ((unsigned char)text->bytes[i] < 0x20)
            text->bytes[i] = ' ';
    }
    self->arena.failed |= text->failed;
    return arena_string(&self->arena, text_string(text));
}

static igraph_error_t add_edges_of(struct exporter *self, uint32_t vertex, struct text *text)
{
    const struct heap *heap = self->model->heap;
    uint32_t node = self->nodes[vertex];
    igraph_error_t failed = IGRAPH_SUCCESS;
    for (uint32_t ref = heap->first_ref_of_node[node]; !failed && ref < heap->first_ref_of_node[node + 1]; ref++) {
        uint32_t other = self->vertex_of_node[retention_target(self->model->retention, heap, ref)];
        if (other == NO_VERTEX)
            continue;
        text_clear(text);
        label_write(heap, label_of_ref(heap, node, ref), text);
        failed = igraph_vector_int_push_back(&self->ends, vertex);
        if (!failed)
            failed = igraph_vector_int_push_back(&self->ends, other - 1);
        if (!failed)
            failed = igraph_strvector_push_back(&self->labels, xml_text(self, text));
        self->edge_count++;
    }
    return failed;
}

static igraph_error_t set_vertex(struct exporter *self, uint32_t vertex, struct text *text)
{
    uint32_t node = self->nodes[vertex];
    text_clear(text);
    model_write_type(heap_type(self->model->heap, node), text);
    igraph_error_t failed = SETVAS(&self->graph, "type", vertex, xml_text(self, text));
    text_clear(text);
    text_addf(text, "%#" PRIx64, heap_address(self->model->heap, node));
    if (!failed)
        failed = SETVAS(&self->graph, "address", vertex, xml_text(self, text));
    if (!failed)
        failed = SETVAN(&self->graph, "shallow_bytes", vertex, (double)model_shallow(self->model, node));
    return failed ? failed : SETVAN(&self->graph, "retained_bytes", vertex, (double)model_retained(self->model, node));
}

static igraph_error_t set_names(struct exporter *self, struct text *text, enum wh_status *status)
{
    igraph_error_t failed = IGRAPH_SUCCESS;
    for (uint32_t vertex = 0; !failed && !*status && vertex < self->count; vertex++) {
        text_clear(text);
        *status = naming_expression(self->model, self->nodes[vertex], false, self->error, text);
        failed = SETVAS(&self->graph, "name", vertex, xml_text(self, text));
        if (!failed)
            failed = set_vertex(self, vertex, text);
    }
    return failed;
}

static igraph_error_t build(struct exporter *self, struct text *text, enum wh_status *status)
{
    igraph_error_t failed = igraph_vector_int_init(&self->ends, 0);
    if (!failed)
        failed = igraph_strvector_init(&self->labels, 0);
    self->has_labels = !failed;
    for (uint32_t vertex = 0; !failed && vertex < self->count; vertex++)
        failed = add_edges_of(self, vertex, text);
    if (!failed)
        failed = igraph_create(&self->graph, &self->ends, self->count, IGRAPH_DIRECTED);
    self->has_graph = !failed;
    if (!failed)
        failed = set_names(self, text, status);
    return failed || !self->edge_count ? failed : SETEASV(&self->graph, "label", &self->labels);
}

static enum wh_status write(struct exporter *self, wh_sink sink, void *context, uint64_t *references)
{
    char *bytes = NULL;
    size_t length = 0;
    struct text text = {0};
    enum wh_status status = WH_OK;
    FILE *out = open_memstream(&bytes, &length);
    igraph_attribute_table_t *table = igraph_set_attribute_table(&igraph_cattribute_table);
    igraph_error_handler_t *handler = igraph_set_error_handler(igraph_error_handler_ignore);
    igraph_error_t failed = out ? build(self, &text, &status) : IGRAPH_ENOMEM;
    if (!failed && !status)
        failed = igraph_write_graph_graphml(&self->graph, out, true);
    if (out && fclose(out))
        failed = IGRAPH_ENOMEM;
    *references = self->edge_count;
    if (self->has_graph)
        igraph_destroy(&self->graph);
    igraph_set_error_handler(handler);
    igraph_set_attribute_table(table);
    if (!status && (failed || self->arena.failed))
        status = wh_error_set(self->error, WH_ERR_RESOURCE, "cannot write the graph: %s", igraph_strerror(failed ? failed : IGRAPH_ENOMEM));
    if (!status)
        status = sink(context, bytes, length, self->error);
    text_deinit(&text);
    free(bytes);
    return status;
}

static enum wh_status find_targets(struct exporter *self, struct wh_analysis *analysis, const struct wh_cut_query *query)
{
    struct node_list list = {0};
    struct wh_suspects *suspects = NULL;
    struct wh_query named = query->query;
    enum wh_status status = query->suspect ? wh_suspects(analysis, false, query->suspect, self->error, &suspects) : WH_OK;
    if (!status && query->suspect && suspects->count < query->suspect)
        status = wh_error_set(self->error, WH_ERR_INPUT, "there is no suspect %zu, only %zu", query->suspect, suspects->count);
    if (!status && query->suspect)
        named = (struct wh_query){.address = suspects->suspects[query->suspect - 1].holder.address};
    if (!status)
        status = query_find(self->model, &analysis->lookup, &named, self->limit, self->error, &list);
    for (uint32_t i = 0; !status && i < list.count; i++)
        take(self, list.nodes[i]);
    if (!status && !self->count)
        status = wh_error_set(self->error, WH_ERR_INPUT, "nothing holds the objects that are asked for");
    node_list_deinit(&list);
    wh_suspects_free(suspects);
    return status;
}

enum wh_status wh_export_graphml(struct wh_analysis *analysis, const struct wh_cut_query *query, wh_sink sink, void *context,
                                 struct wh_error *error, struct wh_export_summary *ret)
{
    struct exporter self = {.model = &analysis->model, .lookup = &analysis->lookup, .error = error};
    *ret = (struct wh_export_summary){0};
    self.limit = query->limit && query->limit < UINT32_MAX ? (uint32_t)query->limit : LIMIT_DEFAULT;
    enum wh_status status = analysis_need_paths(analysis, error);
    if (!status)
        status = array_alloc_zeroed(analysis->heap.node_count, sizeof(uint32_t), "the graph's vertices", error, &self.vertex_of_node);
    if (!status)
        status = array_alloc(self.limit, sizeof(uint32_t), "the graph's objects", error, &self.nodes);
    if (!status)
        status = find_targets(&self, analysis, query);
    if (!status)
        status = gather(&self);
    if (!status)
        status = write(&self, sink, context, &ret->references);
    ret->objects = self.count;
    igraph_vector_int_destroy(&self.ends);
    if (self.has_labels)
        igraph_strvector_destroy(&self.labels);
    arena_deinit(&self.arena);
    free(self.vertex_of_node);
    free(self.nodes);
    return status;
}
