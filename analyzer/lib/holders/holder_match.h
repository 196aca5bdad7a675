/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which expressions of a code object are the holder, or an object on one of the ways to it. */
#ifndef WHOHOLDS_LIB_HOLDER_MATCH_H
#define WHOHOLDS_LIB_HOLDER_MATCH_H

#include "code/code_flow.h"
#include "holders/store_sites.h"

enum { MATCH_COUNT = MATCH_NAME + 1 };

/*
 * A set of steps: bit path × HOLDER_STEPS_MAX + step, for each certainty. MATCH_ELEMENT stands for what the holder
 * contains, at any depth; MATCH_INNER, beside it, for what lies two or more containers deep, MATCH_INNERMOST three or more. Sets are only ever added to, so that the search ends.
 */
struct step_set {
    uint64_t bits[MATCH_COUNT];
};
#define MATCH_ELEMENT ((uint64_t)1 << 63)
#define MATCH_INNER ((uint64_t)1 << 62)
#define MATCH_INNERMOST ((uint64_t)1 << 61)
/* Behind the paths' own steps: attributes of which the code tells that they are other names of the holder. */
enum { ALIAS_FIRST = HOLDER_PATHS_MAX * HOLDER_STEPS_MAX, ALIASES_MAX = 8 };
#define ALL_STEPS (((uint64_t)1 << (HOLDER_PATHS_MAX * HOLDER_STEPS_MAX)) - 1)

static inline uint64_t step_set_any(struct step_set set) { return set.bits[0] | set.bits[1] | set.bits[2]; }
static inline bool step_set_add(struct step_set *to, struct step_set from)
{
    uint64_t before = 0, after = 0;
    bool grown = false;
    for (unsigned match = 0; match < MATCH_COUNT; match++) {
        before = to->bits[match];
        after = before | from.bits[match];
        grown |= before != after;
        to->bits[match] = after;
    }
    return grown;
}

/* A holder made ready for matching. */
struct holder_steps {
    const struct code_index *index;
    const struct holder *holder;
    unsigned count;                 /* bits below it are in use */
    uint64_t in_use, final;         /* final: the steps that lead to the holder itself */
    uint32_t name[64];              /* by bit */
    uint32_t owner[64], node[64];
    enum access_kind kind[64];
    uint32_t owner_row[64];         /* CLOSURE, DEFAULT, LOCAL: the code object */
    unsigned families;              /* of the holder, and of what keeps its contents in it */
    bool derives;                   /* the holder is an instance of a class that may have methods */
    uint32_t element_type;          /* of what the holder contains, if that is a few objects of one such class; else TYPE_NONE */
    uint32_t namespace_node;        /* of a module: its dict, which code sees as globals(); else HEAP_NULL */
};

void holder_steps_init(const struct code_index *index, const struct holder *holder, struct holder_steps *ret);

/*
 * An attribute by this name of instances of the class, alive or not, is the holder as well: self.log = LOG in __init__. False if that is known,
 * or if there is no room.
 */
bool holder_steps_add_alias(struct holder_steps *steps, uint32_t type, uint32_t name);

/* Steps whose object is this very node. */
struct step_set match_node(const struct holder_steps *steps, uint32_t node);

/* `object.name`, of a module as well, of which the object matches `object_steps` and has this value. */
struct step_set match_attribute(const struct holder_steps *steps, struct step_set object_steps, struct expr_value object, bool object_known,
                                uint32_t name);

/* getattr(object, name), the name not being known: it may be any attribute of the object. */
struct step_set match_any_attribute(const struct holder_steps *steps, struct step_set object_steps, struct expr_value object);

/* An element of a container that matches. */
struct step_set match_item(const struct holder_steps *steps, struct step_set container);

/* A global name of a code object; a variable shared with inner functions; a parameter; a local variable. */
struct step_set match_global(const struct holder_steps *steps, uint32_t row, uint32_t name);
struct step_set match_cell(const struct holder_steps *steps, uint32_t row, uint32_t name);
struct step_set match_variable(const struct holder_steps *steps, uint32_t row, enum access_kind kind, uint32_t name);

/* `self`, if the holder, or what it contains, is an instance of the class of this method. */
struct step_set match_self(const struct holder_steps *steps, struct expr_value value);

/* The best certainty with which a set has one of the steps; false if it has none. */
bool step_set_best(struct step_set set, uint64_t steps, enum store_match *ret);

#endif
