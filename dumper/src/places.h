/* SPDX-License-Identifier: MIT */
/* Where code stands that does not run: table `places` (FORMAT.md 2.9). */
#ifndef WHOHOLDS_DUMPER_PLACES_H
#define WHOHOLDS_DUMPER_PLACES_H

#include "types.h"

/* The instruction at which a generator is suspended, a frame was left, or a traceback's exception passed. False for anything else. */
bool places_find(const struct type_info *info, PyObject *object, uint64_t *instruction);

#endif
