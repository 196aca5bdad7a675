/* SPDX-License-Identifier: MIT */
/*
 * Snapshots that nobody asks for at the moment: when resident memory grows, every so often, at exit, on a MemoryError.
 *
 * The thread that waits for the signal also waits for these; if none is wanted that depends on time or memory, it is never woken up.
 * The number of such snapshots in a process is bounded, those that fail included: a disk does not fill while nobody looks.
 */
#ifndef WHOHOLDS_DUMPER_AUTOMATIC_H
#define WHOHOLDS_DUMPER_AUTOMATIC_H

#include <stdbool.h>
#include <stdint.h>

struct automatic_settings {
    uint64_t rss_bytes;     /* a snapshot when this much is resident, and after each further quarter of it; 0: none */
    uint64_t every_seconds; /* 0: none */
    bool at_exit, on_memory_error;
    uint32_t most;          /* snapshots in one process */
};

/* To be called while no thread waits. NULL: none of them any more. */
void automatic_configure(const struct automatic_settings *settings);

/* What is due now, "rss" or "interval", or NULL. Says a thing once. For the thread that waits. */
const char *automatic_due(void);

/* How long until it has to be asked again, in nanoseconds; 0: it need not. */
uint64_t automatic_wait(void);

/*
 * Makes the snapshot, unless there were enough; what goes wrong is said. `trigger` is "rss", "interval", "exit" or "memory-error". To be
 * called without the GIL. signal_number: dump_request.
 */
void automatic_snapshot(const char *trigger, int signal_number);

/* Whether the settings ask for it. */
bool automatic_wants(const char *trigger);

/* A forked process counts for itself, and starts with what its parent has in memory. */
void automatic_after_fork_in_child(void);

#endif
