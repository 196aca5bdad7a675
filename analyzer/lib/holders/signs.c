/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "holders/signs.h"

#include <inttypes.h>
#include <string.h>

enum { ALIKE_MIN = 5, SMALL_BYTES = 64 * 1024 };

bool signs_site_adds(const struct store_site *site)
{
    return site->how != STORE_CREATE && site->how != STORE_ASSIGN;
}

/* Does the holder become larger when the site runs again? A name that is bound anew, or a place in a list that is, does not. */
static bool site_grows(const struct evidence *evidence, const struct store_site *site)
{
    switch (site->how) {
    case STORE_CREATE:
    case STORE_ASSIGN:
    case STORE_COMPREHENSION:
    case STORE_REMOVE:
        return false;
    case STORE_ATTRIBUTE:
        return evidence->point->chain > 0;
    case STORE_SUBSCRIPT:
        return heap_items_kind(evidence->model->heap, evidence->point->node) != FORM_ITEMS_SEQUENCE;
    default:
        return true;
    }
}

static bool contains(struct span text, const char *part)
{
    return memmem(text.bytes, text.length, part, strlen(part)) != NULL;
}

bool signs_is_library_file(struct span file)
{
    return contains(file, "/lib/python") || contains(file, "/site-packages/") || contains(file, "/dist-packages/") ||
           (file.length >= 7 && !memcmp(file.bytes, "<frozen", 7));
}

/* --- for --- */

static const struct store_site *first_growing_site(const struct evidence *evidence)
{
    for (uint32_t i = 0; i < evidence->sites->count; i++) {
        const struct store_site *site = &evidence->sites->sites[i];
        if (site_grows(evidence, site) && !site->top_level)
            return site;
    }
    return NULL;
}

static bool grows_in_function(const struct evidence *evidence, struct text *sentence)
{
    const struct store_site *site = first_growing_site(evidence);
    if (!site)
        return false;
    text_add(sentence, "a function adds to it each time it runs: ");
    text_add_name(sentence, site->function);
    return true;
}

/* Speaks only where it is not known how the holder is filled. */
static bool holds_many_alike(const struct evidence *evidence, struct text *sentence)
{
    if (evidence->alike < ALIKE_MIN || evidence->alike_type == TYPE_NONE || (evidence->sites->count && !first_growing_site(evidence)))
        return false;
    text_addf(sentence, "it holds %" PRIu32 " objects of one type, ", evidence->alike);
    model_write_type(&evidence->model->heap->types[evidence->alike_type], sentence);
    return true;
}

static bool is_chain(const struct evidence *evidence, struct text *sentence)
{
    if (!evidence->point->chain)
        return false;
    text_addf(sentence, "it is the head of a chain of %" PRIu32 " links", evidence->point->chain);
    return true;
}

/* --- against --- */

static bool is_replaced_whole(const struct evidence *evidence, struct text *sentence)
{
    if (!evidence->sites->count || evidence->sites->incomplete)
        return false;
    for (uint32_t i = 0; i < evidence->sites->count; i++) {
        if (site_grows(evidence, &evidence->sites->sites[i]))
            return false;
    }
    text_add(sentence, "no code adds to it: it is made as a whole, or its places are filled anew");
    return true;
}

static bool is_filled_at_import(const struct evidence *evidence, struct text *sentence)
{
    if (!evidence->sites->count || evidence->sites->incomplete || first_growing_site(evidence))
        return false;
    for (uint32_t i = 0; i < evidence->sites->count; i++) {
        if (!evidence->sites->sites[i].top_level)
            return false;
    }
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
 * to unsubscribe is there in many a leak.
 */
static bool makes_room(const struct evidence *evidence, struct text *sentence)
{
    for (uint32_t i = 0; i < evidence->sites->removal_count; i++) {
        const struct store_site *removal = &evidence->sites->removals[i];
        for (uint32_t k = 0; removal->executed != EXECUTION_NEVER && k < evidence->sites->count; k++) {
            const struct store_site *site = &evidence->sites->sites[k];
            if (site->code_node != removal->code_node || !site_grows(evidence, site))
                continue;
            write_removal("the function that adds to it makes room, too: ", removal, sentence);
            return true;
        }
    }
    return false;
}

/* Made full, lent out and taken back. */
static bool is_pool(const struct evidence *evidence, struct text *sentence)
{
    bool made_full = false;
    for (uint32_t i = 0; i < evidence->sites->count; i++) {
        enum store_how how = evidence->sites->sites[i].how;
        made_full |= how == STORE_COMPREHENSION || how == STORE_ASSIGN;
    }
    for (uint32_t i = 0; made_full && i < evidence->sites->removal_count; i++) {
        const struct store_site *removal = &evidence->sites->removals[i];
        if (removal->executed == EXECUTION_NEVER)
            continue;
        write_removal("it is a pool: made full, and what is added to it was taken out before: ", removal, sentence);
        return true;
    }
    return false;
}

/* A deque with maxlen, an lru_cache with maxsize. */
static bool is_bounded(const struct evidence *evidence, struct text *sentence)
{
    struct heap_store store;
    if (!heap_store(evidence->model->heap, evidence->point->node, &store) || !(evidence->model->heap->form_of_node[evidence->point->node] & FORM_BOUNDED))
        return false;
    text_addf(sentence, "it keeps %" PRIu64 " items at most", store.capacity);
    return true;
}

/* The file of the module at which the path begins. */
static bool belongs_to_library(const struct evidence *evidence, struct text *sentence)
{
    const struct naming_step *first = &evidence->path->steps[0];
    if (first->kind != STEP_MODULE || span_is(first->name, "__main__"))
        return false;
    /* A long path may be there as a prefix alone; that is enough to tell. A module without a file is built in. */
    uint32_t file_node = heap_attribute(evidence->model->heap, first->node, "__file__");
    const struct heap_text *file = file_node ? heap_text(evidence->model->heap, file_node) : NULL;
    if (file_node && (!file || !signs_is_library_file(file->data)))
        return false;
    const struct store_site *site = first_growing_site(evidence);
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

static bool is_small(const struct evidence *evidence, struct text *sentence)
{
    if (evidence->point->bytes >= SMALL_BYTES)
        return false;
    text_add(sentence, "it is small");
    return true;
}

static bool is_program_text(const struct evidence *evidence, struct text *sentence)
{
    if (!accumulation_is_structure(evidence->model, evidence->point->node))
        return false;
    text_add(sentence, "it is a part of the program itself: a module, a class or code");
    return true;
}

const struct sign signs[] = {
    {"grows-in-function", true, grows_in_function},
    {"many-alike", true, holds_many_alike},
    {"chain", true, is_chain},
    {"filled-at-import", false, is_filled_at_import},
    {"replaced-whole", false, is_replaced_whole},
    {"bounded", false, is_bounded},
    {"makes-room", false, makes_room},
    {"pool", false, is_pool},
    {"library", false, belongs_to_library},
    {"program-text", false, is_program_text},
    {"parser-arena", false, is_parser_arena},
    {"small", false, is_small},
};
const unsigned sign_count = sizeof(signs) / sizeof(signs[0]);
