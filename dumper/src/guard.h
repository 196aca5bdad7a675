/* SPDX-License-Identifier: MIT */
/*
 * A way back from a crash, and from code that does not end: for a forked child alone, where an object that cannot be read costs that
 * object and not the dump.
 *
 * Use: `guard_install(&guard)`, then `sigsetjmp(guard.way_back, 0)` in the function that stays active while objects are read; a
 * SIGSEGV or SIGBUS after that, or no work for too long, makes it return once more. Signal handlers and alternate stack are the process's: never in the
 * parent.
 */
#ifndef WHOHOLDS_DUMPER_GUARD_H
#define WHOHOLDS_DUMPER_GUARD_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct guard {
    sigjmp_buf way_back;
    void *stack;
    size_t stack_bytes;
    volatile bool armed;
    volatile uint64_t work;      /* counts what was done: if that stands still for some seconds of processor time, it goes back, too */
    uint64_t work_at_last_tick;
    unsigned idle_ticks;
};

/* False if there is no memory for the alternate stack or the kernel refuses; the walk then goes on without. */
bool guard_install(struct guard *guard);
void guard_remove(struct guard *guard);

#endif
