/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines of source files, as far as they can be read where the analysis runs. */
#ifndef WHOHOLDS_LIB_SOURCE_H
#define WHOHOLDS_LIB_SOURCE_H

#include "base/text.h"

/* Appends line number `line` (from 1) without white space at its ends; nothing if there is no such line or file. Regular files of
 * up to 16 MiB only. */
void source_add_line(struct span file, uint32_t line, struct text *text);

#endif
