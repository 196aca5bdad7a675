/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/node_vector.h"

#include <stdbool.h>
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

static int compare_nodes(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

static bool ascends(const struct node_vector *vector)
{
    bool ascends = true;
    for (uint32_t i = 1; ascends && i < vector->count; i++)
        ascends = vector->nodes[i - 1] < vector->nodes[i];
    return ascends;
}

void node_vector_keep_each_once(struct node_vector *vector)
{
    uint32_t kept = 0;
    if (ascends(vector))
        return;
    qsort(vector->nodes, vector->count, sizeof(*vector->nodes), compare_nodes);
    for (uint32_t i = 0; i < vector->count; i++) {
        if (!kept || vector->nodes[kept - 1] != vector->nodes[i])
            vector->nodes[kept++] = vector->nodes[i];
    }
    vector->count = kept;
}
