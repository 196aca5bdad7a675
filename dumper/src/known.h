/* SPDX-License-Identifier: MIT */
/*
 * Types whose fields neither PyMemberDef nor tp_traverse shows well: their family, and names for their fields.
 *
 * A table of data: adding a type means adding a row.
 */
#ifndef WHOHOLDS_DUMPER_KNOWN_H
#define WHOHOLDS_DUMPER_KNOWN_H

#include "types.h"

struct known_member {
    const char *name;
    struct member member;
};

struct known_type {
    PyTypeObject *type;  /* or NULL, and then */
    const char *name;    /* its tp_name, */
    size_t basicsize;    /* and the least size for which the layout can be right */
    enum family family;
    const struct known_member *members;
    size_t member_count;
};

/* The row of a type that is not made by a class statement; NULL for most. */
const struct known_type *known_type_find(const PyTypeObject *type);

#endif
