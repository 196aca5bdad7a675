/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "holders/site_growth.h"

#include <string.h>

enum {
    SAMPLE_MAX = 48, SAMPLE_OF_ONE = 12,
    BESIDE_PERCENT_MAX = 10, NEVER_GROWN_MIN = 1000,
    LARGE_BYTES = 1024,   /* a value that may be the sum of many: what is smaller can be set, but has not grown */
};

struct sample { uint32_t nodes[SAMPLE_MAX], count; };

/* Some of what an object contains, evenly spread; of pairs the values. */
static void add_contents(const struct model *model, uint32_t node, struct sample *ret)
{
    struct node_run items = heap_items(model->heap, node);
    uint32_t width = heap_items_kind(model->heap, node) == FORM_ITEMS_PAIRS ? 2 : 1, count = items.count / width;
    uint32_t step = count / SAMPLE_OF_ONE + 1;
    for (uint32_t i = 0; i < count && ret->count < SAMPLE_MAX; i += step) {
        uint32_t content = items.nodes[(size_t)i * width + width - 1];
        if (content)
            ret->nodes[ret->count++] = content;
    }
}

/* Its items are numbers in a row: each can be set, none comes. */
static bool is_buffer(const struct model *model, uint32_t node)
{
    return heap_is_instance(model->heap, node, "builtins", "bytearray") || heap_is_instance(model->heap, node, "array", "array") ||
           heap_type_is(model->heap, node, "builtins", "memoryview");
}

/* What was met on the way down. */
struct passed { bool makes, buffer; };

/* What lies `depth` containers below the holder. One that makes what it is asked for (defaultdict) has a new item for each new key. */
static struct sample contents_at(const struct model *model, uint32_t holder, unsigned depth, struct passed *passed)
{
    struct sample at = {{holder}, 1};
    for (unsigned i = 0; i < depth; i++) {
        struct sample next = {.count = 0};
        for (uint32_t k = 0; k < at.count; k++) {
            passed->makes |= heap_is_instance(model->heap, at.nodes[k], "collections", "defaultdict");
            passed->buffer |= is_buffer(model, at.nodes[k]);
            add_contents(model, at.nodes[k], &next);
        }
        at = next;
    }
    return at;
}

/* x += y makes a new one of the same size. */
static bool is_scalar(const struct model *model, uint32_t node)
{
    static const char *const names[] = {"int", "float", "bool", "complex", "NoneType"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (heap_type_is(model->heap, node, "builtins", names[i]))
            return true;
    }
    return false;
}

static bool takes_new_keys(const struct model *model, uint32_t node)
{
    return heap_items_kind(model->heap, node) != FORM_ITEMS_SEQUENCE && !is_scalar(model, node) && !is_buffer(model, node);
}

static bool takes_more(const struct model *model, uint32_t node)
{
    return !is_scalar(model, node);
}

static bool is_large(const struct model *model, uint32_t node)
{
    return !is_scalar(model, node) && (model_retained(model, node) >= LARGE_BYTES || model_shallow(model, node) >= LARGE_BYTES);
}

/* Of which nothing can be seen, anything can be. */
static bool any(const struct model *model, struct sample sample, bool (*is)(const struct model *, uint32_t))
{
    for (uint32_t i = 0; i < sample.count; i++) {
        if (is(model, sample.nodes[i]))
            return true;
    }
    return !sample.count;
}

static bool place_grows(const struct model *model, uint32_t holder, enum store_place place, unsigned depth)
{
    static bool (*const grows[])(const struct model *, uint32_t) = {[PLACE_ITEM] = takes_new_keys, [PLACE_FIELD] = is_large, [PLACE_WHOLE] = takes_more};
    struct passed passed = {false, false};
    struct sample contents = contents_at(model, holder, depth + (place == PLACE_FIELD), &passed);
    return passed.makes || (any(model, contents, grows[place]) && (contents.count || !passed.buffer));
}

static bool any_place_grows(const struct model *model, uint32_t holder, unsigned places)
{
    for (unsigned place = 0; place < PLACE_COUNT; place++) {
        for (unsigned depth = 0; depth < PLACE_DEPTHS; depth++) {
            if (places & store_place_bit((enum store_place)place, depth) && place_grows(model, holder, (enum store_place)place, depth))
                return true;
        }
    }
    return false;
}

/* Arrays, of which places are set. */
static bool are_contents_buffers(const struct model *model, uint32_t holder)
{
    struct sample contents = {.count = 0};
    uint32_t buffers = 0;
    add_contents(model, holder, &contents);
    for (uint32_t i = 0; i < contents.count; i++) {
        if (!is_buffer(model, contents.nodes[i]) && !is_scalar(model, contents.nodes[i]) && heap_items(model->heap, contents.nodes[i]).count > SAMPLE_MAX)
            return false;
        buffers += is_buffer(model, contents.nodes[i]);
    }
    return buffers > 0;
}

/* Deques with a maxlen. */
static bool are_contents_bounded(const struct model *model, uint32_t holder)
{
    struct sample contents = {.count = 0};
    add_contents(model, holder, &contents);
    for (uint32_t i = 0; i < contents.count; i++) {
        if (!(model->heap->form_of_node[contents.nodes[i]] & FORM_BOUNDED))
            return false;
    }
    return contents.count > 0;
}

/* An array or list that has ever grown has places to spare, but for a moment. */
static bool has_never_grown(const struct model *model, uint32_t node)
{
    struct heap_store store;
    return (is_buffer(model, node) || heap_is_instance(model->heap, node, "builtins", "list")) && heap_store(model->heap, node, &store) &&
           store.length >= NEVER_GROWN_MIN && store.capacity == store.length;
}

/* Of an instance: does what is stored go to an attribute that has little of the mass, and nothing of its kind? */
static bool is_beside_the_mass(const struct model *model, const struct accumulation *point, const struct store_site *site)
{
    struct sample contents = {.count = 0};
    struct node_run children = model_children(model, point->top);
    uint32_t field = site->field.length ? heap_attribute_named(model->heap, point->node, site->field) : HEAP_NULL;
    if (!field || !children.count || model_retained(model, field) >= point->bytes / 100 * BESIDE_PERCENT_MAX)
        return false;
    add_contents(model, field, &contents);
    for (uint32_t i = 0; i < contents.count; i++) {
        if (model->heap->type_of_node[contents.nodes[i]] == model->heap->type_of_node[children.nodes[0]])
            return false;
    }
    return true;
}

bool site_growth_adds(const struct model *model, const struct accumulation *point, const struct store_site *site)
{
    if (is_beside_the_mass(model, point, site))
        return false;
    switch (site->how) {
    case STORE_CREATE:
    case STORE_ASSIGN:
    case STORE_COMPREHENSION:
    case STORE_REMOVE:
    case STORE_REMOVE_GIVEN:
        return false;
    case STORE_ATTRIBUTE:
        return point->chain > 0;
    case STORE_SLICE:
        return !site->of_element && !has_never_grown(model, point->node);
    case STORE_SUBSCRIPT:
        if (!site->places)
            return site->of_element ? !are_contents_buffers(model, point->node) : takes_new_keys(model, point->node);
        return point->chain > 0 || any_place_grows(model, point->node, site->places);
    case STORE_INPLACE:
        return point->chain > 0 || !site->places || any_place_grows(model, point->node, site->places);
    default:
        return !site->of_element || !are_contents_bounded(model, point->node);
    }
}
