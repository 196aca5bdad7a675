/* SPDX-License-Identifier: MIT */
/*
 * The interpreters of the process: the main one, and what C code or the program itself made beside it.
 *
 * Those that share the main interpreter's GIL stand still while a thread of ours holds it, and are written. Those with a GIL of their own
 * (3.12 and newer) go on, in the midst of which their objects cannot be read: they are named as left out.
 */
#ifndef WHOHOLDS_DUMPER_INTERPRETERS_H
#define WHOHOLDS_DUMPER_INTERPRETERS_H

#include "compat.h"

#include <whoholds/formats/writer.h>

enum { INTERPRETERS_MAX = 64 };

struct interpreters {
    uint32_t count;                                  /* that are written */
    PyInterpreterState *written[INTERPRETERS_MAX];   /* the main one first */
    uint32_t left_out_count;
    int64_t left_out[INTERPRETERS_MAX];              /* ids */
};

/* Under the GIL. Only the main interpreter if the list cannot be had. Those beyond INTERPRETERS_MAX are not named. */
void interpreters_list(struct interpreters *ret);

/* The rows of table `interpreters`. */
void interpreters_write(const struct interpreters *interpreters, struct snapshot_writer *writer);

#endif
