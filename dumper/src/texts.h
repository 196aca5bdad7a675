/* SPDX-License-Identifier: MIT */
/*
 * Which strings and numbers get their contents written (FORMAT.md 2.7), and the rows of code objects (2.8).
 *
 * values=none   interned strings of at most 64 code points that are identifiers (names of attributes and variables, literal keys), names
 *               and file names of code objects, names of modules
 * values=short  these, other interned strings of that length, and 64 code points (bytes, digits) of what names a place in the heap: keys of dicts and the elements of
 *               tuples that are keys, at most 64 keys a dict and 20,000 a type of dict; and of strings, bytes and integers held by
 *               attributes, slots and dicts of at most 16 items, at most 2,000 a type of holder; and integers that are constants of code
 * values=full   every string, bytes object, integer (up to 256 bits) and float, whole
 *
 * sys.modules is exempt from the bounds.
 */
#ifndef WHOHOLDS_DUMPER_TEXTS_H
#define WHOHOLDS_DUMPER_TEXTS_H

#include "compat.h"

#include <whoholds/formats/writer.h>

enum {
    TEXT_PREVIEW = 64,       /* code points, bytes, digits */
    TEXT_NAME = 256,         /* code points of a name in a table */
    TEXT_UTF8_MAX = 4 * TEXT_NAME,
    TEXT_KEYS_PER_DICT = 64,
    TEXT_SMALL_DICT = 16,    /* items */
    TEXT_CACHE_SIZE = 8192,
    TEXT_CONSTANT_MIN = 8,
    TEXT_WRITTEN_WHOLE = 1,
};

struct text {
    const char *bytes;
    size_t length;
};

/* What a reference to a string or number is for. Order: the later the more is written. */
enum text_role {
    TEXT_ITEM,  /* nothing that names it */
    TEXT_VALUE, /* an attribute, slot or value */
    TEXT_KEY,   /* a dict's key, or part of one */
    TEXT_ALL,   /* a name: always, and whole */
};

struct type_info;

struct texts {
    struct snapshot_writer *writer;
    int values;              /* VALUES_… of walk.h */
    char *scratch;           /* for long strings that are not ASCII */
    size_t scratch_bytes;
    uintptr_t written[TEXT_CACHE_SIZE]; /* what was written last, and whether it was not just a preview: spares most repetitions */
};

void texts_deinit(struct texts *texts);

/* True if a str has exactly this ASCII text. */
bool texts_equals(PyObject *string, const char *text);

/* At most `limit` (at most TEXT_NAME) code points as UTF-8, surrogates as three bytes; in `buffer` (TEXT_UTF8_MAX bytes) or in
 * the string itself. */
struct text texts_utf8(PyObject *string, size_t limit, char *buffer);

/*
 * Writes the contents of a str, bytes, int or float with granule id `id` as far as its role and the holder's budget allow.
 * holder: the type of the object that refers to it, or NULL.
 */
void texts_note(struct texts *texts, PyObject *object, const struct type_info *info, uint64_t id, enum text_role role,
                struct type_info *holder);

/* Whether an object that was met before should be noted again, for another role. */
bool texts_is_worth_noting_again(struct texts *texts, PyObject *object, const struct type_info *info, enum text_role role);

/* The row of a code object, in table `code`. */
void texts_write_code(struct texts *texts, PyCodeObject *code, uint64_t id);

/* An integer that stands in the program's text, as a limit does; a small one is not written. */
void texts_note_constant(struct texts *texts, PyObject *number, uint64_t id);

/* Whether a str could stand in a program as a name. */
bool texts_is_written_as_identifier(PyObject *string);

#endif
