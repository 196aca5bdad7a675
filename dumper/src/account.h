/* SPDX-License-Identifier: MIT */
/* The process' memory as the kernel and the allocators tell it: table `account`. Plain open(2) and read(2) of /proc, no allocation. */
#ifndef WHOHOLDS_DUMPER_ACCOUNT_H
#define WHOHOLDS_DUMPER_ACCOUNT_H

#include "walk_state.h"

/*
 * At the start, before the walk itself takes memory: what the process has. Also finds where the interpreter's static objects are:
 * walk->statics_begin and walk->statics_end, both 0 if that cannot be found.
 */
void account_begin(struct walk *walk);

/* At the end. */
void account_write(struct walk *walk);

/* The kernel's name of a thread of the process, without its newline; returns its length, 0 if it cannot be read. */
size_t account_thread_name(pid_t process, unsigned long native_thread, char *ret, size_t capacity);

#endif
