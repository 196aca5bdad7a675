/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the expressions of a code object are in the snapshot: names looked up, attributes followed, cells opened. */
#ifndef WHOHOLDS_LIB_EXPR_VALUE_H
#define WHOHOLDS_LIB_EXPR_VALUE_H

#include "code/code_flow.h"

/* Fills in flow->values. */
enum wh_status expr_values(const struct code_index *index, uint32_t row, struct code_flow *flow, struct wh_error *error) WH_MUST_USE;

#endif
