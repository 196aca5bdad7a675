/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stage "store sites": which source line puts objects into this holder, from the bytecode that the snapshot carries.
 *
 * The snapshot has what a static analysis of source text lacks: the values. A global name resolves to the very object that it
 * names, an attribute's type can be looked up in an instance, and a closure's cell can be opened. So the question is not "may this
 * expression alias that one" but "is this expression the holder".
 */
#ifndef WHOHOLDS_LIB_STORE_SITES_H
#define WHOHOLDS_LIB_STORE_SITES_H

#include <stdbool.h>
#include <stdint.h>

#include "code/code_index.h"
#include "heap/heap.h"

/* How one object is referred to by the one before it (or, first step, by a name). */
enum access_kind {
    ACCESS_GLOBAL,      /* owner: the module's dict; name: the global's */
    ACCESS_ATTRIBUTE,   /* owner: the instance, class or module; name: the attribute's */
    ACCESS_CLOSURE,     /* owner: a function whose closure has it; name: the free variable's */
    ACCESS_DEFAULT,     /* owner: the function; name: the parameter's */
    ACCESS_LOCAL,       /* owner: the code object of the frame (or of the generator, coroutine); name: the variable's */
    ACCESS_VARIABLE,    /* a context variable, of which the next step is the value, or a module; owner and name are not used */
    ACCESS_ITEM,        /* owner: the container; the name is not used */
};

struct holder_step {
    enum access_kind kind;
    uint32_t owner;     /* node; HEAP_NULL in a later step: the node of the step before */
    struct span name;
    uint32_t node;      /* what the step leads to */
};

enum { HOLDER_PATHS_MAX = 8, HOLDER_STEPS_MAX = 6 };

/*
 * One way to the holder: the first step starts at a name, each later one (ATTRIBUTE or ITEM) at the node of the step before;
 * the last step's node is the holder. Bookkeeping nodes (an instance's __dict__, a cell) are no steps of their own.
 * A path that is too long keeps its last steps: the first one then is an ATTRIBUTE whose owner was not reached by name.
 */
struct holder_path {
    struct holder_step steps[HOLDER_STEPS_MAX];
    unsigned step_count;
};

struct holder {
    uint32_t node;
    uint32_t registrar;    /* the function of an extension through which alone things get into it (atexit.register); HEAP_NULL: none */
    struct span registrar_name;
    uint32_t registrar_globals; /* the calls in code with these globals count; HEAP_NULL: all do */
    struct span content;   /* the attribute by which the mass hangs, if the holder is an instance (`n.next`); else empty */
    unsigned path_count;
    struct holder_path paths[HOLDER_PATHS_MAX];
};

enum store_how {
    STORE_METHOD,          /* h.append(x), h.update(x), h.setdefault(k, x), … */
    STORE_SUBSCRIPT,       /* h[k] = x */
    STORE_SLICE,           /* h[a:b] = x */
    STORE_INPLACE,         /* h += x, h |= x */
    STORE_COMPREHENSION,   /* h = [x for …], or a display with *x */
    STORE_ATTRIBUTE,       /* h.name = x */
    STORE_SETATTR,         /* setattr(h, name, x), h.__dict__[name] = x: names made at run time */
    STORE_FUNCTION,        /* heapq.heappush(h, x), map(h.append, …) */
    STORE_MEMO,            /* f(x) where f remembers its results: functools.lru_cache */
    STORE_THROUGH_LIBRARY, /* q.put(x): the store itself is in a library; that site follows */
    STORE_ANEW,            /* h = Link(x, h): the holder is bound to its name anew, with the old one in it */
    STORE_ASSIGN,          /* the holder is bound to its name, ready made: name = f(x) */
    STORE_CREATE,          /* the holder is bound to its name, empty: name = [] */
    STORE_REMOVE,          /* of a removal: h.pop(), del h[k]; of one in a library, at the application's call, STORE_THROUGH_LIBRARY */
    STORE_REMOVE_GIVEN,    /* h.discard, given to others that may call it: task.add_done_callback(h.discard) */
};

/* How well the expression at the site is known to be the holder; best first. */
enum store_match {
    MATCH_EXACT,           /* it evaluates to this very object in the snapshot */
    MATCH_CLASS,           /* the same attribute of an instance of the class */
    MATCH_NAME,            /* an attribute of the same name of an object of unknown type */
};

/* What h[k] = x and h += x write to. A field has a constant for its key: however often it is stored, there is one item. */
enum store_place { PLACE_ITEM, PLACE_FIELD, PLACE_WHOLE, PLACE_COUNT };
enum { PLACE_DEPTHS = 4 };

/* As a bit, with how deep below the holder what is written to lies: of h[i][k] = x 1, of h[i] += x 1. What lies deeper counts as the deepest. */
static inline unsigned store_place_bit(enum store_place place, unsigned depth) { return 1U << ((unsigned)place * PLACE_DEPTHS + depth); }

struct store_site {
    uint32_t code_node, offset, line;
    struct span file, function;            /* function: the qualified name where the interpreter has it (3.11 and newer) */
    enum execution executed;
    enum store_how how;
    enum store_match match;
    bool library;                          /* the standard library or an installed package */
    bool on_stack;                         /* the function is on a thread's stack */
    bool in_loop, top_level;
    bool maker;                            /* in a function that makes the holder and gives it to its caller, who gives it a name */
    bool on_new;                           /* what it adds to was made in the same run of the function */
    bool on_self;                          /* … is an attribute of the method's own object */
    bool of_element;                       /* … or what is taken out of: something that the holder contains */
    bool handed_out;                       /* of a removal: its function returns what it took, as a pool's does */
    unsigned places;                       /* SUBSCRIPT and INPLACE: store_place_bit, of all of the line's stores; 0: not known */
    struct span field;                     /* the holder's attribute to whose object it goes, empty if it goes to the holder itself, or deeper */
    uint32_t key;                          /* the same number in two sites of one function: the same key */
    uint32_t caller_code_node, caller_line; /* the call that passed the holder in; 0: none */
    struct span caller_file, caller_function;
    unsigned rank;                         /* 0, 1, …: position in the list */
};

/* Does the site add to the holder, rather than create it? */
static inline bool store_site_adds(const struct store_site *site) { return site->how != STORE_CREATE && site->how != STORE_ASSIGN; }

/* Sites, best first: one a line. */
struct store_site_list {
    struct store_site *sites;
    uint32_t count;
    struct store_site *removals;           /* where things are taken out of the holder again, in no order */
    uint32_t removal_count;
    bool incomplete;                       /* a bound was met: there may be more sites */
};

/*
 * Finds the sites. An empty list is a result. Cost: the code objects that use one of the holder's names, and what they pass the
 * holder to; each is interpreted once per index. Deterministic.
 */
enum wh_status store_sites_find(const struct heap *heap, struct code_index *index, const struct holder *holder,
                                struct wh_error *error, struct store_site_list *ret) WH_MUST_USE;
void store_site_list_deinit(struct store_site_list *list);

const char *store_how_name(enum store_how how);        /* for JSON: "method", "subscript", … */
const char *store_match_name(enum store_match match);  /* "exact", "class", "name" */

#endif
