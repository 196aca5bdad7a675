/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "heap/collector.h"

#include <string.h>

/* `threshold:2`: the value's place in `values`. */
static void take_generation(const struct heap_account *row, const char *name, uint64_t *values, unsigned *generations)
{
    size_t length = strlen(name);
    if (row->name.length != length + 1 || memcmp(row->name.bytes, name, length))
        return;
    unsigned generation = (unsigned char)row->name.bytes[length] - '0';
    if (generation >= GENERATIONS_MAX)
        return;
    values[generation] = row->value;
    if (generation >= *generations)
        *generations = generation + 1;
}

bool collector_state_read(const struct heap *heap, struct collector_state *ret)
{
    bool known = false;
    *ret = (struct collector_state){.generations = 1};
    for (uint32_t i = 0; i < heap->collector_count; i++) {
        const struct heap_account *row = &heap->collector[i];
        if (span_is(row->name, "enabled")) {
            known = true;
            ret->enabled = row->value != 0;
        }
        if (span_is(row->name, "long_lived_total"))
            ret->long_lived_total = row->value;
        if (span_is(row->name, "long_lived_pending"))
            ret->long_lived_pending = row->value;
        take_generation(row, "threshold:", ret->threshold, &ret->generations);
        take_generation(row, "count:", ret->count, &ret->generations);
        take_generation(row, "collections:", ret->collections, &ret->generations);
    }
    return known;
}

enum { THRESHOLD_HUGE = 1000000, OBJECTS_OF_TRACKED = 4 };   /* with each object that it counts go so many: strings, numbers, namespaces */

bool collector_is_away(const struct collector_state *state)
{
    return !state->enabled || !state->threshold[0] || state->threshold[0] >= THRESHOLD_HUGE;
}

uint64_t collector_usual_garbage(const struct collector_state *state, uint64_t live_objects)
{
    uint64_t between = 1;
    for (unsigned i = 0; i < state->generations; i++) {
        uint64_t threshold = state->threshold[i] ? state->threshold[i] : 1;
        between *= threshold < THRESHOLD_HUGE ? threshold : THRESHOLD_HUGE;
    }
    return between <= (UINT64_MAX - live_objects) / OBJECTS_OF_TRACKED ? between * OBJECTS_OF_TRACKED + live_objects : UINT64_MAX;
}
