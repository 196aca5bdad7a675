/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text for people: numbers, tables, colours, and names made harmless.
 *
 * Whatever comes out of a snapshot goes through visible() before it is printed: a name in a heap can hold terminal escape sequences,
 * line ends, and characters that reorder the text around them.
 */
#ifndef WHOHOLDS_CLI_TEXT_H
#define WHOHOLDS_CLI_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/*
 * The text with control, bidi and invisible characters written as \n, \x1b, \u202e and with invalid bytes as U+FFFD. It is `text`
 * itself where nothing had to change, else a copy that lives until text_release().
 */
const char *visible(const char *text);
void text_release(void);

/* Columns that a text takes on a terminal. */
size_t text_width(const char *text);

/* A number as text, by value: `printf("%s", count_text(n).text)`. */
struct number_text { char text[64]; };

struct number_text count_text(uint64_t count);          /* 30,000,462 */
struct number_text size_text(uint64_t bytes);           /* 28.6 MiB */
struct number_text exact_size_text(uint64_t bytes);     /* 28.6 MiB (30,000,462 B) */
struct number_text duration_text(uint64_t nanoseconds); /* 12.3 ms */
struct number_text change_text(int64_t bytes);          /* +28.6 MiB, -3 B, 0 B */
struct number_text sparkline_text(const uint64_t *series, size_t count); /* ▁▃▆█, 0 as a space; of the last 20 */
struct number_text percent_text(double share);          /* 71 % */
struct number_text address_text(uint64_t address);      /* 0x7f0000100040; "" for 0 */
struct number_text time_text(uint64_t unix_ns);         /* 2026-01-31T12:00:00.250Z */

/* "1 item", "6 items" are count_text and this. */
const char *plural(uint64_t count, const char *one, const char *many);

/* The file's name as short as it is clear: without the current directory. Not yet made visible. */
const char *short_file(const char *file);

/* Colours: escape sequences on a terminal, "" elsewhere, under NO_COLOR, and on a dumb terminal. */
enum style { STYLE_NONE, STYLE_STRONG, STYLE_DIM, STYLE_ALARM };
const char *style(enum style style);

/* Prints text, broken between words, in lines of TEXT_COLUMNS at most, each after `indent` spaces; a longer word has a line of its own. */
enum { TEXT_COLUMNS = 80 };
void text_print_wrapped(const char *text, int indent, FILE *out);

/* A table, printed when all its rows are known. The last column is not padded, so that one long name does no harm. */
struct column {
    const char *title;
    bool right; /* flush right */
};

struct text_table {
    const struct column *columns;
    size_t column_count;
    char **cells;
    size_t cell_count, cell_capacity;
};

void text_table_init(struct text_table *ret, const struct column *columns, size_t column_count);
void text_table_deinit(struct text_table *table);

/* Adds the next cell, row by row; the text is copied, and must be visible. */
void text_table_add(struct text_table *table, const char *text);
void text_table_print(const struct text_table *table, FILE *out);

#endif
