/* SPDX-License-Identifier: MIT */
/* Snapshots that `whoholds dump` asks for, see whoholds/dumper_mailbox.h. */
#ifndef WHOHOLDS_DUMPER_SRC_MAILBOX_H
#define WHOHOLDS_DUMPER_SRC_MAILBOX_H

#include <stdbool.h>
#include <sys/types.h>

#include <whoholds/dumper_mailbox.h>

/* From now on `process` answers by the signal, or 0: nobody does. */
void mailbox_announce(pid_t process, int signal_number);

/* NULL unless something is asked in the process' own mailbox; it is taken then, and has to be answered. */
struct whoholds_mailbox *mailbox_take(void);

/* Makes the snapshot that a mailbox which was taken asks for, and says there what came of it. To be called without the GIL. signal_number: dump_request. */
void mailbox_answer(struct whoholds_mailbox *mailbox, int signal_number);

#endif
