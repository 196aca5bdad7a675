/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What speaks for a leak, what against it, and what one snapshot cannot settle. Each sign is a row of a table: a name for machines, a weight, a
 * test, a sentence.
 */
#ifndef WHOHOLDS_LIB_SIGNS_H
#define WHOHOLDS_LIB_SIGNS_H

#include <whoholds/analyzer.h>

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
    enum wh_weight weight;
    /* Does it apply? Then its sentence is in `sentence`. */
    bool (*test)(const struct evidence *evidence, struct text *sentence);
};

extern const struct sign signs[];
extern const unsigned sign_count;

/* Does a site add to the holder, rather than create it? */
bool signs_site_adds(const struct store_site *site);

/* For the rows that are elsewhere. By the recorder: is nearly all left of what was put in, is much of it gone? The first one also by its keys. */
bool signs_keeps_all(const struct evidence *evidence);
bool signs_much_is_left(const struct evidence *evidence);
bool signs_much_is_gone(const struct evidence *evidence);

/* Does the standard library register things there? The sentence is empty still, and again afterwards. */
bool signs_is_full_registry(const struct evidence *evidence, struct text *sentence);

/* Of a memo's dict the function that it remembers for; else the holder itself. */
uint32_t signs_memo_or_holder(const struct evidence *evidence);

#endif
