/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What speaks against a leak. */
#include "holders/signs.h"

#include <inttypes.h>
#include <string.h>

#include "code/library_file.h"
#include "holders/key_run.h"

enum {
    WEAK_PERCENT_MIN = 90,
    SMALL_BYTES = 64 * 1024,
    SMALL_OF_HEAP_BYTES = 1024 * 1024, SMALL_OF_HEAP_PERCENT = 1,   /* nor is less than that looked for where there is so much more */
    WELL_RECORDED_BYTES_MIN = 32 * 1024 * 1024, /* of less, what seems a tenth may be a third */
    LEFT_PERCENT_FEW = 20, LEFT_PERCENT_VERY_FEW = 10, YOUNG_PERCENT_MANY = 60,
    REPLACED_BYTES_MIN = 1024 * 1024,
    LARGE_BUFFER_BYTES = 1024 * 1024,
};

/* A buffer out of which things are taken stays small; if it is not, they are not taken. */
static bool is_large_buffer(const struct evidence *evidence)
{
    return !evidence->alike && evidence->point->bytes >= LARGE_BUFFER_BYTES;
}

/* Never, or not since its function is warm, while a line beside it has: a cache that does not get to make room. */
static bool has_not_run(const struct evidence *evidence, const struct store_site *removal)
{
    bool seen = false;
    for (uint32_t i = 0; removal->executed == EXECUTION_UNLIKELY && !seen && i < evidence->sites->count; i++)
        seen = evidence->sites->sites[i].code_node == removal->code_node && evidence->sites->sites[i].executed == EXECUTION_SEEN;
    return removal->executed == EXECUTION_NEVER || seen;
}

static bool has_removal(const struct evidence *evidence)
{
    for (uint32_t i = 0; i < evidence->sites->removal_count; i++) {
        const struct store_site *removal = &evidence->sites->removals[i];
        if (!has_not_run(evidence, removal) && (evidence->filling.deep || !removal->of_element))
            return true;
    }
    return false;
}

/* Of keys that count most are there still, whatever else was allocated by the same lines. */
static bool has_most_keys(const struct evidence *evidence)
{
    return !evidence->filling.deep && key_run_has_most(evidence->model->heap, evidence->point->node);
}

static bool flows_through(const struct evidence *evidence, struct text *sentence)
{
    int percent = evidence->made_bytes < RECORDED_BYTES_MIN ? -1 : evidence->most_left;
    int few = evidence->made_bytes < WELL_RECORDED_BYTES_MIN ? LEFT_PERCENT_VERY_FEW : LEFT_PERCENT_FEW;
    if (percent < 0 || percent > few || !has_removal(evidence) || has_most_keys(evidence))
        return false;
    text_addf(sentence, "what is put in is taken out again: %d %% of what was allocated for it is left", percent);
    return true;
}

static bool has_moved_on(const struct evidence *evidence, struct text *sentence)
{
    struct key_run run;
    if (!has_removal(evidence) || !key_run_find(evidence->model->heap, evidence->point->node, &run) || !key_run_has_moved_on(&run))
        return false;
    text_addf(sentence, "what is put in is taken out again: its keys count on from %" PRIu64 ", the earlier ones are gone", run.first);
    return true;
}

static bool is_kept_below_limit(const struct evidence *evidence, struct text *sentence)
{
    if (!evidence->filling.limit)
        return false;
    text_addf(sentence, "what adds to it compares its length with a limit: %" PRIu64, evidence->filling.limit);
    return true;
}

static bool is_made_by_constructor(const struct evidence *evidence, struct text *sentence)
{
    if (!evidence->filling.by_constructor)
        return false;
    text_add(sentence, "only the constructor of the object that it belongs to adds to it");
    return true;
}

static bool is_made_anew(const struct evidence *evidence, struct text *sentence)
{
    if (!evidence->filling.made_anew)
        return false;
    text_add(sentence, "what fills it makes a new one each time");
    return true;
}

static bool is_guarded(const struct evidence *evidence, struct text *sentence)
{
    if (!evidence->filling.guarded)
        return false;
    text_add(sentence, "what fills it does so once: it notes that it has, and looks for that first");
    return true;
}

static bool is_loaded_once(const struct evidence *evidence, struct text *sentence)
{
    if (!evidence->filling.once)
        return false;
    text_add(sentence, "it is filled by a function whose name says that it loads, which is called once and outside of any loop");
    return true;
}

static bool is_served(const struct evidence *evidence, struct text *sentence)
{
    if (!evidence->filling.served)
        return false;
    text_add(sentence, "the loop that filled it has ended; since then it is only read");
    return true;
}

/* Is the holder a part of an object that contains more of its kind, as a tree's node does? Then what adds to the holder adds to those, too. */
static bool is_of_tree(const struct evidence *evidence)
{
    enum { CHILDREN_LOOKED_AT = 64 };
    const struct heap *heap = evidence->model->heap;
    const struct naming_path *path = evidence->path;
    uint32_t owner = path->step_count ? path->steps[path->step_count - 1].owner : HEAP_NULL;
    if (owner == HEAP_NULL || owner >= heap->node_count || !(heap_type(heap, owner)->flags & TYPE_HEAP))
        return false;
    struct node_run children = model_children(evidence->model, evidence->point->node);
    for (uint32_t i = 0; i < children.count && i < CHILDREN_LOOKED_AT; i++) {
        if (heap->type_of_node[children.nodes[i]] == heap->type_of_node[owner])
            return true;
    }
    return false;
}

/* Does a line that has run make what it contains grow? */
static bool grows_inside(const struct evidence *evidence)
{
    for (uint32_t i = 0; i < evidence->sites->count; i++) {
        const struct store_site *site = &evidence->sites->sites[i];
        if (site->of_element && site->executed != EXECUTION_NEVER && evidence_grows_at(evidence, site))
            return true;
    }
    return is_of_tree(evidence) || growth_is_deep(evidence->model, evidence->point->node);
}

/*
 * Of the items of a dict that stands still, half may have come since it last made room. If more of its contents is younger, either it took the
 * place of what was there, or the holder has grown inside.
 */
static bool has_grown_inside(const struct evidence *evidence)
{
    bool young = evidence->young_bytes > evidence->left_bytes / 100 * YOUNG_PERCENT_MANY;
    bool replaced = evidence->made_bytes >= REPLACED_BYTES_MIN && evidence->left_bytes <= evidence->made_bytes / 2;
    return young && (!replaced || grows_inside(evidence));
}

static bool is_saturated(const struct evidence *evidence, struct text *sentence)
{
    if (!evidence->filling.saturated_percent || has_grown_inside(evidence))
        return false;
    text_addf(sentence, "it has not grown in the last %u %% of the time in which what adds to it ran", evidence->filling.saturated_percent);
    return true;
}

static bool is_come_round(const struct evidence *evidence, struct text *sentence)
{
    uint64_t modulus = evidence->filling.modulus;
    bool memo = heap_is_instance(evidence->model->heap, evidence->point->node, "functools", "_lru_cache_wrapper");
    if (!modulus || (!memo && grows_inside(evidence)))
        return false;
    uint64_t length = evidence->filling.length;
    text_addf(sentence, "its keys come round: it has %" PRIu64 " items, and the code that adds to it takes something modulo %" PRIu64 "%s", length,
              modulus, length == modulus ? "" : ", of which that is the square");
    return true;
}

static bool is_plain_container(const struct evidence *evidence)
{
    static const char *const names[] = {"list", "dict", "set"};
    bool plain = false;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        plain |= heap_type_is(evidence->model->heap, evidence->point->node, "builtins", names[i]);
    return plain;
}

/* A global of a module, or an attribute of a class that is one. */
static bool is_made_by_import(const struct model *model, const struct naming_path *path)
{
    uint32_t last = path->step_count - 1;
    if (path->step_count < 2 || path->steps[0].kind != STEP_MODULE || path->steps[1].kind != STEP_ATTRIBUTE || path->steps[last].kind != STEP_ATTRIBUTE)
        return false;
    return last == 1 || (last == 2 && heap_is_class(model->heap, path->steps[1].node));
}

/* All code is known that is still there: the module's own body is gone, and so is that of its class. */
static bool has_no_adder(const struct evidence *evidence, struct text *sentence)
{
    const struct naming_path *path = evidence->path;
    const struct store_site_list *sites = evidence->sites;
    if (!evidence->model->heap->code_count || sites->count || sites->removal_count || sites->incomplete || evidence->filling.seen == GROWTH_ADDS || !is_plain_container(evidence))
        return false;
    if (!is_made_by_import(evidence->model, path))
        return false;
    struct span name = path->steps[path->step_count - 1].name;
    bool special = name.length > 2 && name.bytes[0] == '_' && name.bytes[1] == '_';
    if (special || !heap_attribute(evidence->model->heap, path->steps[0].node, "__file__"))
        return false;
    text_add(sentence, "no function adds to it: a table that was made when its module was imported");
    return true;
}

/* It was added to under another name; now it only gets its name from there, as the older one of two buffers does. */
static bool is_only_handed_on(const struct evidence *evidence)
{
    bool assigned = false;
    for (uint32_t i = 0; i < evidence->sites->count; i++) {
        enum store_how how = evidence->sites->sites[i].how;
        if (how != STORE_ASSIGN && how != STORE_CREATE)
            return false;
        assigned |= how == STORE_ASSIGN;
    }
    return assigned && !evidence->sites->removal_count;
}

static bool is_replaced_whole(const struct evidence *evidence, struct text *sentence)
{
    if (!evidence->sites->count || evidence->sites->incomplete || evidence->opaque)
        return false;
    if (evidence->point->chain || evidence->filling.grown_by_reading || evidence_is_begun_only(evidence))
        return false;
    for (uint32_t i = 0; i < evidence->sites->count; i++) {
        if (evidence_grows_at(evidence, &evidence->sites->sites[i]))
            return false;
    }
    if (evidence->filling.seen == GROWTH_ADDS && !is_only_handed_on(evidence))
        return false;
    text_add(sentence, "no code adds to it: it is made as a whole, or its places are filled anew");
    return true;
}

static bool was_seen_at_import(const struct evidence *evidence)
{
    return evidence->filling.seen != GROWTH_UNSEEN && (evidence->filling.by_module_body || evidence->filling.by_import);
}

static bool is_filled_at_import(const struct evidence *evidence, struct text *sentence)
{
    if (evidence->filling.under_way)
        return false;
    if (was_seen_at_import(evidence)) {
        text_add(sentence, "it was seen to grow only while a module was being imported");
        return true;
    }
    if (evidence_was_seen_growing(evidence) || evidence->point->chain || !evidence->sites->count || evidence->sites->incomplete || evidence_growing_site(evidence))
        return false;
    for (uint32_t i = 0; i < evidence->sites->count; i++) {
        if (!evidence->sites->sites[i].top_level)
            return false;
    }
    if (evidence_is_full_registry(evidence, sentence))
        return false;
    text_add(sentence, "only code at the top level of its module fills it: a table that is loaded once");
    return true;
}

static void write_removal(const char *words, const struct store_site *site, struct text *sentence)
{
    text_add(sentence, words);
    text_add_name(sentence, site->function);
    text_addf(sentence, ", line %" PRIu32, site->line);
}

/*
 * What adds also takes out, as a cache that makes room does. A removal elsewhere says nothing: the function that should have been called
 * to unsubscribe is there in many a leak. Nor does it where nothing has ever gone.
 */
static bool makes_room(const struct evidence *evidence, struct text *sentence)
{
    if (!evidence->filling.room || evidence_keeps_all(evidence) || evidence_is_full_registry(evidence, sentence) || is_large_buffer(evidence))
        return false;
    write_removal("what adds to it makes room, too: ", evidence->filling.room, sentence);
    return true;
}

static const struct store_site *removal_in(const struct evidence *evidence, uint32_t code_node)
{
    for (uint32_t i = 0; i < evidence->sites->removal_count; i++) {
        const struct store_site *removal = &evidence->sites->removals[i];
        if (removal->code_node == code_node && removal->executed != EXECUTION_NEVER && removal->how != STORE_REMOVE_GIVEN)
            return removal;
    }
    return NULL;
}

/* Filled at the top level of a module, and each function that adds to it takes out as well; NULL if it is not so. What is lent stays alive. */
static const struct store_site *refilling(const struct evidence *evidence)
{
    const struct store_site *refilling = NULL;
    bool filled = false;
    for (uint32_t i = 0; i < evidence->sites->count; i++) {
        const struct store_site *site = &evidence->sites->sites[i];
        if (site->library || !evidence_grows_at(evidence, site))
            continue;
        filled |= site->top_level;
        if (site->top_level)
            continue;
        refilling = removal_in(evidence, site->code_node);
        if (!refilling)
            return NULL;
    }
    return filled ? refilling : NULL;
}

/* Made full, lent out and taken back. */
static bool is_pool(const struct evidence *evidence, struct text *sentence)
{
    bool made_full = false;
    const struct store_site *taken = evidence->point->chain || evidence_is_full_registry(evidence, sentence) ? NULL : refilling(evidence);
    if (taken) {
        write_removal("it is a pool: filled at the start, and what adds to it has taken out before: ", taken, sentence);
        return true;
    }
    if (evidence->point->chain || evidence_was_seen_growing(evidence) || evidence_is_full_registry(evidence, sentence))
        return false;
    for (uint32_t i = 0; i < evidence->sites->count; i++) {
        enum store_how how = evidence->sites->sites[i].how;
        made_full |= how == STORE_COMPREHENSION || how == STORE_ASSIGN;
    }
    for (uint32_t i = 0; made_full && i < evidence->sites->removal_count; i++) {
        const struct store_site *removal = &evidence->sites->removals[i];
        if (removal->executed == EXECUTION_NEVER || removal->how == STORE_REMOVE_GIVEN)
            continue;
        write_removal("it is a pool: made full, and what is added to it was taken out before: ", removal, sentence);
        return true;
    }
    return false;
}

/* A queue's own maxsize. The queue is what the deque belongs to. */
static bool is_bounded_queue(const struct evidence *evidence, struct text *sentence)
{
    const struct heap *heap = evidence->model->heap;
    const struct naming_path *path = evidence->path;
    uint32_t owner = path->step_count ? path->steps[path->step_count - 1].owner : HEAP_NULL;
    if (owner == HEAP_NULL || owner >= heap->node_count)
        return false;
    uint32_t size = heap_attribute(heap, owner, "maxsize");
    size = size ? size : heap_attribute(heap, owner, "_maxsize");
    const struct heap_text *text = size && heap_type_is(heap, size, "builtins", "int") ? heap_text(heap, size) : NULL;
    if (!text || !text->data.length || text->data.bytes[0] == '-' || text->data.bytes[0] == '0')
        return false;
    text_add(sentence, "it belongs to a queue of ");
    text_add_name(sentence, text->data);
    text_add(sentence, " items at most");
    return true;
}

/* A deque with maxlen, an lru_cache with maxsize. */
static bool is_bounded(const struct evidence *evidence, struct text *sentence)
{
    struct heap_store store;
    const struct heap *heap = evidence->model->heap;
    uint32_t node = evidence_memo_or_holder(evidence);
    if (is_bounded_queue(evidence, sentence))
        return true;
    if (!heap_store(heap, node, &store) || !(heap->form_of_node[node] & FORM_BOUNDED))
        return false;
    text_addf(sentence, "it keeps %" PRIu64 " items at most", store.capacity);
    return true;
}

/* The file of the module at which the path begins. */
static bool belongs_to_library(const struct evidence *evidence, struct text *sentence)
{
    const struct naming_step *first = &evidence->path->steps[0];
    const struct filling *filling = &evidence->filling;
    if (accumulation_has_no_holder(evidence->point) || evidence_is_full_registry(evidence, sentence))
        return false;
    if ((filling->seen != GROWTH_UNSEEN && filling->by_application && !filling->by_import))
        return false;
    if (first->kind != STEP_MODULE || span_is(first->name, "__main__"))
        return false;
    /* A long path may be there as a prefix alone; that is enough to tell. A module without a file is built in. */
    uint32_t file_node = heap_attribute(evidence->model->heap, first->node, "__file__");
    const struct heap_text *file = file_node ? heap_text(evidence->model->heap, file_node) : NULL;
    if (file_node && (!file || !library_file_is(file->data)))
        return false;
    const struct store_site *site = evidence_growing_site(evidence);
    if (site && !site->library)
        return false;
    text_add(sentence, "it belongs to a library, and no line of the application adds to it: ");
    text_add_name(sentence, first->name);
    return true;
}

/*
 * While the main script runs, the interpreter keeps the arena of its syntax tree: a list, in no object's reach, of the names and constants
 * of the source (Python/pyarena.c, a_objects). Data that native code holds is hardly ever constants alone.
 */
static bool is_parser_arena(const struct evidence *evidence, struct text *sentence)
{
    static const char *const constants[] = {"str", "bytes", "int", "float", "complex", "NoneType", "bool", "ellipsis", "tuple", "frozenset"};
    const struct heap *heap = evidence->model->heap;
    uint32_t node = evidence->point->node, root = evidence->path->root;
    if (root == NODE_NONE || evidence->model->retention->roots[root].kind != ROOT_NATIVE || !heap_type_is(heap, node, "builtins", "list"))
        return false;
    struct node_run items = heap_items(heap, node);
    for (uint32_t i = 0; i < items.count; i++) {
        bool constant = false;
        for (size_t c = 0; !constant && c < sizeof(constants) / sizeof(constants[0]); c++)
            constant = heap_type_is(heap, items.nodes[i], "builtins", constants[c]);
        if (!constant)
            return false;
    }
    text_add(sentence, "it holds constants alone and no object refers to it: what the interpreter keeps of the main script's source while it runs");
    return true;
}

/* The dict in which a WeakValueDictionary, or the set in which a WeakSet lists what others keep. */
static bool belongs_to_weak_class(const struct evidence *evidence, struct text *sentence)
{
    const struct naming_path *path = evidence->path;
    uint32_t owner = path->step_count ? path->steps[path->step_count - 1].owner : HEAP_NULL;
    if (owner == HEAP_NULL || owner >= evidence->model->heap->node_count || !span_is(path->steps[path->step_count - 1].name, "data"))
        return false;
    bool dict = heap_is_instance(evidence->model->heap, owner, "weakref", "WeakValueDictionary");
    if (!dict && !heap_is_instance(evidence->model->heap, owner, "_weakrefset", "WeakSet"))
        return false;
    text_addf(sentence, "it belongs to a %s, from which goes what nothing else keeps", dict ? "WeakValueDictionary" : "WeakSet");
    return true;
}

/* The object of a weak reference that still lives; HEAP_NULL if it is gone, or that is none. */
static uint32_t live_referent(const struct heap *heap, uint32_t node)
{
    struct node_run referent = heap_items(heap, node);
    return heap_items_kind(heap, node) == FORM_ITEMS_WEAK && referent.count ? referent.nodes[0] : HEAP_NULL;
}

/*
 * What it registers takes itself out as it dies: a WeakSet, a WeakValueDictionary, a class' subclasses. Not where references
 * stay behind whose objects are gone, or where many are to one object, which they outlive together.
 */
static bool is_weak(const struct evidence *evidence, struct text *sentence)
{
    const struct heap *heap = evidence->model->heap;
    struct node_run items = heap_items(heap, evidence->point->node);
    uint32_t kind = heap_items_kind(heap, evidence->point->node), step = kind == FORM_ITEMS_PAIRS ? 2 : 1, weak = 0, last = HEAP_NULL;
    if (belongs_to_weak_class(evidence, sentence))
        return true;
    if (kind != FORM_ITEMS_PAIRS && kind != FORM_ITEMS_SEQUENCE && kind != FORM_ITEMS_KEYS)
        return false;
    for (uint32_t i = step - 1; i < items.count; i += step) {
        uint32_t referent = live_referent(heap, items.nodes[i]);
        weak += referent && referent != last;
        last = referent;
    }
    if (!weak || (uint64_t)weak * 100 < (uint64_t)(items.count / step) * WEAK_PERCENT_MIN)
        return false;
    text_add(sentence, "it holds weak references, and what they lead to is alive by others");
    return true;
}

static bool is_of_recorder(const struct evidence *evidence, struct text *sentence)
{
    uint32_t root = evidence->path->root;
    if (root == NODE_NONE || !span_is(evidence->model->retention->roots[root].name, "whoholds recorder"))
        return false;
    text_add(sentence, "the recorder of whoholds keeps it, to tell the lines of what it has recorded");
    return true;
}

static bool is_small(const struct evidence *evidence, struct text *sentence)
{
    uint64_t bytes = evidence->point->bytes, live = model_live_bytes(evidence->model);
    if (bytes >= SMALL_BYTES && (bytes >= SMALL_OF_HEAP_BYTES || bytes >= live / 100 * SMALL_OF_HEAP_PERCENT))
        return false;
    text_add(sentence, "it is small");
    return true;
}

/* Names that were given when the program was written are a part of it; those that a function makes are not. Likewise modules. */
static bool is_made_by_program(const struct evidence *evidence)
{
    const struct accumulation *point = evidence->point;
    if (point->kind != ACCUMULATION_SHARED)
        return false;
    bool names = point->top == heap_member(evidence->model->heap, point->node, "__dict__");
    return !names || evidence_growing_site(evidence) || evidence_was_seen_growing(evidence);
}

static bool is_program_text(const struct evidence *evidence, struct text *sentence)
{
    if (is_made_by_program(evidence) || !accumulation_is_structure(evidence->model, evidence->point->node))
        return false;
    text_add(sentence, "it is a part of the program itself: a module, a class or code");
    return true;
}

const struct sign signs_against[] = {
    {"filled-at-import", WH_WEIGHT_AGAINST, is_filled_at_import},
    {"no-adder", WH_WEIGHT_AGAINST, has_no_adder},
    {"replaced-whole", WH_WEIGHT_AGAINST, is_replaced_whole},
    {"constructor", WH_WEIGHT_AGAINST, is_made_by_constructor},
    {"made-anew", WH_WEIGHT_AGAINST, is_made_anew},
    {"loaded-once", WH_WEIGHT_AGAINST, is_loaded_once},
    {"guarded", WH_WEIGHT_AGAINST, is_guarded},
    {"served", WH_WEIGHT_AGAINST, is_served},
    {"saturated", WH_WEIGHT_AGAINST, is_saturated},
    {"modulo", WH_WEIGHT_AGAINST, is_come_round},
    {"bounded", WH_WEIGHT_AGAINST, is_bounded},
    {"limit", WH_WEIGHT_AGAINST, is_kept_below_limit},
    {"makes-room", WH_WEIGHT_AGAINST, makes_room},
    {"flows-through", WH_WEIGHT_AGAINST, flows_through},
    {"moved-on", WH_WEIGHT_AGAINST, has_moved_on},
    {"pool", WH_WEIGHT_AGAINST, is_pool},
    {"library", WH_WEIGHT_AGAINST, belongs_to_library},
    {"program-text", WH_WEIGHT_AGAINST, is_program_text},
    {"parser-arena", WH_WEIGHT_AGAINST, is_parser_arena},
    {"weak", WH_WEIGHT_AGAINST, is_weak},
    {"recorder", WH_WEIGHT_AGAINST, is_of_recorder},
    {"small", WH_WEIGHT_AGAINST, is_small},
    {NULL, WH_WEIGHT_AGAINST, NULL},
};
