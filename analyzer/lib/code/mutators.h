/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which operations put things into which containers. */
#ifndef WHOHOLDS_LIB_MUTATORS_H
#define WHOHOLDS_LIB_MUTATORS_H

#include <stdbool.h>

#include "heap/heap.h"

enum family {
    FAMILY_LIST = 1, FAMILY_DICT = 2, FAMILY_SET = 4, FAMILY_DEQUE = 8, FAMILY_BYTES = 16, FAMILY_ARRAY = 32, FAMILY_QUEUE = 64,
    FAMILY_STREAM = 128, FAMILY_MEMO = 256,
    FAMILY_FIXED = 512,      /* tuple, str and the like: only ever made, never added to */
    FAMILY_FUTURE = 2048, FAMILY_PICKLER = 4096,
    FAMILY_INSTANCE = 1024,  /* of a class written in Python, or of an extension's */
};

/* The family of a type; of a class derived from a container, the container's and FAMILY_INSTANCE. */
unsigned family_of_type(const struct heap *heap, uint32_t type);

/* Does `holder.name(…)` put something into a container of one of the families? Instances of unknown making take any such name. */
bool mutator_is_method(struct span name, unsigned families);

/* Does `name(holder, …)`: heapq.heappush and the like? */
bool mutator_is_function(struct span name, unsigned families);

/* Does `holder.name(…)`, or `name(holder, …)`, take something out of a container of one of the families again? */
bool mutator_is_removal(struct span name, unsigned families);

/* Does the name of a method of an extension say that it only asks: find, iter, get_text, is_open? */
bool mutator_only_asks(struct span name);

enum mutator_statement { MUTATOR_SUBSCRIPT, MUTATOR_INPLACE, MUTATOR_SLICE };
bool mutator_is_statement(enum mutator_statement statement, unsigned families);

#endif
