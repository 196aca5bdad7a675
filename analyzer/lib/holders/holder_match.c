/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "holders/holder_match.h"

#include <string.h>

#include "code/mutators.h"

static uint64_t bit(unsigned number)
{
    return (uint64_t)1 << number;
}

static uint32_t owner_row_of(const struct code_index *index, const struct holder_step *step)
{
    if (step->kind == ACCESS_LOCAL)
        return code_index_row(index, step->owner);
    if (step->kind == ACCESS_CLOSURE || step->kind == ACCESS_DEFAULT)
        return code_index_row_of_callable(index, step->owner);
    return CODE_NONE;
}

static void add_step(struct holder_steps *ret, const struct holder_path *path, unsigned number, unsigned s)
{
    const struct holder_step *step = &path->steps[s];
    ret->in_use |= bit(number);
    ret->kind[number] = step->kind;
    ret->owner[number] = step->owner || !s ? step->owner : path->steps[s - 1].node;
    ret->node[number] = step->node;
    ret->name[number] = step->kind == ACCESS_ITEM ? NAME_NONE : code_index_find_name(ret->index, step->name);
    ret->owner_row[number] = owner_row_of(ret->index, step);
    if (s + 1 == path->step_count)
        ret->final |= bit(number);
}

/*
 * The families of an object that keeps its contents in the holder, where code never sees the holder itself: the dict in which an
 * instance keeps its attributes (who stores into it writes `instance.name = x`), the list inside a queue written in C.
 */
static unsigned families_of_keeper(const struct code_index *index, const struct holder_path *path)
{
    if (path->step_count < 2)
        return 0;
    const struct holder_step *last = &path->steps[path->step_count - 1];
    uint32_t keeper = path->steps[path->step_count - 2].node;
    if (last->kind == ACCESS_ATTRIBUTE && span_is(last->name, "__dict__"))
        return FAMILY_INSTANCE;
    return family_of_type(index->heap, code_index_type_of(index, keeper)) &
           (FAMILY_QUEUE | FAMILY_STREAM | FAMILY_FUTURE | FAMILY_PICKLER);
}

static void add_path(struct holder_steps *ret, const struct holder_path *path, unsigned first)
{
    for (unsigned s = 0; s < path->step_count; s++)
        add_step(ret, path, first + s, s);
    unsigned families = families_of_keeper(ret->index, path);
    if (families)
        ret->final |= bit(first + path->step_count - 2);
    ret->families |= families;
}

/* Of a list's items, of a dict's values. */
static uint32_t type_of_elements(const struct heap *heap, uint32_t node)
{
    enum { ELEMENTS_MAX = 64 };
    struct node_run items = heap_items(heap, node);
    bool pairs = heap_items_kind(heap, node) == FORM_ITEMS_PAIRS;
    uint32_t type = TYPE_NONE;
    if (heap_items_kind(heap, node) == FORM_ITEMS_NONE || items.count > ELEMENTS_MAX * (1u + pairs))
        return TYPE_NONE;
    for (uint32_t i = pairs; i < items.count; i += 1u + pairs) {
        uint32_t own = items.nodes[i] ? heap->type_of_node[items.nodes[i]] : TYPE_NONE;
        if (own == TYPE_NONE || (type != TYPE_NONE && own != type))
            return TYPE_NONE;
        type = own;
    }
    return type != TYPE_NONE && heap->types[type].flags & TYPE_HEAP && family_of_type(heap, type) == FAMILY_INSTANCE ? type : TYPE_NONE;
}

void holder_steps_init(const struct code_index *index, const struct holder *holder, struct holder_steps *ret)
{
    memset(ret, 0, sizeof(*ret));
    ret->index = index;
    ret->holder = holder;
    ret->count = HOLDER_PATHS_MAX * HOLDER_STEPS_MAX;
    for (unsigned p = 0; p < holder->path_count; p++)
        add_path(ret, &holder->paths[p], p * HOLDER_STEPS_MAX);
    uint32_t type = code_index_type_of(index, holder->node);
    ret->families |= family_of_type(index->heap, type);
    ret->derives = type != TYPE_NONE && index->heap->types[type].flags & TYPE_HEAP;
    ret->element_type = type_of_elements(index->heap, holder->node);
    if (heap_is_module(index->heap, holder->node))
        ret->namespace_node = heap_member(index->heap, holder->node, "__dict__");
}

bool holder_steps_add_alias(struct holder_steps *steps, uint32_t type, uint32_t name)
{
    uint32_t owner = steps->index->heap->types[type].node;
    unsigned number = ALIAS_FIRST;
    for (; steps->in_use & bit(number); number++) {
        if ((steps->owner[number] == owner && steps->name[number] == name) || number + 1 == ALIAS_FIRST + ALIASES_MAX)
            return false;
    }
    if (!owner || !name)
        return false;
    steps->in_use |= bit(number);
    steps->final |= bit(number);
    steps->kind[number] = ACCESS_ATTRIBUTE;
    steps->owner[number] = owner;
    steps->node[number] = steps->holder->node;
    steps->name[number] = name;
    steps->owner_row[number] = CODE_NONE;
    return true;
}

/* Does the step start at a name, and not at the step before it? */
static bool is_first(unsigned number)
{
    return number >= ALIAS_FIRST || number % HOLDER_STEPS_MAX == 0;
}

struct step_set match_node(const struct holder_steps *steps, uint32_t node)
{
    struct step_set set = {{0}};
    if (node && node == steps->namespace_node)
        node = steps->holder->node;
    for (uint64_t left = node ? steps->in_use : 0; left; left &= left - 1) {
        unsigned number = (unsigned)__builtin_ctzll(left);
        if (steps->node[number] == node)
            set.bits[MATCH_EXACT] |= bit(number);
    }
    return set;
}

/* The owner of a step that is an attribute, against an object of which node or type is known. */
static bool owner_fits(const struct holder_steps *steps, unsigned number, struct expr_value object, enum store_match *match)
{
    uint32_t owner = steps->owner[number];
    uint32_t owner_class = code_index_type_of_class(steps->index, owner);
    uint32_t object_class = code_index_type_of_class(steps->index, object.node);
    *match = MATCH_EXACT;
    if (object.node && object.node == owner)
        return true;
    if (owner_class == TYPE_NONE) {
        *match = MATCH_CLASS;
        return !object.node && code_index_is_subtype(steps->index, code_index_type_of(steps->index, owner), object.type);
    }
    /* The attribute of a class is also its instances' and its subclasses'. */
    uint32_t type = object_class != TYPE_NONE ? object_class : object.type;
    if (code_index_is_subtype(steps->index, type, owner_class))
        return true;
    *match = MATCH_CLASS;
    return code_index_is_subtype(steps->index, owner_class, type);
}

/* module.name */
static bool is_global_of(const struct holder_steps *steps, unsigned number, uint32_t module)
{
    const struct heap *heap = steps->index->heap;
    return module && steps->kind[number] == ACCESS_GLOBAL && heap_is_module(heap, module) &&
           heap_member(heap, module, "__dict__") == steps->owner[number];
}

struct step_set match_attribute(const struct holder_steps *steps, struct step_set object_steps, struct expr_value object, bool object_known,
                                uint32_t name)
{
    struct step_set set = {{0}};
    for (uint64_t left = name ? steps->in_use : 0; left; left &= left - 1) {
        unsigned number = (unsigned)__builtin_ctzll(left);
        if (steps->name[number] == name && is_global_of(steps, number, object.node))
            set.bits[MATCH_EXACT] |= bit(number);
        if (steps->kind[number] != ACCESS_ATTRIBUTE || steps->name[number] != name)
            continue;
        enum store_match match;
        bool first = is_first(number), seen = false;
        for (unsigned m = 0; m < MATCH_COUNT && !first && !seen; m++)
            if (object_steps.bits[m] & bit(number - 1)) {
                set.bits[m] |= bit(number);
                seen = m != MATCH_NAME;   /* what is known of the object itself may say more */
            }
        if (seen)
            continue;
        if (!object_known && number >= ALIAS_FIRST)
            continue;
        if (!object_known)
            set.bits[MATCH_NAME] |= bit(number);
        else if (owner_fits(steps, number, object, &match))
            set.bits[number < ALIAS_FIRST ? match : MATCH_CLASS] |= bit(number);
    }
    return set;
}

struct step_set match_any_attribute(const struct holder_steps *steps, struct step_set object_steps, struct expr_value object)
{
    struct step_set set = {{0}};
    for (uint64_t left = steps->in_use; left; left &= left - 1) {
        unsigned number = (unsigned)__builtin_ctzll(left);
        bool first = is_first(number);
        enum store_match match;
        if (steps->kind[number] != ACCESS_ATTRIBUTE)
            continue;
        if ((!first && step_set_any(object_steps) & bit(number - 1)) ||
            ((object.node || object.type != TYPE_NONE) && owner_fits(steps, number, object, &match)))
            set.bits[MATCH_CLASS] |= bit(number);
    }
    return set;
}

/* What variable.get() gives may be the context variable's default. */
static bool is_item(const struct holder_steps *steps, unsigned number)
{
    uint32_t before = steps->node[number - 1];
    return steps->kind[number] == ACCESS_ITEM ||
           (steps->kind[number] == ACCESS_ATTRIBUTE && before && span_is(heap_type(steps->index->heap, before)->name, "ContextVar"));
}

struct step_set match_item(const struct holder_steps *steps, struct step_set container)
{
    struct step_set set = {{0}};
    for (unsigned m = 0; m < MATCH_COUNT; m++) {
        if (container.bits[m] & (steps->final | MATCH_ELEMENT))
            set.bits[m] |= MATCH_ELEMENT;
        if (container.bits[m] & MATCH_ELEMENT)
            set.bits[m] |= MATCH_INNER;
        if (container.bits[m] & MATCH_INNER)
            set.bits[m] |= MATCH_INNERMOST;
        for (uint64_t left = container.bits[m] & steps->in_use; left; left &= left - 1) {
            unsigned next = (unsigned)__builtin_ctzll(left) + 1;
            if (!is_first(next) && steps->in_use & bit(next) && is_item(steps, next))
                set.bits[m] |= bit(next);
        }
    }
    return set;
}

struct step_set match_global(const struct holder_steps *steps, uint32_t row, uint32_t name)
{
    struct step_set set = {{0}};
    for (uint64_t left = name ? steps->in_use : 0; left; left &= left - 1) {
        unsigned number = (unsigned)__builtin_ctzll(left);
        if (steps->kind[number] == ACCESS_GLOBAL && steps->name[number] == name && steps->owner[number] == steps->index->facts[row].globals)
            set.bits[MATCH_EXACT] |= bit(number);
    }
    return set;
}

/* Is `row` the code object of the step, or one around it? */
static bool is_scope_of(const struct code_index *index, uint32_t row, uint32_t inner)
{
    for (unsigned depth = 0; inner != CODE_NONE && depth < 16; depth++, inner = index->facts[inner].parent)
        if (inner == row)
            return true;
    return false;
}

struct step_set match_variable(const struct holder_steps *steps, uint32_t row, enum access_kind kind, uint32_t name)
{
    struct step_set set = {{0}};
    for (uint64_t left = name ? steps->in_use : 0; left; left &= left - 1) {
        unsigned number = (unsigned)__builtin_ctzll(left);
        if (steps->kind[number] != kind || steps->name[number] != name)
            continue;
        if (kind == ACCESS_CLOSURE ? is_scope_of(steps->index, row, steps->owner_row[number]) : steps->owner_row[number] == row)
            set.bits[MATCH_EXACT] |= bit(number);
    }
    return set;
}

enum { FUNCTIONS_LOOKED_AT = 64 };

/* The closures of the code's own functions tell, whether or not the holder's paths go through them. */
struct step_set match_cell(const struct holder_steps *steps, uint32_t row, uint32_t name)
{
    const struct code_index *index = steps->index;
    struct step_set set = match_variable(steps, row, ACCESS_CLOSURE, name);
    uint32_t first = index->first_function_of_code[row], end = index->first_function_of_code[row + 1];
    for (uint32_t i = first; i < end && i - first < FUNCTIONS_LOOKED_AT; i++)
        step_set_add(&set, match_node(steps, code_index_free_variable(index, index->functions[i], name)));
    return set;
}

struct step_set match_self(const struct holder_steps *steps, struct expr_value value)
{
    struct step_set set = {{0}};
    uint32_t type = code_index_type_of(steps->index, steps->holder->node);
    if (steps->derives && !value.node && code_index_is_subtype(steps->index, type, value.type))
        set.bits[MATCH_CLASS] |= steps->final;
    if (steps->element_type != TYPE_NONE && !value.node && code_index_is_subtype(steps->index, steps->element_type, value.type))
        set.bits[MATCH_CLASS] |= MATCH_ELEMENT;
    return set;
}

bool step_set_best(struct step_set set, uint64_t steps, enum store_match *ret)
{
    for (unsigned match = 0; match < MATCH_COUNT; match++)
        if (set.bits[match] & steps) {
            *ret = (enum store_match)match;
            return true;
        }
    return false;
}
