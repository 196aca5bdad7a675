/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an lru_cache without a bound was asked for, as its keys tell. */
#ifndef WHOHOLDS_LIB_MEMO_KEYS_H
#define WHOHOLDS_LIB_MEMO_KEYS_H

#include "heap/model.h"

/*
 * Is there among its oldest keys an object that equals itself alone, and that the cache alone keeps? Nobody can ask for that again: a method's
 * `self`, say. However often it was asked for before, the cache grows with each new one.
 */
bool memo_keys_outlive_their_use(const struct model *model, uint32_t memo);

#endif
