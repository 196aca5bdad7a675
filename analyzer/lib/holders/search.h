/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside of store_search: the state of a search, shared by the files that work on it. */
#ifndef WHOHOLDS_LIB_SEARCH_H
#define WHOHOLDS_LIB_SEARCH_H

#include "code/code_flow.h"
#include "holders/holder_match.h"
#include "heap/known_names.h"
#include "code/mutators.h"
#include "holders/store_search.h"

/*
 * Bounds. A name that thousands of functions use (`get`, `data`) says little; what lies beyond is not looked at, and the result says
 * that it is incomplete. A chain of calls longer than CALLS_MAX is not followed.
 */
enum { PARAMS_MAX = 8, CALLERS_MAX = 8, CALLEES_MAX = 4, CALLS_MAX = 6, USERS_MAX = 4096, TURNS_MAX = 20000, SITES_MAX = 512 };

struct caller {
    uint32_t row, offset;
    enum execution executed;
    bool in_loop;
};

/* What is known of one code object in this search. */
struct code_state {
    uint32_t row;
    struct step_set params[PARAMS_MAX];   /* what callers pass */
    struct step_set wanted[PARAMS_MAX];   /* what becomes of what callers pass */
    struct step_set result;               /* what becomes of what it returns */
    struct step_set returns;              /* what it returns */
    struct caller callers[CALLERS_MAX];
    uint32_t caller_count;
    uint32_t depth;
    bool makes_anew;                      /* it gives back a link that has in it what it was given: return Version(text, before) */
    bool queued;
};

struct search {
    struct code_index *index;
    const struct heap *heap;
    struct holder_steps steps;
    bool opaque;                          /* the holder is an extension's object: whatever it is given, it may keep */
    uint32_t content;                     /* name of the attribute that holds the mass, NAME_NONE if it may be any */
    bool set_by_interpreter;              /* that attribute's name is in no code: __context__ */

    uint32_t *state_of_row;               /* number + 1 */
    struct code_state *states;   uint32_t state_count, state_capacity;
    uint32_t *queue;             uint32_t queue_first, queue_count, queue_capacity;   /* rows */

    /* the code object at hand */
    uint32_t row;
    const struct code_flow *flow;
    struct code_view view;
    struct step_set *sets;       uint32_t set_capacity;   /* by expression */

    struct wh_error *error;
    struct found_sites *found;
};

static inline struct expr_value value_of(const struct search *s, uint32_t expr) { return s->flow->values[expr]; }

static inline bool is_known(struct expr_value value) { return value.node || value.type != TYPE_NONE; }

static inline struct span name_text(const struct search *s, uint32_t name) { return s->index->text_of_name[name]; }

/* A call's argument, EXPR_UNKNOWN's number past the last one. */
static inline uint32_t argument(const struct search *s, const struct event *event, uint32_t i)
{
    return i < event->argument_count ? s->flow->args[event->first_argument + i] : 0;
}

/* store_search.c */
enum wh_status search_grow(struct search *s, void *array_pointer, uint32_t count, uint32_t *capacity, size_t size) WH_MUST_USE;

/* The state of a code object, NULL if there is none yet; the second one makes it. A new state may move the others. */
struct code_state *search_find(const struct search *s, uint32_t row);
enum wh_status search_touch(struct search *s, uint32_t row, uint32_t depth, struct code_state **ret) WH_MUST_USE;
enum wh_status search_enqueue(struct search *s, struct code_state *state) WH_MUST_USE;

/* search_sites.c: an operation that takes things out of `target`, if that is the holder */
enum wh_status search_emit_removal(struct search *s, const struct event *event, uint32_t target, enum store_how how) WH_MUST_USE;

/* search_exprs.c: the expressions of the code object at hand against the holder */
void search_match_all(struct search *s);

/* Objects that are made first and bound to the holder's name later; true if something was learnt. */
bool search_mark_makers(struct search *s);
bool search_is_maker(enum expr_kind kind);

/* Steps that the target of a store means. */
struct step_set search_bound_by(const struct search *s, const struct event *event);

/* Code objects, without repetition: of a callee; of a method of a type; of a method of what an expression may be. */
unsigned search_callees(const struct search *s, uint32_t callee, uint32_t rows[CALLEES_MAX]);
void search_add_row(uint32_t rows[CALLEES_MAX], unsigned *count, uint32_t row);
uint32_t search_method(const struct search *s, uint32_t type, uint32_t name);
void search_add_methods(const struct search *s, const struct expr *attr, uint32_t rows[CALLEES_MAX], unsigned *count);
bool search_is_class(const struct search *s, uint32_t expr);

/* Is it a container in an attribute of the holder, or of what that contains? */
bool search_is_inside(const struct search *s, uint32_t expr);

/* search_sites.c */
enum wh_status search_emit(struct search *s, const struct event *event, enum store_how how, enum store_match match,
                           enum site_level level) WH_MUST_USE;
enum wh_status search_emit_to(struct search *s, const struct event *event, uint32_t target, enum store_how how, enum store_match match,
                              enum site_level level) WH_MUST_USE;   /* the same, where it is known what is added to */

/* For an operation on `target`, which takes things into containers of the holder's family if `fits`. */
enum wh_status search_emit_on(struct search *s, const struct event *event, uint32_t target, enum store_how how, bool fits,
                              enum site_level level) WH_MUST_USE;
bool search_is_empty(const struct search *s, uint32_t expr);
bool search_makes_empty(const struct search *s, uint32_t value);   /* search_stores.c */
enum site_level search_level_of(const struct search *s, uint32_t value);

/* search_calls.c */

/* How a call's arguments become a callee's parameters. */
struct passing {
    uint32_t row;                        /* callee */
    uint32_t receiver;                   /* expression that becomes the first parameter, 0 if none */
    bool shifted;                        /* arguments start at the second parameter */
    uint32_t skip;                       /* arguments before them that are not the callee's: partial(f, …) */
};
struct passing search_passing(const struct search *s, const struct event *event, uint32_t row);

/* The local of the callee that argument i becomes, UINT32_MAX if it is not known. */
uint32_t search_local_of_argument(const struct search *s, const struct event *event, struct passing passing, uint32_t i);

/* The code objects of an argument that is a function. */
unsigned search_function_rows(const struct search *s, uint32_t expr, uint32_t rows[CALLEES_MAX]);
enum wh_status search_visit_call(struct search *s, const struct event *event) WH_MUST_USE;
enum wh_status search_follow_operator(struct search *s, const struct event *event, uint32_t method) WH_MUST_USE;
void search_add_callers(struct search *s, struct code_state *callee, const struct event *event, bool *grown);

/* search_stores.c: stores and returns */
enum wh_status search_visit_statement(struct search *s, const struct event *event) WH_MUST_USE;
enum wh_status search_visit_loaded_item(struct search *s, const struct event *event) WH_MUST_USE;
enum wh_status search_visit_raise(struct search *s, const struct event *event) WH_MUST_USE;
enum wh_status search_visit_add(struct search *s, const struct event *event) WH_MUST_USE;
enum wh_status search_visit_deleted_item(struct search *s, const struct event *event) WH_MUST_USE;
enum wh_status search_visit_stored_name(struct search *s, const struct event *event) WH_MUST_USE;
enum wh_status search_visit_stored_attribute(struct search *s, const struct event *event) WH_MUST_USE;
enum wh_status search_visit_stored_item(struct search *s, const struct event *event) WH_MUST_USE;
/* The value gets the names of the set, as if by `name = value`; what a call gives is followed into the callee. */
enum wh_status search_bind(struct search *s, const struct event *event, struct step_set set, uint32_t value) WH_MUST_USE;
enum wh_status search_visit_returned(struct search *s, const struct event *event) WH_MUST_USE;

/* search_parameters.c: parameters that become the holder, and the calls that pass it */

/* What the call makes of its argument `value`. */
enum { PASSED_MAX = 8 };
struct passed { uint32_t value; struct step_set set; };
unsigned search_passed(const struct search *s, const struct event *event, struct passed ret[PASSED_MAX]);

/* Learns which parameters of the code object at hand become the holder, and looks at its callers if any do. */
enum wh_status search_want_parameters(struct search *s) WH_MUST_USE;
enum wh_status search_visit_passed(struct search *s, const struct event *event) WH_MUST_USE;

/* Has every code object that uses the name looked at (again). */
enum wh_status search_enqueue_users(struct search *s, uint32_t name, uint32_t depth) WH_MUST_USE;

#endif
