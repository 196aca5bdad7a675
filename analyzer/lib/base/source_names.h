/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which statements of a module's or class' own body bind or fill a name, from the text: for code that is gone from the heap, as the body of
 * a module is once it was imported. Reads Python's logical lines, indentation and brackets; nothing is evaluated.
 */
#ifndef WHOHOLDS_LIB_SOURCE_NAMES_H
#define WHOHOLDS_LIB_SOURCE_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

struct source_name {
    uint32_t line;
    bool fills;      /* name.append(x), name[k] = x, name += x; else it binds the name */
};

/*
 * The statements at the level of `scope`, in order of the text: the module's if it is empty, else a class by its qualified name. Returns
 * how many were found, at most `limit`.
 */
unsigned source_names_find(const char *text, size_t length, struct span scope, struct span name, unsigned limit, struct source_name *ret);

#endif
