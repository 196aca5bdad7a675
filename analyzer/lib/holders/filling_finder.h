/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside of filling: the state of a search for how a holder is filled, shared by the files that work on it. */
#ifndef WHOHOLDS_LIB_FILLING_FINDER_H
#define WHOHOLDS_LIB_FILLING_FINDER_H

#include "code/code_flow.h"
#include "holders/filling.h"

enum { ADDERS_MAX = 16 };

struct finder {
    const struct model *model;
    const struct heap *heap;
    struct code_index *index;
    const struct accumulation *point;
    const struct naming_path *path;
    const struct store_site_list *sites;
    struct wh_error *error;
    struct filling *ret;
    uint32_t adders[ADDERS_MAX];       /* rows of the code that adds */
    unsigned adder_count;
    bool beside_memo;                  /* the code that adds looks first whether it has it already, there or in another container that it fills */
    uint32_t name;                     /* the last name on the way to the holder */
};

static inline enum wh_status finder_flow(const struct finder *finder, uint32_t row, const struct code_flow **ret)
{
    return code_index_flow(finder->index, row, finder->error, ret);
}

/* Does the site add to the holder, or, if that is where the mass is, to what it contains? */
bool finder_counts(const struct finder *finder, const struct store_site *site);

/* Is it the row of code that adds? */
bool finder_is_adder(const struct finder *finder, uint32_t row);

/* The value of an int object, 0 if it is none, is negative or was not written. */
uint64_t finder_number_of(const struct heap *heap, uint32_t node);

/* `len(holder)`, told by its last name; `any`: of whatever. */
bool finder_asks_length(const struct finder *finder, const struct code_flow *flow, const struct code_view *view, const struct event *event, bool any);

/* Does the code bind a global or an attribute of that name? */
bool finder_stores_name(const struct code_flow *flow, uint32_t name);

/* filling_calls.c: who calls whom, as far as names and known values tell */

/* The name by which the event's callee is called; NAME_NONE. */
uint32_t finder_name_of_callee(const struct code_flow *flow, const struct event *event);

/* Does the event run the code object `callee`? */
bool finder_runs(const struct finder *finder, uint32_t caller, const struct code_flow *flow, const struct event *event, uint32_t callee);
enum wh_status finder_calls(const struct finder *finder, uint32_t caller, uint32_t callee, bool *ret) WH_MUST_USE;

/* A call that runs a function. */
struct caller { uint32_t row, offset; bool in_loop; enum execution executed; };

/* Who calls a function: the first ones of `count`. Unclear: the name is used too often to tell. */
enum { CALLERS_KEPT = 8 };
struct callers { struct caller at[CALLERS_KEPT]; unsigned count; bool looped, unclear; };
enum wh_status finder_callers(const struct finder *finder, uint32_t row, struct callers *ret) WH_MUST_USE;

/* filling_chain.c */

enum { CHAIN_MAX = 10 };

/* The same, of a comprehension where it is made, and of a function inside another one who calls that: whoever got it from there. */
enum wh_status finder_drivers(const struct finder *finder, uint32_t row, struct callers *ret) WH_MUST_USE;

/*
 * From the code that adds (0) up to a module's top level: each step is called by the next one. `loop` is the outermost step that does so in
 * a loop: that loop fills the holder.
 */
struct finder_chain { struct caller at[CHAIN_MAX]; unsigned count, loop; bool complete, looped, within; /* only what adds calls it */ };

/* As the code tells: where each function is called in one place, there is one way. */
enum wh_status finder_chain_by_code(const struct finder *finder, uint32_t row, struct finder_chain *ret) WH_MUST_USE;

/* As the recorder saw it, if it did: the way by which most of it was added; further than its stacks reach, as the code tells. */
enum wh_status finder_chain_by_stack(const struct finder *finder, struct finder_chain *ret) WH_MUST_USE;

/* filling_loops.c: where loops are, and where code stands */

/* The outermost loop around an instruction: from the offset of its first instruction to that of its last one. False if there is none. */
bool finder_loop_around(const struct finder *finder, uint32_t row, uint32_t offset, uint32_t *first, uint32_t *last);

/* Does a thread stand in that part of the code? */
bool finder_is_under_way(const struct finder *finder, uint32_t row, uint32_t first, uint32_t last);

/* The name of the global variable or attribute that the instruction reads, NAME_NONE if it reads none. */
uint32_t finder_loaded_name(const struct code_index *index, const struct code_view *view, const struct instruction *at);

/* Does it read a variable or attribute, of any kind, of that name? */
bool finder_reads_name(const struct code_index *index, const struct code_view *view, const struct instruction *at, uint32_t name);

/* Does the code read the holder's last name after an offset; and in a loop? */
struct reading { bool any, in_loop; };
struct reading finder_reading(const struct finder *finder, uint32_t row, uint32_t after);

/* filling_once.c: filling.once, filling.served, filling.under_way and filling.grown_by_reading */
enum wh_status finder_find_once(struct finder *finder) WH_MUST_USE;
void finder_find_under_way(struct finder *finder);
enum wh_status finder_find_grown_by_reading(struct finder *finder) WH_MUST_USE;

/* filling_saturated.c: filling.saturated_percent */
enum wh_status finder_find_saturated(struct finder *finder) WH_MUST_USE;

/* filling_guard.c: filling.guarded */
enum wh_status finder_find_guard(struct finder *finder) WH_MUST_USE;

/* filling_import.c: filling.import_only */
enum wh_status finder_find_import_only(struct finder *finder) WH_MUST_USE;

/* filling_drain.c: filling.drain */
enum wh_status finder_find_drain(struct finder *finder) WH_MUST_USE;

/* filling_remembers.c: filling.remembers */
enum wh_status finder_find_remembers(struct finder *finder) WH_MUST_USE;

/* filling_modulus.c: filling.modulus */
enum wh_status finder_find_modulus(struct finder *finder) WH_MUST_USE;

#endif
