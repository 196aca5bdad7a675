/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "holders/growth.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "code/library_file.h"
#include "code/line_table.h"
#include "naming/naming.h"

/* --- stacks --- */

struct stack_place growth_place(const struct heap *heap, const struct heap_stack_frame *frame)
{
    const struct heap_code *code = heap_code(heap, frame->code_node);
    struct stack_place place = {.code_node = HEAP_NULL, .file = {"", 0}, .function = {"", 0}};
    if (!code)
        return place;
    place.line = line_table_find(line_format_of(heap->snapshot.hexversion), code->lines, code->firstlineno, frame->instruction);
    if (!place.line)
        return place;
    place.code_node = frame->code_node;
    place.file = naming_code_file(heap, frame->code_node);
    place.function = naming_code_function(heap, frame->code_node);
    place.library = library_file_is(place.file);
    return place;
}

bool growth_summarize(const struct heap *heap, uint32_t stack, struct stack_summary *ret)
{
    const struct heap_stack *at = &heap->stacks[stack];
    struct stack_place innermost = {0}, application = {0}, caller = {0};
    for (uint32_t i = 0; i < at->frame_count && !caller.code_node; i++) {
        struct stack_place place = growth_place(heap, &heap->stack_frames[at->first_frame + i]);
        if (!place.code_node)
            continue;
        if (!innermost.code_node)
            innermost = place;
        if (!place.library && application.code_node)
            caller = place;
        else if (!place.library)
            application = place;
    }
    bool through_library = application.code_node && innermost.library;
    ret->place = application.code_node ? application : innermost;
    ret->via = through_library ? innermost : caller;
    return innermost.code_node != HEAP_NULL;
}

/* --- holders --- */

static uint32_t block_of_store(const struct heap *heap, uint32_t node)
{
    struct heap_store store;
    return heap_store(heap, node, &store) && store.address ? heap_find_block(heap, store.address) : UINT32_MAX;
}

/* A tuple has its items in itself: whoever made it put them there. */
static uint32_t block_of_items(const struct heap *heap, uint32_t node)
{
    if (heap->form_of_node[node] & FORM_STORE || heap_items_kind(heap, node) != FORM_ITEMS_SEQUENCE)
        return UINT32_MAX;
    return heap_find_block(heap, heap_address(heap, node));
}

/* Asked of each of many children, so told by the references, not by the column of lengths. */
static uint64_t length_of(const struct heap *heap, uint32_t node)
{
    uint32_t count = heap_items(heap, node).count;
    switch (heap_items_kind(heap, node)) {
    case FORM_ITEMS_NONE:
        return 0;
    case FORM_ITEMS_PAIRS:
        return count / 2;
    default:
        return count;
    }
}

/* A value in a dict that shares its keys takes 8 bytes, and is two items. */
enum { ITEM_BYTES_MIN = 4, PART_LENGTH_MIN = 16, TIMES_LONGER = 4, ITEMS_LOOKED_AT = 32 };

/* Do the items of a part lie right below the object or its __dict__? One in three, for of a dict's items the keys may be anybody's. */
static bool has_items_below(const struct model *model, uint32_t node, uint32_t part)
{
    struct node_run items = heap_items(model->heap, part);
    uint32_t looked_at = items.count < ITEMS_LOOKED_AT ? items.count : ITEMS_LOOKED_AT, below = 0;
    uint32_t dict = heap_member(model->heap, node, "__dict__");
    for (uint32_t i = 0; i < looked_at; i++) {
        uint32_t dominator = items.nodes[i] ? model->dominators->idom_of_node[items.nodes[i]] : HEAP_NULL;
        below += dominator && (dominator == node || dominator == dict);
    }
    return below && below >= looked_at / 3;
}

/* Does the part have most of what the object retains, or, because another part has the same, its items in common with it? */
static bool has_mass(const struct model *model, uint32_t node, uint32_t part)
{
    return model_retained(model, part) >= model_retained(model, node) / 2 || has_items_below(model, node, part);
}

/*
 * What holds the items on behalf of a holder: a cache's table, the deque of a queue, an instance's __dict__ if names are made at run time;
 * HEAP_NULL for none.
 */
static uint32_t inner_holder(const struct model *model, uint32_t node)
{
    if (heap_is_instance(model->heap, node, "functools", "_lru_cache_wrapper"))
        return heap_member(model->heap, node, "cache");
    if (model->heap->form_of_node[node] & FORM_STORE)
        return HEAP_NULL;
    uint32_t dict = heap_member(model->heap, node, "__dict__");
    if (dict && length_of(model->heap, dict) >= PART_LENGTH_MIN && has_items_below(model, node, dict))
        return dict;
    struct node_run children = model_children(model, node);
    if (children.count && children.nodes[0] == dict)
        children = model_children(model, dict);
    bool heavy = children.count && model_retained(model, children.nodes[0]) >= model_retained(model, node) / 2;
    return heavy && model->heap->type_of_node[children.nodes[0]] != model->heap->type_of_node[node] ? children.nodes[0] : HEAP_NULL;
}

static uint32_t block_of_holder(const struct model *model, uint32_t node)
{
    uint32_t inner = inner_holder(model, node), block = block_of_store(model->heap, inner ? inner : node);
    return block != UINT32_MAX ? block : block_of_items(model->heap, node);
}

/* The longest container among what an object alone holds, if it is much longer than the object: the list in which a mock keeps its calls. */
static uint32_t long_part(const struct model *model, uint32_t node)
{
    struct node_run children = model_children(model, node);
    uint32_t longest = HEAP_NULL;
    if (children.count && heap_member(model->heap, node, "__dict__") == children.nodes[0])
        children = model_children(model, children.nodes[0]);
    uint64_t length = length_of(model->heap, node) * TIMES_LONGER;
    length = length > PART_LENGTH_MIN ? length : PART_LENGTH_MIN;
    for (uint32_t i = 0; i < children.count; i++) {
        if (model_retained(model, children.nodes[i]) / ITEM_BYTES_MIN < length)
            break; /* none of those that follow retains more */
        uint64_t own = length_of(model->heap, children.nodes[i]);
        if (own <= length || !has_mass(model, node, children.nodes[i]))
            continue;
        longest = children.nodes[i];
        length = own;
    }
    return longest;
}

bool growth_of_holder(const struct model *model, uint32_t node, struct growth *ret)
{
    uint32_t part = long_part(model, node), row = part ? block_of_store(model->heap, part) : UINT32_MAX;
    if (!part)
        row = block_of_holder(model, node);
    if (row == UINT32_MAX)
        return false;
    const struct heap_block *block = &model->heap->blocks[row];
    *ret = (struct growth){block->majority, block->stack, block->serial};
    return block->majority >= STACK_FIRST_REAL;
}

/* --- what a holder contains --- */

enum { DEEP_ITEMS_MIN = 16, DEEP_CONTAINERS_MAX = 2000, DEEP_LEVELS_MAX = 3, DEEP_SHARE_PERCENT = 60, VOTES_MAX = 32 };

/* Containers of one depth below a holder: few of them have nearly all, each with many items. One with a bound of its own does not count. */
struct level { uint32_t nodes[DEEP_CONTAINERS_MAX], count; uint64_t items, bytes; };

/* A dict's subclass has its items among its references without a label; a buffer has no items. */
static bool is_container(const struct model *model, uint32_t node)
{
    return model->heap->form_of_node[node] & FORM_STORE &&
           (heap_items_kind(model->heap, node) != FORM_ITEMS_NONE || model_children(model, node).count > 0);
}

static bool add_container(const struct model *model, uint32_t node, struct level *ret)
{
    if (!is_container(model, node) || model->heap->form_of_node[node] & FORM_BOUNDED)
        return false;
    if (ret->count < DEEP_CONTAINERS_MAX)
        ret->nodes[ret->count] = node;
    ret->count++;   /* one more than there is room for: too many */
    ret->items += heap_store_length(model->heap, node);
    ret->bytes += model_retained(model, node);
    return true;
}

/* Also those in attributes of the objects that a container has, if these are few: what many objects have was made with them. */
static void add_containers(const struct model *model, uint32_t node, struct level *ret)
{
    enum { OBJECTS_MAX = 64 };
    struct node_run children = model_children(model, node);
    for (uint32_t k = 0; k < children.count && ret->count <= DEEP_CONTAINERS_MAX; k++) {
        __builtin_prefetch(&model->heap->form_of_node[node_run_ahead(children, k)]);
        bool instance = children.count <= OBJECTS_MAX && heap_type(model->heap, children.nodes[k])->flags & TYPE_HEAP;
        struct node_run parts = instance ? model_children(model, children.nodes[k]) : (struct node_run){NULL, 0};
        if (add_container(model, children.nodes[k], ret))
            continue;
        for (uint32_t i = 0; i < parts.count && ret->count <= DEEP_CONTAINERS_MAX; i++)
            (void)add_container(model, parts.nodes[i], ret);
    }
}

/* False if there is none. The two levels are used in turn; the one found is in *ret. */
static bool find_deep(const struct model *model, uint32_t node, struct level levels[2], const struct level **ret)
{
    uint64_t least = model_retained(model, node) / 100 * DEEP_SHARE_PERCENT;
    levels[0] = (struct level){.nodes = {node}, .count = 1};
    for (unsigned depth = 0; depth < DEEP_LEVELS_MAX; depth++) {
        const struct level *from = &levels[depth % 2];
        struct level *to = &levels[(depth + 1) % 2];
        *to = (struct level){.count = 0};
        for (uint32_t i = 0; i < from->count; i++)
            add_containers(model, from->nodes[i], to);
        if (!to->count || to->count > DEEP_CONTAINERS_MAX || to->bytes < least)
            return false;
        *ret = to;
        if (to->items >= (uint64_t)to->count * DEEP_ITEMS_MIN)
            return true;
    }
    return false;
}

bool growth_is_deep(const struct model *model, uint32_t node)
{
    struct level levels[2];
    const struct level *level;
    return is_container(model, node) && find_deep(model, node, levels, &level);
}

bool growth_of_contents(const struct model *model, uint32_t node, struct growth *ret)
{
    struct level levels[2];
    const struct level *level;
    struct { struct growth growth; uint64_t bytes; } votes[VOTES_MAX];
    unsigned vote_count = 0, best = 0;
    uint32_t latest = 0;
    if (!is_container(model, node) || !find_deep(model, node, levels, &level))
        return false;
    for (uint32_t i = 0; i < level->count; i++) {
        struct growth growth;
        unsigned vote = 0;
        if (!growth_of_holder(model, level->nodes[i], &growth))
            continue;
        while (vote < vote_count && votes[vote].growth.majority != growth.majority)
            vote++;
        latest = growth.serial > latest ? growth.serial : latest;
        if (vote == VOTES_MAX)
            continue;
        if (vote == vote_count) {
            votes[vote_count].growth = growth;
            votes[vote_count++].bytes = 0;
        }
        votes[vote].bytes += model_shallow(model, level->nodes[i]);
    }
    for (unsigned vote = 1; vote < vote_count; vote++)
        best = votes[vote].bytes > votes[best].bytes ? vote : best;
    if (vote_count)
        *ret = (struct growth){votes[best].growth.majority, votes[best].growth.last, latest};
    return vote_count > 0;
}

/* --- allocations --- */

/*
 * The pages that recorded blocks lie in, as bits under a hash: nearly all stores are in none, and finding that out takes one look instead of a search.
 */
enum { PAGE_BITS = 12, FILTER_BITS = 20, FILTERED_PAGES_MAX = 1 << 18 };

struct page_filter { uint64_t *bits; /* NULL: everything may be in a block */ };

static uint32_t bit_of_page(uint64_t page)
{
    return (uint32_t)(page * UINT64_C(0x9e3779b97f4a7c15) >> (64 - FILTER_BITS));
}

static enum wh_status page_filter_init(const struct heap *heap, struct wh_error *error, struct page_filter *ret)
{
    uint64_t pages = 0;
    ret->bits = NULL;
    for (uint32_t i = 0; i < heap->block_count && pages <= FILTERED_PAGES_MAX; i++)
        pages += (heap->blocks[i].size >> PAGE_BITS) + 2;
    if (pages > FILTERED_PAGES_MAX)
        return WH_OK;
    enum wh_status status = array_alloc_zeroed(bitmap_word_count((size_t)1 << FILTER_BITS), sizeof(uint64_t), "pages of recorded blocks", error, &ret->bits);
    for (uint32_t i = 0; !status && i < heap->block_count; i++) {
        uint64_t first = heap->blocks[i].address >> PAGE_BITS, count = (heap->blocks[i].size >> PAGE_BITS) + 2;
        for (uint64_t page = 0; page < count; page++)
            bitmap_set(ret->bits, bit_of_page(first + page));
    }
    return status;
}

static bool may_be_in_block(const struct page_filter *filter, uint64_t address)
{
    return !filter->bits || bitmap_test(filter->bits, bit_of_page(address >> PAGE_BITS));
}

/* A block that no object is in belongs to the one whose store it is. */
static void own_stores(const struct heap *heap, const struct page_filter *filter, struct block_owners *ret)
{
    struct store_walk stores;
    struct heap_store store;
    uint32_t node;
    store_walk_init(&stores, heap, STORE_ADDRESS);
    while (store_walk_next(&stores, &node, &store)) {
        uint32_t row = may_be_in_block(filter, store.address) ? heap_find_block(heap, store.address) : UINT32_MAX;
        if (row != UINT32_MAX && !ret->node_of_block[row])
            ret->node_of_block[row] = node;
    }
}

enum wh_status block_owners_init(const struct heap *heap, struct wh_error *error, struct block_owners *ret)
{
    struct page_filter filter;
    enum wh_status status = array_alloc(heap->block_count, sizeof(*ret->node_of_block), "owners of recorded blocks", error, &ret->node_of_block);
    if (status || !heap->block_count)
        return status;
    for (uint32_t i = 0; i < heap->block_count; i++)
        ret->node_of_block[i] = heap->blocks[i].node;
    status = page_filter_init(heap, error, &filter);
    if (status)
        block_owners_deinit(ret); /* the next question may try again */
    else
        own_stores(heap, &filter, ret);
    free(filter.bits);
    return status;
}

void block_owners_deinit(struct block_owners *owners)
{
    free(owners->node_of_block);
    owners->node_of_block = NULL;
}

struct gatherer {
    const struct model *model;
    uint64_t *within, *without;        /* bitmaps: known to be below one of the tops, or below none */
    struct { uint64_t bytes, weight; } *sum_of_stack;
    uint32_t grown;                    /* serial: when the holder's store last grew */
    uint64_t young_bytes;              /* of what came later */
};

/*
 * Is the object a top, or does one dominate it? Asked of the few objects that have a recorded block: the way up from each is followed to where an
 * earlier one's went, not all that the tops dominate.
 */
static bool is_within(struct gatherer *gatherer, uint32_t node)
{
    const uint32_t *idom_of_node = gatherer->model->dominators->idom_of_node;
    uint32_t node_count = gatherer->model->heap->node_count, end = node;
    while (end < node_count && !bitmap_test(gatherer->within, end) && !bitmap_test(gatherer->without, end))
        end = idom_of_node[end];
    bool within = end < node_count && bitmap_test(gatherer->within, end);
    for (; node != end; node = idom_of_node[node])
        bitmap_set(within ? gatherer->within : gatherer->without, node);
    return within;
}

static void sum_blocks(struct gatherer *gatherer, const struct block_owners *owners, uint32_t holder)
{
    const struct heap *heap = gatherer->model->heap;
    uint32_t own_store = block_of_holder(gatherer->model, holder);
    for (uint32_t i = 0; i < heap->block_count; i++) {
        uint32_t owner = owners->node_of_block[i];
        if (!owner || owner == holder || i == own_store || !is_within(gatherer, owner))
            continue;
        gatherer->sum_of_stack[heap->blocks[i].stack].bytes += heap_block_bytes(&heap->blocks[i]);
        gatherer->sum_of_stack[heap->blocks[i].stack].weight += heap->blocks[i].weight;
        if (heap->blocks[i].serial > gatherer->grown)
            gatherer->young_bytes += heap_block_bytes(&heap->blocks[i]);
    }
}

static int compare_places(const struct stack_place *a, const struct stack_place *b)
{
    if (a->code_node != b->code_node)
        return a->code_node < b->code_node ? -1 : 1;
    return (a->line > b->line) - (a->line < b->line);
}

static int compare_by_place(const void *left, const void *right)
{
    const struct allocation *a = left, *b = right;
    int order = compare_places(&a->stack.place, &b->stack.place);
    if (!order) /* the heaviest first: its `via` is the one that is told */
        order = (a->bytes < b->bytes) - (a->bytes > b->bytes);
    return order ? order : compare_places(&a->stack.via, &b->stack.via);
}

static int compare_by_bytes(const void *left, const void *right)
{
    const struct allocation *a = left, *b = right;
    if (a->bytes != b->bytes)
        return a->bytes > b->bytes ? -1 : 1;
    return compare_places(&a->stack.place, &b->stack.place);
}

enum { LARGE_DIVISOR = 5, STACK_BYTES_MIN = 2 * 1024 * 1024 };

/*
 * A line that allocates what is kept allocates other things, too, that are gone at once: what stays shows in the stack of which most is
 * left, among those that have enough of it and have allocated enough to tell; -1 if there are none.
 */
static int most_left(const struct gatherer *gatherer, uint64_t total)
{
    const struct heap *heap = gatherer->model->heap;
    int most = -1;
    for (uint32_t stack = 0; stack < heap->stack_count; stack++) {
        uint64_t left = gatherer->sum_of_stack[stack].bytes, made = heap->stacks[stack].alloc_bytes;
        if (!left || left < total / LARGE_DIVISOR || made < STACK_BYTES_MIN)
            continue;
        uint64_t percent = left / (made / 100);
        int bounded = percent > 100 ? 100 : (int)percent;
        most = bounded > most ? bounded : most;
    }
    return most;
}

static enum wh_status output_sums(const struct gatherer *gatherer, struct wh_error *error, struct allocations *ret)
{
    const struct heap *heap = gatherer->model->heap;
    enum wh_status status = array_alloc(heap->stack_count, sizeof(*ret->at), "sites of allocations", error, &ret->at);
    if (status)
        return status;
    uint32_t count = 0, kept = 0;
    uint64_t total = 0;
    for (uint32_t stack = 0; stack < heap->stack_count; stack++) {
        struct allocation *at = &ret->at[count];
        if (!gatherer->sum_of_stack[stack].weight || !growth_summarize(heap, stack, &at->stack))
            continue;
        at->bytes = gatherer->sum_of_stack[stack].bytes;
        ret->made += heap->stacks[stack].alloc_bytes;
        total += at->bytes;
        at->blocks = gatherer->sum_of_stack[stack].weight;
        count++;
    }
    ret->left = total;
    ret->young = gatherer->young_bytes;
    ret->most_left = most_left(gatherer, total);
    qsort(ret->at, count, sizeof(*ret->at), compare_by_place);
    for (uint32_t i = 0; i < count; i++) {
        if (kept && !compare_places(&ret->at[kept - 1].stack.place, &ret->at[i].stack.place)) {
            ret->at[kept - 1].bytes += ret->at[i].bytes;
            ret->at[kept - 1].blocks += ret->at[i].blocks;
        } else {
            ret->at[kept++] = ret->at[i];
        }
    }
    for (uint32_t i = 0; i < kept; i++)
        ret->at[i].blocks = (ret->at[i].blocks + BLOCK_WEIGHT_ONE / 2) / BLOCK_WEIGHT_ONE;
    qsort(ret->at, kept, sizeof(*ret->at), compare_by_bytes);
    ret->count = kept;
    return WH_OK;
}

enum wh_status growth_allocations(const struct model *model, const struct block_owners *owners, struct node_run nodes, uint32_t holder,
                                  struct wh_error *error, struct allocations *ret)
{
    const struct heap *heap = model->heap;
    struct growth growth;
    struct gatherer gatherer = {.model = model, .grown = growth_of_holder(model, holder, &growth) ? growth.serial : UINT32_MAX};
    *ret = (struct allocations){0};
    if (!heap->block_count)
        return WH_OK;
    size_t words = bitmap_word_count(heap->node_count);
    enum wh_status status = array_alloc_zeroed(words, sizeof(uint64_t), "objects of a holder", error, &gatherer.within);
    if (!status)
        status = array_alloc_zeroed(words, sizeof(uint64_t), "objects of no holder", error, &gatherer.without);
    if (!status)
        status = array_alloc_zeroed(heap->stack_count, sizeof(*gatherer.sum_of_stack), "sums of stacks", error, &gatherer.sum_of_stack);
    if (!status) {
        for (uint32_t i = 0; i < nodes.count; i++)
            bitmap_set(gatherer.within, nodes.nodes[i]);
        sum_blocks(&gatherer, owners, holder);
        status = output_sums(&gatherer, error, ret);
    }
    free(gatherer.within);
    free(gatherer.without);
    free(gatherer.sum_of_stack);
    return status;
}

void allocations_deinit(struct allocations *allocations)
{
    free(allocations->at);
    *allocations = (struct allocations){0};
}
