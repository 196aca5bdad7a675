/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The search for store sites: from the code objects that use one of the holder's names along calls and returns, until nothing new is
 * learnt. store_sites.c asks for it and ranks what it finds.
 */
#ifndef WHOHOLDS_LIB_STORE_SEARCH_H
#define WHOHOLDS_LIB_STORE_SEARCH_H

#include "holders/store_sites.h"

/* How much a site explains; best first. */
enum site_level {
    LEVEL_STORES,      /* puts something into the holder */
    LEVEL_FILLS,       /* puts something into what the holder contains */
    LEVEL_INSIDE,      /* puts something into a container that the holder, or what it contains, has in an attribute */
    LEVEL_MAKES,       /* puts an empty container into the holder, or binds the holder ready made */
    LEVEL_CREATES,     /* binds the holder, empty */
};

struct found_site {
    uint32_t row, offset, line;
    enum execution executed;
    enum store_how how;
    enum store_match match;
    enum site_level level;
    bool in_loop, maker;
    bool climbed;   /* a call by which the application gets to a site in a library */
    uint8_t distance;   /* … references from the object before the dot to the holder; 0: of no object */
    bool on_new, on_self, of_element, handed_out; /* see store_site */
    unsigned places;                      /* likewise */
    uint32_t key;                         /* expression of its code's flow: the key that is stored or taken out, EXPR_UNKNOWN if there is none */
    uint32_t field;                       /* the holder's attribute to whose object it goes, NAME_NONE if it goes to the holder or deeper */
    uint32_t caller_row, caller_offset;   /* CODE_NONE: none */
};

struct found_sites {
    struct found_site *sites;
    uint32_t count, capacity;
    struct found_site *removals;   /* where things are taken out of the holder again; level and caller are not used */
    uint32_t removal_count, removal_capacity;
    bool incomplete;
};

enum wh_status store_search(struct code_index *index, const struct holder *holder, struct wh_error *error,
                            struct found_sites *ret) WH_MUST_USE;

#endif
