/* SPDX-License-Identifier: GPL-2.0-or-later */
/* UTF-8 as a heap has it: Python's strings may hold lone surrogates, and what a snapshot calls text may be any bytes. */
#ifndef WHOHOLDS_LIB_UTF8_SCAN_H
#define WHOHOLDS_LIB_UTF8_SCAN_H

#include <stddef.h>
#include <stdint.h>

/* U+FFFD, which stands for what is no text. */
#define UTF8_REPLACEMENT "\xef\xbf\xbd"

/* The length of the well-formed sequence at `at` (Unicode 15, table 3-7), 0 if there is none. `left` is at least 1. */
size_t utf8_sequence_length(const char *at, size_t left);

/* Bytes that the wrong sequence at `at` takes: a surrogate is one character, whatever else goes byte by byte. */
size_t utf8_wrong_length(const char *at, size_t left);

/* The code point of a well-formed sequence. */
uint32_t utf8_code_point(const char *at, size_t length);

#endif
