/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Does a store site make its holder larger each time it runs, or does it write over what is there? By what the holder contains. */
#ifndef WHOHOLDS_LIB_SITE_GROWTH_H
#define WHOHOLDS_LIB_SITE_GROWTH_H

#include "heap/model.h"
#include "holders/accumulation.h"
#include "holders/store_sites.h"

/* A name that is bound anew, a place in a list that is, or a number that is counted up does not. Looks at a bounded number of objects. */
bool site_growth_adds(const struct model *model, const struct accumulation *point, const struct store_site *site);

#endif
