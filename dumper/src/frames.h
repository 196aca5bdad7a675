/* SPDX-License-Identifier: MIT */
/* Threads and their frames: tables `threads` and `frames`, and the pseudo objects of interpreter frames (FORMAT.md 2.9). */
#ifndef WHOHOLDS_DUMPER_FRAMES_H
#define WHOHOLDS_DUMPER_FRAMES_H

#include "walk_state.h"

/* Row of a thread in `threads` + 1; 0 for the thread that is left out. */
uint64_t frames_thread_row(const struct walk *walk, const PyThreadState *tstate);

/* Writes walk->thread with its frames. */
void frames_write_thread(struct walk *walk);

#endif
