/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the readers of expressions and conditions ask of the text before them. */
#ifndef WHOHOLDS_LIB_WORDS_H
#define WHOHOLDS_LIB_WORDS_H

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define ARROW " → "   /* before a step that Python has no text for: closure variable, key, cell */

static inline bool begins_with(const char *text, const char *beginning)
{
    return strncmp(text, beginning, strlen(beginning)) == 0;
}

static inline bool is_name_byte(char byte)
{
    return isalnum((unsigned char)byte) || byte == '_' || (unsigned char)byte >= 0x80;
}

/* The name that stands here: an arrow ends it with its space, although its bytes are no ASCII. */
static inline size_t name_length(const char *text)
{
    size_t length = 0;
    while (is_name_byte(text[length]))
        length++;
    return length;
}

#endif
