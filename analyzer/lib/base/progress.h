/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Progress of a long computation, and a way to stop it. The library calls back and never prints.
 *
 * Every function that takes a `const struct progress *` also takes NULL: no reports, no cancelling. A cancelled computation
 * frees what it had and returns WH_ERR_RESOURCE with a message that starts with "cancelled".
 */
#ifndef WHOHOLDS_ANALYZER_PROGRESS_H
#define WHOHOLDS_ANALYZER_PROGRESS_H

#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <whoholds/formats/error.h>

struct progress {
    /* done of total steps (nodes, as a rule) of the phase; called at each phase's start and about every million steps.
     * Returns false to cancel. `phase` is a string literal that completes "computing …". */
    bool (*report)(void *context, const char *phase, uint64_t done, uint64_t total);
    void *context;
};

/* How many steps may pass between two reports: some milliseconds. A power of two. */
enum { PROGRESS_INTERVAL = 1 << 20 };

WH_MUST_USE static inline enum wh_status progress_report(const struct progress *progress, const char *phase, uint64_t done,
                                                         uint64_t total, struct wh_error *error)
{
    if (!progress || progress->report(progress->context, phase, done, total))
        return WH_OK;
    return wh_error_set(error, WH_ERR_RESOURCE, "cancelled while computing %s, after %" PRIu64 " of %" PRIu64 " steps", phase, done,
                        total);
}

/* For loops over nodes: progress_report() at every PROGRESS_INTERVAL-th step, and nothing at all others. */
WH_MUST_USE static inline enum wh_status progress_tick(const struct progress *progress, const char *phase, uint64_t done,
                                                       uint64_t total, struct wh_error *error)
{
    if (__builtin_expect(done % PROGRESS_INTERVAL != 0, 1))
        return WH_OK;
    return progress_report(progress, phase, done, total, error);
}

#endif
