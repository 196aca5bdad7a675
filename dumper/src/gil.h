/* SPDX-License-Identifier: MIT */
/*
 * The GIL, for a thread that must not wait for it for ever.
 *
 * Native code may hold the GIL for minutes: a regular expression that backtracks, a sort, a library that hangs. Many busy
 * threads may starve one that comes late, too. CPython has no way to wait for the GIL with an end. So a thread made for the purpose waits for
 * it, and if that takes too long, what is to be done is done within the handler of a signal to the thread that has the GIL.
 *
 * For one thread at a time, and one that has no thread state of Python.
 */
#ifndef WHOHOLDS_DUMPER_GIL_H
#define WHOHOLDS_DUMPER_GIL_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include <whoholds/formats/error.h>

struct gil_job {
    void (*run)(void *context);              /* with the GIL */
    bool (*run_interrupted)(void *context);  /* in the handler; false: not at this moment, and nothing was done */
    void *context;
    uint64_t patience_ns;                    /* until a thread is interrupted; 0: wait for the GIL however long it takes */
    int signal_number;                       /* by which */
};

/*
 * Does the job one way or the other. While the GIL is not to be had, its holder is asked again and again; after GIL_PATIENCES times the
 * patience without success: WH_ERR_TARGET, and the job will not be done. Where an earlier job had to be given up and its thread waits
 * still, nobody waits again before the holder is interrupted.
 */
enum { GIL_PATIENCES = 6 };
enum wh_status gil_do(const struct gil_job *job, struct wh_error *error) WH_MUST_USE;

/* For the handler of that signal: true if it was such a signal, and all is done. Async-signal-safe if run_interrupted is. */
bool gil_handle_signal(const siginfo_t *info);

/* Cleans up after a thread that was given up and has come to its end; `ended` is called, by any thread, when there is something to do. */
void gil_set_listener(void (*ended)(void));
void gil_clean_up(void);

/* In a forked child: forgets the parent's thread. */
void gil_after_fork_in_child(void);

#endif
