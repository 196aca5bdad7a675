/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one way to JSON. Documents are built with jansson, from strings and numbers made here, and written here.
 *
 * Nothing here fails: without memory the program ends (allocate), and errors of the stream are the stream's.
 */
#ifndef WHOHOLDS_CLI_JSON_H
#define WHOHOLDS_CLI_JSON_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <jansson.h>

/* Before anything else of this header. */
void json_setup(void);

/* A string; bytes that are no UTF-8, lone surrogates among them, become U+FFFD. */
json_t *json_text(const char *text);

/* An exact integer. Beyond 2^63-1, which no real heap reaches, it is 2^63-1: JSON readers have no larger one. */
json_t *json_count(uint64_t number);

/* "0x7f…", "" for 0. */
json_t *json_address(uint64_t address);

/* Rounded to 4 decimals. */
json_t *json_share(double share);

/* An array of `count` items, each made from a struct of `size` bytes. */
json_t *json_list(const void *items, size_t count, size_t size, json_t *(*make)(const void *item));

/* json_pack for formats that cannot fail: keys are our own, and values are `o`, `b`, or `s` with a text of our own. */
json_t *json_make(const char *format, ...);

/* Adds the pairs of `more` to `object` and returns `object`; takes `more` over. */
json_t *json_extend(json_t *object, json_t *more);

enum json_target {
    JSON_FOR_STREAM, /* a line of its own */
    JSON_FOR_HTML,   /* inside a <script> element: also < > & as \uXXXX */
};

/*
 * Writes compactly, keys in the order in which they were set, in pure ASCII: no name in a document can act on a terminal (escape
 * sequences, bidi controls) or end a line in JavaScript (U+2028, U+2029). Takes `document` over.
 */
void json_write(json_t *document, enum json_target target, FILE *out);

#endif
