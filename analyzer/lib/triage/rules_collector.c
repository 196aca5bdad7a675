/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules about the cyclic garbage collector: its state, what waits for it, what it cannot see, and what it gave up. */
#include <inttypes.h>
#include <string.h>

#include "heap/collector.h"
#include "triage/rules.h"

enum { OVERDUE = 2, OVERDUE_BYTES = 64 * 1024 };

static struct wh_mass garbage_of(const struct model *model)
{
    uint32_t root = graph_garbage_root(&model->retention->graph);
    return (struct wh_mass){model->retained->retained_count_of_node[root], model_retained(model, root)};
}

/* The entries into garbage, by their type. The sums are those of all garbage: what several entries share belongs to none. */
static enum wh_status note_garbage(struct finder *finder)
{
    const struct model *model = finder->model;
    enum wh_status status = WH_OK;
    struct wh_mass garbage = garbage_of(model);
    for (uint32_t i = 0; !status && i < model->dominators->garbage_entry_count; i++) {
        uint32_t node = model->dominators->garbage_entry[i];
        status = finder_note(finder, (struct candidate){.node = node, .group = model->heap->type_of_node[node], .count = 1,
                                                        .bytes = model_retained(model, node)});
    }
    finder->count = garbage.objects;
    finder->bytes = garbage.bytes;
    return status ? status : finder_merge_groups(finder);
}

static void write_groups(const struct finder *finder, const struct candidate *candidate, struct text *text)
{
    (void)finder;
    finding_write_count(text, candidate->count, "entry", "entries");
}

enum wh_status find_cycles(struct finder *finder)
{
    finder->write_name = finding_write_type;
    finder->write_detail = write_groups;
    return note_garbage(finder);
}

/* --- the collector's state --- */

enum wh_status find_collector_off(struct finder *finder)
{
    struct collector_state state;
    finder->known = collector_state_read(finder->model->heap, &state);
    finder->write_name = finding_write_type;
    finder->write_detail = write_groups;
    finder->always = finder->known && !state.enabled;
    return finder->always ? note_garbage(finder) : WH_OK;
}

/*
 * The oldest generation is collected when its counter passes the threshold and the objects that came to it since are more than a quarter of those
 * that it had (Modules/gcmodule.c, long_lived_pending). So with a large heap the counter runs far past its threshold, which is harmless as long as
 * little waits.
 */
static bool is_late(const struct collector_state *state, uint64_t garbage_bytes)
{
    unsigned oldest = state->generations - 1;
    bool overdue = oldest > 0 && state->count[oldest] > OVERDUE * (state->threshold[oldest] + 1);
    return state->enabled && (collector_is_away(state) || (overdue && garbage_bytes >= OVERDUE_BYTES));
}

static void write_counter(const struct finder *finder, const struct candidate *candidate, struct text *text)
{
    struct collector_state state;
    (void)candidate;
    if (!collector_state_read(finder->model->heap, &state))
        return;
    unsigned oldest = state.generations - 1;
    text_addf(text, "oldest generation: count %" PRIu64 ", threshold %" PRIu64 "; youngest: threshold %" PRIu64, state.count[oldest],
              state.threshold[oldest], state.threshold[0]);
}

enum wh_status find_collector_late(struct finder *finder)
{
    struct collector_state state;
    finder->known = collector_state_read(finder->model->heap, &state);
    finder->write_name = finding_write_type;
    finder->write_detail = write_counter;
    finder->always = finder->known && is_late(&state, garbage_of(finder->model).bytes);
    return finder->always ? note_garbage(finder) : WH_OK;
}

/* --- what it does not see, what it gave up --- */

static void write_number(const struct finder *finder, const struct candidate *candidate, struct text *text)
{
    (void)finder;
    finding_write_count(text, candidate->count, "object", "objects");
}

enum wh_status find_frozen(struct finder *finder)
{
    const struct heap *heap = finder->model->heap;
    enum wh_status status = WH_OK;
    finder->write_name = finding_write_type;
    finder->write_detail = write_number;
    for (uint32_t node = heap_next_with(heap, 1, FORM_FROZEN); !status && node < heap->node_count; node = heap_next_with(heap, node + 1, FORM_FROZEN))
        status = finder_add_member(finder, (struct candidate){.node = node, .group = heap->type_of_node[node], .count = 1,
                                                              .bytes = model_shallow(finder->model, node)});
    return status ? status : finder_merge_groups(finder);
}

enum wh_status find_garbage_list(struct finder *finder)
{
    const struct heap *heap = finder->model->heap;
    enum wh_status status = WH_OK;
    for (uint32_t row = 0; row < heap->root_count; row++) {
        const struct heap_root *root = &heap->roots[row];
        if (root->kind != ROOT_GC || !span_is(root->name, "gc.garbage") || heap_items_kind(heap, root->node) != FORM_ITEMS_SEQUENCE)
            continue;
        struct node_run items = heap_items(heap, root->node);
        for (uint32_t i = 0; !status && i < items.count; i++) {
            if (items.nodes[i])
                status = finder_note(finder, (struct candidate){.node = items.nodes[i], .count = 1, .bytes = model_retained(finder->model, items.nodes[i])});
        }
        finder->count += items.count;
        finder->bytes += items.count ? model_retained(finder->model, root->node) : 0;
    }
    return status;
}

/* --- finalizers --- */

static bool has_finalizer(const struct finder *finder, uint32_t node)
{
    return finder->kinds->of_type[finder->model->heap->type_of_node[node]].finalizer;
}

static uint32_t type_of(const struct finder *finder, uint32_t node)
{
    return finder->model->heap->type_of_node[node];
}

enum wh_status find_finalizers(struct finder *finder)
{
    const uint64_t *live = finder->model->dominators->live_bitmap;
    uint32_t end = finder->model->heap->node_count;
    struct node_vector found = {0};
    enum wh_status status = WH_OK;
    finder->write_name = finding_write_type;
    finder->write_detail = write_number;
    for (uint32_t node = bitmap_next_clear(live, 1, end); !status && node < end; node = bitmap_next_clear(live, node + 1, end)) {
        if (has_finalizer(finder, node))
            status = node_vector_add(&found, node, "finalizers in garbage", finder->error);
    }
    if (!status)
        status = finder_add_groups(finder, (struct node_run){found.nodes, found.count}, type_of);
    node_vector_deinit(&found);
    return status;
}

/* Generators are finalized when they are closed, and live on. */
enum wh_status find_resurrected(struct finder *finder)
{
    const struct heap *heap = finder->model->heap;
    struct node_vector risen = {0};
    enum wh_status status = WH_OK;
    for (uint32_t node = heap_next_with(heap, 1, FORM_FINALIZED); !status && node < heap->node_count;
         node = heap_next_with(heap, node + 1, FORM_FINALIZED)) {
        if (dominators_is_live(finder->model->dominators, node) && has_finalizer(finder, node))
            status = node_vector_add(&risen, node, "objects brought back", finder->error);
    }
    if (!status)
        status = finder_add_tops(finder, (struct node_run){risen.nodes, risen.count});
    node_vector_deinit(&risen);
    return status;
}

/* --- native code --- */

static void write_references(const struct finder *finder, const struct candidate *candidate, struct text *text)
{
    (void)finder;
    text_add(text, "held by native code: ");
    finding_write_count(text, candidate->a, "reference", "references");
    text_add(text, " unaccounted for");
}

/*
 * Static and heap types of extension modules, their definitions, and the copy that the interpreter keeps of such a module's namespace (m_copy in
 * Python/import.c): C variables hold these by design.
 */
static bool is_structure(const struct finder *finder, uint32_t node)
{
    const struct heap *heap = finder->model->heap;
    enum kind kind = kinds_kind(finder->kinds, heap, node);
    return kind == KIND_CLASS || kind == KIND_MODULE || heap_type_is(heap, node, "builtins", "moduledef") ||
           (kind == KIND_DICT && heap_dict_get(heap, node, "__name__") && heap_dict_get(heap, node, "__doc__"));
}

enum wh_status find_native(struct finder *finder)
{
    const struct retention *retention = finder->model->retention;
    enum wh_status status = WH_OK;
    finder->write_name = finding_write_type;
    finder->write_detail = write_references;
    for (uint32_t i = 0; !status && i < retention->graph.root_count; i++) {
        uint32_t node = retention->graph.root_node[i];
        if (retention->roots[i].kind == ROOT_NATIVE && !is_structure(finder, node))
            status = finder_add(finder, (struct candidate){.node = node, .group = finder->model->heap->type_of_node[node], .count = 1,
                                                           .bytes = model_retained(finder->model, node), .a = retention->roots[i].unaccounted});
    }
    return status;
}
