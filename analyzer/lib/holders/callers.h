/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who calls a code object, from the bytecode: by what the callee is in the snapshot, by the class of the object before the dot, or by the
 * name alone. And from a function of a library up to the calls by which the application gets there.
 */
#ifndef WHOHOLDS_LIB_CALLERS_H
#define WHOHOLDS_LIB_CALLERS_H

#include "code/code_flow.h"
#include "holders/store_sites.h"

struct call_site {
    uint32_t row, offset;      /* of the caller */
    enum execution executed;
    enum store_match match;    /* the worst on the way up */
    bool in_loop;
    uint8_t distance;          /* references from the object before the dot to the holder; 0: of no object, or none that is known */
};

struct call_sites {
    struct call_site *sites;
    uint32_t count, capacity;
};
void call_sites_deinit(struct call_sites *sites);

/*
 * The calls in application code by which it gets to the library's code object `row`, which stores into `holder`: those with the fewest
 * library functions between that may have run, of an object near the holder. In order of code objects and offsets. Bounded: a name that
 * thousands of functions use is not followed.
 */
enum wh_status callers_of_application(struct code_index *index, uint32_t row, uint32_t holder, struct wh_error *error,
                                      struct call_sites *ret) WH_MUST_USE;

/* Calls in application code that hand over the function `row`, or make an instance of the class whose method it is: how a thread starts. */
enum wh_status callers_that_hand_over(struct code_index *index, uint32_t row, struct wh_error *error, struct call_sites *ret) WH_MUST_USE;

#endif
