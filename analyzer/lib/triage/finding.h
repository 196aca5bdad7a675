/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a rule finds: how many objects, how many bytes are at stake, and the worst of them. A rule notes each object, or each group of alike
 * ones; those that are shown get their names afterwards.
 */
#ifndef WHOHOLDS_LIB_FINDING_H
#define WHOHOLDS_LIB_FINDING_H

#include "triage/kinds.h"

/* An object, or a group that it stands for. */
struct candidate {
    uint32_t node;
    uint32_t group;               /* what the rule means by it */
    uint64_t count, bytes;        /* objects; bytes at stake */
    uint64_t largest;             /* of a group: the bytes of the object that stands for it; 0: it is one object */
    uint64_t a, b;                /* for the detail */
};

struct finder {
    const struct model *model;
    const struct kinds *kinds;
    struct wh_error *error;
    struct arena *arena;
    struct candidate *candidates;
    uint32_t candidate_count, candidate_capacity;
    uint64_t count, bytes;        /* of all */
    bool known;                   /* false: the snapshot does not tell */
    bool always;                  /* it applies even if nothing is at stake yet */
    bool shows_all;               /* small ones, too */
    const char *sentence;         /* what it means; completes the count */
    void (*write_name)(const struct finder *finder, const struct candidate *candidate, struct text *text);   /* NULL: its path */
    void (*write_detail)(const struct finder *finder, const struct candidate *candidate, struct text *text); /* NULL: none */
};

/* Adds to the candidates alone: count and bytes are the rule's. */
enum wh_status finder_note(struct finder *finder, struct candidate candidate) WH_MUST_USE;

/* The same for rules whose candidates are put together by `group`: so there are never many more of them than groups. */
enum wh_status finder_note_member(struct finder *finder, struct candidate candidate) WH_MUST_USE;

/* The two, adding to count and to bytes as well. */
enum wh_status finder_add(struct finder *finder, struct candidate candidate) WH_MUST_USE;
enum wh_status finder_add_member(struct finder *finder, struct candidate candidate) WH_MUST_USE;

/* Notes each node that no other one of the list dominates, with its retained size, and adds all of them up. */
enum wh_status finder_add_tops(struct finder *finder, struct node_run nodes) WH_MUST_USE;

/* Adds each node with what it retains and no other one of the list dominates, by group. */
enum wh_status finder_add_groups(struct finder *finder, struct node_run nodes, uint32_t (*group_of)(const struct finder *finder, uint32_t node)) WH_MUST_USE;

/*
 * Puts the candidates of one `group` together: sums, `a` and `b` of the largest, which stands for all of them. In the order in which
 * the groups were first met.
 */
enum wh_status finder_merge_groups(struct finder *finder) WH_MUST_USE;

/* The candidates, most bytes first, `limit` at most, with names. */
enum wh_status finder_output(struct finder *finder, size_t limit, struct wh_finding *ret) WH_MUST_USE;

void finder_deinit(struct finder *finder);

/* The name of a candidate whose `group` is a type. */
void finding_write_type(const struct finder *finder, const struct candidate *candidate, struct text *text);

/* `1 object`, `12 objects`. */
void finding_write_count(struct text *text, uint64_t count, const char *one, const char *many);

#endif
