/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a solution to the references: what was merged with the sink for brevity is taken back where that costs no more, and what crosses then is cut. */
#ifndef WHOHOLDS_LIB_CROSSING_H
#define WHOHOLDS_LIB_CROSSING_H

#include "graph/reduction.h"

/*
 * `sink_side` says where each vertex of the reduction is, peeled ones too. The region's sink_bitmap is the sink's side afterwards. References in the order in
 * which a search from the source, through what stays, comes to them.
 */
enum wh_status crossing_list(struct cut_region *region, const struct reduction *reduction, const bool *sink_side, struct wh_error *error,
                             struct cut_edges *ret) WH_MUST_USE;

/* Of a region whose sink cannot be reached otherwise: all that leads from the source to what is behind it. For when a limit was met. */
enum wh_status crossing_list_all(const struct cut_region *region, struct wh_error *error, struct cut_edges *ret) WH_MUST_USE;

#endif
