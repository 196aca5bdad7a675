/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rules as data. Each has a function that looks for its objects, a sentence that says what they mean, and the arguments of a command that
 * shows the rest.
 */
#ifndef WHOHOLDS_LIB_RULES_H
#define WHOHOLDS_LIB_RULES_H

#include "triage/finding.h"

struct triage_rule {
    const char *id, *title;
    const char *one, *many;       /* the sentence, after "1 " and after "12 " */
    uint64_t least;               /* bytes from which on it speaks; 0: as soon as it finds anything */
    bool waste;                   /* part of the view of waste */
    const char *query;            /* arguments of whoholds, SNAPSHOT for the file */
    enum wh_status (*find)(struct finder *finder);
};

extern const struct triage_rule triage_rules[];
extern const unsigned triage_rule_count;

/* rules_holders.c */
enum wh_status find_tracebacks(struct finder *finder) WH_MUST_USE;
enum wh_status find_method_caches(struct finder *finder) WH_MUST_USE;
enum wh_status find_closures(struct finder *finder) WH_MUST_USE;
enum wh_status find_generators(struct finder *finder) WH_MUST_USE;
enum wh_status find_finished_tasks(struct finder *finder) WH_MUST_USE;
/* rules_threads.c */
enum wh_status find_thread_locals(struct finder *finder) WH_MUST_USE;
/* rules_views.c */
enum wh_status find_views(struct finder *finder) WH_MUST_USE;
/* rules_strings.c */
enum wh_status find_duplicates(struct finder *finder) WH_MUST_USE;
enum wh_status find_interned(struct finder *finder) WH_MUST_USE;
/* rules_containers.c */
enum wh_status find_spare_room(struct finder *finder) WH_MUST_USE;
enum wh_status find_empty_containers(struct finder *finder) WH_MUST_USE;
/* rules_dicts.c */
enum wh_status find_instance_dicts(struct finder *finder) WH_MUST_USE;
enum wh_status find_record_dicts(struct finder *finder) WH_MUST_USE;
/* rules_modules.c */
enum wh_status find_twin_modules(struct finder *finder) WH_MUST_USE;
/* rules_collector.c */
enum wh_status find_collector_off(struct finder *finder) WH_MUST_USE;
enum wh_status find_collector_late(struct finder *finder) WH_MUST_USE;
enum wh_status find_frozen(struct finder *finder) WH_MUST_USE;
enum wh_status find_garbage_list(struct finder *finder) WH_MUST_USE;
enum wh_status find_cycles(struct finder *finder) WH_MUST_USE;
enum wh_status find_finalizers(struct finder *finder) WH_MUST_USE;
enum wh_status find_resurrected(struct finder *finder) WH_MUST_USE;
enum wh_status find_native(struct finder *finder) WH_MUST_USE;

#endif
