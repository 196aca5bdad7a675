/* SPDX-License-Identifier: MIT */
/* What holds objects from outside the heap: table `roots`, and the objects that only roots lead to. */
#ifndef WHOHOLDS_DUMPER_ROOTS_H
#define WHOHOLDS_DUMPER_ROOTS_H

#include "walk_state.h"

void roots_write(struct walk *walk);

#endif
