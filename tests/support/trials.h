/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How often a randomized test runs. WHOHOLDS_TEST_PERCENT in the environment makes it more or less; sanitizers make it less. */
#ifndef WHOHOLDS_TESTS_TRIALS_H
#define WHOHOLDS_TESTS_TRIALS_H

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#ifdef WHOHOLDS_SANITIZED
enum { TRIALS_DEFAULT_PERCENT = 10 };
#else
enum { TRIALS_DEFAULT_PERCENT = 100 };
#endif

/* The seed of a trial: printed when it fails, and all that it takes to repeat it. */
static inline uint64_t trials_seed(uint64_t test, uint64_t trial)
{
    return test * UINT64_C(1000000007) + trial;
}

/* The number of trials of a test that makes `count` of them normally; printed. */
static inline uint64_t trials_count(const char *what, uint64_t count)
{
    const char *text = getenv("WHOHOLDS_TEST_PERCENT");
    uint64_t percent = text ? strtoull(text, NULL, 10) : TRIALS_DEFAULT_PERCENT;
    uint64_t trials = count * percent / 100;
    trials = trials ? trials : 1;
    printf("[          ] %" PRIu64 " %s\n", trials, what);
    return trials;
}

#endif
