/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A snapshot of a process whose memory may not be looked into, but which was started by `whoholds run` and may be sent signals: the
 * environment that it was started with tells the signal, and what the new file will be called.
 */
#ifndef WHOHOLDS_CLI_UNSEEN_H
#define WHOHOLDS_CLI_UNSEEN_H

#include <stdbool.h>
#include <stdint.h>

#include <whoholds/formats/error.h>

#include "process.h"

struct unseen {
    int signal_number;
    char *names; /* a pattern of glob(3) that the files of this process have */
};

/* False if the process was not started so, has no handler for the signal, or its files cannot be told from those of others. */
bool unseen_init(struct unseen *unseen, const struct process *process);
void unseen_deinit(struct unseen *unseen);

/* Sends the signal and returns the path of the snapshot, to be freed. Until `deadline_ns` on the monotonic clock, or *interrupted. */
enum wh_status unseen_dump(const struct unseen *unseen, const struct process *process, uint64_t deadline_ns, const volatile bool *interrupted,
                           char **ret, struct wh_error *error) WH_MUST_USE;

#endif
