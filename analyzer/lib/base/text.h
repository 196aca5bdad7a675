/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A string that grows. Running out of memory is sticky: later calls do nothing, and the owner looks once, at the end. */
#ifndef WHOHOLDS_LIB_TEXT_H
#define WHOHOLDS_LIB_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <whoholds/formats/error.h>
#include <whoholds/formats/reader.h>

struct text {
    char *bytes;     /* NUL-terminated; NULL while empty */
    size_t length, capacity;
    bool failed;
};

void text_deinit(struct text *text);
void text_clear(struct text *text);
void text_add(struct text *text, const char *string);
void text_add_bytes(struct text *text, const char *bytes, size_t length);
/* A name out of a heap: NUL bytes become U+FFFD, so that they do not hide what comes after them. */
void text_add_span(struct text *text, struct span span);

/* The same for a name that many rows may repeat: of one that is absurdly long, the beginning and an ellipsis. */
enum { TEXT_NAME_BYTES_MAX = 1000 };
void text_add_name(struct text *text, struct span name);
void text_addf(struct text *text, const char *format, ...) WH_PRINTF(2, 3);

/* QUOTED_BYTES: a bytes value, all beyond ASCII as escapes. QUOTED_PREFIX: the value goes on beyond what is given. */
enum quoted { QUOTED_STR = 0, QUOTED_BYTES = 1, QUOTED_PREFIX = 2 };

/* Appends a value as Python writes it, in single quotes with escapes; at most `limit` bytes of it, then an ellipsis. */
void text_add_quoted(struct text *text, struct span value, size_t limit, unsigned how);

/* The contents as a string that is never NULL. */
const char *text_string(const struct text *text);

#endif
