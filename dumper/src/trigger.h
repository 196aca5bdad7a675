/* SPDX-License-Identifier: MIT */
/*
 * The signal that asks for a snapshot, and the thread that answers it.
 *
 *     signal ─> handler: sem_post ─> thread "whoholds": dump_run, which takes the GIL
 *
 * Neither waits for the main thread, so a program that sleeps, joins a thread or is in native code without the GIL is dumped at
 * once. A semaphore, not a pipe or an eventfd: programs that become daemons close descriptors that they do not know, and their next
 * file would get the number. The thread blocks all signals and has a thread state of Python only during a dump.
 *
 * Signals that arrive during a dump ask together for one more. A handler that was there before is called too.
 * All functions are called with the GIL held; those that wait give it back meanwhile.
 */
#ifndef WHOHOLDS_DUMPER_TRIGGER_H
#define WHOHOLDS_DUMPER_TRIGGER_H

#include <stdbool.h>

#include <whoholds/formats/error.h>

#include "automatic.h"

/* Replaces an earlier trigger. WH_ERR_RESOURCE if the kernel refuses; then there is none. */
enum wh_status trigger_install(int signal_number, const struct automatic_settings *automatic, struct wh_error *error) WH_MUST_USE;

/* Waits for a running dump, gives back the signal unless the program has taken it meanwhile. Without a trigger: nothing. */
void trigger_uninstall(void);

/* The signal, or 0 without a trigger. *handled is false if the program has put its own handler in place of ours. */
int trigger_signal(bool *handled);

/* The signal if our handler is in place, else 0. For the thread that answers it. */
int trigger_handled_signal(void);

/*
 * Around os.fork(). The thread is not there during the fork, unless it is busy with a dump: a process with one thread forks
 * as such (from 3.12, os.fork warns if there are more). The child gets a thread of its own.
 */
void trigger_before_fork(void);
void trigger_after_fork_in_parent(void);
void trigger_after_fork_in_child(void);

/*
 * At the end of the interpreter: waits for a running dump, at most some seconds (its child finishes the file by itself), and
 * leaves a handler that does nothing, as the signal may still come and its default is to kill.
 */
void trigger_at_exit(void);

#endif
