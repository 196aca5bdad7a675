/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the things on the way to a holder are defined: functions that own it, and statements of a module's or class' body. */
#ifndef WHOHOLDS_LIB_DEFINITIONS_H
#define WHOHOLDS_LIB_DEFINITIONS_H

#include "base/source_names.h"
#include "code/code_index.h"
#include "heap/model.h"
#include "naming/naming.h"

/*
 * The function that owns what step `step` leads to: a function that remembers its results (functools.lru_cache, cached_property), or has it
 * as default argument. Its code object, HEAP_NULL if there is none.
 */
uint32_t definition_of_step(const struct code_index *index, const struct naming_path *path, uint32_t step);

/* Statements of a module or class that bind or fill a name, told by the source alone. */
enum { DEFINITIONS_MAX = 4 };
struct source_definitions {
    struct span file, scope;   /* scope: the class, empty for the module */
    unsigned count;
    struct source_name names[DEFINITIONS_MAX];
};

/* Those of step `step`, if it is a module's or class' attribute. False if the source is not there or does not tell.
 * The text is read into `scratch`, which also remembers running out of memory. */
bool definition_in_source(const struct code_index *index, const struct naming_path *path, uint32_t step, struct text *scratch,
                          struct source_definitions *ret);

#endif
