/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A function that does nothing but __builtin_prefetch() has no effect in GCC's eyes: it drops the calls (12 does). An empty assembler
 * statement is an effect, and costs nothing. To be stated in each such function.
 */
#ifndef WHOHOLDS_LIB_BASE_PREFETCH_H
#define WHOHOLDS_LIB_BASE_PREFETCH_H

static inline void prefetch_is_wanted(void)
{
    __asm__ volatile("");
}

#endif
