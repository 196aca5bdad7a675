/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WHOHOLDS_LIB_BYTECODE_H
#define WHOHOLDS_LIB_BYTECODE_H
#include "heap.h"

/* What the inline caches say about an instruction (3.11 and newer); worst first. */
enum execution {
    EXECUTION_NEVER,     /* the caches are as the compiler left them */
    EXECUTION_UNLIKELY,  /* 3.11: not since its function became warm (8 calls or loop rounds) */
    EXECUTION_UNKNOWN,   /* no evidence either way; always so before 3.11 */
    EXECUTION_SEEN,      /* the instruction ran */
};

#endif
