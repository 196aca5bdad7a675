/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which objects a question names: by address, type, class, module or expression, and by conditions. */
#ifndef WHOHOLDS_LIB_QUERY_H
#define WHOHOLDS_LIB_QUERY_H

#include "heap/lookup.h"
#include "heap/model.h"

struct node_list { uint32_t *nodes; uint32_t count; uint64_t matching; /* before the limit */ };

/* A limit: all objects, in any order, which saves sorting millions. */
#define QUERY_ALL SIZE_MAX

/* The objects, largest retained size first, `limit` at most. WH_ERR_INPUT if there is none, WH_ERR_USAGE if the query is malformed. */
enum wh_status query_find(const struct model *model, const struct lookup *lookup, const struct wh_query *query, size_t limit,
                          struct wh_error *error, struct node_list *ret) WH_MUST_USE;

/* Does it name anything? */
bool query_is_given(const struct wh_query *query);
/* WH_ERR_INPUT, with the object within which the address lies. Looks at all objects. */
enum wh_status query_no_object_at(const struct model *model, uint64_t address, struct wh_error *error);

void node_list_deinit(struct node_list *list);

#endif
