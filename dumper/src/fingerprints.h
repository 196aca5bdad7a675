/* SPDX-License-Identifier: MIT */
/*
 * Which strings are alike, without their contents (FORMAT.md 2.13).
 *
 * Each str and bytes object is looked up, by a quick hash of its contents, in a table of those met before, which forgets: a new value takes
 * the place of an old one. Only what is found there, and what it was found to be alike, gets a row. So values that are there once, which are most,
 * cost a few nanoseconds and no bytes; a value that is there often is always found.
 *
 * A row has a keyed hash (SipHash) of the quick one. The key is random, of each snapshot its own, and forgotten with it: who reads the file
 * cannot look for a value by guessing it.
 */
#ifndef WHOHOLDS_DUMPER_FINGERPRINTS_H
#define WHOHOLDS_DUMPER_FINGERPRINTS_H

#include "compat.h"

#include <whoholds/formats/writer.h>

struct type_info;
struct seen;

enum { FINGERPRINTS_PENDING = 16 };

struct fingerprints {
    struct seen *table;      /* NULL: no rows are written */
    uint32_t places;         /* of the table */
    uint64_t key[2];
    /* The last objects, which are looked up a little later, when their places have come from memory. A ring. */
    struct { uint64_t quick, id; } pending[FINGERPRINTS_PENDING];
    uint64_t noted;
};

/*
 * For a heap of so many container objects: the table takes 1.6 bytes for each. Stays without a table where there is no memory
 * for it, or no random key.
 */
void fingerprints_init(struct fingerprints *fingerprints, uint64_t containers);
void fingerprints_deinit(struct fingerprints *fingerprints);

/* An object of FAMILY_STR or FAMILY_BYTES with granule id `id`; others are left alone. */
void fingerprints_note(struct fingerprints *fingerprints, struct snapshot_writer *writer, PyObject *object, const struct type_info *info,
                       uint64_t id);

/* Writes the rows that are still due. */
void fingerprints_finish(struct fingerprints *fingerprints, struct snapshot_writer *writer);

#endif
