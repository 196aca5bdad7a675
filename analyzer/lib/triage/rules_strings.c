/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules about strings: duplicates, and what is interned or immortal. */
#include <inttypes.h>

#include "naming/naming.h"
#include "triage/alike.h"
#include "triage/rules.h"

/* --- duplicates --- */

static void write_contents(const struct finder *finder, const struct candidate *candidate, struct text *text)
{
    const struct heap *heap = finder->model->heap;
    if (heap_text(heap, candidate->node))
        label_write_value(heap, candidate->node, text);
    else
        finder->arena->failed |= naming_expression(finder->model, candidate->node, false, finder->error, text) != WH_OK;
}

static void write_copies(const struct finder *finder, const struct candidate *candidate, struct text *text)
{
    (void)finder;
    finding_write_count(text, candidate->count, "copy", "copies");
}

enum wh_status find_duplicates(struct finder *finder)
{
    struct alike alike;
    enum wh_status status = alike_init(finder->model, finder->kinds->program_bitmap, finder->error, &alike);
    finder->known = !span_is(finder->model->heap->snapshot.values, "none");
    finder->write_name = write_contents;
    finder->write_detail = write_copies;
    for (uint32_t i = 0; !status && i < alike.group_count; i++)
        status = finder_add(finder, (struct candidate){.node = alike.nodes[alike.groups[i].first], .count = alike.groups[i].count,
                                                       .bytes = alike.groups[i].wasted});
    alike_deinit(&alike);
    return status;
}

/* --- interned --- */

enum { KEPT_FORMS = FORM_INTERNED | FORM_IMMORTAL };

static bool is_kept(const struct finder *finder, uint32_t node)
{
    enum kind kind = kinds_kind(finder->kinds, finder->model->heap, node);
    return kind != KIND_CLASS && kind != KIND_CODE &&
           !bitmap_test(finder->kinds->program_bitmap, node) && dominators_is_live(finder->model->dominators, node);
}

static void write_state(const struct finder *finder, const struct candidate *candidate, struct text *text)
{
    uint16_t form = finder->model->heap->form_of_node[candidate->node];
    text_add(text, form & FORM_INTERNED ? "interned" : "");
    text_add(text, form & FORM_INTERNED && form & FORM_IMMORTAL ? ", " : "");
    text_add(text, form & FORM_IMMORTAL ? "immortal" : "");
}

enum wh_status find_interned(struct finder *finder)
{
    const struct heap *heap = finder->model->heap;
    enum wh_status status = WH_OK;
    finder->write_detail = write_state;
    for (uint32_t node = heap_next_with(heap, 1, KEPT_FORMS); !status && node < heap->node_count; node = heap_next_with(heap, node + 1, KEPT_FORMS)) {
        if (is_kept(finder, node))
            status = finder_add(finder, (struct candidate){.node = node, .count = 1, .bytes = model_shallow(finder->model, node)});
    }
    return status;
}
