/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From an instruction's offset to its source line.
 *
 * Three encodings: co_lnotab (3.8, 3.9), co_linetable of PEP 626 (3.10), the location table (3.11 and newer). They are read
 * from the target's memory: a table that is cut off or nonsensical gives a wrong line or none, never a read outside of it.
 */
#ifndef WHOHOLDS_LIB_LINE_TABLE_H
#define WHOHOLDS_LIB_LINE_TABLE_H

#include <stdint.h>

#include <whoholds/formats/reader.h>

enum line_format { LINES_LNOTAB, LINES_RANGES, LINES_LOCATIONS };

/* The encoding that an interpreter of this sys.hexversion uses. */
enum line_format line_format_of(uint64_t hexversion);

/* The line of the instruction at byte `offset` of the bytecode, 0 if the table gives it none. Linear in the table. */
uint32_t line_table_find(enum line_format format, struct span table, uint32_t firstlineno, uint32_t offset);

#endif
