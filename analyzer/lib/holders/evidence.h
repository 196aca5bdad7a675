/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the signs of a leak look at, and the questions that several of them ask. */
#ifndef WHOHOLDS_LIB_EVIDENCE_H
#define WHOHOLDS_LIB_EVIDENCE_H

#include "holders/accumulation.h"
#include "holders/filling.h"
#include "holders/store_sites.h"
#include "naming/naming.h"

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

/* So much has to be allocated, or there are too few samples to tell how much of it is left. */
enum { RECORDED_BYTES_MIN = 4 * 1024 * 1024 };

/* Does the site make the holder, or what it contains, grow? */
bool evidence_grows_at(const struct evidence *evidence, const struct store_site *site);

/* The first site of a function, not of a module's top level, that does; NULL. */
const struct store_site *evidence_growing_site(const struct evidence *evidence);

/*
 * It has items, and of the code that is there still all that is known of it is that it makes the holder empty: then what fills it is not there any
 * more, or was not found.
 */
bool evidence_is_begun_only(const struct evidence *evidence);

/* A function of the program added to it, and no module was being imported. */
bool evidence_was_seen_growing(const struct evidence *evidence);

/* By the recorder: is nearly all left of what was put in, is much of it gone? The first one also by its keys. */
bool evidence_keeps_all(const struct evidence *evidence);
bool evidence_much_is_left(const struct evidence *evidence);
bool evidence_much_is_gone(const struct evidence *evidence);

/* Does the standard library register things there? The sentence is empty still, and again afterwards. */
bool evidence_is_full_registry(const struct evidence *evidence, struct text *sentence);

/* Many objects of one type, which says little alone: only where it is not known how the holder is filled. Then the sentence says so. */
bool evidence_holds_many_alike(const struct evidence *evidence, struct text *sentence);

/* Of a memo's dict the function that it remembers for; else the holder itself. */
uint32_t evidence_memo_or_holder(const struct evidence *evidence);

#endif
