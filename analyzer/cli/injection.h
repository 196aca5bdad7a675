/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Functions called in another process, on one of its own threads that is stopped for as long as that takes; its other threads go on.
 *
 * The thread is one that can hold no lock of the memory allocator: it runs Python's own code, or waits in the kernel for something that
 * an allocator does not wait for. Until one is found nothing is changed. Afterwards the thread goes on where it was, in the state in which
 * it was; a system call that it waited in is started again by the kernel, as after a signal.
 *
 * Between the calls SIGINT and the like are noticed by `interrupted`; during a call they wait, as it is a matter of milliseconds.
 */
#ifndef WHOHOLDS_CLI_INJECTION_H
#define WHOHOLDS_CLI_INJECTION_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <whoholds/formats/error.h>

#include "process.h"

struct injection {
    const struct process *process;
    const char *python;           /* the file that has Python's code */
    uint64_t deadline_ns;         /* on the monotonic clock: until then a call has returned or is given up */
    uint64_t second_choice_ns;    /* from then on code of other libraries will do as well as Python's */
    const volatile bool *interrupted;
    pid_t thread;                 /* that is stopped, or 0 */
    struct injection_state *state;
};

/* Stops a thread. WH_ERR_TARGET if that is not permitted, or no thread comes by a safe place in time; then nothing is left to end. */
enum wh_status injection_begin(struct injection *injection, struct wh_error *error) WH_MUST_USE;

/* Calls a function of up to two arguments that are numbers or addresses. */
enum wh_status injection_call(struct injection *injection, uint64_t function, uint64_t first, uint64_t second, uint64_t *ret,
                              struct wh_error *error) WH_MUST_USE;

/* Room for a text in the process, valid until the end; 0 if it is too long. */
uint64_t injection_put(struct injection *injection, const char *text);

/* Lets the thread go on. */
void injection_end(struct injection *injection);

#endif
