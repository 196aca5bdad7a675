/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How much there is of each type: a walk over the whole dominator tree, so it is kept with the results. */
#ifndef WHOHOLDS_LIB_TYPE_SUMS_H
#define WHOHOLDS_LIB_TYPE_SUMS_H

#include "heap/model.h"

/* `retained`: see top_counter_run(). */
struct type_sum { uint64_t count, shallow, retained; };

/* One for each type, which the caller frees. Of types with one name the first has it all. */
enum wh_status type_sums_make(const struct model *model, struct wh_error *error, struct type_sum **ret) WH_MUST_USE;

#endif
