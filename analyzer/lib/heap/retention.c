/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "heap/retention.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/bitmap.h"
#include "base/prefetch.h"

/* Members whose references are soft, by type. */
static const struct { const char *type, *member; } soft_members[] = {
    {"function", "__globals__"},          {"function", "__builtins__"},        {"frame", "f_globals"},
    {"frame", "f_builtins"},              {"getset_descriptor", "__objclass__"}, {"member_descriptor", "__objclass__"},
    {"method_descriptor", "__objclass__"}, {"wrapper_descriptor", "__objclass__"}, {"classmethod_descriptor", "__objclass__"},
};

/* A chain of classes each of which only an instance in the one before holds takes a pass each; real heaps need one or two. */
enum { TYPE_PASSES_MAX = 16 };

struct builder {
    const struct heap *heap;
    const struct progress *progress;
    struct wh_error *error;
    struct retention *ret;
    uint64_t *reached;          /* bitmap by node */
    uint64_t *claimed;          /* bitmap by node: reached by soft references alone */
    uint32_t *queue;            /* reached nodes whose references are followed one after the other, each node at most once */
    uint32_t queue_begin, queue_end;
    size_t type_capacity, root_capacity;
};

const char *root_kind_name(enum root_kind kind)
{
    static const char *const names[] = {
        [ROOT_MODULES] = "module", [ROOT_BUILTINS] = "builtins", [ROOT_INTERPRETER] = "interpreter", [ROOT_THREAD] = "thread",
        [ROOT_FRAME] = "frame", [ROOT_TYPE] = "type", [ROOT_ATEXIT] = "atexit", [ROOT_CODECS] = "codecs", [ROOT_GC] = "gc",
        [ROOT_NATIVE] = "native",
    };
    size_t count = sizeof(names) / sizeof(names[0]);
    return (size_t)kind < count && names[kind] ? names[kind] : "interpreter";
}

/* Doubles an array when it is full. */
static enum wh_status grow(void *array, size_t count, size_t *capacity, size_t element_size, struct wh_error *error)
{
    if (count < *capacity)
        return WH_OK;
    size_t wanted = *capacity ? *capacity * 2 : 64;
    void *grown = realloc(*(void **)array, wanted * element_size);
    if (!grown)
        return wh_error_set(error, WH_ERR_RESOURCE, "out of memory: %zu bytes for the references that hold softly", wanted * element_size);
    *(void **)array = grown;
    *capacity = wanted;
    return WH_OK;
}

/* --- which references are weak or soft --- */

static uint64_t soft_members_of(const struct heap *heap, const struct heap_type *type)
{
    uint64_t members = 0;
    if (!span_is(type->module, "builtins"))
        return 0;
    for (size_t i = 0; i < sizeof(soft_members) / sizeof(soft_members[0]); i++) {
        for (uint32_t m = 0; span_is(type->name, soft_members[i].type) && m < type->member_count && m < 64; m++) {
            if (span_is(heap->fields[type->first_field + m], soft_members[i].member))
                members |= UINT64_C(1) << m;
        }
    }
    return members;
}

/* Takes a reference out of the graph, and notes what it was. */
static enum wh_status take_out(const struct graph *graph, struct lent_refs *refs, uint32_t source, uint32_t ref, struct wh_error *error)
{
    uint32_t *target = &graph->target_of_edge[ref];
    if (*target == HEAP_NULL)
        return WH_OK;
    enum wh_status status = grow(&refs->rows, refs->count, &refs->capacity, sizeof(*refs->rows), error);
    if (status)
        return status;
    refs->rows[refs->count++] = (struct lent_ref){source, ref, *target};
    *target = NODE_NULL;
    return WH_OK;
}

/* Leaves a reference out for now. */
static enum wh_status soften(struct builder *builder, uint32_t source, uint32_t ref)
{
    return take_out(&builder->ret->graph, &builder->ret->soft, source, ref, builder->error);
}

static enum wh_status soften_members(struct builder *builder, uint32_t node, uint64_t members)
{
    struct heap_sections sections = heap_sections(builder->heap, node);
    enum wh_status status = WH_OK;
    for (; !status && members; members &= members - 1) {
        uint32_t ref = sections.members + (uint32_t)__builtin_ctzll(members);
        if (ref < sections.attrs)
            status = soften(builder, node, ref);
    }
    return status;
}

static enum wh_status drop_weak(struct builder *builder, uint32_t node)
{
    struct heap_sections sections = heap_sections(builder->heap, node);
    enum wh_status status = WH_OK;
    for (uint32_t ref = sections.items; !status && ref < sections.end; ref++)
        status = take_out(&builder->ret->graph, &builder->ret->weak, node, ref, builder->error);
    return status;
}

/* Bit i of an entry: member i of the type is soft. Members beyond 64 are never soft. */
static enum wh_status soften_types(struct builder *builder, const uint64_t *members_of_type)
{
    const struct heap *heap = builder->heap;
    enum wh_status status = WH_OK;
    for (uint32_t node = 1; !status && node < heap->node_count; node++) {
        uint64_t members = members_of_type[heap->type_of_node[node]];
        bool weak = heap_items_kind(heap, node) == FORM_ITEMS_WEAK;
        if (__builtin_expect(!(members | weak), 1))
            continue;
        if (weak)
            status = drop_weak(builder, node);
        if (!status && members)
            status = soften_members(builder, node, members);
    }
    return status;
}

/* A running frame holds nothing but its code for certain. A generator that runs still owns its locals. */
static bool is_running_frame(const struct heap *heap, uint32_t node)
{
    return node && (heap->form_of_node[node] & FORM_PSEUDO || heap_type_is(heap, node, "builtins", "frame"));
}

static enum wh_status soften_frame(struct builder *builder, const struct heap_frame *frame)
{
    const struct heap *heap = builder->heap;
    enum wh_status status = WH_OK;
    for (uint32_t ref = heap->first_ref_of_node[frame->node]; !status && ref < heap->first_ref_of_node[frame->node + 1]; ref++) {
        /* Already soft ones are NULL by now. */
        if (builder->ret->graph.target_of_edge[ref] != frame->code_node)
            status = soften(builder, frame->node, ref);
    }
    return status;
}

static enum wh_status soften_references(struct builder *builder)
{
    const struct heap *heap = builder->heap;
    uint64_t *members_of_type = NULL;
    enum wh_status status = array_alloc_zeroed(heap->type_count, sizeof(*members_of_type), "soft members of types", builder->error, &members_of_type);
    for (uint32_t type = 0; !status && type < heap->type_count; type++)
        members_of_type[type] = soft_members_of(heap, &heap->types[type]);
    if (!status)
        status = soften_types(builder, members_of_type);
    for (uint32_t row = 0; !status && row < heap->frame_count; row++) {
        if (is_running_frame(heap, heap->frames[row].node))
            status = soften_frame(builder, &heap->frames[row]);
    }
    free(members_of_type);
    return status;
}

/* --- roots --- */

static enum wh_status add_root(struct builder *builder, uint32_t node, struct retention_root root)
{
    struct retention *ret = builder->ret;
    size_t capacity = builder->root_capacity;
    enum wh_status status = grow(&ret->graph.root_node, ret->graph.root_count, &capacity, sizeof(uint32_t), builder->error);
    if (!status)
        status = grow(&ret->roots, ret->graph.root_count, &builder->root_capacity, sizeof(*ret->roots), builder->error);
    if (status)
        return status;
    ret->graph.root_node[ret->graph.root_count] = node;
    ret->roots[ret->graph.root_count++] = root;
    return WH_OK;
}

static unsigned group_of(enum root_kind kind)
{
    if (kind == ROOT_MODULES)
        return 0;
    return kind == ROOT_THREAD ? 2 : 1;
}

static enum wh_status add_file_roots(struct builder *builder, unsigned group)
{
    const struct heap *heap = builder->heap;
    enum wh_status status = WH_OK;
    for (uint32_t row = 0; !status && row < heap->root_count; row++) {
        const struct heap_root *root = &heap->roots[row];
        if (root->node && group_of(root->kind) == group)
            status = add_root(builder, root->node, (struct retention_root){root->kind, root->name, root->thread - 1, UINT32_MAX, 0});
    }
    return status;
}

static enum wh_status add_frame_roots(struct builder *builder)
{
    const struct heap *heap = builder->heap;
    enum wh_status status = WH_OK;
    for (uint32_t row = 0; !status && row < heap->frame_count; row++) {
        const struct heap_frame *frame = &heap->frames[row];
        if (frame->node)
            status = add_root(builder, frame->node, (struct retention_root){ROOT_FRAME, {"", 0}, frame->thread, row, 0});
    }
    return status;
}

static enum wh_status add_known_roots(struct builder *builder)
{
    enum wh_status status = WH_OK;
    for (unsigned group = 0; !status && group < RETENTION_GROUPS - 1; group++) {
        status = add_file_roots(builder, group);
        if (!status && group == 2)
            status = add_frame_roots(builder);
        builder->ret->group_end[group] = builder->ret->graph.root_count;
    }
    return status;
}

/* --- reach --- */

static void reach(struct builder *builder, uint32_t node)
{
    if (bitmap_test(builder->reached, node))
        return;
    bitmap_set(builder->reached, node);
    builder->queue[builder->queue_end++] = node;
}

/* They may lie anywhere: what they will need is fetched while they wait, first where their references begin, then these. */
static inline void prefetch_ahead(const struct builder *builder)
{
    prefetch_is_wanted();
    enum { PREFETCH_REFERENCES = 8, PREFETCH_NODE = 16 };
    const struct graph *graph = &builder->ret->graph;
    const uint32_t *next = builder->queue + builder->queue_begin;
    if (builder->queue_end - builder->queue_begin <= PREFETCH_NODE)
        return;
    __builtin_prefetch(&graph->first_edge_of_node[next[PREFETCH_NODE]]);
    __builtin_prefetch(&graph->target_of_edge[graph->first_edge_of_node[next[PREFETCH_REFERENCES]]]);
}

static enum wh_status follow(struct builder *builder)
{
    const struct graph *graph = &builder->ret->graph;
    while (builder->queue_begin < builder->queue_end) {
        enum wh_status status = progress_tick(builder->progress, "what keeps objects alive", builder->queue_begin, graph->node_count, builder->error);
        if (status)
            return status;
        prefetch_ahead(builder);
        uint32_t node = builder->queue[builder->queue_begin++];
        for (uint32_t edge = graph->first_edge_of_node[node]; edge < graph->first_edge_of_node[node + 1]; edge++)
            reach(builder, graph->target_of_edge[edge]);
    }
    return WH_OK;
}

/* Leaves in the queue what the sweep has passed already. Whether a target was reached before cannot be guessed: there is no branch on it alone. */
static inline void sweep_node(struct builder *builder, uint32_t node)
{
    const struct graph *graph = &builder->ret->graph;
    for (uint32_t edge = graph->first_edge_of_node[node]; edge < graph->first_edge_of_node[node + 1]; edge++) {
        uint32_t target = graph->target_of_edge[edge];
        uint64_t *word = &builder->reached[target / BITMAP_WORD_BITS], mask = bitmap_mask(target);
        bool is_new = !(*word & mask);
        *word |= mask;
        if (is_new & (target < node))
            builder->queue[builder->queue_end++] = target;
    }
}

/*
 * From the roots. A snapshot has most objects behind what refers to them, so one sweep from the first to the last reaches nearly all, and reads the
 * references as they lie. What it has passed before it was reached is followed afterwards.
 */
static enum wh_status sweep(struct builder *builder)
{
    uint32_t node_count = builder->ret->graph.node_count;
    for (uint32_t root = 0; root < builder->ret->graph.root_count; root++)
        bitmap_set(builder->reached, builder->ret->graph.root_node[root]);
    for (uint32_t node = 0; node < node_count; node++) {
        enum wh_status status = progress_tick(builder->progress, "what keeps objects alive", node, node_count, builder->error);
        if (status)
            return status;
        if (bitmap_test(builder->reached, node))
            sweep_node(builder, node);
    }
    return WH_OK;
}

/* Follows soft references from what is reached to what is not, until there are none. */
static enum wh_status follow_soft(struct builder *builder)
{
    bool more = true;
    enum wh_status status = follow(builder);
    while (!status && more) {
        more = false;
        for (size_t i = 0; i < builder->ret->soft.count; i++) {
            uint32_t target = builder->ret->soft.rows[i].target;
            if (!bitmap_test(builder->reached, builder->ret->soft.rows[i].source) || bitmap_test(builder->reached, target))
                continue;
            bitmap_set(builder->claimed, target);
            reach(builder, target);
            more = true;
        }
        status = follow(builder);
    }
    return status;
}

/* Of each type: the class, if nothing reaches it, else NODE_NULL. False if there is none. */
static bool find_unreached_classes(const struct builder *builder, uint32_t *class_of_type)
{
    const struct heap *heap = builder->heap;
    bool any = false;
    for (uint32_t type = 0; type < heap->type_count; type++) {
        const struct heap_type *row = &heap->types[type];
        bool unreached = row->flags & TYPE_HEAP && row->node && !bitmap_test(builder->reached, row->node);
        class_of_type[type] = unreached ? row->node : NODE_NULL;
        any |= unreached;
    }
    return any;
}

static enum wh_status add_type_reference(struct builder *builder, uint32_t node, uint32_t type_node)
{
    struct retention *ret = builder->ret;
    enum wh_status status = grow(&ret->type_references, ret->type_reference_count, &builder->type_capacity,
                                 sizeof(*ret->type_references), builder->error);
    if (!status)
        ret->type_references[ret->type_reference_count++] = (struct type_reference){node, type_node};
    return status;
}

/* One pass: classes that nothing reaches but their living instances. */
static enum wh_status claim_classes(struct builder *builder, uint32_t *class_of_type, bool *found)
{
    const struct heap *heap = builder->heap;
    uint32_t first = builder->ret->type_reference_count;
    enum wh_status status = WH_OK;
    bool any = find_unreached_classes(builder, class_of_type);
    for (uint32_t node = 1; !status && any && node < heap->node_count; node++) {
        uint32_t type_node = class_of_type[heap->type_of_node[node]];
        if (__builtin_expect(type_node != NODE_NULL, 0) && bitmap_test(builder->reached, node))
            status = add_type_reference(builder, node, type_node);
    }
    for (uint32_t i = first; !status && i < builder->ret->type_reference_count; i++)
        reach(builder, builder->ret->type_references[i].type_node);
    *found = builder->ret->type_reference_count > first;
    return status;
}

static enum wh_status follow_all(struct builder *builder)
{
    bool found = true;
    uint32_t *class_of_type = NULL;
    enum wh_status status = array_alloc(builder->heap->type_count, sizeof(uint32_t), "classes of types", builder->error, &class_of_type);
    for (unsigned pass = 0; !status && found && pass < TYPE_PASSES_MAX; pass++) {
        status = follow_soft(builder);
        if (!status)
            status = claim_classes(builder, class_of_type, &found);
    }
    free(class_of_type);
    return status ? status : follow_soft(builder);
}

/* --- native references --- */

/* References that unreached objects hold on each other. Nothing that is reached refers to them, or they would be reached. */
static void count_incoming(const struct builder *builder, uint32_t *incoming_of_node)
{
    const struct heap *heap = builder->heap;
    for (uint32_t node = 1; node < heap->node_count; node++) {
        if (bitmap_test(builder->reached, node))
            continue;
        for (uint32_t ref = heap->first_ref_of_node[node]; ref < heap->first_ref_of_node[node + 1]; ref++)
            incoming_of_node[heap->target_of_ref[ref]]++;
        const struct heap_type *type = heap_type(heap, node);
        if (type->flags & TYPE_HEAP)
            incoming_of_node[type->node]++;
    }
    for (size_t i = 0; i < builder->ret->soft.count; i++) {
        const struct lent_ref *soft = &builder->ret->soft.rows[i];
        incoming_of_node[soft->target] += !bitmap_test(builder->reached, soft->source);
    }
}

/* Strings, numbers and code that C variables of the interpreter name: interned strings, small integers, frozen modules. */
static bool is_interpreter_constant(const struct heap *heap, uint32_t node)
{
    static const char *const types[] = {"str", "int", "bytes", "float", "complex", "code"};
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        if (heap_type_is(heap, node, "builtins", types[i]))
            return true;
    }
    return heap->form_of_node[node] & FORM_IMMORTAL;
}

/* Static types are C variables; the collector tracks heap types alone. */
static bool is_static_type(const struct heap *heap, uint32_t node)
{
    return !(heap->form_of_node[node] & FORM_TRACKED) && heap_is_class(heap, node);
}

static struct span name_of_native(uint32_t kind)
{
    static const char constant[] = "constants of the interpreter", type[] = "static type", native[] = "native code";
    if (kind == ROOT_TYPE)
        return (struct span){type, sizeof(type) - 1};
    return kind == ROOT_NATIVE ? (struct span){native, sizeof(native) - 1} : (struct span){constant, sizeof(constant) - 1};
}

bool retention_is_native_kind(uint32_t kind)
{
    return kind == ROOT_TYPE || kind == ROOT_INTERPRETER || kind == ROOT_NATIVE;
}

static enum wh_status add_root_of_native(struct builder *builder, const struct native_root *root)
{
    builder->ret->native_count += root->kind == ROOT_NATIVE;
    return add_root(builder, root->node, (struct retention_root){(enum root_kind)root->kind, name_of_native(root->kind), UINT32_MAX, UINT32_MAX,
                                                                 root->unaccounted});
}

static enum wh_status add_native_root(struct builder *builder, uint32_t node, uint32_t refcount, uint32_t incoming)
{
    if (refcount <= incoming && !(builder->heap->form_of_node[node] & FORM_IMMORTAL))
        return WH_OK;
    struct native_root root = {node, ROOT_NATIVE, refcount - incoming};
    if (is_static_type(builder->heap, node))
        root = (struct native_root){node, ROOT_TYPE, 0};
    else if (is_interpreter_constant(builder->heap, node))
        root = (struct native_root){node, ROOT_INTERPRETER, 0};
    return add_root_of_native(builder, &root);
}

static enum wh_status add_native_roots(struct builder *builder)
{
    uint32_t *incoming_of_node = NULL;
    const struct heap *heap = builder->heap;
    uint32_t first = builder->ret->graph.root_count;
    enum wh_status status = array_alloc_zeroed(heap->node_count, sizeof(uint32_t), "counts of referrers", builder->error, &incoming_of_node);
    struct refcount_walk refcounts;
    refcount_walk_init(&refcounts, heap);
    if (!status)
        count_incoming(builder, incoming_of_node);
    for (uint32_t node = 1; !status && node < heap->node_count; node++) {
        if (!bitmap_test(builder->reached, node))
            status = add_native_root(builder, node, refcount_walk_get(&refcounts, node), incoming_of_node[node]);
    }
    free(incoming_of_node);
    for (uint32_t root = first; !status && root < builder->ret->graph.root_count; root++)
        reach(builder, builder->ret->graph.root_node[root]);
    builder->ret->group_end[RETENTION_GROUPS - 1] = builder->ret->graph.root_count;
    return status ? status : follow_all(builder);
}

/* --- the final graph --- */

/* Soft references count where nothing else reaches the target, and among garbage. All others are silent. */
static void restore_soft(struct builder *builder)
{
    struct retention *ret = builder->ret;
    for (size_t i = 0; i < ret->soft.count; i++) {
        const struct lent_ref *soft = &ret->soft.rows[i];
        if (bitmap_test(builder->claimed, soft->target) || !bitmap_test(builder->reached, soft->source))
            ret->graph.target_of_edge[soft->ref] = soft->target;
        else
            bitmap_set(ret->silent_bitmap, soft->ref);
    }
    for (size_t i = 0; i < ret->weak.count; i++)
        bitmap_set(ret->silent_bitmap, ret->weak.rows[i].ref);
}

static int compare_type_references(const void *left, const void *right)
{
    const struct type_reference *a = left, *b = right;
    return (a->node > b->node) - (a->node < b->node);
}

static void sort_type_references(struct retention *ret)
{
    if (ret->type_reference_count)
        qsort(ret->type_references, ret->type_reference_count, sizeof(*ret->type_references), compare_type_references);
}

/* The nodes above `above` and up to `node` begin by so many references later (or earlier: modulo 2^32). */
static void shift_nodes(struct graph *graph, uint32_t above, uint32_t node, uint32_t references)
{
    for (uint32_t at = above + 1; at <= node; at++)
        graph->first_edge_of_node[at] += references;
}

/* Makes room for the references to classes, from the last to the first: what lies between two of them moves as one piece. */
static enum wh_status insert_type_references(struct retention *ret, struct wh_error *error)
{
    struct graph *graph = &ret->graph;
    uint32_t added = ret->type_reference_count;
    if (!added)
        return WH_OK;
    if (added > GRAPH_EDGE_COUNT_MAX - graph->edge_count)
        return wh_error_set(error, WH_ERR_INPUT, "the snapshot has more references than 32 bits can number");
    uint32_t *targets = realloc(graph->target_of_edge, ((size_t)graph->edge_count + added) * sizeof(uint32_t));
    if (!targets)
        return wh_error_set(error, WH_ERR_RESOURCE, "out of memory for references to classes");
    graph->target_of_edge = ret->lender->target_of_ref = targets;
    uint32_t end = graph->edge_count, last = graph->node_count;
    for (; added; added--) {
        uint32_t node = ret->type_references[added - 1].node, begin = graph->first_edge_of_node[node + 1];
        memmove(targets + begin + added, targets + begin, (size_t)(end - begin) * sizeof(uint32_t));
        targets[begin + added - 1] = ret->type_references[added - 1].type_node;
        shift_nodes(graph, node, last, added);
        end = begin;
        last = node;
    }
    graph->edge_count += ret->type_reference_count;
    return WH_OK;
}

/* And away with them, from the first to the last. */
static void remove_type_references(struct retention *retention)
{
    struct graph *graph = &retention->graph;
    const struct type_reference *rows = retention->type_references;
    uint32_t *first = graph->first_edge_of_node, *targets = graph->target_of_edge, count = retention->type_reference_count;
    for (uint32_t removed = 1; removed <= count; removed++) {
        bool is_last = removed == count;
        uint32_t node = rows[removed - 1].node, next = is_last ? graph->node_count : rows[removed].node;
        uint32_t begin = first[node + 1], end = is_last ? first[next] : first[next + 1] - 1;
        memmove(targets + begin - removed, targets + begin, (size_t)(end - begin) * sizeof(uint32_t));
        shift_nodes(graph, node, next, 0 - removed);
    }
}

static enum wh_status alloc_builder(struct builder *builder)
{
    const struct heap *heap = builder->heap;
    size_t words = bitmap_word_count(heap->node_count);
    enum wh_status status = array_alloc_zeroed(bitmap_word_count(heap->ref_count), sizeof(uint64_t), "references that hold nothing",
                                               builder->error, &builder->ret->silent_bitmap);
    if (!status)
        status = array_alloc_zeroed(words, sizeof(uint64_t), "reached objects", builder->error, &builder->reached);
    if (!status)
        status = array_alloc_zeroed(words, sizeof(uint64_t), "softly held objects", builder->error, &builder->claimed);
    if (!status)
        status = array_alloc(heap->node_count, sizeof(uint32_t), "the objects to follow", builder->error, &builder->queue);
    return status;
}

static void borrow_references(struct retention *retention)
{
    const struct heap *heap = retention->lender;
    struct graph *graph = &retention->graph;
    graph->edge_count = (uint32_t)heap->ref_count;
    graph->target_of_edge = heap->target_of_ref;
    graph->first_edge_of_node = heap->first_ref_of_node;
}

static enum wh_status build(struct builder *builder)
{
    enum wh_status status = alloc_builder(builder);
    if (!status)
        status = progress_report(builder->progress, "which references keep objects alive", 0, 1, builder->error);
    if (status)
        return status;
    borrow_references(builder->ret);
    bitmap_set(builder->reached, NODE_NULL);
    status = soften_references(builder);
    if (!status)
        status = add_known_roots(builder);
    if (!status)
        status = sweep(builder);
    if (!status)
        status = follow_all(builder);
    if (!status)
        status = add_native_roots(builder);
    if (status)
        return status;
    restore_soft(builder);
    sort_type_references(builder->ret);
    return insert_type_references(builder->ret, builder->error);
}

enum wh_status retention_init(struct heap *heap, const struct progress *progress, struct wh_error *error, struct retention *ret)
{
    struct builder builder = {.heap = heap, .progress = progress, .error = error, .ret = ret};
    *ret = (struct retention){.graph = {.node_count = heap->node_count}, .lender = heap};
    enum wh_status status = build(&builder);
    free(builder.reached);
    free(builder.claimed);
    free(builder.queue);
    if (status)
        retention_deinit(ret);
    return status;
}

static void put_back(uint32_t *target_of_ref, struct lent_refs *refs)
{
    for (size_t i = 0; i < refs->count; i++)
        target_of_ref[refs->rows[i].ref] = refs->rows[i].target;
    free(refs->rows);
    *refs = (struct lent_refs){0};
}

void retention_give_back(struct retention *retention)
{
    struct graph *graph = &retention->graph;
    if (!graph->target_of_edge)
        return;
    if (graph->edge_count != retention->lender->ref_count)
        remove_type_references(retention);
    put_back(graph->target_of_edge, &retention->soft);
    put_back(graph->target_of_edge, &retention->weak);
    graph->first_edge_of_node = NULL;
    graph->target_of_edge = NULL;
    graph->edge_count = 0;
}

/* What was noted of references is all in the bitmap by now, but for their targets. */
enum wh_status retention_lend(struct retention *retention, struct wh_error *error)
{
    enum wh_status status = WH_OK;
    borrow_references(retention);
    for (size_t word = 0; !status && word < bitmap_word_count(retention->lender->ref_count); word++) {
        for (uint64_t bits = retention->silent_bitmap[word]; !status && bits; bits &= bits - 1) {
            uint32_t ref = (uint32_t)(word * BITMAP_WORD_BITS) + (uint32_t)__builtin_ctzll(bits);
            status = take_out(&retention->graph, &retention->weak, NODE_NULL, ref, error);
        }
    }
    if (!status)
        status = insert_type_references(retention, error);
    if (status)
        retention_give_back(retention);
    return status;
}

void retention_deinit(struct retention *retention)
{
    retention_give_back(retention);
    graph_deinit(&retention->graph);
    free(retention->silent_bitmap);
    free(retention->roots);
    free(retention->type_references);
    *retention = (struct retention){0};
}

enum wh_status retention_list_native(const struct retention *retention, struct wh_error *error, struct native_root **ret, uint32_t *count)
{
    uint32_t first = retention->group_end[RETENTION_GROUPS - 2];
    *count = retention->graph.root_count - first;
    enum wh_status status = array_alloc(*count, sizeof(**ret), "native roots", error, ret);
    for (uint32_t i = 0; !status && i < *count; i++) {
        const struct retention_root *root = &retention->roots[first + i];
        (*ret)[i] = (struct native_root){retention->graph.root_node[first + i], root->kind, root->unaccounted};
    }
    return status;
}

static enum wh_status copy_kept(const struct heap *heap, const struct kept_retention *kept, struct wh_error *error, struct retention *ret)
{
    size_t words = bitmap_word_count(heap->ref_count), classes = kept->type_reference_count;
    enum wh_status status = array_alloc(words, sizeof(uint64_t), "references that hold nothing", error, &ret->silent_bitmap);
    if (!status)
        status = array_alloc(classes, sizeof(*ret->type_references), "references to classes", error, &ret->type_references);
    if (status)
        return status;
    if (words)
        memcpy(ret->silent_bitmap, kept->silent_bitmap, words * sizeof(uint64_t));
    if (classes)
        memcpy(ret->type_references, kept->type_references, classes * sizeof(*ret->type_references));
    ret->type_reference_count = (uint32_t)classes;
    return WH_OK;
}

enum wh_status retention_restore(const struct heap *heap, const struct kept_retention *kept, struct wh_error *error, struct retention *ret)
{
    struct builder builder = {.heap = heap, .error = error, .ret = ret};
    *ret = (struct retention){.graph = {.node_count = heap->node_count}};
    enum wh_status status = copy_kept(heap, kept, error, ret);
    if (!status)
        status = add_known_roots(&builder);
    for (uint32_t i = 0; !status && i < kept->native_root_count; i++)
        status = add_root_of_native(&builder, &kept->native_roots[i]);
    ret->group_end[RETENTION_GROUPS - 1] = ret->graph.root_count;
    if (status)
        retention_deinit(ret);
    return status;
}

uint32_t retention_find_class(const struct retention *retention, uint32_t node)
{
    uint32_t low = 0, high = retention->type_reference_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (retention->type_references[middle].node < node)
            low = middle + 1;
        else
            high = middle;
    }
    bool found = low < retention->type_reference_count && retention->type_references[low].node == node;
    return found ? retention->type_references[low].type_node : NODE_NULL;
}
