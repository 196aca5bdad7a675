/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Code that must not recurse over its input: run with the least stack that it may have. */
#ifndef WHOHOLDS_TESTS_LITTLE_STACK_H
#define WHOHOLDS_TESTS_LITTLE_STACK_H

#include <stdbool.h>

/* What `check` says, in a thread with 64 KiB of stack; false if there is no such thread. */
bool with_little_stack(bool (*check)(void));

#endif
