/* SPDX-License-Identifier: MIT */
/* The state of the cyclic garbage collector: table `collector` (FORMAT.md 2.14). */
#ifndef WHOHOLDS_DUMPER_COLLECTOR_H
#define WHOHOLDS_DUMPER_COLLECTOR_H

#include "walk_state.h"

void collector_write(struct walk *walk);

#endif
