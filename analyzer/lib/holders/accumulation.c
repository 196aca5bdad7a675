/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "holders/accumulation.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/bitmap.h"
#include "code/library_file.h"
#include "code/mutators.h"
#include "holders/made_modules.h"

enum {
    THRESHOLD_DIVISOR = 200,       /* half a per cent of the live bytes … */
    THRESHOLD_BYTES_MIN = 16384,   /* … but no less */
    BIG_CHILDREN_MAX = 8,          /* more than this many children that matter, and the mass has fallen apart */
    BIG_SHARE_PERCENT = 70,        /* children that matter make up this much of their parent, or the mass has fallen apart */
    CHAIN_PERIOD_MAX = 4,          /* a link of a chain is at most this many objects (node, __dict__, …) */
    CHAIN_LINKS_MIN = 16,
    GROUPS_MAX = 32,
    SHARED_PERCENT_MIN = 30,       /* a holder refers to this much of a group, or it is not named */
    NATIVE_PERCENT_MIN = 90,       /* so many members of a group are held by native code, or it is not said of the group */
    NAMES_MIN = 100,               /* members of a namespace that are more than names in a source */
    OWNERS_MAX = 64,               /* how far up it is looked for the module whose a holder is */
};

/* Many children of one type under one parent, and who refers to them. */
struct group {
    uint32_t parent, type;
    bool whole;                    /* stands for all that the parent retains, not for its members alone */
    bool crowd;                    /* large children are members, too */
    uint64_t bytes, objects;
    uint32_t first, native_count;  /* the heaviest member; how many are held by native code alone */
    uint32_t count;
    struct { uint32_t node; uint64_t bytes; uint32_t count; } holders[SHARED_HOLDERS_MAX];
};

struct finder {
    const struct model *model;
    struct wh_error *error;
    struct accumulations *ret;
    uint32_t capacity;
    uint32_t *stack;
    size_t stack_count, stack_capacity;
    struct group groups[GROUPS_MAX];
    unsigned group_count;
    uint64_t *bytes_of_type;       /* scratch: small children by type */
    uint32_t *large_of_type;       /* scratch: large children by type */
    uint64_t *native;              /* bitmap: what native code holds, atexit's included */
    uint64_t *made;                /* bitmap: modules that the program makes while it runs; NULL: none */
    uint8_t *group_of_node;        /* index + 1; allocated when there is a group */
};

static bool is_builtin(const struct heap *heap, uint32_t node, const char *name)
{
    return heap_type_is(heap, node, "builtins", name);
}

/* A namespace is dominated by the module or class that it belongs to, or stands under the root. */
static bool is_namespace(const struct model *model, uint32_t node)
{
    if (!is_builtin(model->heap, node, "dict"))
        return false;
    uint32_t owner = model->dominators->idom_of_node[node];
    if (owner < model->heap->node_count)
        return (heap_is_module(model->heap, owner) || heap_is_class(model->heap, owner)) && heap_member(model->heap, owner, "__dict__") == node;
    /* Of a module in C there may be a copy, to make it anew from (Python/import.c, m_copy). */
    return heap_dict_get(model->heap, node, "__name__") != HEAP_NULL &&
           (heap_dict_get(model->heap, node, "__builtins__") != HEAP_NULL || heap_dict_get(model->heap, node, "__loader__") != HEAP_NULL);
}

static bool is_root_of_structure(const struct model *model, uint32_t node)
{
    for (uint32_t i = 0; i < model->retention->graph.root_count; i++) {
        enum root_kind kind = model->retention->roots[i].kind;
        bool structure = kind == ROOT_MODULES || kind == ROOT_BUILTINS || kind == ROOT_INTERPRETER || kind == ROOT_THREAD || kind == ROOT_CODECS;
        if (structure && model->retention->graph.root_node[i] == node)
            return is_builtin(model->heap, node, "dict");
    }
    return false;
}

bool accumulation_is_structure(const struct model *model, uint32_t node)
{
    const struct heap *heap = model->heap;
    if (node >= heap->node_count || heap->form_of_node[node] & FORM_PSEUDO)
        return true;
    return heap_is_module(heap, node) || heap_is_class(heap, node) || is_builtin(heap, node, "frame") || is_builtin(heap, node, "code") ||
           is_namespace(model, node) || is_root_of_structure(model, node);
}

static enum wh_status push(struct finder *finder, uint32_t node)
{
    if (finder->stack_count == finder->stack_capacity) {
        size_t capacity = finder->stack_capacity ? finder->stack_capacity * 2 : 256;
        uint32_t *stack = realloc(finder->stack, capacity * sizeof(*stack));
        if (!stack)
            return wh_error_set(finder->error, WH_ERR_RESOURCE, "out of memory for the search for holders");
        finder->stack = stack;
        finder->stack_capacity = capacity;
    }
    finder->stack[finder->stack_count++] = node;
    return WH_OK;
}

static enum wh_status add_point(struct finder *finder, struct accumulation point)
{
    struct accumulations *ret = finder->ret;
    if (ret->count >= ACCUMULATION_POINTS_MAX)
        return WH_OK;
    if (ret->count == finder->capacity) {
        uint32_t capacity = finder->capacity ? finder->capacity * 2 : 64;
        struct accumulation *points = realloc(ret->points, capacity * sizeof(*points));
        if (!points)
            return wh_error_set(finder->error, WH_ERR_RESOURCE, "out of memory for the list of holders");
        ret->points = points;
        finder->capacity = capacity;
    }
    ret->points[ret->count++] = point;
    return WH_OK;
}

/* --- groups of small children --- */

/* Types whose instances are the program's text, not its data. */
static bool is_program_text(const struct heap *heap, uint32_t type)
{
    static const char *const names[] = {"code", "function", "type", "module", "cell", "getset_descriptor", "member_descriptor",
                                        "method_descriptor", "wrapper_descriptor", "builtin_function_or_method", "frame",
                                        "classmethod_descriptor", "property", "staticmethod", "classmethod"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (span_is(heap->types[type].name, names[i]) && span_is(heap->types[type].module, "builtins"))
            return true;
    }
    return false;
}

static bool is_made_module(const struct finder *finder, uint32_t node)
{
    return finder->made && bitmap_test(finder->made, node);
}

/* Not what the program is made of: its names, its modules; but for those that it makes itself. */
static bool may_be_grouped(const struct finder *finder, uint32_t node)
{
    return is_made_module(finder, node) || (!heap_is_module(finder->model->heap, node) && !is_namespace(finder->model, node));
}

static void add_group(struct finder *finder, uint32_t parent, uint32_t type, bool crowd)
{
    bool modules = finder->made && span_is(finder->model->heap->types[type].name, "module");
    if (finder->group_count < GROUPS_MAX && (modules || !is_program_text(finder->model->heap, type)))
        finder->groups[finder->group_count++] = (struct group){.parent = parent, .type = type, .crowd = crowd};
}

/*
 * A large object that may be one of a crowd: of a class of somebody's own, a bound method (it has its object), or anything that native code
 * holds. Two large lists are two holders.
 */
static bool may_crowd(const struct finder *finder, uint32_t node)
{
    const struct heap *heap = finder->model->heap;
    if (is_made_module(finder, node))
        return true;
    if (accumulation_is_structure(finder->model, node))
        return false;
    return bitmap_test(finder->native, node) || is_builtin(heap, node, "method") || !span_is(heap_type(heap, node)->module, "builtins");
}

/* Finds types of which the small instances among these children add up to what matters, or of which there are many large ones. */
static void note_groups(struct finder *finder, uint32_t parent, struct node_run children)
{
    const struct model *model = finder->model;
    uint64_t threshold = finder->ret->threshold;
    for (uint32_t i = 0; i < children.count; i++) {
        uint32_t node = children.nodes[i], type = model->heap->type_of_node[node];
        if (!may_be_grouped(finder, node))
            continue;
        if (model_retained(model, node) < threshold)
            finder->bytes_of_type[type] += model_retained(model, node);
        else if (may_crowd(finder, node))
            finder->large_of_type[type]++;
    }
    for (uint32_t i = 0; i < children.count; i++) {
        uint32_t type = model->heap->type_of_node[children.nodes[i]];
        bool crowd = finder->large_of_type[type] > BIG_CHILDREN_MAX;
        if (crowd || finder->bytes_of_type[type] >= threshold)
            add_group(finder, parent, type, crowd);
        finder->bytes_of_type[type] = 0;
        finder->large_of_type[type] = 0;
    }
}

static bool is_member(const struct finder *finder, const struct group *group, uint32_t node)
{
    if (finder->model->heap->type_of_node[node] != group->type || !may_be_grouped(finder, node))
        return false;
    return model_retained(finder->model, node) < finder->ret->threshold || (group->crowd && may_crowd(finder, node));
}

static void add_member(struct finder *finder, struct group *group, uint32_t node)
{
    group->first = group->count ? group->first : node;
    group->bytes += model_retained(finder->model, node);
    group->objects += finder->model->retained->retained_count_of_node[node];
    group->native_count += bitmap_test(finder->native, node);
    group->count++;
}

static enum wh_status mark_members(struct finder *finder)
{
    const struct model *model = finder->model;
    enum wh_status status = array_alloc_zeroed(model->heap->node_count, 1, "members of groups", finder->error, &finder->group_of_node);
    for (unsigned g = 0; !status && g < finder->group_count; g++) {
        struct group *group = &finder->groups[g];
        struct node_run children = model_children(model, group->parent);
        for (uint32_t i = 0; i < children.count; i++) {
            if (!is_member(finder, group, children.nodes[i]))
                continue;
            finder->group_of_node[children.nodes[i]] = (uint8_t)(g + 1);
            add_member(finder, group, children.nodes[i]);
        }
    }
    return status;
}

/* Keeps the holders with the most bytes, in order. */
static void offer_holder(struct group *group, uint32_t node, uint64_t bytes, uint32_t count)
{
    for (unsigned i = 0; i < SHARED_HOLDERS_MAX; i++) {
        if (bytes <= group->holders[i].bytes)
            continue;
        memmove(&group->holders[i + 1], &group->holders[i], (SHARED_HOLDERS_MAX - 1 - i) * sizeof(group->holders[0]));
        group->holders[i].node = node;
        group->holders[i].bytes = bytes;
        group->holders[i].count = count;
        return;
    }
}

/* What one object holds of each group. */
struct held { bool any; uint64_t bytes[GROUPS_MAX + 1]; uint32_t count[GROUPS_MAX + 1]; };

static void add_held(const struct finder *finder, uint32_t target, struct held *held)
{
    uint8_t group = finder->group_of_node[target];
    for (unsigned g = 0; !held->any && g <= finder->group_count; g++)
        held->bytes[g] = held->count[g] = 0;
    held->any = true;
    held->bytes[group] += model_retained(finder->model, target);
    held->count[group]++;
}

static void find_shared_holders(struct finder *finder)
{
    const struct retention *retention = finder->model->retention;
    const struct heap *heap = finder->model->heap;
    struct held held;
    for (uint32_t node = 1; node < heap->node_count; node++) {
        held.any = false;
        for (uint32_t ref = heap->first_ref_of_node[node]; ref < heap->first_ref_of_node[node + 1]; ref++) {
            if (finder->group_of_node[heap->target_of_ref[ref]] && retention_target(retention, heap, ref))
                add_held(finder, heap->target_of_ref[ref], &held);
        }
        if (finder->group_of_node[retention_class(retention, node)])
            add_held(finder, retention_class(retention, node), &held);
        for (unsigned group = 1; held.any && group <= finder->group_count; group++) {
            if (held.count[group] && dominators_is_live(finder->model->dominators, node))
                offer_holder(&finder->groups[group - 1], node, held.bytes[group], held.count[group]);
        }
    }
}

/* Is the module whose this object is a library's? */
static bool is_of_library(const struct model *model, uint32_t node)
{
    const struct heap *heap = model->heap;
    for (unsigned i = 0; i < OWNERS_MAX && node < heap->node_count && !heap_is_module(heap, node); i++)
        node = model->dominators->idom_of_node[node];
    uint32_t file = node < heap->node_count && heap_is_module(heap, node) ? heap_attribute(heap, node, "__file__") : HEAP_NULL;
    const struct heap_text *text = file ? heap_text(heap, file) : NULL;
    return text && library_file_is(text->data);
}

static bool is_sys_modules(const struct model *model, uint32_t node)
{
    for (uint32_t i = 0; i < model->retention->graph.root_count; i++) {
        if (model->retention->roots[i].kind == ROOT_MODULES && model->retention->graph.root_node[i] == node)
            return true;
    }
    return false;
}

/* Where the application and a library list the same objects (its threads, say), the application's list is the one to name. */
static void prefer_application(const struct model *model, struct accumulation *point)
{
    bool library = is_of_library(model, point->holders[0]) || is_sys_modules(model, point->holders[0]);
    for (unsigned i = 1; i < point->holder_count && library; i++) {
        if (is_of_library(model, point->holders[i]) || accumulation_is_structure(model, point->holders[i]))
            continue;
        uint32_t node = point->holders[0];
        point->holders[0] = point->holders[i];
        point->holders[i] = node;
        return;
    }
}

static bool is_native(const struct group *group)
{
    return group->native_count && group->native_count >= group->count / 100.0 * NATIVE_PERCENT_MIN;
}

/*
 * What can be named for a group: an object that is data. A module as such, beside its namespace, holds what its code in C keeps: atexit's
 * functions. A namespace stands for its module or class, if there are so many names in it that they are data; sys.modules for modules that are.
 * NODE_NONE: none of that.
 */
static uint32_t nameable(const struct finder *finder, const struct group *group, uint32_t node)
{
    const struct model *model = finder->model;
    if (!accumulation_is_structure(model, node) || heap_is_module(model->heap, node))
        return node;
    if (is_sys_modules(model, node))
        return is_made_module(finder, group->first) && group->count >= MADE_MODULES_MIN ? node : NODE_NONE;
    uint32_t owner = model->dominators->idom_of_node[node];
    bool of_owner = group->parent == node && is_namespace(model, node) && owner < model->heap->node_count;
    return of_owner && group->count >= NAMES_MIN ? owner : NODE_NONE;
}

static enum wh_status add_group_point(struct finder *finder, const struct group *group)
{
    bool structure = accumulation_is_structure(finder->model, group->parent);
    uint64_t least = group->bytes / 100 * SHARED_PERCENT_MIN;
    struct accumulation point = {
        .kind = group->whole ? ACCUMULATION_SINGLE : ACCUMULATION_SHARED,
        .top = group->parent, .bytes = group->whole ? model_retained(finder->model, group->parent) : group->bytes,
        .objects = group->whole ? finder->model->retained->retained_count_of_node[group->parent] : group->objects,
        .member_type = group->type, .member_count = group->count,
    };
    for (unsigned i = 0; i < SHARED_HOLDERS_MAX && group->holders[i].count && group->holders[i].bytes >= least; i++)
        point.holders[point.holder_count++] = group->holders[i].node;
    prefer_application(finder->model, &point);
    uint32_t name = point.holder_count ? nameable(finder, group, point.holders[0]) : NODE_NONE;
    bool named = name != NODE_NONE;
    if (!named && is_native(group)) {
        point.kind = ACCUMULATION_NATIVE;
        point.node = group->first;
        point.holder_count = 0;
        return add_point(finder, point);
    }
    point.node = named ? name : group->parent;
    point.mixed = named && is_sys_modules(finder->model, name);
    if (structure && !named)
        return WH_OK; /* the program's own text: nobody in particular holds it */
    return add_point(finder, point);
}

static enum wh_status add_groups(struct finder *finder)
{
    if (!finder->group_count)
        return WH_OK;
    enum wh_status status = mark_members(finder);
    if (!status)
        find_shared_holders(finder);
    for (unsigned g = 0; !status && g < finder->group_count; g++)
        status = add_group_point(finder, &finder->groups[g]);
    return status;
}

/* --- down the tree --- */

/* Is the object itself the mass: a buffer, a string? Then not it is the holder but who refers to it. */
static bool is_mass(const struct model *model, uint32_t node)
{
    return heap_items_kind(model->heap, node) == FORM_ITEMS_NONE && model_shallow(model, node) >= model_retained(model, node) / 2;
}

struct big_children { uint32_t count, holders; uint64_t holder_bytes; };

/* The children that matter, and those among them that can be holders. */
static struct big_children count_big(const struct finder *finder, struct node_run children)
{
    struct big_children big = {0, 0, 0};
    for (; big.count < children.count; big.count++) {
        uint32_t child = children.nodes[big.count];
        if (model_retained(finder->model, child) < finder->ret->threshold)
            break;
        if (is_mass(finder->model, child))
            continue;
        big.holders++;
        big.holder_bytes += model_retained(finder->model, child);
    }
    return big;
}

/* Is the child in one of the groups from number `first` on? */
static bool is_grouped(const struct finder *finder, unsigned first, uint32_t node)
{
    for (unsigned g = first; g < finder->group_count; g++) {
        if (finder->groups[g].crowd && is_member(finder, &finder->groups[g], node))
            return true;
    }
    return false;
}

static enum wh_status push_big(struct finder *finder, struct node_run children, uint32_t count, bool masses_too, unsigned first_group)
{
    enum wh_status status = WH_OK;
    for (uint32_t i = 0; !status && i < count; i++) {
        if ((masses_too || !is_mass(finder->model, children.nodes[i])) && !is_grouped(finder, first_group, children.nodes[i]))
            status = push(finder, children.nodes[i]);
    }
    return status;
}

/* The largest child, if it alone makes up so much of the node; else NODE_NONE. */
static uint32_t child_of_share(const struct model *model, uint32_t node, unsigned percent)
{
    struct node_run children = model_children(model, node);
    if (!children.count || model_retained(model, children.nodes[0]) < model_retained(model, node) / 100 * percent)
        return NODE_NONE;
    return children.nodes[0];
}

static uint32_t heavy_child(const struct model *model, uint32_t node)
{
    return child_of_share(model, node, BIG_SHARE_PERCENT);
}

static bool is_instance_namespace(const struct model *model, uint32_t node)
{
    uint32_t owner = model->dominators->idom_of_node[node];
    return is_builtin(model->heap, node, "dict") && owner < model->heap->node_count && heap_member(model->heap, owner, "__dict__") == node;
}

/*
 * How often the types repeat down the heaviest children: the links of a linked list that starts here. Counts no further than `limit`. What has
 * proved to be a chain is followed to its end, where few links are left and none is most of the one before.
 */
static uint32_t chain_links(const struct model *model, uint32_t node, uint32_t limit)
{
    const uint32_t *type = model->heap->type_of_node;
    if (is_instance_namespace(model, node))
        return 0;   /* then the instance below it is the first link */
    for (unsigned period = 1; period <= CHAIN_PERIOD_MAX; period++) {
        uint32_t links = 0, at = node;
        while (links < limit) {
            uint32_t next = at;
            for (unsigned i = 0; i < period && next != NODE_NONE; i++)
                next = child_of_share(model, next, links < CHAIN_LINKS_MIN ? BIG_SHARE_PERCENT : 0);
            if (next == NODE_NONE || type[next] != type[at])
                break;
            at = next;
            links++;
        }
        if (links >= CHAIN_LINKS_MIN)
            return links;
    }
    return 0;
}

static bool refers_to(const struct model *model, uint32_t from, uint32_t to)
{
    const struct heap *heap = model->heap;
    for (uint32_t ref = heap->first_ref_of_node[from]; ref < heap->first_ref_of_node[from + 1]; ref++) {
        if (retention_target(model->retention, heap, ref) == to)
            return true;
    }
    return retention_class(model->retention, from) == to;
}

/* A container's children are its own: it refers to the one in the middle. What an instance dominates often is not. */
static bool holds_directly(const struct model *model, uint32_t node, struct node_run children)
{
    return !children.count || refers_to(model, node, children.nodes[children.count / 2]);
}

/* The mass has fallen apart here. Either the node holds it, or what stands below it does. */
static enum wh_status settle(struct finder *finder, uint32_t node, struct node_run children, struct big_children big)
{
    unsigned groups = finder->group_count;
    if (!holds_directly(finder->model, node, children))
        note_groups(finder, node, children);
    if (finder->group_count > groups && big.holders)
        return push_big(finder, children, big.count, false, groups);
    if (finder->group_count > groups) {
        finder->group_count = groups + 1; /* its heaviest kind of child names the holder; one point for one mass */
        finder->groups[groups].whole = true;
        return WH_OK;
    }
    return add_point(finder, (struct accumulation){
        .kind = ACCUMULATION_SINGLE, .node = node, .top = node, .bytes = model_retained(finder->model, node),
        .objects = finder->model->retained->retained_count_of_node[node], .chain = chain_links(finder->model, node, UINT32_MAX)});
}

/* A memo's dict belongs to the function that it remembers for. */
static bool is_memo(const struct heap *heap, uint32_t node)
{
    return heap_is_instance(heap, node, "functools", "_lru_cache_wrapper");
}

/* Is it an instance, or the namespace of one: what it holds has names there? */
static bool holds_by_name(const struct model *model, uint32_t node)
{
    const struct heap *heap = model->heap;
    if (is_builtin(heap, node, "dict"))
        return is_instance_namespace(model, node);
    return heap_items_kind(heap, node) == FORM_ITEMS_NONE && family_of_type(heap, heap->type_of_node[node]) == FAMILY_INSTANCE;
}

/* A buffer or a text that is nearly all of an instance: its attribute is what grows. NODE_NONE if there is none. */
static uint32_t mass_of_instance(const struct model *model, uint32_t node)
{
    uint32_t child = holds_by_name(model, node) ? heavy_child(model, node) : NODE_NONE;
    return child != NODE_NONE && is_mass(model, child) && !model_children(model, child).count ? child : NODE_NONE;
}

/* Is it an instance of the type, or the container or the namespace of one? */
static bool belongs_to_type(const struct model *model, uint32_t node, uint32_t type)
{
    enum { STEPS_UP = 2 };
    for (unsigned step = 0; step <= STEPS_UP && node < model->heap->node_count; step++) {
        if (model->heap->type_of_node[node] == type)
            return true;
        node = model->dominators->idom_of_node[node];
    }
    return false;
}

/* A tree's node whose branches all matter: below it the mass does nothing but fall apart. */
static bool branches(const struct finder *finder, uint32_t node, struct node_run children, struct big_children big)
{
    const struct heap *heap = finder->model->heap;
    if (big.holders < 2)
        return false;
    uint32_t type = heap->type_of_node[children.nodes[0]];
    for (uint32_t i = 1; i < big.count; i++) {
        if (heap->type_of_node[children.nodes[i]] != type)
            return false;
    }
    return heap->types[type].flags & TYPE_HEAP && belongs_to_type(finder->model, node, type);
}

static enum wh_status visit(struct finder *finder, uint32_t node)
{
    const struct model *model = finder->model;
    struct node_run children = model_children(model, node);
    struct big_children big = count_big(finder, children);
    unsigned groups = finder->group_count;
    if (accumulation_is_structure(model, node)) {
        note_groups(finder, node, children);
        return push_big(finder, children, big.count, true, groups);
    }
    uint32_t mass = mass_of_instance(model, node);
    if (mass != NODE_NONE)
        return push(finder, mass);
    bool falls_apart = !big.holders || big.holders > BIG_CHILDREN_MAX ||
                       big.holder_bytes < model_retained(model, node) / 100 * BIG_SHARE_PERCENT || branches(finder, node, children, big);
    if (falls_apart || is_memo(model->heap, node) || chain_links(model, node, CHAIN_LINKS_MIN))
        return settle(finder, node, children, big);
    return push_big(finder, children, big.count, false, groups);
}

/* --- what nothing reaches --- */

/* Garbage has no holder: it refers to itself. What stands at its entries says what it is. */
static enum wh_status add_garbage(struct finder *finder)
{
    const struct model *model = finder->model;
    uint32_t root = graph_garbage_root(&model->retention->graph);
    struct node_run children = model_children(model, root);
    enum wh_status status = WH_OK;
    unsigned groups = finder->group_count;
    for (uint32_t i = 0; i < children.count; i++)
        finder->bytes_of_type[model->heap->type_of_node[children.nodes[i]]] += model_retained(model, children.nodes[i]);
    for (uint32_t i = 0; i < children.count; i++) {
        uint32_t type = model->heap->type_of_node[children.nodes[i]];
        if (finder->bytes_of_type[type] >= finder->ret->threshold)
            add_group(finder, root, type, true);
        finder->bytes_of_type[type] = 0;
    }
    for (unsigned g = groups; !status && g < finder->group_count; g++) {
        struct group *group = &finder->groups[g];
        for (uint32_t i = 0; i < children.count; i++) {
            if (model->heap->type_of_node[children.nodes[i]] == group->type)
                add_member(finder, group, children.nodes[i]);
        }
        status = add_point(finder, (struct accumulation){
            .kind = ACCUMULATION_GARBAGE, .node = group->first, .top = root, .bytes = group->bytes, .objects = group->objects,
            .member_type = group->type, .member_count = group->count});
    }
    finder->group_count = groups;
    return status;
}

static int compare_points(const void *left, const void *right)
{
    const struct accumulation *a = left, *b = right;
    if (a->bytes != b->bytes)
        return a->bytes > b->bytes ? -1 : 1;
    return (a->node > b->node) - (a->node < b->node);
}

/* Several groups may name one holder: the largest stands for all. */
static void drop_repeated(struct accumulations *ret)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < ret->count; i++) {
        bool repeated = false;
        for (uint32_t k = 0; k < kept && k < 256; k++)
            repeated |= ret->points[k].node == ret->points[i].node;
        if (!repeated)
            ret->points[kept++] = ret->points[i];
    }
    ret->count = kept;
}

static enum wh_status mark_native(struct finder *finder)
{
    const struct retention *retention = finder->model->retention;
    enum wh_status status = array_alloc_zeroed(bitmap_word_count(finder->model->heap->node_count), sizeof(uint64_t), "objects of native code",
                                               finder->error, &finder->native);
    for (uint32_t i = 0; !status && i < retention->graph.root_count; i++) {
        if (retention->roots[i].kind == ROOT_NATIVE || retention->roots[i].kind == ROOT_ATEXIT)
            bitmap_set(finder->native, retention->graph.root_node[i]);
    }
    return status;
}

static enum wh_status find(struct finder *finder)
{
    const struct model *model = finder->model;
    size_t types = (size_t)model->heap->type_count + 1;
    enum wh_status status = array_alloc_zeroed(types, sizeof(uint64_t), "bytes by type", finder->error, &finder->bytes_of_type);
    if (!status)
        status = array_alloc_zeroed(types, sizeof(uint32_t), "large children by type", finder->error, &finder->large_of_type);
    if (!status)
        status = mark_native(finder);
    if (!status)
        status = made_modules_find(model->heap, finder->error, &finder->made);
    if (!status)
        status = add_garbage(finder);
    if (!status)
        status = push(finder, graph_virtual_root(&model->retention->graph));
    while (!status && finder->stack_count)
        status = visit(finder, finder->stack[--finder->stack_count]);
    return status ? status : add_groups(finder);
}

uint64_t accumulation_threshold(const struct model *model)
{
    uint64_t threshold = model_live_bytes(model) / THRESHOLD_DIVISOR;
    return threshold > THRESHOLD_BYTES_MIN ? threshold : THRESHOLD_BYTES_MIN;
}

enum wh_status accumulations_init(const struct model *model, struct wh_error *error, struct accumulations *ret)
{
    struct finder finder = {.model = model, .error = error, .ret = ret};
    *ret = (struct accumulations){.threshold = accumulation_threshold(model)};
    enum wh_status status = find(&finder);
    free(finder.stack);
    free(finder.bytes_of_type);
    free(finder.large_of_type);
    free(finder.native);
    free(finder.made);
    free(finder.group_of_node);
    if (status) {
        accumulations_deinit(ret);
        return status;
    }
    if (ret->count)
        qsort(ret->points, ret->count, sizeof(*ret->points), compare_points);
    drop_repeated(ret);
    return WH_OK;
}

void accumulations_deinit(struct accumulations *accumulations)
{
    free(accumulations->points);
    *accumulations = (struct accumulations){0};
}
