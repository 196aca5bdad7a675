/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Expressions, read: `app.cache['k'][3]`, and everything else that naming_write_expression() writes, so that what any view prints can be asked for.
 * An expression names a set: all that [*] and .* stand for, and all objects that share a name (set elements, locals of generators of one function).
 */
#ifndef WHOHOLDS_LIB_EXPRESSION_QUERY_H
#define WHOHOLDS_LIB_EXPRESSION_QUERY_H

#include "base/node_vector.h"
#include "heap/lookup.h"
#include "heap/model.h"

/* Where the reading stands. */
struct expression {
    const struct model *model;
    const struct lookup *lookup;
    const char *text, *at;       /* the whole, escapes of characters beyond ASCII undone; what is still to be read */
    const char *place;           /* what stands behind it in parentheses, `local of load at app.py:12, thread ingest`; "" */
    bool roots_first;            /* a root's name comes before a module's */
    struct wh_error *error;
    struct node_vector nodes;    /* the objects that what was read so far names */
    struct node_vector before;   /* those that they were found from, by the last step; a local variable's: what runs, or is suspended */
    const char *step;            /* the last step, within `text` */
};

/* The objects in `ret`, each once, in no order. WH_ERR_USAGE if it cannot be read, WH_ERR_INPUT if it names nothing. */
enum wh_status expression_find(const struct model *model, const struct lookup *lookup, const char *text, struct wh_error *error,
                               struct node_vector *ret) WH_MUST_USE;

/*
 * The references that the last step goes along, each once, which the caller frees: `app.cache['k']` is an item of the dict, `app.cache[*]` are all of
 * them, `rows (local of load at app.py:12, thread ingest)` a variable. WH_ERR_USAGE if there is no step, as in `app`.
 */
struct expression_reference { uint32_t node, ref; };
enum wh_status expression_find_references(const struct model *model, const struct lookup *lookup, const char *text, struct wh_error *error,
                                          struct expression_reference **ret, uint32_t *count) WH_MUST_USE;

/* --- for its parts: expression_start.c, expression_steps.c --- */

enum wh_status expression_add(struct expression *expression, uint32_t node) WH_MUST_USE;
enum wh_status expression_malformed(const struct expression *expression, const char *what);
enum wh_status expression_out_of_memory(const struct expression *expression);

/* The objects that the next step has found, instead of those before. */
void expression_advance(struct expression *expression, struct node_vector found);

/* What comes after the reading of the whole; the node vectors and the texts are the visitor's for that long alone. */
typedef enum wh_status (*expression_visitor)(struct expression *expression, void *context);
enum wh_status expression_read(const struct model *model, const struct lookup *lookup, const char *text, expression_visitor visit, void *context,
                               struct wh_error *error) WH_MUST_USE;

/* Is what is read so far, `length` bytes of it, a whole step or name: what follows begins the next step? */
bool expression_ends_at(const char *text, size_t length);

/* What stands in brackets for all items, `*` or `…`; for those of some indexes, `0…5` with the last and `0:6` without it: the first and the last. */
bool expression_is_all(const char *key);
bool expression_is_range(const char *key, uint64_t *first, uint64_t *last);

/* The beginning: a module, an address, a root, a local variable. */
enum wh_status expression_take_start(struct expression *expression) WH_MUST_USE;

/* The next step, `.name`, `[key]`, ` → default argument memo`, from each object named so far. */
enum wh_status expression_take_step(struct expression *expression) WH_MUST_USE;

/* The local variable, with its name at expression->at, of a frame, generator or coroutine; how many bytes it took in *length, which only grows. */
enum wh_status expression_add_local(struct expression *expression, uint32_t owner, size_t *length) WH_MUST_USE;

/* From the cells in which local variables are to their contents, unless ` → cell` follows. */
void expression_leave_cells(struct expression *expression);

#endif
