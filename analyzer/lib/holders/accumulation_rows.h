/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Accumulation points as rows of a file that keeps results. */
#ifndef WHOHOLDS_LIB_ACCUMULATION_ROWS_H
#define WHOHOLDS_LIB_ACCUMULATION_ROWS_H

#include "holders/accumulation.h"

struct accumulation_row {
    uint64_t bytes, objects;
    uint32_t kind, node, top, member_type, member_count, holders[SHARED_HOLDERS_MAX], holder_count, chain;
    uint32_t zero;
};

/* The rows, which the caller frees; as many as there are points. */
enum wh_status accumulation_rows_make(const struct accumulations *accumulations, struct wh_error *error, struct accumulation_row **ret) WH_MUST_USE;

/* The points of rows that were made of this model. False, and nothing in *ret, if a row names what there is not. */
bool accumulations_restore(const struct model *model, const struct accumulation_row *rows, uint64_t count, struct accumulations *ret) WH_MUST_USE;

#endif
