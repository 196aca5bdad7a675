/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which references an expression names: `app.registry['k']` is the item of the dict, `app.registry` the module's variable. */
#ifndef WHOHOLDS_LIB_REFERENCE_QUERY_H
#define WHOHOLDS_LIB_REFERENCE_QUERY_H

#include "cut/cuttable.h"
#include "heap/lookup.h"
#include "graph/min_cut.h"
#include "heap/model.h"

/*
 * The edges of the strong graph that several expressions name: of a dict's item the pair. Each once, ascending. WH_ERR_INPUT if the snapshot has no such
 * reference, WH_ERR_USAGE if an expression is malformed.
 */
enum wh_status reference_edges(const struct model *model, const struct lookup *lookup, const struct cut_rules *rules,
                               const char *const *expressions, size_t count, struct wh_error *error, struct cut_edges *ret) WH_MUST_USE;

#endif
