/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Signs of which one snapshot cannot tell what they mean: a holder that has them may be one in a steady state, or a leak. They do not take a
 * suspect off the list; it is only not called a leak.
 */
#ifndef WHOHOLDS_LIB_DOUBTS_H
#define WHOHOLDS_LIB_DOUBTS_H

#include "holders/signs.h"

/* Code that does not add to it takes out of it, and has run: whether it keeps up is not known. */
bool doubt_taken_out(const struct evidence *evidence, struct text *sentence);

/* Much was recorded since it last grew, though what adds to it may not have been called. */
bool doubt_stands_still(const struct evidence *evidence, struct text *sentence);

/* It remembers results, and no recorder saw when the last new one came: whether its keys come to an end is not known. */
bool doubt_remembers(const struct evidence *evidence, struct text *sentence);

/* An lru_cache without a bound that nearly always has what it is asked for: whether its keys come to an end is not known. */
bool doubt_asked_again(const struct evidence *evidence, struct text *sentence);

#endif
