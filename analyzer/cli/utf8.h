/* SPDX-License-Identifier: GPL-2.0-or-later */
/* UTF-8 as it comes from a heap: mostly right. */
#ifndef WHOHOLDS_CLI_UTF8_H
#define WHOHOLDS_CLI_UTF8_H

#include <stddef.h>
#include <stdint.h>

enum { UTF8_REPLACEMENT = 0xFFFD };

/*
 * Decodes one code point of a NUL-terminated string that is not at its end. Returns the number of its bytes, or 0 if the bytes are no
 * UTF-8: truncated, overlong, a surrogate, or beyond U+10FFFF.
 */
size_t utf8_decode(const char *text, uint32_t *ret);

#endif
