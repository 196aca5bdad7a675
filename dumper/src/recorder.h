/* SPDX-License-Identifier: MIT */
/*
 * The recorder: which code allocates, and which code makes containers grow.
 *
 *     PyMem_Malloc, PyObject_Realloc, … ─> hook ─> the allocator that was there before
 *                                           └─ of a few blocks: block table, stack with counters
 *
 * It hooks the allocator domains OBJ and MEM, whose functions run under the GIL: that is its lock. (Not RAW, which runs without, and
 * to which the others pass on what is large.) Within a hook it reads the interpreter's structures and writes its own, and calls nothing
 * of Python's: that could release the GIL in the middle of what the program is doing. Its memory comes from mmap.
 *
 * Containers keep their items in a block of the domain MEM that they realloc as they grow (dict keys: a new block, OBJ until 3.12). In
 * mode `holders` all of those are recorded, and all blocks of 512 bytes and more, so that the line that made a container grow is
 * known and not estimated; everything else is sampled.
 *
 * All functions are called with the GIL held, in the main interpreter. What another interpreter or a thread without the GIL allocates is
 * not recorded.
 */
#ifndef WHOHOLDS_DUMPER_RECORDER_H
#define WHOHOLDS_DUMPER_RECORDER_H

#include <stdbool.h>
#include <stdint.h>

#include <whoholds/formats/error.h>

#include "recorder_blocks.h"
#include "recorder_stacks.h"

enum { RECORDER_OFF = 0 }; /* beside RECORDER_SAMPLE, … of the format's schema */

/*
 * Starts recording, or stops it (RECORDER_OFF). If it records in this mode already, nothing happens; in another, it starts anew.
 * at_start: the program has hardly begun, so a block that is not known is one that was too small to be recorded; else it may as well be one
 * from before, of which it is not known whether it grows or shrinks.
 * WH_ERR_RESOURCE without memory; then nothing is hooked that was not hooked before.
 */
enum wh_status recorder_start(int mode, bool at_start, struct wh_error *error) WH_MUST_USE;

/*
 * Forgets everything and takes the hooks away, unless another tool has put its own on top of them: then they stay in place, pass
 * everything on and do nothing.
 */
void recorder_stop(void);

/* At the end of the interpreter: from now on the hooks do nothing. What they know stays where it is, as others may still be about to call. */
void recorder_at_exit(void);

/* What has been recorded, for a dump: in the process itself under the GIL, or in a child made under the GIL. NULL while it is off. */
struct recording {
    int mode;
    uint64_t interval, started_ns;
    uint64_t lost_blocks;
    uint64_t strangers; /* calls by threads without the GIL and by other interpreters */
    const struct stacks *stacks;
    const struct block_table *blocks;
};
const struct recording *recorder_recording(void);

#endif
