/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What tells the same holder in another process: kinds, names and types along its path, without keys, indexes and addresses. */
#ifndef WHOHOLDS_LIB_FINGERPRINT_H
#define WHOHOLDS_LIB_FINGERPRINT_H

#include "naming/naming.h"

enum { FINGERPRINT_BYTES = 17 };   /* 16 hexadecimal digits and a NUL */

void fingerprint_write(const struct model *model, const struct naming_path *path, char ret[FINGERPRINT_BYTES]);

#endif
