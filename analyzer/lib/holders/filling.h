/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stage "filling": how a holder is filled, beyond the lines that do it. What the recorder saw, and what the code around those lines tells: who
 * calls them, how often, and whether they also see to it that the holder stays small.
 */
#ifndef WHOHOLDS_LIB_FILLING_H
#define WHOHOLDS_LIB_FILLING_H

#include "code/code_index.h"
#include "heap/model.h"
#include "holders/accumulation.h"
#include "holders/growth.h"
#include "holders/store_sites.h"
#include "naming/naming.h"

/* What the recorder saw the majority of growth do. */
enum growth_seen {
    GROWTH_UNSEEN,     /* no recorder, or nothing of this holder */
    GROWTH_ADDS,       /* an operation that adds to what is there: append, a subscript store, += */
    GROWTH_MAKES,      /* a comprehension or a display: made as a whole */
    GROWTH_OTHERWISE,  /* a call of something else */
};

struct filling {
    enum growth_seen seen;
    bool has_growth;                   /* growth is what was seen: of the holder, or, if it is deep, of what it contains */
    bool deep;                         /* few containers in it have nearly all: what adds to them is what counts */
    struct growth growth;
    bool by_application;               /* what the recorder saw: a frame of the application's took part … */
    bool by_import;                    /* … while a module was being imported */
    bool by_module_body;               /* … at the top level of a module */
    bool by_constructor;               /* only the constructor of the object that the holder belongs to adds to it */
    bool made_anew;                    /* the functions that add to it have made it, and have ended; or make one each time round a loop */
    bool once;                         /* it is filled in loops of functions that are called once and are named as ones that load, and is used elsewhere */
    bool served;                       /* the loop that fills it has ended, and later code reads it again and again */
    const struct store_site *under_way; /* at the top level of a module, in a loop that has not ended; NULL */
    unsigned saturated_percent;        /* of the time that what adds to it ran, it has not grown in the last so much; 0: it has, or it is not known */
    unsigned still_percent;            /* … of all that the recorder saw since it began to grow */
    const struct store_site *drain;    /* takes out of it, or makes it anew without some of it, and has run; NULL */
    bool guarded;                      /* a loop fills it in a function that tests whether it has done so already */
    bool import_only;                  /* no code that is there still names what adds to it */
    bool remembers;                    /* a cache of results: what adds to it looks first whether it has it already */
    uint64_t length;                   /* how many items it has; 0 if it has none */
    uint64_t modulus;                  /* it has just as many items, or the square of it, and what adds to it, or calls that, takes something modulo this; 0: it is not so */
    bool grown_by_reading;             /* a defaultdict, and code that is not known to add asks for items by key */
    const struct store_site *room;     /* a removal in what adds, or in what is called by it; NULL */
    uint64_t limit;                    /* what adds compares the number of items with this one; 0: nothing of the kind */
};

/* Is it what adds to the holder, or, if that is where the mass is, to what it contains? Likewise of a removal. */
static inline bool filling_concerns(const struct filling *filling, const struct store_site *site)
{
    return site->of_element == filling->deep;
}

/* Cost: the code objects that use the adding functions' names. `ret` points into `sites`. */
enum wh_status filling_find(const struct model *model, struct code_index *index, const struct accumulation *point,
                            const struct naming_path *path, const struct store_site_list *sites, struct wh_error *error,
                            struct filling *ret) WH_MUST_USE;

#endif
