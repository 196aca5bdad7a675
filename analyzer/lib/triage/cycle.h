/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a piece of garbage holds itself: the shortest way from an object back to it. */
#ifndef WHOHOLDS_LIB_CYCLE_H
#define WHOHOLDS_LIB_CYCLE_H

#include "heap/model.h"

/* Writes `.children[0].parent`; nothing if the object is in no cycle, or in none that is found among the next CYCLE_LOOKED_AT_MAX objects. */
enum { CYCLE_LOOKED_AT_MAX = 65536 };
enum wh_status cycle_write(const struct model *model, uint32_t node, struct wh_error *error, struct text *text) WH_MUST_USE;

#endif
