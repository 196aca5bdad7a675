/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "holders/evidence.h"

#include <string.h>

#include "holders/key_run.h"
#include "holders/site_growth.h"

enum {
    ALIKE_MIN = 100, ALIKE_BUFFERS_MIN = 5,  /* ten objects alike are nothing, five large buffers may be */
    LEFT_PERCENT_MOST = 85,
    REGISTERED_MIN = 100, THREADS_MIN = 16,
};

bool evidence_grows_at(const struct evidence *evidence, const struct store_site *site)
{
    return site_growth_adds(evidence->model, evidence->point, site);
}

const struct store_site *evidence_growing_site(const struct evidence *evidence)
{
    for (uint32_t i = 0; i < evidence->sites->count; i++) {
        const struct store_site *site = &evidence->sites->sites[i];
        if (evidence_grows_at(evidence, site) && !site->top_level)
            return site;
    }
    return NULL;
}

bool evidence_is_begun_only(const struct evidence *evidence)
{
    const struct heap *heap = evidence->model->heap;
    uint32_t node = evidence->point->node, kind = heap_items_kind(heap, node);
    bool items = (kind == FORM_ITEMS_PAIRS || kind == FORM_ITEMS_SEQUENCE || kind == FORM_ITEMS_KEYS) && heap_items(heap, node).count;
    for (uint32_t i = 0; i < evidence->sites->count; i++) {
        if (evidence->sites->sites[i].how != STORE_CREATE)
            return false;
    }
    return evidence->sites->count && (items || heap_store_length(heap, node));
}

bool evidence_was_seen_growing(const struct evidence *evidence)
{
    const struct filling *filling = &evidence->filling;
    return filling->seen == GROWTH_ADDS && filling->by_application && !filling->by_import && !filling->by_module_body;
}

bool evidence_much_is_left(const struct evidence *evidence)
{
    return evidence->made_bytes >= RECORDED_BYTES_MIN && evidence->left_bytes >= evidence->made_bytes / 100 * LEFT_PERCENT_MOST;
}

/* Nothing of what was put in was ever taken out, whatever the code is written to do. */
bool evidence_keeps_all(const struct evidence *evidence)
{
    struct key_run run;
    if (evidence_much_is_left(evidence))
        return true;
    return !evidence->filling.deep && key_run_find(evidence->model->heap, evidence->point->node, &run) && key_run_is_complete(&run);
}

bool evidence_much_is_gone(const struct evidence *evidence)
{
    return evidence->made_bytes >= RECORDED_BYTES_MIN && evidence->left_bytes < evidence->made_bytes / 100 * LEFT_PERCENT_MOST;
}

/* Where the standard library keeps what the application gives it, until the application takes it back. */
static const struct registry {
    const char *end;                     /* of the holder's name; "" for any */
    const char *module, *type;           /* of what it holds; "" for any */
    uint32_t least;
} registries[] = {
    {"", "weakref", "finalize._Info", REGISTERED_MIN},
    {"", "asyncio.events", "TimerHandle", REGISTERED_MIN},
    {"", "logging", "Logger", REGISTERED_MIN},
    {"", "threading", "Thread", THREADS_MIN},
    {"", "threading", "Timer", THREADS_MIN},
    {"", "concurrent.futures.thread", "_WorkItem", REGISTERED_MIN},
    {"linecache.cache", "", "", REGISTERED_MIN},
    {"gc.garbage", "", "", REGISTERED_MIN},
    {"atexit", "", "", REGISTERED_MIN},
};

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), wanted = strlen(end);
    return length >= wanted && !strcmp(text + length - wanted, end);
}

static bool is_in_registry(const struct evidence *evidence, const struct registry *registry, const char *name)
{
    const struct heap_type *type = evidence->alike_type == TYPE_NONE ? NULL : &evidence->model->heap->types[evidence->alike_type];
    if (!type || evidence->alike < registry->least || !ends_with(name, registry->end))
        return false;
    return !*registry->type || (span_is(type->module, registry->module) && span_is(type->name, registry->type));
}

bool evidence_is_full_registry(const struct evidence *evidence, struct text *sentence)
{
    bool known = false;
    if (accumulation_has_no_holder(evidence->point))
        return false;
    naming_write_name(evidence->model, evidence->path, false, sentence);
    for (size_t i = 0; !known && i < sizeof(registries) / sizeof(registries[0]); i++)
        known = is_in_registry(evidence, &registries[i], text_string(sentence));
    text_clear(sentence);
    return known;
}

uint32_t evidence_memo_or_holder(const struct evidence *evidence)
{
    const struct naming_path *path = evidence->path;
    const struct heap *heap = evidence->model->heap;
    uint32_t owner = path->step_count ? path->steps[path->step_count - 1].owner : HEAP_NULL;
    bool memo = owner < heap->node_count && heap_is_instance(heap, owner, "functools", "_lru_cache_wrapper");
    return memo ? owner : evidence->point->node;
}

bool evidence_holds_many_alike(const struct evidence *evidence, struct text *sentence)
{
    bool known = evidence->sites->count && !evidence_growing_site(evidence) && !evidence->opaque && !evidence_is_begun_only(evidence);
    if (evidence->alike < (evidence->alike_buffers ? ALIKE_BUFFERS_MIN : ALIKE_MIN) || evidence->alike_type == TYPE_NONE || known || accumulation_has_no_holder(evidence->point))
        return false;
    text_addf(sentence, "it holds %" PRIu32 " objects of one type, ", evidence->alike);
    model_write_type(&evidence->model->heap->types[evidence->alike_type], sentence);
    return true;
}
