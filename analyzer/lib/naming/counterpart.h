/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The same variable in another snapshot. Addresses are reused and say nothing from one snapshot to the next; names do. A step of a path
 * has a name that holds elsewhere if it is a module, an attribute, a variable of a closure or of a running function, an item of a tuple,
 * or an item of a dict whose key reads like a name. What lies behind other keys and behind indexes is generalised (naming/fingerprint.h).
 */
#ifndef WHOHOLDS_LIB_COUNTERPART_H
#define WHOHOLDS_LIB_COUNTERPART_H

#include "naming/naming.h"

/* Can the path be followed elsewhere? Then an object that is not found there does not exist there. */
bool counterpart_is_named(const struct model *model, const struct naming_path *path);

/* The names of such a path and its object's type, as a key: the same for the same variable in every snapshot, wherever its function stands. */
void counterpart_write_key(const struct model *model, const struct naming_path *path, struct text *text);

/* The object to which the names of a path of `model` lead in `other`, if it has the same type; else HEAP_NULL. */
uint32_t counterpart_find(const struct model *model, const struct naming_path *path, const struct model *other);

#endif
