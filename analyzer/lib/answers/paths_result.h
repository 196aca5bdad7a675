/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What wh_paths_free frees. */
#ifndef WHOHOLDS_LIB_PATHS_RESULT_H
#define WHOHOLDS_LIB_PATHS_RESULT_H

#include <whoholds/analyzer.h>

#include "base/arena.h"

struct paths_result { struct wh_paths paths; /* first: what the caller sees */ struct arena arena; };

#endif
