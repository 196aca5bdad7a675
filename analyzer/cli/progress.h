/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A long analysis tells how far it is and can be stopped.
 *
 * The progress line stands on stderr, only if that is a terminal, starts after a second and changes ten times a second. SIGINT, SIGTERM
 * and SIGHUP end the analysis at its next step, so that nothing half-made is left behind; a second one ends the program at once.
 */
#ifndef WHOHOLDS_CLI_PROGRESS_H
#define WHOHOLDS_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
    uint64_t started_ns, shown_ns;
    bool terminal, shown;
};

void progress_init(struct progress *ret);

/* A wh_progress; the context is the struct progress. */
bool progress_step(void *context, const char *phase, double fraction);

/* Takes the line away again. */
void progress_clear(struct progress *progress);

/* Signals that end the program are remembered from now on. */
void interrupt_catch(void);
bool interrupted(void);

/* If a signal came: dies of it, as whoever sent it expects. */
void interrupt_obey(void);

#endif
