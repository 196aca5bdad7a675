/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The phases, in order:
 *
 *   find_only_referrers   which nodes have exactly one reference to them, and from where
 *   peel                  whole subtrees of such nodes leave the graph, their dominators known
 *   number_live           depth-first numbers of what is left, and its edges in the order of these numbers
 *   number_garbage        the same for what the roots do not reach
 *   fold_edges            forward edges become a first guess, cross and back edges are listed by target
 *   find_semidominators   Lengauer and Tarjan's first pass, with path compression
 *   find_dominators       Semi-NCA's second pass, with a bound that Semi-NCA does not have
 *   publish               back to node indices
 *
 * Between number_live and publish everything is an index by depth-first number, and neighbours in the graph are near each other
 * in memory: on heaps the time goes into cache misses, not into the algorithm that the literature cares about.
 *
 * Sources: T. Lengauer, R. E. Tarjan, A fast algorithm for finding dominators in a flowgraph (1979). L. Georgiadis, R. E. Tarjan,
 * R. F. Werneck, Finding dominators in practice (2006), for Semi-NCA.
 */
#include "graph/dominators.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

/* Depth-first number 0 is the virtual root's. */
static const uint32_t dfs_of_virtual_root = 0;

/* A vertex in the forest of the semidominator pass: two fields that are always read together. */
struct link {
    uint32_t ancestor;  /* some proper ancestor in the depth-first tree */
    uint32_t lowest;    /* lowest semidominator on the tree path from here up to, but without, that ancestor */
};

/* The same in a forest that is kept balanced. Numbers are one more than depth-first numbers: 0 is nobody. */
struct tree {
    uint32_t ancestor;
    uint32_t lowest;
    uint32_t child;     /* the next smaller tree that belongs to this one, but is not linked to it yet */
    uint32_t size;
};

struct work {
    const struct graph *graph;
    struct graph *spent;          /* the same, where it is to be freed once its edges have been copied; else NULL */
    const uint32_t *node_of_turn; /* NULL, or the order in which the lowest nodes of garbage are looked for */
    const struct progress *progress;
    struct wh_error *error;
    uint64_t step_budget;
    uint64_t link_steps;      /* that the semidominators have taken so far */

    /* By node. */
    uint64_t *referred_once;  /* has at least one reference to it */
    uint64_t *referred_twice; /* has two at least */
    uint64_t *dropped;        /* edges to these cannot change any dominator: children of a virtual root, peeled nodes */
    uint64_t *visited;        /* has a depth-first number */
    uint32_t *dfs_of_node;    /* the memory of idom_of_node, where each entry of a peeled node is final already */
    uint32_t *node_of_rank;   /* depth-first order, then the peeled nodes in the reverse order of peeling */

    /* By depth-first number. Some arrays serve twice; each phase says what it leaves. */
    uint32_t core_count;      /* vertices: nodes that are not peeled, and both virtual roots */
    uint32_t visited_count;   /* numbers given so far */
    uint32_t dfs_of_garbage_root;
    uint32_t *parent_of_dfs;
    uint32_t *first_edge_of_dfs; /* core_count + 1; then the path stack of the semidominator pass */
    uint32_t *cursor_of_dfs;     /* next edge to look at; then first_in_edge_of_dfs */
    uint32_t *idom_of_dfs;       /* semidominators first */
    struct link *link_of_dfs;
    struct tree *tree_of_dfs;    /* instead of the links, once these take too many steps; index: number + 1 */

    /* By edge of the core, in the order of their sources' depth-first numbers. */
    uint32_t edge_count;
    uint32_t *target_of_edge; /* node; then the next edge to the same target */
    uint32_t *source_of_edge; /* depth-first number */

    /* Lowest node of each unreachable group that no earlier group refers to; then only the garbage root's targets. */
    uint32_t *entry;
    uint32_t entry_count;
};

/* ------------------------------------------------------------------------------------------------ peeling */

static enum wh_status allocate_by_node(struct work *work, struct dominators *result)
{
    size_t nodes = work->graph->node_count, words = bitmap_word_count(nodes);
    enum wh_status status = array_alloc(nodes + 2, sizeof(uint32_t), "immediate dominators", work->error, &result->idom_of_node);
    if (!status)
        status = array_alloc(nodes + 2, sizeof(uint32_t), "the order of dominators", work->error, &result->node_of_rank);
    if (!status)
        status = array_alloc_zeroed(words, sizeof(uint64_t), "the live objects", work->error, &result->live_bitmap);
    if (!status)
        status = array_alloc_zeroed(words, sizeof(uint64_t), "the referred-to objects", work->error, &work->referred_once);
    if (!status)
        status = array_alloc_zeroed(words, sizeof(uint64_t), "the shared objects", work->error, &work->referred_twice);
    if (!status)
        status = array_alloc_zeroed(words, sizeof(uint64_t), "the peeled objects", work->error, &work->dropped);
    if (!status)
        status = array_alloc_zeroed(words, sizeof(uint64_t), "the visited objects", work->error, &work->visited);
    work->dfs_of_node = result->idom_of_node;
    work->node_of_rank = result->node_of_rank;
    return status;
}

/*
 * An edge into a direct child of the virtual root changes no dominator: whatever path uses it could start with the root's own
 * edge instead. A third of a Python heap's references are such (types, None, small integers, interned strings).
 */
static void drop_edges_to_roots(struct work *work)
{
    bitmap_set(work->dropped, NODE_NULL);
    for (uint32_t i = 0; i < work->graph->root_count; ++i)
        bitmap_set(work->dropped, work->graph->root_node[i]);
}

/* Leaves idom_of_node[node] = the referrer, for every node with a single reference to it. */
static enum wh_status find_only_referrers(struct work *work)
{
    const struct graph *graph = work->graph;
    uint64_t *once = work->referred_once, *twice = work->referred_twice;
    uint32_t *referrer_of_node = work->dfs_of_node;
    for (uint32_t node = 0; node < graph->node_count; ++node) {
        enum wh_status status = progress_tick(work->progress, "referrers", node, graph->node_count, work->error);
        if (status)
            return status;
        for (uint32_t edge = graph->first_edge_of_node[node]; edge < graph->first_edge_of_node[node + 1]; ++edge) {
            uint32_t target = graph->target_of_edge[edge];
            uint64_t mask = bitmap_mask(target);
            twice[target / BITMAP_WORD_BITS] |= once[target / BITMAP_WORD_BITS] & mask;
            once[target / BITMAP_WORD_BITS] |= mask;
            referrer_of_node[target] = node;
        }
    }
    return WH_OK;
}

static bool all_edges_dropped(const struct work *work, uint32_t node)
{
    const struct graph *graph = work->graph;
    for (uint32_t edge = graph->first_edge_of_node[node]; edge < graph->first_edge_of_node[node + 1]; ++edge) {
        if (!bitmap_test(work->dropped, graph->target_of_edge[edge]))
            return false;
    }
    return true;
}

/*
 * Peels what can be peeled among the candidates (set bits) of one word of nodes, highest first, and has the referrers of what it
 * peels looked at again.
 */
static void peel_word(struct work *work, size_t word, uint64_t candidates, uint64_t *again)
{
    while (candidates) {
        uint32_t bit = BITMAP_WORD_BITS - 1 - (uint32_t)__builtin_clzll(candidates);
        uint32_t node = (uint32_t)(word * BITMAP_WORD_BITS) + bit;
        candidates &= ~bitmap_mask(bit);
        if (all_edges_dropped(work, node)) {
            bitmap_set(work->dropped, node);
            work->node_of_rank[--work->core_count] = node;
            bitmap_set(again, work->dfs_of_node[node]);
        }
    }
}

/* One pass over the nodes in `again`, from the highest to the lowest. */
static enum wh_status peel_once(struct work *work, uint64_t *again)
{
    size_t word_count = bitmap_word_count(work->graph->node_count);
    for (size_t word = word_count; word-- > 0;) {
        enum wh_status status = progress_tick(work->progress, "objects held once", word_count - word - 1, word_count, work->error);
        if (status)
            return status;
        uint64_t candidates = again[word] & work->referred_once[word] & ~work->referred_twice[word] & ~work->dropped[word];
        again[word] = 0;
        if (candidates)
            peel_word(work, word, candidates, again);
    }
    return WH_OK;
}

/*
 * A node with one reference to it, whose own references are all dropped, is dominated by its referrer and dominates nothing else:
 * it need not take part. Peeling it may leave its referrer in the same position. A snapshot lists a referrer before what only it
 * refers to, so that the first downward pass finds nearly all; in other orders the referrers behind the pass get further ones,
 * but not as many as a chain that is numbered the wrong way round could ask for. What remains is left to the general algorithm.
 */
static enum wh_status peel(struct work *work)
{
    enum { PASSES_MAX = 8 };
    uint32_t node_count = work->graph->node_count;
    uint64_t *again = work->visited; /* not in use yet */
    enum wh_status status = WH_OK;
    work->core_count = node_count + 2;
    memset(again, 0xff, bitmap_word_count(node_count) * sizeof(uint64_t));
    for (int pass = 0; !status && pass < PASSES_MAX; ++pass)
        status = peel_once(work, again);
    memset(again, 0, bitmap_word_count(node_count) * sizeof(uint64_t));
    return status;
}

/* ------------------------------------------------------------------------------------------------ numbering */

static enum wh_status allocate_by_dfs(struct work *work)
{
    size_t count = work->core_count;
    enum wh_status status =
        array_alloc(count, sizeof(uint32_t), "the depth-first tree", work->error, &work->parent_of_dfs);
    if (!status)
        status = array_alloc(count + 1, sizeof(uint32_t), "the numbered references", work->error, &work->first_edge_of_dfs);
    if (!status)
        status = array_alloc(count, sizeof(uint32_t), "the depth-first cursors", work->error, &work->cursor_of_dfs);
    if (!status)
        status = array_alloc(work->graph->edge_count, sizeof(uint32_t), "the numbered references", work->error,
                             &work->target_of_edge);
    return status;
}

/* Gives the next number and closes the list of its edges as empty. Numbers the two virtual roots as they are. */
static uint32_t add_vertex(struct work *work, uint32_t node, uint32_t parent)
{
    uint32_t dfs = work->visited_count++;
    work->node_of_rank[dfs] = node;
    work->parent_of_dfs[dfs] = parent;
    work->cursor_of_dfs[dfs] = work->edge_count;
    work->first_edge_of_dfs[dfs] = work->edge_count;
    work->first_edge_of_dfs[dfs + 1] = work->edge_count;
    return dfs;
}

/*
 * Numbers a node and copies those of its edges that matter. The copy is written and later read in order, and is all that the
 * later phases need of the graph.
 */
static uint32_t visit(struct work *work, uint32_t node, uint32_t parent)
{
    const struct graph *graph = work->graph;
    uint32_t dfs = add_vertex(work, node, parent);
    bitmap_set(work->visited, node);
    work->dfs_of_node[node] = dfs;
    uint32_t count = work->edge_count;
    for (uint32_t edge = graph->first_edge_of_node[node]; edge < graph->first_edge_of_node[node + 1]; ++edge) {
        uint32_t target = graph->target_of_edge[edge];
        if (!bitmap_test(work->dropped, target)) {
            __builtin_prefetch(&graph->first_edge_of_node[target]);
            work->target_of_edge[count++] = target;
        }
    }
    work->edge_count = count;
    work->first_edge_of_dfs[dfs + 1] = count;
    return dfs;
}

/*
 * The next target of a numbered vertex that has no number yet, or NODE_NONE. Fetches the edges of the target after it, whose place
 * visit() has fetched: that one's turn comes when this one's subtree is done.
 */
static uint32_t next_unvisited(struct work *work, uint32_t dfs)
{
    const struct graph *graph = work->graph;
    uint32_t end = work->first_edge_of_dfs[dfs + 1];
    for (uint32_t edge = work->cursor_of_dfs[dfs]; edge < end; ++edge) {
        uint32_t target = work->target_of_edge[edge];
        if (!bitmap_test(work->visited, target)) {
            work->cursor_of_dfs[dfs] = edge + 1;
            if (edge + 1 < end)
                __builtin_prefetch(&graph->target_of_edge[graph->first_edge_of_node[work->target_of_edge[edge + 1]]]);
            return target;
        }
    }
    work->cursor_of_dfs[dfs] = end;
    return NODE_NONE;
}

/* Depth first from one node. The tree's own parent pointers and a cursor for each vertex serve as the stack. */
static enum wh_status number_from(struct work *work, uint32_t start, uint32_t parent)
{
    uint32_t dfs = visit(work, start, parent);
    while (dfs != parent) {
        uint32_t node = next_unvisited(work, dfs);
        if (node == NODE_NONE) {
            dfs = work->parent_of_dfs[dfs];
            continue;
        }
        dfs = visit(work, node, dfs);
        enum wh_status status = progress_tick(work->progress, "depth-first numbers", dfs, work->core_count, work->error);
        if (status)
            return status;
    }
    return WH_OK;
}

static enum wh_status number_live(struct work *work)
{
    const struct graph *graph = work->graph;
    enum wh_status status = progress_report(work->progress, "depth-first numbers", 0, work->core_count, work->error);
    if (status)
        return status;
    add_vertex(work, graph_virtual_root(graph), NODE_NONE);
    status = number_from(work, NODE_NULL, dfs_of_virtual_root);
    for (uint32_t i = 0; !status && i < graph->root_count; ++i) {
        if (!bitmap_test(work->visited, graph->root_node[i]))
            status = number_from(work, graph->root_node[i], dfs_of_virtual_root);
    }
    return status;
}

/* ------------------------------------------------------------------------------------------------ garbage */

/* Marks in `seen` everything that can be reached from start. The queue holds each node at most once. */
static void search_from(const struct graph *graph, uint32_t start, uint64_t *seen, uint32_t *queue)
{
    uint32_t head = 0, tail = 0;
    bitmap_set(seen, start);
    queue[tail++] = start;
    while (head < tail) {
        uint32_t node = queue[head++];
        for (uint32_t edge = graph->first_edge_of_node[node]; edge < graph->first_edge_of_node[node + 1]; ++edge) {
            uint32_t target = graph->target_of_edge[edge];
            if (!bitmap_test(seen, target)) {
                bitmap_set(seen, target);
                queue[tail++] = target;
            }
        }
    }
}

/* Peeled nodes count as seen: each has a referrer of its own, so none is an entry. */
static void mark_seen(const struct work *work, uint64_t *seen)
{
    for (size_t word = 0; word < bitmap_word_count(work->graph->node_count); ++word)
        seen[word] = work->visited[word] | work->dropped[word];
}

/*
 * Searches from each unseen node, lowest first, and keeps these starts. A group (strongly connected component) of garbage that no
 * other garbage refers to is first seen at its lowest node, because only its own nodes lead into it: so its entry is among the
 * starts.
 */
static void find_starts(struct work *work)
{
    uint32_t node_count = work->graph->node_count;
    uint64_t *seen = work->referred_once; /* peeling is done with it */
    uint32_t *queue = work->cursor_of_dfs + work->visited_count;
    mark_seen(work, seen);
    for (uint32_t turn = 0; turn < node_count; ++turn) {
        uint32_t node = work->node_of_turn ? work->node_of_turn[turn] : turn;
        if (!bitmap_test(seen, node)) {
            work->entry[work->entry_count++] = node;
            search_from(work->graph, node, seen, queue);
        }
    }
}

/*
 * Of the starts, from the last to the first, those that no accepted one reaches are the entries. For the last start is reached
 * from no earlier one, or it would have been seen then: it is an entry. And a start that is reached from elsewhere is reached from
 * a later start, and so, going on upwards, from one that is an entry. (This is the second search of Kosaraju and Sharir's
 * algorithm, on the same graph instead of the reversed one, as only the sources are wanted.) The search is the numbering itself.
 */
static enum wh_status number_from_entries(struct work *work)
{
    uint32_t kept = work->entry_count;
    for (uint32_t i = work->entry_count; i-- > 0;) {
        uint32_t start = work->entry[i];
        if (bitmap_test(work->visited, start))
            continue;
        work->entry[--kept] = start;
        enum wh_status status = number_from(work, start, work->dfs_of_garbage_root);
        if (status)
            return status;
    }
    work->entry_count -= kept;
    memmove(work->entry, work->entry + kept, work->entry_count * sizeof(uint32_t));
    return WH_OK;
}

/*
 * Numbers what the roots do not reach. One flow graph serves for both: the garbage root is a child of the virtual root, and
 * references from garbage to live nodes are dropped.
 */
static enum wh_status number_garbage(struct work *work)
{
    work->dfs_of_garbage_root = add_vertex(work, graph_garbage_root(work->graph), dfs_of_virtual_root);
    uint32_t unreached = work->core_count - work->visited_count;
    enum wh_status status = progress_report(work->progress, "garbage", 0, unreached, work->error);
    if (!status)
        status = array_alloc(unreached, sizeof(uint32_t), "the unreachable objects", work->error, &work->entry);
    if (status || unreached == 0)
        return status;
    find_starts(work);
    for (size_t word = 0; word < bitmap_word_count(work->graph->node_count); ++word)
        work->dropped[word] |= work->visited[word];
    status = number_from_entries(work);
    array_shrink(work->entry_count, sizeof(uint32_t), &work->entry);
    return status;
}

/* ------------------------------------------------------------------------------------------------ semidominators */

/* All that is needed of it from here on are its counts. */
static void forget_graph(struct work *work)
{
    if (!work->spent)
        return;
    free(work->spent->first_edge_of_node);
    free(work->spent->target_of_edge);
    work->spent->first_edge_of_node = work->spent->target_of_edge = NULL;
}

static enum wh_status allocate_for_semidominators(struct work *work)
{
    size_t count = work->core_count;
    forget_graph(work);
    array_shrink(work->edge_count, sizeof(uint32_t), &work->target_of_edge);
    enum wh_status status = array_alloc(work->edge_count, sizeof(uint32_t), "the references' sources", work->error,
                                        &work->source_of_edge);
    if (!status)
        status = array_alloc(count, sizeof(uint32_t), "semidominators", work->error, &work->idom_of_dfs);
    if (!status)
        status = array_alloc(count, sizeof(struct link), "the compressed paths", work->error, &work->link_of_dfs);
    return status;
}

/*
 * Sorts one vertex's edges. A tree or forward edge (to a higher number) comes from an ancestor, and an ancestor is a candidate for
 * the semidominator as it is: the lowest is all that need be kept. Back and cross edges are put into the list of their target;
 * there are never more of them than edges read, so they overwrite the edges in place.
 */
static uint32_t fold_edges_of(struct work *work, uint32_t dfs, uint32_t edge, uint32_t end, uint32_t kept)
{
    uint32_t *semi_of_dfs = work->idom_of_dfs, *first_in_edge_of_dfs = work->cursor_of_dfs;
    for (; edge < end; ++edge) {
        uint32_t target = work->dfs_of_node[work->target_of_edge[edge]];
        if (target > dfs) {
            if (dfs < semi_of_dfs[target])
                semi_of_dfs[target] = dfs;
        } else if (target < dfs) {
            work->source_of_edge[kept] = dfs;
            work->target_of_edge[kept] = first_in_edge_of_dfs[target];
            first_in_edge_of_dfs[target] = kept++;
        }
    }
    return kept;
}

/* Leaves first_in_edge_of_dfs in the cursors' place, the next edge to the same target in the targets', semidominators so far. */
static enum wh_status fold_edges(struct work *work)
{
    uint32_t count = work->core_count, kept = 0;
    memcpy(work->idom_of_dfs, work->parent_of_dfs, count * sizeof(uint32_t));
    memset(work->cursor_of_dfs, 0xff, count * sizeof(uint32_t)); /* NODE_NONE */
    for (uint32_t dfs = 0; dfs < count; ++dfs) {
        enum wh_status status = progress_tick(work->progress, "referrers in depth-first order", dfs, count, work->error);
        if (status)
            return status;
        kept = fold_edges_of(work, dfs, work->first_edge_of_dfs[dfs], work->first_edge_of_dfs[dfs + 1], kept);
    }
    return WH_OK;
}

/*
 * The lowest semidominator on the tree path from dfs up to the last vertex above `limit`, which are those that are linked so far.
 * Shortens the path on the way, first up, then down: the stack holds what a recursion would.
 */
static uint32_t lowest_above(struct work *work, uint32_t dfs, uint32_t limit)
{
    struct link *link_of_dfs = work->link_of_dfs;
    uint32_t *stack = work->first_edge_of_dfs, depth = 0, top = dfs;
    while (link_of_dfs[top].ancestor > limit) {
        stack[depth++] = top;
        top = link_of_dfs[top].ancestor;
    }
    work->link_steps += depth;
    struct link above = link_of_dfs[top];
    while (depth > 0) {
        struct link *link = &link_of_dfs[stack[--depth]];
        if (above.lowest < link->lowest)
            link->lowest = above.lowest;
        link->ancestor = above.ancestor;
        above = *link;
    }
    return above.lowest;
}

/*
 * The same where the links are balanced, Lengauer and Tarjan's sophisticated EVAL (their appendix B): the path up is short from the start. The
 * root's own `lowest` may count, too: until it is linked it is the root's number, and no number on the way is higher.
 */
static uint32_t lowest_in_tree(struct work *work, uint32_t dfs)
{
    struct tree *trees = work->tree_of_dfs;
    uint32_t *stack = work->first_edge_of_dfs, depth = 0, at = dfs + 1;
    if (!trees[at].ancestor)
        return trees[at].lowest;
    while (trees[trees[at].ancestor].ancestor) {
        stack[depth++] = at;
        at = trees[at].ancestor;
    }
    uint32_t root = trees[at].ancestor, lowest = trees[at].lowest;
    while (depth > 0) {
        struct tree *tree = &trees[stack[--depth]];
        tree->lowest = lowest = lowest < tree->lowest ? lowest : tree->lowest;
        tree->ancestor = root;
    }
    return lowest < trees[root].lowest ? lowest : trees[root].lowest;
}

/* Their LINK: of a vertex whose semidominator is known to its parent. Trees are joined so that the larger one's root stays near. */
static void link_to_parent(struct work *work, uint32_t dfs)
{
    struct tree *trees = work->tree_of_dfs;
    uint32_t vertex = dfs + 1, parent = work->parent_of_dfs[dfs] + 1, at = vertex, lowest = work->idom_of_dfs[dfs];
    while (lowest < trees[trees[at].child].lowest) {
        uint32_t child = trees[at].child, next = trees[child].child;
        if ((uint64_t)trees[at].size + trees[next].size >= 2 * (uint64_t)trees[child].size) {
            trees[child].ancestor = at;
            trees[at].child = next;
        } else {
            trees[child].size = trees[at].size;
            trees[at].ancestor = child;
            at = child;
        }
    }
    trees[at].lowest = lowest;
    trees[parent].size += trees[vertex].size;
    if (trees[parent].size < 2 * (uint64_t)trees[vertex].size) {
        uint32_t child = trees[parent].child;
        trees[parent].child = at;
        at = child;
    }
    for (; at; at = trees[at].child)
        trees[at].ancestor = parent;
}

/* On a heap a reference takes a step, on average. Where paths do not get short by being compressed, eight and more. */
static bool links_are_slow(const struct work *work)
{
    enum { BUDGET_DIVISOR = 8 };
    return !work->tree_of_dfs && work->link_steps > work->step_budget / BUDGET_DIVISOR;
}

/* Puts what has been linked so far, down to `dfs`, into balanced trees. Semidominators that are known stay as they are. */
static enum wh_status balance_links(struct work *work, uint32_t dfs)
{
    free(work->link_of_dfs);
    work->link_of_dfs = NULL;
    enum wh_status status = array_alloc((size_t)work->core_count + 1, sizeof(struct tree), "the balanced paths", work->error, &work->tree_of_dfs);
    if (status)
        return status;
    work->tree_of_dfs[0] = (struct tree){0, 0, 0, 0};
    for (uint32_t i = 0; i < work->core_count; ++i)
        work->tree_of_dfs[i + 1] = (struct tree){.ancestor = 0, .lowest = i, .child = 0, .size = 1};
    for (uint32_t linked = work->core_count - 1; linked >= dfs; --linked)
        link_to_parent(work, linked);
    return WH_OK;
}

static inline uint32_t lowest_of(struct work *work, uint32_t source, uint32_t dfs)
{
    return work->tree_of_dfs ? lowest_in_tree(work, source) : lowest_above(work, source, dfs);
}

/* Lengauer and Tarjan's step 2, highest number first, without buckets. */
static enum wh_status find_semidominators(struct work *work)
{
    uint32_t *semi_of_dfs = work->idom_of_dfs;
    const uint32_t *first_in_edge_of_dfs = work->cursor_of_dfs, *next_in_edge = work->target_of_edge;
    for (uint32_t dfs = work->core_count - 1; dfs > dfs_of_virtual_root; --dfs) {
        uint32_t done = work->core_count - 1 - dfs;
        enum wh_status status = progress_tick(work->progress, "semidominators", done, work->core_count, work->error);
        if (status)
            return status;
        uint32_t semi = semi_of_dfs[dfs];
        for (uint32_t edge = first_in_edge_of_dfs[dfs]; edge != NODE_NONE; edge = next_in_edge[edge]) {
            uint32_t candidate = lowest_of(work, work->source_of_edge[edge], dfs);
            if (candidate < semi)
                semi = candidate;
        }
        semi_of_dfs[dfs] = semi;
        if (work->tree_of_dfs)
            link_to_parent(work, dfs);
        else
            work->link_of_dfs[dfs] = (struct link){.ancestor = work->parent_of_dfs[dfs], .lowest = semi};
        status = links_are_slow(work) ? balance_links(work, dfs) : WH_OK;
        if (status)
            return status;
    }
    free(work->tree_of_dfs);
    work->tree_of_dfs = NULL;
    return WH_OK;
}

/* ------------------------------------------------------------------------------------------------ dominators */

/*
 * Semi-NCA: the immediate dominator is the nearest common ancestor, in the dominator tree built so far, of the parent and the
 * semidominator, found by walking up from the parent. Returns the first vertex that is not done when the steps run out.
 */
static uint32_t walk_to_dominators(struct work *work)
{
    uint32_t *idom_of_dfs = work->idom_of_dfs;
    uint64_t step_budget = work->step_budget;
    for (uint32_t dfs = 1; dfs < work->core_count; ++dfs) {
        uint32_t semi = idom_of_dfs[dfs], idom = work->parent_of_dfs[dfs];
        while (idom > semi) {
            if (step_budget-- == 0)
                return dfs;
            idom = idom_of_dfs[idom];
        }
        idom_of_dfs[dfs] = idom;
    }
    return work->core_count;
}

/* A skew-binary jump pointer (E. W. Myers, An applicative random-access stack, 1983): two numbers a vertex, O(log n) to any ancestor. */
struct jump {
    uint32_t depth;
    uint32_t target;
};

/* Call in ascending order. */
static void set_jump(struct jump *jump_of_dfs, uint32_t dfs, uint32_t idom)
{
    uint32_t near = jump_of_dfs[idom].target, far = jump_of_dfs[near].target;
    bool equal_spans = jump_of_dfs[idom].depth - jump_of_dfs[near].depth == jump_of_dfs[near].depth - jump_of_dfs[far].depth;
    jump_of_dfs[dfs] = (struct jump){.depth = jump_of_dfs[idom].depth + 1, .target = equal_spans ? far : idom};
}

/* The same as walk_to_dominators() for the vertices from first_dfs on. */
static void jump_to_dominators(struct work *work, uint32_t first_dfs, struct jump *jump_of_dfs)
{
    uint32_t *idom_of_dfs = work->idom_of_dfs;
    jump_of_dfs[dfs_of_virtual_root] = (struct jump){.depth = 0, .target = dfs_of_virtual_root};
    for (uint32_t dfs = 1; dfs < first_dfs; ++dfs)
        set_jump(jump_of_dfs, dfs, idom_of_dfs[dfs]);
    for (uint32_t dfs = first_dfs; dfs < work->core_count; ++dfs) {
        uint32_t semi = idom_of_dfs[dfs], idom = work->parent_of_dfs[dfs];
        while (idom > semi)
            idom = jump_of_dfs[idom].target > semi ? jump_of_dfs[idom].target : idom_of_dfs[idom];
        idom_of_dfs[dfs] = idom;
        set_jump(jump_of_dfs, dfs, idom);
    }
}

/*
 * On ordinary heaps the plain walk takes less than a step a vertex. But a linked list whose values are also held by a list makes
 * it walk the whole chain for each value: quadratic. So it gets a budget, and what is left goes by jump pointers.
 */
static enum wh_status find_dominators(struct work *work)
{
    enum wh_status status = progress_report(work->progress, "dominators", 0, work->core_count, work->error);
    if (status)
        return status;
    work->idom_of_dfs[dfs_of_virtual_root] = dfs_of_virtual_root;
    uint32_t first_undone = walk_to_dominators(work);
    if (first_undone == work->core_count)
        return WH_OK;
    /* The links are done with, and just as large. */
    _Static_assert(sizeof(struct jump) == sizeof(struct link), "jumps take the links' place");
    free(work->link_of_dfs);
    work->link_of_dfs = NULL;
    struct jump *jump_of_dfs;
    status = array_alloc(work->core_count, sizeof(struct jump), "the dominators' jump pointers", work->error, &jump_of_dfs);
    if (status)
        return status;
    jump_to_dominators(work, first_undone, jump_of_dfs);
    free(jump_of_dfs);
    return WH_OK;
}

/* ------------------------------------------------------------------------------------------------ result */

static enum wh_status announce_publication(struct work *work)
{
    return progress_report(work->progress, "dominators by object", 0, work->graph->node_count, work->error);
}

static void publish_dominators(const struct work *work, struct dominators *result)
{
    for (uint32_t dfs = 1; dfs < work->core_count; ++dfs)
        result->idom_of_node[work->node_of_rank[dfs]] = work->node_of_rank[work->idom_of_dfs[dfs]];
    result->idom_of_node[graph_virtual_root(work->graph)] = NODE_NONE;
    result->idom_of_node[graph_garbage_root(work->graph)] = NODE_NONE;
}

/* A peeled node is as live as its only referrer, which stands before it in the order. */
static void publish_liveness(const struct work *work, struct dominators *result)
{
    uint32_t node_count = result->node_count;
    for (uint32_t dfs = 1; dfs < work->dfs_of_garbage_root; ++dfs)
        bitmap_set(result->live_bitmap, result->node_of_rank[dfs]);
    uint32_t live_count = work->dfs_of_garbage_root - 1;
    for (uint32_t rank = work->core_count; rank < node_count + 2; ++rank) {
        uint32_t node = result->node_of_rank[rank];
        if (bitmap_test(result->live_bitmap, result->idom_of_node[node])) {
            bitmap_set(result->live_bitmap, node);
            ++live_count;
        }
    }
    result->live_count = live_count - 1; /* without node 0 */
    result->garbage_count = node_count - live_count;
}

static enum wh_status compute(struct work *work, struct dominators *result)
{
    static enum wh_status (*const phases[])(struct work *) = {
        find_only_referrers,         peel,       allocate_by_dfs,     number_live,     number_garbage,
        allocate_for_semidominators, fold_edges, find_semidominators, find_dominators,
        announce_publication,
    };
    enum wh_status status = allocate_by_node(work, result);
    if (status)
        return status;
    drop_edges_to_roots(work);
    for (size_t i = 0; !status && i < sizeof(phases) / sizeof(phases[0]); ++i)
        status = phases[i](work);
    if (status)
        return status;
    publish_dominators(work, result);
    publish_liveness(work, result);
    result->garbage_entry = work->entry;
    result->garbage_entry_count = work->entry_count;
    work->entry = NULL;
    return WH_OK;
}

static void work_deinit(struct work *work)
{
    free(work->referred_once);
    free(work->referred_twice);
    free(work->dropped);
    free(work->visited);
    free(work->parent_of_dfs);
    free(work->first_edge_of_dfs);
    free(work->cursor_of_dfs);
    free(work->idom_of_dfs);
    free(work->link_of_dfs);
    free(work->tree_of_dfs);
    free(work->target_of_edge);
    free(work->source_of_edge);
    free(work->entry);
}

enum { STEPS_PER_NODE = 8 };

static enum wh_status compute_all(struct work *work, struct dominators *ret)
{
    struct dominators result = {.node_count = work->graph->node_count};
    enum wh_status status = compute(work, &result);
    work_deinit(work);
    if (status)
        dominators_deinit(&result);
    *ret = result;
    return status;
}

enum wh_status dominators_init(const struct graph *graph, const struct progress *progress, struct wh_error *error,
                               struct dominators *ret)
{
    return dominators_init_bounded(graph, (uint64_t)STEPS_PER_NODE * graph->node_count, progress, error, ret);
}

enum wh_status dominators_init_bounded(const struct graph *graph, uint64_t step_budget, const struct progress *progress,
                                       struct wh_error *error, struct dominators *ret)
{
    struct work work = {.graph = graph, .progress = progress, .error = error, .step_budget = step_budget};
    return compute_all(&work, ret);
}

enum wh_status dominators_init_spending(struct graph *graph, const uint32_t *node_of_turn, const struct progress *progress, struct wh_error *error,
                                        struct dominators *ret)
{
    struct work work = {.graph = graph, .spent = graph, .node_of_turn = node_of_turn, .progress = progress, .error = error};
    work.step_budget = (uint64_t)STEPS_PER_NODE * graph->node_count;
    return compute_all(&work, ret);
}

void dominators_forget_order(struct dominators *dominators)
{
    free(dominators->node_of_rank);
    dominators->node_of_rank = NULL;
}

void dominators_deinit(struct dominators *dominators)
{
    free(dominators->idom_of_node);
    free(dominators->node_of_rank);
    free(dominators->live_bitmap);
    free(dominators->garbage_entry);
    *dominators = (struct dominators){0};
}
