/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A long analysis tells how far it is and can be stopped.
 *
 * The progress line stands on stderr, only if that is a terminal, starts after a second and changes ten times a second: what is under way,
 * how much of it is done, and how many steps (objects, as a rule) a second. SIGINT, SIGTERM
 * and SIGHUP end the analysis at its next step, so that nothing half-made is left behind; a second one ends the program at once.
 */
#ifndef WHOHOLDS_CLI_PROGRESS_H
#define WHOHOLDS_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
    uint64_t started_ns, shown_ns;
    const char *phase;          /* the one that is under way, since: */
    uint64_t phase_ns, phase_done;
    bool terminal, shown;
};

void progress_init(struct progress *ret);

/* A wh_progress; the context is the struct progress. */
bool progress_step(void *context, const char *phase, uint64_t done, uint64_t total);

/* Takes the line away again. */
void progress_clear(struct progress *progress);

/* Signals that end the program are remembered from now on. */
void interrupt_catch(void);
bool interrupted(void);

/* If a signal came: dies of it, as whoever sent it expects. */
void interrupt_obey(void);

#endif
