/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A small heap that has one of everything that the stages look at, in no sensible order: for tests that want to reach all code. */
#ifndef WHOHOLDS_TESTS_SAMPLE_HEAP_H
#define WHOHOLDS_TESTS_SAMPLE_HEAP_H

#include "heap_builder.h"

struct heap_builder *sample_heap(void);

#endif
