/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Modules that the program makes while it runs: types.ModuleType("rules_v17"), one file that is executed again and again under new names. An
 * import finds a module by a specification, each in a file of its own.
 */
#ifndef WHOHOLDS_LIB_MADE_MODULES_H
#define WHOHOLDS_LIB_MADE_MODULES_H

#include "heap/heap.h"

enum { MADE_MODULES_MIN = 16 };

/* A bitmap of nodes, to be freed; NULL if there are fewer than a handful. */
enum wh_status made_modules_find(const struct heap *heap, struct wh_error *error, uint64_t **ret) WH_MUST_USE;

#endif
