/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/node_vector.h"

#include <stdlib.h>

enum { FIRST_CAPACITY = 64 };

enum wh_status node_vector_grow(struct node_vector *vector, const char *purpose, struct wh_error *error)
{
    uint32_t capacity = vector->capacity ? vector->capacity : FIRST_CAPACITY / 2;
    capacity = capacity <= UINT32_MAX / 2 ? capacity * 2 : UINT32_MAX;
    uint32_t *nodes = capacity > vector->count ? realloc(vector->nodes, (size_t)capacity * sizeof(*nodes)) : NULL;
    if (!nodes)
        return wh_error_set(error, WH_ERR_RESOURCE, "out of memory: %zu bytes for %s", (size_t)capacity * sizeof(*nodes), purpose);
    vector->nodes = nodes;
    vector->capacity = capacity;
    return WH_OK;
}

void node_vector_deinit(struct node_vector *vector)
{
    free(vector->nodes);
    *vector = (struct node_vector){0};
}
