/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who uses which name, and whose code is whose: built once for a heap, then shared by all queries.
 *
 * Bytecode is interpreted on demand, once a code object; so an index grows as it is used and is not const.
 */
#ifndef WHOHOLDS_LIB_CODE_INDEX_H
#define WHOHOLDS_LIB_CODE_INDEX_H

#include <stdbool.h>
#include <stdint.h>

#include "bytecode.h"
#include "heap.h"

struct code_index;

/* Cost: one pass over the nodes. Memory: about 4 bytes a name use. The heap must outlive the index. On failure *ret is NULL. */
enum wh_status code_index_create(const struct heap *heap, struct wh_error *error, struct code_index **ret) WH_MUST_USE;
void code_index_destroy(struct code_index *index);

#endif
