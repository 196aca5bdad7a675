/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What speaks for a leak, what against it, and what one snapshot cannot settle. Each sign is a row of a table: a name for machines, a weight, a
 * test, a sentence.
 */
#ifndef WHOHOLDS_LIB_SIGNS_H
#define WHOHOLDS_LIB_SIGNS_H

#include <whoholds/analyzer.h>

#include "holders/evidence.h"

struct sign {
    const char *name;
    enum wh_weight weight;
    /* Does it apply? Then its sentence is in `sentence`. */
    bool (*test)(const struct evidence *evidence, struct text *sentence);
};

/* The tables, each in a file of its own: a row without a name ends them. */
extern const struct sign signs_for[], signs_against[], signs_doubt[];

/* All of them, in this order: 0, 1, …; NULL after the last. There are fewer than SIGNS_MAX. */
enum { SIGNS_MAX = 64 };
const struct sign *sign_at(unsigned number);

#endif
