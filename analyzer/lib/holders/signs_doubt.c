/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Signs of which one snapshot cannot tell what they mean: a holder that has them may be one in a steady state, or a leak. They do not take a
 * suspect off the list; it is only not called a leak.
 */
#include "holders/signs.h"

#include <inttypes.h>

#include "holders/key_run.h"
#include "holders/memo_keys.h"

enum { HITS_OF_MISS_MIN = 8 };   /* a cache of values that pass by once is hit less often, by those that are asked for it in one go */

/* Known to have run; or, where the interpreter does not tell, a removal of any kind, because much of what was put in is gone. */
static const struct store_site *drain_of(const struct evidence *evidence)
{
    const struct store_site *drain = evidence->filling.drain;
    for (uint32_t i = 0; !drain && evidence_much_is_gone(evidence) && i < evidence->sites->removal_count; i++) {
        const struct store_site *removal = &evidence->sites->removals[i];
        if (removal->executed == EXECUTION_UNKNOWN && !removal->library && (evidence->filling.deep || !removal->of_element))
            drain = removal;
    }
    return drain;
}

/* What is lent and given back is all there, and numbers may begin anew after a clear(). */
static bool may_be_gone(const struct evidence *evidence, const struct store_site *drain)
{
    bool by_key = drain->how != STORE_REMOVE || drain->key;
    bool lent = drain->handed_out && drain->how == STORE_REMOVE;
    return lent || !(by_key ? evidence_keeps_all(evidence) : evidence_much_is_left(evidence));
}

static const char *what_drains(const struct store_site *drain)
{
    switch (drain->how) {
    case STORE_REMOVE_GIVEN:
        return "has what takes out of it called later";
    case STORE_SUBSCRIPT:
    case STORE_SLICE:
        return "uses its places again";
    case STORE_CREATE:
        return "begins a new one when it has counted it";
    case STORE_ASSIGN:
    case STORE_COMPREHENSION:
        return "makes it anew from what it was";
    default:
        return "takes out of it, and has run";
    }
}

/* Code that does not add to it takes out of it, and has run: whether it keeps up is not known. */
static bool is_taken_out(const struct evidence *evidence, struct text *sentence)
{
    const struct store_site *drain = drain_of(evidence);
    if (!drain || accumulation_has_no_holder(evidence->point) || evidence_is_full_registry(evidence, sentence) || !may_be_gone(evidence, drain))
        return false;
    text_add_name(sentence, drain->function);
    text_addf(sentence, ", line %" PRIu32 ", %s: whether that keeps up is not known", drain->line, what_drains(drain));
    return true;
}

/* Much was recorded since it last grew, though what adds to it may not have been called. */
static bool stands_still(const struct evidence *evidence, struct text *sentence)
{
    unsigned percent = evidence->filling.still_percent;
    if (!percent)
        return false;
    text_addf(sentence, "it has not grown in the last %u %% of what was recorded: whether it grows again is not known", percent);
    return true;
}

/* It remembers results, and no recorder saw when the last new one came: whether its keys come to an end is not known. */
static bool remembers(const struct evidence *evidence, struct text *sentence)
{
    struct key_run run;
    const struct heap *heap = evidence->model->heap;
    if (evidence->filling.has_growth || !evidence->filling.remembers)
        return false;
    if (key_run_find(heap, evidence->point->node, &run) && key_run_is_complete(&run))
        return false;
    text_add(sentence, "it remembers what was asked for once: whether its keys come to an end is not known");
    return true;
}

/* An lru_cache without a bound that nearly always has what it is asked for: whether its keys come to an end is not known. */
static bool is_asked_again(const struct evidence *evidence, struct text *sentence)
{
    const struct heap *heap = evidence->model->heap;
    uint32_t node = evidence_memo_or_holder(evidence);
    const struct heap_memo *memo = heap_memo(heap, node);
    if (!memo || heap->form_of_node[node] & FORM_BOUNDED || !memo->misses || memo->hits / HITS_OF_MISS_MIN < memo->misses ||
        memo_keys_outlive_their_use(evidence->model, node))
        return false;
    text_addf(sentence, "what it remembers is asked for again: %" PRIu64 " hits, %" PRIu64 " %s: whether its keys come to an end is not known",
              memo->hits, memo->misses, memo->misses == 1 ? "miss" : "misses");
    return true;
}

/* Nothing but that what it holds is alike speaks for a leak. */
static bool is_unexplained(const struct evidence *evidence, struct text *sentence)
{
    const struct filling *filling = &evidence->filling;
    if (accumulation_has_no_holder(evidence->point) || evidence_growing_site(evidence) || filling->under_way || evidence_was_seen_growing(evidence) ||
        filling->grown_by_reading || evidence->point->chain || evidence_is_full_registry(evidence, sentence) || !evidence_holds_many_alike(evidence, sentence))
        return false;
    text_clear(sentence);
    text_add(sentence, "it is not known what adds to it, nor whether anything does");
    return true;
}

/* The module's body that called what adds is gone; only a name made at run time can find it. */
static bool is_out_of_reach(const struct evidence *evidence, struct text *sentence)
{
    if (!evidence->filling.import_only)
        return false;
    text_add(sentence, "no code that is there still names what adds to it: it may have run while its module was imported, and never since");
    return true;
}

const struct sign signs_doubt[] = {
    {"taken-out", WH_WEIGHT_DOUBT, is_taken_out},
    {"stands-still", WH_WEIGHT_DOUBT, stands_still},
    {"unexplained", WH_WEIGHT_DOUBT, is_unexplained},
    {"remembers", WH_WEIGHT_DOUBT, remembers},
    {"asked-again", WH_WEIGHT_DOUBT, is_asked_again},
    {"import-only", WH_WEIGHT_DOUBT, is_out_of_reach},
    {NULL, WH_WEIGHT_DOUBT, NULL},
};
