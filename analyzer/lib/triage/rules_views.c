/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rule about views that are much smaller than the buffer that they keep alive. */
#include <inttypes.h>
#include <stdlib.h>

#include "base/array.h"
#include "triage/rules.h"

enum { SMALL_SHARE = 4 };   /* views of at most 1/4 of the buffer */

struct base { uint32_t node, view; uint64_t views, spanned; };

struct viewer {
    struct finder *finder;
    struct base *bases;
    uint32_t count;
    uint64_t *base_bitmap, *held_bitmap;   /* held: by something that is no view */
};

/* The object whose memory a view shows; HEAP_NULL if it is its own. */
static uint32_t base_of(const struct heap *heap, const struct kinds *kinds, uint32_t view)
{
    uint32_t next = heap_member(heap, view, "_mbuf");
    if (!next)
        next = heap_member(heap, view, "base");
    if (next && kinds_kind(kinds, heap, next) == KIND_BUFFER)
        next = heap_member(heap, next, "obj");
    return next;
}

static int compare_bases(const void *left, const void *right)
{
    const struct base *a = left, *b = right;
    if (a->node != b->node)
        return a->node < b->node ? -1 : 1;
    return (a->view > b->view) - (a->view < b->view);
}

/* One entry a base, with all its views. */
static void gather(struct viewer *viewer, struct node_run views)
{
    const struct heap *heap = viewer->finder->model->heap;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < views.count; i++) {
        uint32_t base = base_of(heap, viewer->finder->kinds, views.nodes[i]);
        struct heap_store store;
        if (base && base != views.nodes[i] && heap_store(heap, views.nodes[i], &store))
            viewer->bases[viewer->count++] = (struct base){base, views.nodes[i], 1, store.length};
    }
    if (viewer->count)
        qsort(viewer->bases, viewer->count, sizeof(*viewer->bases), compare_bases);
    for (uint32_t i = 0; i < viewer->count; i++) {
        if (kept && viewer->bases[kept - 1].node == viewer->bases[i].node) {
            viewer->bases[kept - 1].views++;
            viewer->bases[kept - 1].spanned += viewer->bases[i].spanned;
        } else {
            viewer->bases[kept++] = viewer->bases[i];
        }
    }
    viewer->count = kept;
    for (uint32_t i = 0; i < kept; i++)
        bitmap_set(viewer->base_bitmap, viewer->bases[i].node);
}

/* A view that is a base of others holds its own base on their behalf. */
static void find_other_holders(struct viewer *viewer)
{
    const struct model *model = viewer->finder->model;
    const struct heap *heap = model->heap;
    for (uint32_t node = 1; node < heap->node_count; node++) {
        enum kind kind = kinds_kind(viewer->finder->kinds, heap, node);
        if (kind == KIND_VIEW || kind == KIND_BUFFER || !dominators_is_live(model->dominators, node))
            continue;
        for (uint32_t ref = heap->first_ref_of_node[node]; ref < heap->first_ref_of_node[node + 1]; ref++) {
            uint32_t target = retention_target(model->retention, heap, ref);
            if (bitmap_test(viewer->base_bitmap, target))
                bitmap_set(viewer->held_bitmap, target);
        }
    }
    for (uint32_t i = 0; i < model->retention->graph.root_count; i++)
        bitmap_set(viewer->held_bitmap, model->retention->graph.root_node[i]);
}

static void write_detail(const struct finder *finder, const struct candidate *candidate, struct text *text)
{
    text_addf(text, "%s", candidate->count == 1 ? "a view" : "");
    if (candidate->count != 1)
        finding_write_count(text, candidate->count, "view", "views");
    text_addf(text, " of %" PRIu64 " bytes; the buffer: ", candidate->a);
    model_write_type(heap_type(finder->model->heap, (uint32_t)candidate->b), text);
}

static enum wh_status look(struct viewer *viewer)
{
    enum wh_status status = WH_OK;
    for (uint32_t i = 0; !status && i < viewer->count; i++) {
        const struct base *base = &viewer->bases[i];
        uint64_t size = model_shallow(viewer->finder->model, base->node);
        if (bitmap_test(viewer->held_bitmap, base->node) || base->spanned > size / SMALL_SHARE)
            continue;
        status = finder_add(viewer->finder, (struct candidate){.node = base->view, .count = base->views, .bytes = size, .a = base->spanned,
                                                               .b = base->node});
    }
    return status;
}

enum wh_status find_views(struct finder *finder)
{
    struct viewer viewer = {.finder = finder};
    struct node_run views = kinds_of(finder->kinds, KIND_VIEW);
    size_t words = bitmap_word_count(finder->model->heap->node_count);
    finder->write_detail = write_detail;
    if (!views.count)
        return WH_OK;
    enum wh_status status = array_alloc(views.count, sizeof(*viewer.bases), "views", finder->error, &viewer.bases);
    if (!status)
        status = array_alloc_zeroed(words, sizeof(uint64_t), "buffers", finder->error, &viewer.base_bitmap);
    if (!status)
        status = array_alloc_zeroed(words, sizeof(uint64_t), "buffers", finder->error, &viewer.held_bitmap);
    if (!status) {
        gather(&viewer, views);
        if (viewer.count)
            find_other_holders(&viewer);
        status = look(&viewer);
    }
    free(viewer.bases);
    free(viewer.base_bitmap);
    free(viewer.held_bitmap);
    return status;
}
