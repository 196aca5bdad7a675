/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stage "paths": what an object is called, by a shortest path from a root. Bookkeeping objects (a module's, class's or instance's
 * __dict__, a closure's tuple and cell, a tuple of default arguments) are folded into the step that they serve; the graph keeps them.
 */
#ifndef WHOHOLDS_LIB_NAMING_H
#define WHOHOLDS_LIB_NAMING_H

#include "heap/label.h"
#include "heap/model.h"

/* A reference on a path: from `source` (NODE_NONE: the root) to `node`. */
struct raw_hop { uint32_t node; struct label label; };

/* One step after folding. */
enum step_kind {
    STEP_ROOT,          /* the root itself */
    STEP_MODULE,        /* sys.modules['name'] */
    STEP_ATTRIBUTE,     /* .name, in whatever way the object stores it */
    STEP_CLOSURE,       /* closure variable name */
    STEP_DEFAULT,       /* default argument name */
    STEP_LOCAL,         /* local variable name of a frame, generator or coroutine */
    STEP_THREAD_LOCAL,  /* .name of a threading.local; `label` has the key of the thread's dict */
    STEP_OTHER,         /* an item, a member */
};

struct naming_step {
    enum step_kind kind;
    uint32_t owner;         /* the node before this step */
    uint32_t node;          /* the node that it leads to */
    struct span name;       /* ATTRIBUTE, CLOSURE, DEFAULT, LOCAL, MODULE, THREAD_LOCAL */
    struct label label;     /* OTHER, THREAD_LOCAL */
};

struct naming_path {
    uint32_t root;          /* index of retention.roots; NODE_NONE: garbage or unreached, the path begins at its entry */
    uint32_t step_count;
    struct naming_step *steps;
};

/* A path of more references keeps its first and last ones; where they meet, the label says how many are left out. */
enum { NAMING_HEAD = 60, NAMING_TAIL = 60 };

enum wh_status naming_path_init(const struct model *model, uint32_t node, struct wh_error *error, struct naming_path *ret) WH_MUST_USE;

/* The path that goes through a given reference: reference number `ref`, of `source`. */
enum wh_status naming_path_init_through(const struct model *model, uint32_t source, uint32_t ref, struct wh_error *error,
                                        struct naming_path *ret) WH_MUST_USE;
void naming_path_deinit(struct naming_path *path);

/* `sys.modules['app']`, `.cache`, `['k']`, `closure variable seen`. */
void naming_write_step(const struct model *model, const struct naming_path *path, const struct naming_step *step, struct text *text);

/*
 * The whole path in one line: `app.cache['k']`, `rows[0] (local of load at app.py:12, thread ingest)`. It begins where the program's text would: at a module, at
 * the last function that runs or is suspended on the way, at a context variable. With `modules` it begins at the root, `sys.modules['app'].cache['k']`.
 */
void naming_write_expression(const struct model *model, const struct naming_path *path, bool modules, struct text *text);

/* Its two parts: `rows[0]`, and `local of load at app.py:12, thread ingest`, which is empty where the name says all. */
void naming_write_name(const struct model *model, const struct naming_path *path, bool modules, struct text *text);
void naming_write_place(const struct model *model, const struct naming_path *path, bool modules, struct text *text);

/* What the root is called: `sys.modules`, `load at app.py:12 in thread ingest`, `native code, 2 references`. */
void naming_write_root(const struct model *model, uint32_t root, struct text *text);

/* Parts of places and names, by which expressions are found again (expression_query.h): of a frame, a root; of a suspended function, whose local variables
 * are in `locals`, as a task's or not; the thread whose attributes of a threading.local are at this key, if any. */
void naming_write_place_of_frame(const struct model *model, uint32_t root, struct text *text);
void naming_write_place_of_suspended(const struct heap *heap, uint32_t suspended, uint32_t locals, bool task, struct text *text);
bool naming_can_be_suspended(const struct heap *heap, uint32_t node);
void naming_write_thread_of_key(const struct model *model, uint32_t key, struct text *text);
bool naming_is_context_variable(const struct heap *heap, uint32_t node);
void naming_write_context_variable(const struct heap *heap, uint32_t variable, struct text *text);

/* Of position `index` of a function's __defaults__. */
struct span naming_default_name(const struct heap *heap, uint32_t function, uint32_t defaults, uint32_t index);

/* The path for output. */
enum wh_status naming_output(const struct model *model, uint32_t node, struct arena *arena, struct wh_error *error,
                             struct wh_path *ret) WH_MUST_USE;

/* The expression alone, in `text`. */
enum wh_status naming_expression(const struct model *model, uint32_t node, bool modules, struct wh_error *error, struct text *text) WH_MUST_USE;

/* `load at app.py:12`: the function's name, `words`, the file's base name and, unless it is 0, the line. */
void naming_write_code(const struct heap *heap, uint32_t code_node, const char *words, uint32_t line, struct text *text);

/* File and function name of a code object. */
struct span naming_code_file(const struct heap *heap, uint32_t code_node);
struct span naming_code_function(const struct heap *heap, uint32_t code_node);

#endif
