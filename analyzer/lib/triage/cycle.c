/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "triage/cycle.h"

#include <stdlib.h>

#include "base/array.h"
#include "heap/label.h"

enum { STEPS_SHOWN_MAX = 12 };

struct step { uint32_t node, before; /* index of a step */ uint32_t ref; };

struct search {
    const struct model *model;
    uint32_t target;
    uint64_t *seen;
    struct step *steps;
    uint32_t begin, end;
};

/* Has the target been reached? `ref`: the number of the reference, UINT32_MAX for the one to the class. */
static bool take(struct search *search, uint32_t at, uint32_t next, uint32_t ref)
{
    bool back = next == search->target;
    if (!next || search->end == CYCLE_LOOKED_AT_MAX)
        return false;
    if (!back && (bitmap_test(search->seen, next) || dominators_is_live(search->model->dominators, next)))
        return false;
    bitmap_set(search->seen, next);
    search->steps[search->end++] = (struct step){next, at, ref};
    return back;
}

/* Does a step from here lead back to the target? Then it is the last one. */
static bool look_around(struct search *search, uint32_t at)
{
    const struct heap *heap = search->model->heap;
    uint32_t node = search->steps[at].node;
    for (uint32_t ref = heap->first_ref_of_node[node]; ref < heap->first_ref_of_node[node + 1]; ref++) {
        if (take(search, at, retention_target(search->model->retention, heap, ref), ref))
            return true;
    }
    return take(search, at, retention_class(search->model->retention, node), UINT32_MAX);
}

/* `.__dict__['name']` is what Python writes as `.name`. */
static bool write_folded(const struct heap *heap, struct label label, struct label next, struct text *text)
{
    struct span name;
    if (label.kind != LABEL_MEMBER || !span_is(label.name, "__dict__") || next.kind != LABEL_VALUE || !heap_string(heap, next.key, &name) ||
        !label_is_identifier(name))
        return false;
    text_add(text, ".");
    text_add_name(text, name);
    return true;
}

static struct label label_of_step(const struct search *search, uint32_t at)
{
    const struct step *step = &search->steps[at];
    if (step->ref == UINT32_MAX)
        return (struct label){.kind = LABEL_TYPE};
    return label_of_ref(search->model->heap, search->steps[step->before].node, step->ref);
}

/* The way is known from its end: its indexes are put in order first. */
static void write_way(const struct search *search, uint32_t last, struct text *text)
{
    uint32_t way[STEPS_SHOWN_MAX], length = 0;
    for (uint32_t at = last; at != 0; at = search->steps[at].before)
        length++;
    uint32_t shown = length < STEPS_SHOWN_MAX ? length : STEPS_SHOWN_MAX, left = length;
    for (uint32_t at = last; at != 0; at = search->steps[at].before) {
        if (--left < shown)
            way[left] = at;
    }
    for (uint32_t i = 0; i < shown; i++) {
        struct label label = label_of_step(search, way[i]);
        if (i + 1 < shown && write_folded(search->model->heap, label, label_of_step(search, way[i + 1]), text))
            i++;
        else
            label_write(search->model->heap, label, text);
    }
    text_add(text, shown < length ? " …" : "");
}

enum wh_status cycle_write(const struct model *model, uint32_t node, struct wh_error *error, struct text *text)
{
    struct search search = {.model = model, .target = node};
    enum wh_status status = array_alloc_zeroed(bitmap_word_count(model->heap->node_count), sizeof(uint64_t), "a cycle", error, &search.seen);
    if (!status)
        status = array_alloc(CYCLE_LOOKED_AT_MAX, sizeof(*search.steps), "a cycle", error, &search.steps);
    bool found = false;
    if (!status)
        search.steps[search.end++] = (struct step){node, 0, UINT32_MAX};
    for (; !status && !found && search.begin < search.end; search.begin++)
        found = look_around(&search, search.begin);
    if (found)
        write_way(&search, search.end - 1, text);
    free(search.seen);
    free(search.steps);
    return status;
}
