/* SPDX-License-Identifier: MIT */
#ifndef WHOHOLDS_DUMPER_HEADROOM_H
#define WHOHOLDS_DUMPER_HEADROOM_H

#include <whoholds/formats/error.h>

/*
 * Whether the memory cgroups of the process (v1 or v2, its own and those around it) leave room for a child that writes a snapshot.
 *
 * What the child costs are the pages that the program changes meanwhile, up to all that are its own. Where memory running out would kill
 * all processes of the group (memory.oom.group), so much must be free. Elsewhere the kernel kills the child alone, which loses
 * nothing but the snapshot: an eighth must be. What is left of a limit counts file pages that are not in use as free.
 *
 * WH_ERR_RESOURCE with a sentence if there is too little room. Costs some reads of small files, without the GIL.
 */
enum wh_status headroom_check(struct wh_error *error) WH_MUST_USE;

#endif
