/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines of source files, as far as they can be read where the analysis runs. */
#ifndef WHOHOLDS_LIB_SOURCE_H
#define WHOHOLDS_LIB_SOURCE_H

#include "base/text.h"

/* Appends line number `line` (from 1) without white space at its ends; nothing if there is no such line or file. Regular files of
 * up to 16 MiB only. */
void source_add_line(struct span file, uint32_t line, struct text *text);

/* Appends the whole file; false if it cannot be read. */
bool source_read(struct span file, struct text *ret);

/* A function's code object begins with its first decorator; the line of its `def`. `line` itself if the file does not tell. Running out of
 * memory shows in `text`. */
uint32_t source_def_line(struct span file, uint32_t line, struct text *text);

#endif
