/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "heap/kept_results.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"

enum scalar { SCALAR_DANGLING, SCALAR_LIVE, SCALAR_GARBAGE, SCALAR_POINTS, SCALAR_REFERRERS, SCALAR_COUNT };

/* A row of KEPT_BIG_SIZES and KEPT_BIG_RETAINED: a struct node_big_size without padding. */
struct kept_size { uint64_t node, size; };

_Static_assert(sizeof(struct type_reference) == 8 && sizeof(struct native_root) == 12, "rows of the file have no padding");

/* --- checks --- */

struct checker {
    const struct kept_file *file;
    uint32_t node_count;
    uint64_t ref_count, type_count;
};

static const void *elements_of(const struct kept_file *file, enum kept_section section)
{
    return file->arrays[section].elements;
}

static uint64_t count_of(const struct kept_file *file, enum kept_section section)
{
    return file->arrays[section].count;
}

/* Differences that are negative leave their sign: one test an array, none an element. */
static bool all_below(const uint32_t *values, uint64_t count, uint64_t limit)
{
    uint64_t signs = 0;
    for (uint64_t i = 0; i < count; i++)
        signs |= limit - 1 - values[i];
    return !(signs >> 63);
}

static bool never_falls(const uint32_t *values, uint64_t count)
{
    uint64_t signs = 0;
    for (uint64_t i = 1; i < count; i++)
        signs |= (uint64_t)values[i] - values[i - 1];
    return !(signs >> 63);
}

/* Nodes of objects, each once. */
static bool is_set_of_nodes(const struct checker *checker, enum kept_section section)
{
    const uint32_t *nodes = elements_of(checker->file, section);
    uint32_t previous = NODE_NULL;
    for (uint64_t i = 0; i < count_of(checker->file, section); i++) {
        if (nodes[i] <= previous || nodes[i] >= checker->node_count)
            return false;
        previous = nodes[i];
    }
    return true;
}

/* The table has exactly the sizes that do not fit into the array. */
static bool check_sizes(const struct checker *checker, enum kept_section sizes, enum kept_section big_sizes)
{
    const uint32_t *size_of_node = elements_of(checker->file, sizes);
    const struct kept_size *big = elements_of(checker->file, big_sizes);
    uint64_t nodes = count_of(checker->file, sizes), count = count_of(checker->file, big_sizes), found = 0, previous = NODE_NULL;
    for (uint64_t node = 0; node < nodes; node++)
        found += size_of_node[node] == UINT32_MAX;
    for (uint64_t i = 0; i < count; i++) {
        if (big[i].node <= previous || big[i].node >= nodes || size_of_node[big[i].node] != UINT32_MAX)
            return false;
        previous = big[i].node;
    }
    return found == count;
}

static bool check_heap(const struct checker *checker)
{
    const struct kept_file *file = checker->file;
    const uint32_t *first = elements_of(file, KEPT_FIRST_REF), *type_of_node = elements_of(file, KEPT_TYPE_OF_NODE);
    return all_below(type_of_node + 1, checker->node_count - 1, checker->type_count) && first[0] == 0 && first[1] == 0 &&
           never_falls(first, (uint64_t)checker->node_count + 1) && first[checker->node_count] == checker->ref_count &&
           all_below(elements_of(file, KEPT_TARGETS), checker->ref_count, checker->node_count) &&
           all_below(elements_of(file, KEPT_LOOKUPS), count_of(file, KEPT_LOOKUPS), checker->node_count) && check_sizes(checker, KEPT_SIZE_OF_NODE, KEPT_BIG_SIZES);
}

static bool check_retention(const struct checker *checker)
{
    const struct type_reference *holders = elements_of(checker->file, KEPT_CLASS_HOLDERS);
    const struct native_root *roots = elements_of(checker->file, KEPT_NATIVE_ROOTS);
    uint32_t previous = NODE_NULL;
    for (uint64_t i = 0; i < count_of(checker->file, KEPT_CLASS_HOLDERS); i++) {
        if (holders[i].node <= previous || holders[i].node >= checker->node_count || holders[i].type_node >= checker->node_count)
            return false;
        previous = holders[i].node;
    }
    for (uint64_t i = 0; i < count_of(checker->file, KEPT_NATIVE_ROOTS); i++) {
        if (roots[i].node == NODE_NULL || roots[i].node >= checker->node_count || !retention_is_native_kind(roots[i].kind))
            return false;
    }
    return true;
}

static uint64_t *make_bitmap(const struct checker *checker, struct wh_error *error)
{
    uint64_t *bitmap;
    return array_alloc_zeroed(bitmap_word_count(checker->node_count), sizeof(uint64_t), "the check of kept results", error, &bitmap) ? NULL : bitmap;
}

/* The children of all parents stand one after the other, in an order in which what is known of them lies here and there. */
enum { PREFETCH_CHILDREN = 24 };

/* Every object is a child of its dominator, once: so the way down ends as the way up does. */
static bool check_family(const struct checker *checker, uint32_t parent, uint32_t begin, uint32_t end, uint64_t *seen)
{
    const uint32_t *child = elements_of(checker->file, KEPT_CHILDREN), *idom_of_node = elements_of(checker->file, KEPT_IDOM);
    uint32_t child_count = checker->node_count - 1;
    for (uint32_t i = begin; i < end; i++) {
        uint32_t node = child[i], ahead = child[i + PREFETCH_CHILDREN < child_count ? i + PREFETCH_CHILDREN : i];
        if (ahead < checker->node_count)
            __builtin_prefetch(&idom_of_node[ahead]);
        if (node == NODE_NULL || node >= checker->node_count || idom_of_node[node] != parent || bitmap_test(seen, node))
            return false;
        bitmap_set(seen, node);
    }
    return true;
}

static bool check_families(const struct checker *checker, uint64_t *seen)
{
    const uint32_t *first = elements_of(checker->file, KEPT_FIRST_CHILD);
    for (uint32_t parent = 0; parent < checker->node_count + 2; parent++) {
        if (first[parent] != first[parent + 1] && !check_family(checker, parent, first[parent], first[parent + 1], seen))
            return false;
    }
    return true;
}

/* Follows the way up from an object to where an earlier one's went. One that is longer than there are objects goes in circles. */
static bool way_ends(const uint32_t *up, uint32_t node_count, uint32_t start, uint64_t *ends)
{
    uint32_t steps = 0, node = start;
    for (; node < node_count && !bitmap_test(ends, node); node = up[node]) {
        if (steps++ > node_count)
            return false;
    }
    for (node = start; node < node_count && !bitmap_test(ends, node); node = up[node])
        bitmap_set(ends, node);
    return true;
}

/*
 * Every way up ends. Where it only goes to lower numbers it does, and a snapshot has most objects behind what they hang on: so only those are followed
 * that go to a higher number at once, as each circle somewhere does.
 */
static bool ways_end(const struct checker *checker, const uint32_t *up, struct wh_error *error)
{
    uint64_t *ends = make_bitmap(checker, error);
    bool sound = ends != NULL;
    for (uint32_t node = 0; sound && node < checker->node_count; node++) {
        if (__builtin_expect(up[node] >= node && up[node] < checker->node_count, 0))
            sound = way_ends(up, checker->node_count, node, ends);
    }
    free(ends);
    return sound;
}

/* Node 0 is no object's dominator: it would have been taken for one that is not known. */
static bool names_objects(const uint32_t *idom_of_node, uint32_t node_count)
{
    uint64_t signs = 0;
    for (uint32_t node = 1; node < node_count; node++)
        signs |= ((uint64_t)node_count + 1 - idom_of_node[node]) | ((uint64_t)idom_of_node[node] - 1);
    return !(signs >> 63);
}

static bool check_dominators(const struct checker *checker, struct wh_error *error)
{
    const uint32_t *idom_of_node = elements_of(checker->file, KEPT_IDOM);
    uint32_t nodes = checker->node_count;
    return check_sizes(checker, KEPT_RETAINED_SIZE, KEPT_BIG_RETAINED) && idom_of_node[NODE_NULL] == nodes && idom_of_node[nodes] == NODE_NONE && idom_of_node[nodes + 1] == NODE_NONE &&
           is_set_of_nodes(checker, KEPT_GARBAGE_ENTRIES) && names_objects(idom_of_node, nodes) && ways_end(checker, idom_of_node, error);
}

static bool check_tree(const struct checker *checker, struct wh_error *error)
{
    const uint32_t *first = elements_of(checker->file, KEPT_FIRST_CHILD);
    uint32_t nodes = checker->node_count;
    if (first[0] || !never_falls(first, (uint64_t)nodes + 3) || first[nodes + 2] != nodes - 1)
        return false;
    uint64_t *seen = make_bitmap(checker, error);
    bool sound = seen && check_families(checker, seen);
    free(seen);
    return sound;
}

/* Of the nodes that are no object, NODE_NONE is the only one. */
static bool names_parents(const uint32_t *parent, uint32_t node_count)
{
    bool wrong = false;
    for (uint32_t node = 0; node < node_count; node++)
        wrong |= (parent[node] >= node_count) & (parent[node] != NODE_NONE);
    return !wrong;
}

static bool check_paths(const struct checker *checker, struct wh_error *error)
{
    const struct kept_file *file = checker->file;
    if (count_of(file, KEPT_PATH_STARTS) != count_of(file, KEPT_PATH_ROOTS) || !is_set_of_nodes(checker, KEPT_PATH_STARTS))
        return false;
    const uint32_t *parent = elements_of(file, KEPT_PATH_PARENT);
    return names_parents(parent, checker->node_count) && ways_end(checker, parent, error);
}

static bool check_live(const struct checker *checker)
{
    const uint64_t *scalar = elements_of(checker->file, KEPT_SCALARS), *live = elements_of(checker->file, KEPT_LIVE);
    uint64_t count = 0;
    for (size_t word = 0; word < bitmap_word_count(checker->node_count); word++)
        count += bitmap_word_weight(live[word]);
    return bitmap_test(live, NODE_NULL) && scalar[SCALAR_LIVE] == count - 1 && scalar[SCALAR_GARBAGE] == checker->node_count - count;
}

static bool check_answers(const struct checker *checker)
{
    const uint64_t *scalar = elements_of(checker->file, KEPT_SCALARS);
    return count_of(checker->file, KEPT_TYPE_SUMS) == checker->type_count && count_of(checker->file, KEPT_POINTS) == scalar[SCALAR_POINTS] &&
           count_of(checker->file, KEPT_REFERRERS) == scalar[SCALAR_REFERRERS];
}

static const enum kept_part part_of_section[KEPT_SECTION_COUNT] = {
    [KEPT_TYPE_OF_NODE] = KEPT_PART_HEAP,          [KEPT_FORM_OF_NODE] = KEPT_PART_HEAP,         [KEPT_SIZE_OF_NODE] = KEPT_PART_HEAP,
    [KEPT_BIG_SIZES] = KEPT_PART_HEAP,             [KEPT_FIRST_REF] = KEPT_PART_HEAP,            [KEPT_TARGETS] = KEPT_PART_HEAP,
    [KEPT_LOOKUPS] = KEPT_PART_HEAP,               [KEPT_SCALARS] = KEPT_PART_HEAP,              [KEPT_SILENT] = KEPT_PART_RETAINED,
    [KEPT_CLASS_HOLDERS] = KEPT_PART_RETAINED,     [KEPT_NATIVE_ROOTS] = KEPT_PART_RETAINED,     [KEPT_IDOM] = KEPT_PART_RETAINED,
    [KEPT_LIVE] = KEPT_PART_RETAINED,              [KEPT_GARBAGE_ENTRIES] = KEPT_PART_RETAINED,  [KEPT_RETAINED_SIZE] = KEPT_PART_RETAINED,
    [KEPT_BIG_RETAINED] = KEPT_PART_RETAINED,      [KEPT_RETAINED_COUNT] = KEPT_PART_RETAINED,   [KEPT_FIRST_CHILD] = KEPT_PART_TREE,
    [KEPT_CHILDREN] = KEPT_PART_TREE,              [KEPT_PATH_PARENT] = KEPT_PART_PATHS,         [KEPT_PATH_REACHED] = KEPT_PART_PATHS,
    [KEPT_PATH_STARTS] = KEPT_PART_PATHS,          [KEPT_PATH_ROOTS] = KEPT_PART_PATHS,          [KEPT_TYPE_SUMS] = KEPT_PART_ANSWERS,
    [KEPT_POINTS] = KEPT_PART_ANSWERS,             [KEPT_REFERRERS] = KEPT_PART_ANSWERS,
};

static bool is_whole(struct kept_file *file, enum kept_part part)
{
    bool whole = true;
    for (int section = 0; whole && section < KEPT_SECTION_COUNT; section++)
        whole = part_of_section[section] != part || kept_file_check(file, (enum kept_section)section);
    return whole;
}

bool kept_results_check(struct kept_file *file, const struct snapshot *snapshot, enum kept_part part, struct wh_error *error)
{
    struct kept_key key = kept_key(snapshot);
    struct checker checker = {file, key.node_count, key.ref_count, snapshot->tables[TABLE_TYPES].row_count};
    if (!is_whole(file, part))
        return false;
    switch (part) {
    case KEPT_PART_HEAP: return count_of(file, KEPT_SCALARS) == SCALAR_COUNT && check_heap(&checker);
    case KEPT_PART_RETAINED: return check_retention(&checker) && check_dominators(&checker, error) && check_live(&checker);
    case KEPT_PART_TREE: return check_tree(&checker, error);
    case KEPT_PART_PATHS: return check_paths(&checker, error);
    default: return check_answers(&checker);
    }
}

/* --- taking --- */

/* A small array of its own. */
static enum wh_status copy(const struct kept_file *file, enum kept_section section, struct wh_error *error, void *ret)
{
    size_t size = kept_element_size(section), count = count_of(file, section);
    enum wh_status status = array_alloc(count, size, "kept results", error, ret);
    if (!status && count)
        memcpy(*(void **)ret, elements_of(file, section), count * size);
    return status;
}

static enum wh_status copy_sizes(const struct kept_file *file, enum kept_section section, struct wh_error *error, struct node_big_size **ret,
                                 uint32_t *ret_count)
{
    const struct kept_size *big = elements_of(file, section);
    *ret_count = (uint32_t)count_of(file, section);
    enum wh_status status = array_alloc(*ret_count, sizeof(**ret), "kept results", error, ret);
    for (uint32_t i = 0; !status && i < *ret_count; i++)
        (*ret)[i] = (struct node_big_size){(uint32_t)big[i].node, big[i].size};
    return status;
}

enum wh_status kept_heap_take(const struct kept_file *file, struct wh_error *error, struct heap *heap)
{
    const uint64_t *scalar = elements_of(file, KEPT_SCALARS);
    heap->borrows = true;
    heap->node_count = kept_key(&heap->snapshot).node_count;
    heap->ref_count = count_of(file, KEPT_TARGETS);
    heap->type_of_node = (uint32_t *)elements_of(file, KEPT_TYPE_OF_NODE);
    heap->form_of_node = (uint16_t *)elements_of(file, KEPT_FORM_OF_NODE);
    heap->size_of_node = (uint32_t *)elements_of(file, KEPT_SIZE_OF_NODE);
    heap->first_ref_of_node = (uint32_t *)elements_of(file, KEPT_FIRST_REF);
    heap->target_of_ref = (uint32_t *)elements_of(file, KEPT_TARGETS);
    heap->dangling_count = scalar[SCALAR_DANGLING];
    heap->lookup_count = (uint32_t)count_of(file, KEPT_LOOKUPS);
    enum wh_status status = copy_sizes(file, KEPT_BIG_SIZES, error, &heap->big_sizes, &heap->big_size_count);
    return status ? status : copy(file, KEPT_LOOKUPS, error, &heap->node_of_lookup);
}

static enum wh_status take_dominators(const struct kept_file *file, uint32_t node_count, struct wh_error *error, struct dominators *ret)
{
    const uint64_t *scalar = elements_of(file, KEPT_SCALARS);
    *ret = (struct dominators){.node_count = node_count, .idom_of_node = (uint32_t *)elements_of(file, KEPT_IDOM),
                               .live_count = (uint32_t)scalar[SCALAR_LIVE], .garbage_count = (uint32_t)scalar[SCALAR_GARBAGE],
                               .garbage_entry_count = (uint32_t)count_of(file, KEPT_GARBAGE_ENTRIES)};
    enum wh_status status = copy(file, KEPT_LIVE, error, &ret->live_bitmap);
    return status ? status : copy(file, KEPT_GARBAGE_ENTRIES, error, &ret->garbage_entry);
}

static enum wh_status take_paths(const struct kept_file *file, uint32_t node_count, uint32_t root_count, struct wh_error *error,
                                 struct bfs_tree *ret)
{
    *ret = (struct bfs_tree){.node_count = node_count, .parent_of_node = (uint32_t *)elements_of(file, KEPT_PATH_PARENT),
                             .start_count = (uint32_t)count_of(file, KEPT_PATH_STARTS)};
    if (!all_below(elements_of(file, KEPT_PATH_ROOTS), count_of(file, KEPT_PATH_ROOTS), root_count))
        return wh_error_set(error, WH_ERR_INPUT, "the kept results name a root that there is not");
    enum wh_status status = copy(file, KEPT_PATH_REACHED, error, &ret->reached_bitmap);
    if (!status)
        status = copy(file, KEPT_PATH_STARTS, error, &ret->start_node);
    return status ? status : copy(file, KEPT_PATH_ROOTS, error, &ret->root_of_start);
}

static enum wh_status take_retained(const struct kept_file *file, const struct heap *heap, struct wh_error *error, const struct results *ret)
{
    const struct kept_retention kept = {elements_of(file, KEPT_SILENT), elements_of(file, KEPT_CLASS_HOLDERS),
                                        (uint32_t)count_of(file, KEPT_CLASS_HOLDERS), elements_of(file, KEPT_NATIVE_ROOTS),
                                        (uint32_t)count_of(file, KEPT_NATIVE_ROOTS)};
    *ret->retained = (struct retained){.retained_size_of_node = (uint32_t *)elements_of(file, KEPT_RETAINED_SIZE),
                                       .retained_count_of_node = (uint32_t *)elements_of(file, KEPT_RETAINED_COUNT)};
    enum wh_status status = copy_sizes(file, KEPT_BIG_RETAINED, error, &ret->retained->retained_big_sizes, &ret->retained->retained_big_size_count);
    if (!status)
        status = retention_restore(heap, &kept, error, ret->retention);
    return status ? status : take_dominators(file, heap->node_count, error, ret->dominators);
}

enum wh_status kept_results_take(const struct kept_file *file, const struct heap *heap, enum kept_part part, struct wh_error *error,
                                 const struct results *ret)
{
    if (part == KEPT_PART_RETAINED)
        return take_retained(file, heap, error, ret);
    if (part == KEPT_PART_PATHS)
        return take_paths(file, heap->node_count, ret->retention->graph.root_count, error, ret->paths);
    *ret->tree = (struct dominator_tree){.node_count = heap->node_count, .first_child_of_node = (uint32_t *)elements_of(file, KEPT_FIRST_CHILD),
                                         .child = (uint32_t *)elements_of(file, KEPT_CHILDREN)};
    return WH_OK;
}

void kept_results_forget(const struct results *results)
{
    results->dominators->idom_of_node = NULL;
    results->paths->parent_of_node = NULL;
    bfs_tree_deinit(results->paths);
    dominators_deinit(results->dominators);
    retention_deinit(results->retention);
    free(results->retained->retained_big_sizes);
    *results->retained = (struct retained){0};
    *results->tree = (struct dominator_tree){0};
}

/* --- writing --- */

static enum wh_status list_big(const struct node_big_size *big_sizes, uint32_t count, struct wh_error *error, struct kept_size **ret)
{
    enum wh_status status = array_alloc(count, sizeof(**ret), "kept results", error, ret);
    for (uint32_t i = 0; !status && i < count; i++)
        (*ret)[i] = (struct kept_size){big_sizes[i].node, big_sizes[i].size};
    return status;
}

static void list_heap(const struct heap *heap, const struct kept_size *big_sizes, struct kept_array *arrays)
{
    uint64_t nodes = heap->node_count;
    arrays[KEPT_TYPE_OF_NODE] = (struct kept_array){heap->type_of_node, nodes};
    arrays[KEPT_FORM_OF_NODE] = (struct kept_array){heap->form_of_node, nodes};
    arrays[KEPT_SIZE_OF_NODE] = (struct kept_array){heap->size_of_node, nodes};
    arrays[KEPT_BIG_SIZES] = (struct kept_array){big_sizes, heap->big_size_count};
    arrays[KEPT_FIRST_REF] = (struct kept_array){heap->first_ref_of_node, nodes + 1};
    arrays[KEPT_TARGETS] = (struct kept_array){heap->target_of_ref, heap->ref_count};
    arrays[KEPT_LOOKUPS] = (struct kept_array){heap->node_of_lookup, heap->lookup_count};
}

static void list_results(const struct results *results, const struct native_root *native_roots, uint32_t native_root_count,
                         struct kept_array *arrays)
{
    uint64_t nodes = results->dominators->node_count, words = bitmap_word_count(nodes);
    arrays[KEPT_CLASS_HOLDERS] = (struct kept_array){results->retention->type_references, results->retention->type_reference_count};
    arrays[KEPT_NATIVE_ROOTS] = (struct kept_array){native_roots, native_root_count};
    arrays[KEPT_IDOM] = (struct kept_array){results->dominators->idom_of_node, nodes + 2};
    arrays[KEPT_LIVE] = (struct kept_array){results->dominators->live_bitmap, words};
    arrays[KEPT_GARBAGE_ENTRIES] = (struct kept_array){results->dominators->garbage_entry, results->dominators->garbage_entry_count};
    arrays[KEPT_RETAINED_SIZE] = (struct kept_array){results->retained->retained_size_of_node, nodes + 2};
    arrays[KEPT_RETAINED_COUNT] = (struct kept_array){results->retained->retained_count_of_node, nodes + 2};
    arrays[KEPT_FIRST_CHILD] = (struct kept_array){results->tree->first_child_of_node, nodes + 3};
    arrays[KEPT_CHILDREN] = (struct kept_array){results->tree->child, nodes - 1};
    arrays[KEPT_PATH_PARENT] = (struct kept_array){results->paths->parent_of_node, nodes};
    arrays[KEPT_PATH_REACHED] = (struct kept_array){results->paths->reached_bitmap, words};
    arrays[KEPT_PATH_STARTS] = (struct kept_array){results->paths->start_node, results->paths->start_count};
    arrays[KEPT_PATH_ROOTS] = (struct kept_array){results->paths->root_of_start, results->paths->start_count};
}

enum wh_status kept_results_write(const char *path, const struct heap *heap, const struct results *results, const struct kept_answers *answers,
                                  const struct progress *progress, struct wh_error *error)
{
    struct kept_array arrays[KEPT_SECTION_COUNT] = {{0}};
    const uint64_t scalars[SCALAR_COUNT] = {[SCALAR_DANGLING] = heap->dangling_count, [SCALAR_LIVE] = results->dominators->live_count,
                                            [SCALAR_GARBAGE] = results->dominators->garbage_count,
                                            [SCALAR_POINTS] = answers->points.count, [SCALAR_REFERRERS] = answers->referrers.count};
    struct kept_key key = kept_key(&heap->snapshot);
    struct kept_size *big_sizes = NULL, *big_retained = NULL;
    struct native_root *native_roots = NULL;
    uint32_t native_root_count = 0;
    enum wh_status status = WH_OK;
    if (!list_big(heap->big_sizes, heap->big_size_count, error, &big_sizes) &&
        !list_big(results->retained->retained_big_sizes, results->retained->retained_big_size_count, error, &big_retained) &&
        !retention_list_native(results->retention, error, &native_roots, &native_root_count)) {
        list_heap(heap, big_sizes, arrays);
        arrays[KEPT_TYPE_SUMS] = answers->type_sums;
        arrays[KEPT_POINTS] = answers->points;
        arrays[KEPT_REFERRERS] = answers->referrers;
        arrays[KEPT_SILENT] = (struct kept_array){results->retention->silent_bitmap, bitmap_word_count(heap->ref_count)};
        list_results(results, native_roots, native_root_count, arrays);
        arrays[KEPT_BIG_RETAINED] = (struct kept_array){big_retained, results->retained->retained_big_size_count};
        arrays[KEPT_SCALARS] = (struct kept_array){scalars, SCALAR_COUNT};
        status = kept_file_write(path, &key, arrays, progress, error);
    }
    free(big_sizes);
    free(big_retained);
    free(native_roots);
    return status;
}
