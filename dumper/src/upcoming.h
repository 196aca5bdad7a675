/* SPDX-License-Identifier: MIT */
/* The next objects of a list of the collector, so that their memory can be asked for before it is needed. */
#ifndef WHOHOLDS_DUMPER_UPCOMING_H
#define WHOHOLDS_DUMPER_UPCOMING_H

#include "types.h"

enum { UPCOMING = 16 };

/* A ring. All zero: empty. */
struct upcoming {
    PyObject *at[UPCOMING];
    uint32_t added, taken; /* counts */
    bool ended;            /* there are no more than those in here */
    bool blind;            /* a look ahead has crashed: no more of them */
};

static inline bool upcoming_has_room(const struct upcoming *upcoming)
{
    return upcoming->added - upcoming->taken < UPCOMING;
}

static inline void upcoming_add(struct upcoming *upcoming, PyObject *object)
{
    __builtin_prefetch((const char *)object + 2 * sizeof(PyObject));
    upcoming->at[upcoming->added++ % UPCOMING] = object;
}

/* NULL if there is none. */
static inline PyObject *upcoming_take(struct upcoming *upcoming)
{
    return upcoming->added == upcoming->taken ? NULL : upcoming->at[upcoming->taken++ % UPCOMING];
}

/* Asks for the memory that will be needed in a moment. Reads no more than what writing these objects will read. */
void upcoming_look_ahead(const struct upcoming *upcoming, const struct types *types);

#endif
