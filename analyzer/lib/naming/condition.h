/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Conditions on objects, as --where takes them:
 *
 *     condition = test { "and" test }
 *     test      = [ "not" ] ( state | measure comparison value | "under" expression )
 *     state     = "live" | "garbage" | "native" | "immortal" | path
 *     measure   = ( "size" | "retained" | "objects" | "len" | "refcount" | "type" | "value" ) [ "(" path ")" ] | path
 *     path      = "." name { "." name }
 *     comparison = "=" | "==" | "!=" | "<" | "<=" | ">" | ">=" | "~" | "!~"
 *
 * A path leads to an attribute of the object; alone it is its value, or asks whether it is there. What lacks it fulfils no test of it. ~ is a pattern with
 * * and ?. Numbers may end in K, M or G. `under` is what those objects alone keep alive; its expression is the longest beginning of
 * what follows that names something and ends there or before an `and`.
 */
#ifndef WHOHOLDS_LIB_CONDITION_H
#define WHOHOLDS_LIB_CONDITION_H

#include "heap/lookup.h"
#include "heap/model.h"

struct condition_test;

struct condition {
    const struct model *model;
    struct condition_test *tests;
    uint32_t count, capacity;
};

enum wh_status condition_init(const struct model *model, struct condition *ret) WH_MUST_USE;
void condition_deinit(struct condition *condition);

/* Adds what has to be fulfilled, too. WH_ERR_USAGE if it cannot be read. */
enum wh_status condition_add(struct condition *condition, const struct lookup *lookup, const char *text, struct wh_error *error) WH_MUST_USE;

/* Keeps those of the nodes, which ascend, that fulfil all. Reports to the model's progress, and can be cancelled. */
enum wh_status condition_filter(struct condition *condition, uint32_t *nodes, uint32_t *count, struct wh_error *error) WH_MUST_USE;

#endif
