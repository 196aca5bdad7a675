/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A list of nodes that grows: no larger than twice what it holds. */
#ifndef WHOHOLDS_ANALYZER_NODE_VECTOR_H
#define WHOHOLDS_ANALYZER_NODE_VECTOR_H

#include <stdint.h>

#include <whoholds/formats/error.h>

struct node_vector { uint32_t *nodes, count, capacity; };

/* `purpose` as for array_alloc(). */
WH_MUST_USE enum wh_status node_vector_grow(struct node_vector *vector, const char *purpose, struct wh_error *error);
void node_vector_deinit(struct node_vector *vector);

/* Ascending, each once. Quick if they are. */
void node_vector_keep_each_once(struct node_vector *vector);

WH_MUST_USE static inline enum wh_status node_vector_add(struct node_vector *vector, uint32_t node, const char *purpose, struct wh_error *error)
{
    enum wh_status status = vector->count < vector->capacity ? WH_OK : node_vector_grow(vector, purpose, error);
    if (!status)
        vector->nodes[vector->count++] = node;
    return status;
}

#endif
