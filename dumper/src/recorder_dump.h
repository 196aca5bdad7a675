/* SPDX-License-Identifier: MIT */
/* What the recorder knows, as tables (FORMAT.md 2.12). Lines are for the analyzer to find: here are code objects and offsets. */
#ifndef WHOHOLDS_DUMPER_RECORDER_DUMP_H
#define WHOHOLDS_DUMPER_RECORDER_DUMP_H

#include "walk_state.h"

/* Writes the next code object of a recorded stack (walk->recorded_code), unless it was met already; false after the last one. */
bool recorder_dump_next_code(struct walk *walk);

/* Writes the tables; without a recorder there is nothing to write. Reads no object, so nothing can crash. */
void recorder_dump_tables(struct walk *walk);

#endif
