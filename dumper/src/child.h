/* SPDX-License-Identifier: MIT */
/*
 * A child process that writes the picture while the program goes on.
 *
 * It is made by a raw clone: no atfork handler runs, no signal announces its end, and a plain waitpid(-1) of the program does not see
 * it. It shares nothing with the program but pages mapped MAP_SHARED: its descriptors are closed at once, so that no peer of
 * the program waits for it, and it is the first to go when memory runs out. It may only use memory from mmap and plain system calls:
 * locks of malloc, stdio or Python may have been held by threads that do not exist in it.
 *
 * It is not killed when the program ends: a snapshot of a process that died is worth having, so the child finishes its file.
 * What a child that hangs is killed by is its own alarm.
 */
#ifndef WHOHOLDS_DUMPER_CHILD_H
#define WHOHOLDS_DUMPER_CHILD_H

#include <sys/types.h>

#include <whoholds/formats/error.h>

/*
 * Runs run(context) in a child, which exits when run returns. To be called with the GIL held, so that the child finds every object
 * in order; returns in the parent as soon as the child exists. WH_ERR_RESOURCE if the kernel refuses; *ret is untouched then.
 */
enum wh_status child_start(void (*run)(void *), void *context, pid_t *ret, struct wh_error *error) WH_MUST_USE;

/* For the child: it is killed unless this is called again within CHILD_PATIENCE_SECONDS. */
enum { CHILD_PATIENCE_SECONDS = 120 };
void child_made_progress(void);

/* Waits for the child to end, without the GIL. WH_ERR_TARGET, with what killed it, unless it returned from run. */
enum wh_status child_wait(pid_t child, struct wh_error *error) WH_MUST_USE;

#endif
