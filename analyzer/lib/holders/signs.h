/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What speaks for a leak and what against it. Each sign is a row of a table: a name for machines, a test, a sentence. A suspect is
 * called a leak if something speaks for it and nothing against it.
 */
#ifndef WHOHOLDS_LIB_SIGNS_H
#define WHOHOLDS_LIB_SIGNS_H

#include "holders/accumulation.h"
#include "holders/filling.h"
#include "naming/naming.h"
#include "holders/store_sites.h"

struct evidence {
    const struct model *model;
    const struct accumulation *point;
    const struct naming_path *path;
    const struct store_site_list *sites;
    uint32_t alike;         /* how many of the immediately dominated objects are of the commonest type */
    uint32_t alike_type;    /* that type's number, TYPE_NONE if there is none */
    bool alike_buffers;     /* most of their bytes are their own, not those of objects that they hold */
    struct filling filling;
    uint64_t made_bytes;    /* recorded: what the code that allocated the contents ever allocated in that way … */
    uint64_t left_bytes;    /* … and how much of that is in the holder now */
    uint64_t young_bytes;   /* … of which so much came after it last made room for more */
    int most_left;          /* … per cent, where most is left; -1 if too little was recorded */
    bool opaque;            /* an extension's object: what adds to it cannot be seen in its code */
};

struct sign {
    const char *name;
    bool leak;
    /* Does it apply? Then its sentence is in `sentence`. */
    bool (*test)(const struct evidence *evidence, struct text *sentence);
};

extern const struct sign signs[];
extern const unsigned sign_count;

/* Does a site add to the holder, rather than create it? */
bool signs_site_adds(const struct store_site *site);

#endif
