/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stage "export": the heap as V8 writes heap snapshots, for Chrome DevTools, memlab and their like.
 *
 * Their trees of dominators and ours are the same, object by object: the file holds the graph of stage "retention", what no root
 * reaches is left out, and references that keep nothing alive are edges of type `weak`, which those tools show and do not follow.
 *
 *     node 0 ─> (GC roots) ─> (modules), (frames of thread MainThread), … ─> the roots' objects
 *
 * Every node before the objects is `synthetic`, and every edge from one is an `element`. Objects come in the order of their numbers.
 * Ids are sequential and odd. All numbers of the format have 32 bits: a larger size is written as 4294967295, and counted.
 */
#ifndef WHOHOLDS_LIB_EXPORT_HEAPSNAPSHOT_H
#define WHOHOLDS_LIB_EXPORT_HEAPSNAPSHOT_H

#include <stdbool.h>
#include <stdint.h>

#include <whoholds/analyzer.h>

#include "heap/model.h"
#include "base/progress.h"

/*
 * JavaScript reads all names as one string, which has 2^29 - 24 characters at most. From here on previews of values and keys give way to
 * their type; type names, attributes and variables have the rest for themselves.
 */
enum { HEAPSNAPSHOT_NAME_BYTES = 512 * 1000 * 1000 };

/*
 * Passes over nodes and edges: one to count, one each to write. Memory: the table of names, of which name_bytes bound the optional ones;
 * 4 bytes for every 64 objects and for every root.
 */
enum wh_status export_heapsnapshot(const struct model *model, bool all, uint64_t name_bytes, const struct progress *progress, wh_sink sink,
                                   void *context, struct wh_error *error, struct wh_export_summary *ret) WH_MUST_USE;

#endif
