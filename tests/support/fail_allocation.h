/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes the n-th allocation fail. Unit tests are linked with --wrap=malloc,--wrap=calloc,--wrap=realloc; these wrappers count.
 *
 *     for (uint64_t n = 1;; ++n) {
 *         fail_allocation_arm(n);
 *         status = thing_init(…);
 *         if (!fail_allocation_disarm())
 *             break;                                   the n-th allocation was never asked for: all have been tried
 *         assert_int_equal(status, WH_ERR_RESOURCE);
 *     }
 */
#ifndef WHOHOLDS_TESTS_FAIL_ALLOCATION_H
#define WHOHOLDS_TESTS_FAIL_ALLOCATION_H

#include <stdbool.h>
#include <stdint.h>

/* From now on the nth call (1 is the next) of malloc, calloc or realloc returns NULL, once. A realloc that only gives memory back does not count. */
void fail_allocation_arm(uint64_t nth);

/* Back to normal. Returns whether the failure happened. */
bool fail_allocation_disarm(void);

/* Bytes asked for since the program began, whether they were freed or not: an upper bound of what was in use between two calls. */
uint64_t fail_allocation_bytes_asked(void);

#endif
