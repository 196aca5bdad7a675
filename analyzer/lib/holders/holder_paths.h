/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The names by which code can get at a holder: its shortest path, and every other reference to it that has a name. */
#ifndef WHOHOLDS_LIB_HOLDER_PATHS_H
#define WHOHOLDS_LIB_HOLDER_PATHS_H

#include "heap/model.h"
#include "naming/naming.h"
#include "heap/referrers.h"
#include "holders/store_sites.h"

/*
 * Describes a holder for store_sites_find. `referrers` must have been asked for `node`.
 */
enum wh_status holder_paths_find(const struct model *model, uint32_t node, const struct referrers *referrers, struct wh_error *error,
                                 struct holder *ret) WH_MUST_USE;

/* The object of a step, by the steps that lead to it. */
void holder_paths_of_step(const struct model *model, const struct naming_path *path, uint32_t step, struct holder *ret);

#endif
