/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "holders/doubts.h"

#include <inttypes.h>

#include "holders/key_run.h"

/* The first removal that has run: for certain, or, where the interpreter does not tell, because much of what was put in is gone. */
static const struct store_site *removal_that_ran(const struct evidence *evidence)
{
    for (uint32_t i = 0; i < evidence->sites->removal_count; i++) {
        const struct store_site *removal = &evidence->sites->removals[i];
        bool ran = removal->executed == EXECUTION_SEEN || (removal->executed == EXECUTION_UNKNOWN && signs_much_is_gone(evidence));
        if (ran && (evidence->filling.deep || !removal->of_element))
            return removal;
    }
    return NULL;
}

bool doubt_taken_out(const struct evidence *evidence, struct text *sentence)
{
    const struct store_site *removal = removal_that_ran(evidence);
    if (!removal || accumulation_has_no_holder(evidence->point) || signs_keeps_all(evidence) || signs_is_full_registry(evidence, sentence))
        return false;
    bool given = removal->how == STORE_REMOVE_GIVEN;
    text_add_name(sentence, removal->function);
    text_addf(sentence, ", line %" PRIu32 ", %s: whether that keeps up is not known", removal->line,
              given ? "has what takes out of it called later" : "takes out of it, and has run");
    return true;
}

bool doubt_stands_still(const struct evidence *evidence, struct text *sentence)
{
    unsigned percent = evidence->filling.still_percent;
    if (!percent)
        return false;
    text_addf(sentence, "it has not grown in the last %u %% of what was recorded: whether it grows again is not known", percent);
    return true;
}

bool doubt_remembers(const struct evidence *evidence, struct text *sentence)
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
