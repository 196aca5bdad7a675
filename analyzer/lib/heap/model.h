/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The results of the stages up to retained sizes and paths, as the stages that give answers read them. */
#ifndef WHOHOLDS_LIB_MODEL_H
#define WHOHOLDS_LIB_MODEL_H

#include <whoholds/analyzer.h>

#include "base/arena.h"
#include "graph/bfs.h"
#include "graph/dominators.h"
#include "heap/heap.h"
#include "graph/retained.h"
#include "heap/retention.h"
#include "base/text.h"

struct model {
    const struct heap *heap;
    const struct retention *retention;
    const struct dominators *dominators;
    const struct retained *retained;
    const struct dominator_tree *tree;
    const struct bfs_tree *paths;       /* empty until analysis_need_model() */
    const uint32_t *object_of_thread;   /* by row of heap->threads: its threading.Thread, HEAP_NULL if there is none */
    const struct progress *progress;    /* whom searches that may take long report to; NULL: nobody */
};

/* `list`, `app.models.Order`: the type as output names it. */
void model_write_type(const struct heap_type *type, struct text *text);

/* An object for output. */
struct wh_object model_object(const struct model *model, uint32_t node, struct arena *arena);

/* Items in use; UINT64_MAX if the object is no container. */
uint64_t model_length(const struct heap *heap, uint32_t node);

/* Native: live, but only what native code holds leads to it. Needs the paths. */
enum liveness { LIVENESS_LIVE, LIVENESS_NATIVE, LIVENESS_GARBAGE };
enum liveness model_liveness(const struct model *model, uint32_t node);

static inline uint64_t model_shallow(const struct model *model, uint32_t node)
{
    struct node_sizes sizes = heap_sizes(model->heap);
    return node_sizes_get(&sizes, node);
}

static inline uint64_t model_retained(const struct model *model, uint32_t node)
{
    return retained_bytes(model->retained, node);
}

/* For qsort_r() of nodes, the model as its context: most retained bytes first, equal ones by number. */
int model_compare_retained(const void *left, const void *right, void *model);

static inline uint64_t model_live_bytes(const struct model *model)
{
    return model_retained(model, graph_virtual_root(&model->retention->graph));
}

/* Of all objects, garbage too. */
static inline uint64_t model_heap_bytes(const struct model *model)
{
    return model_live_bytes(model) + model_retained(model, graph_garbage_root(&model->retention->graph));
}

/* A node's children in the dominator tree, largest first. */
static inline struct node_run model_children(const struct model *model, uint32_t node)
{
    const uint32_t *first = model->tree->first_child_of_node;
    return (struct node_run){dominator_tree_family(model->tree, node), first[node + 1] - first[node]};
}

/* The same in any order, which costs no sorting. */
static inline struct node_run model_children_unordered(const struct model *model, uint32_t node)
{
    const uint32_t *first = model->tree->first_child_of_node;
    return (struct node_run){model->tree->child + first[node], first[node + 1] - first[node]};
}

/* struct model's object_of_thread, which the caller frees, also after a failure. */
enum wh_status model_find_threads(const struct heap *heap, struct wh_error *error, uint32_t **ret) WH_MUST_USE;

/* The name of a thread: threading's name for it, else MainThread, else the kernel's, else its number. */
void model_write_thread(const struct model *model, uint32_t thread, struct text *text);

#endif
