/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What speaks for a leak. */
#include "holders/signs.h"

#include <inttypes.h>

#include "heap/collector.h"

enum {
    NATIVE_MIN = 16,
    UNCOLLECTED_MIN = 10000,                /* objects, where the collector's state is not known */
    UNCOLLECTED_BYTES_MIN = 1024 * 1024,    /* … where it does not come */
};

static bool grows_in_function(const struct evidence *evidence, struct text *sentence)
{
    const struct store_site *site = evidence_growing_site(evidence);
    if (!site)
        return false;
    text_add(sentence, "a function adds to it each time it runs: ");
    text_add_name(sentence, site->function);
    return true;
}

static bool is_grown_by_reading(const struct evidence *evidence, struct text *sentence)
{
    if (!evidence->filling.grown_by_reading)
        return false;
    text_add(sentence, "reading adds to it: a defaultdict makes what it is asked for");
    return true;
}

static bool is_filled_still(const struct evidence *evidence, struct text *sentence)
{
    const struct store_site *site = evidence->filling.under_way;
    if (!site)
        return false;
    text_addf(sentence, "a loop that has not ended adds to it, line %" PRIu32, site->line);
    return true;
}

static bool grew_in_function(const struct evidence *evidence, struct text *sentence)
{
    if (!evidence_was_seen_growing(evidence))
        return false;
    text_add(sentence, "it was seen to grow: a function added to it while the program ran");
    return true;
}

static bool is_chain(const struct evidence *evidence, struct text *sentence)
{
    if (!evidence->point->chain)
        return false;
    text_addf(sentence, "it is the head of a chain of %" PRIu32 " links", evidence->point->chain);
    return true;
}

static void write_members(const struct evidence *evidence, struct text *sentence)
{
    text_addf(sentence, "%" PRIu32 " objects of one type, ", evidence->point->member_count);
    model_write_type(&evidence->model->heap->types[evidence->point->member_type], sentence);
}

static bool is_held_by_native(const struct evidence *evidence, struct text *sentence)
{
    if (evidence->point->kind != ACCUMULATION_NATIVE || evidence->point->member_count < NATIVE_MIN)
        return false;
    uint32_t root = evidence->path->root;
    bool at_exit = root != NODE_NONE && evidence->model->retention->roots[root].kind == ROOT_ATEXIT;
    text_add(sentence, at_exit ? "atexit keeps until the end " : "native code has references to ");
    write_members(evidence, sentence);
    text_add(sentence, at_exit ? "" : ", to which no object refers");
    return true;
}

/* What waits for a collector that comes is no leak, however much it is: that depends on how much else there is. */
static bool is_uncollected(const struct evidence *evidence, struct text *sentence)
{
    const struct accumulation *point = evidence->point;
    const struct model *model = evidence->model;
    struct collector_state state;
    bool known = collector_state_read(model->heap, &state), away = known && collector_is_away(&state);
    uint64_t usual = known ? collector_usual_garbage(&state, model->heap->node_count) : UNCOLLECTED_MIN;
    if (point->kind != ACCUMULATION_GARBAGE || (away ? point->bytes < UNCOLLECTED_BYTES_MIN : point->objects < usual))
        return false;
    text_add(sentence, away && !state.enabled ? "garbage, and the collector that would take it is off: "
             : away ? "garbage, and the collector that would take it is out of reach of its threshold: "
                    : "garbage that no collection has taken, more than waits for one usually: ");
    write_members(evidence, sentence);
    return true;
}

static bool is_registry(const struct evidence *evidence, struct text *sentence)
{
    if (!evidence_is_full_registry(evidence, sentence))
        return false;
    text_add(sentence, "the standard library keeps there what the application gives it, until it is taken back: ");
    naming_write_name(evidence->model, evidence->path, false, sentence);
    return true;
}

const struct sign signs_for[] = {
    {"grows-in-function", WH_WEIGHT_FOR, grows_in_function},
    {"seen-growing", WH_WEIGHT_FOR, grew_in_function},
    {"under-way", WH_WEIGHT_FOR, is_filled_still},
    {"grown-by-reading", WH_WEIGHT_FOR, is_grown_by_reading},
    {"many-alike", WH_WEIGHT_FOR, evidence_holds_many_alike},
    {"chain", WH_WEIGHT_FOR, is_chain},
    {"registry", WH_WEIGHT_FOR, is_registry},
    {"native-references", WH_WEIGHT_FOR, is_held_by_native},
    {"uncollected", WH_WEIGHT_FOR, is_uncollected},
    {NULL, WH_WEIGHT_FOR, NULL},
};
