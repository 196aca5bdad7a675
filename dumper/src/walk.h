/* SPDX-License-Identifier: MIT */
/*
 * The walk: every object of the interpreter, what it refers to and what refers to it from outside, written as a snapshot.
 *
 * It runs in a forked child or under the GIL. It allocates with mmap alone, creates no Python object, changes no reference
 * count, takes no lock and runs no code of the program.
 */
#ifndef WHOHOLDS_DUMPER_WALK_H
#define WHOHOLDS_DUMPER_WALK_H

#include <stdbool.h>
#include <sys/types.h>

#include <whoholds/formats/writer.h>

struct walk_options {
    enum { VALUES_NONE, VALUES_SHORT, VALUES_FULL } values; /* how much of strings and numbers is written: texts.h */
    bool guard;    /* in a child: a crash while an object is read costs that object, not the dump */
    pid_t process; /* whose /proc to read; 0: of none */
};

struct walk;

/*
 * Under the GIL, in the process itself, before the fork: notes the interpreter, its threads, and whether a garbage collection is
 * under way. The calling thread is left out of the picture if it runs no Python code (the watcher thread). Leaves nothing behind
 * but one mapping, which walk_end takes away. On failure *ret is NULL.
 */
enum wh_status walk_begin(const struct walk_options *options, struct walk **ret, struct wh_error *error) WH_MUST_USE;

/* Whether the main interpreter's collector is at work. Async-signal-safe. */
bool walk_is_collecting(void);

/* Fills in what the walk knows of the header: python, hexversion, collecting. The strings live as long as the process. */
void walk_fill_header(const struct walk *walk, struct snapshot_header *header);

/* Writes all tables. Once for a walk. Cost: about 120 ns an object; memory: less than 2 % of a large heap. */
enum wh_status walk_run(struct walk *walk, struct snapshot_writer *writer, struct wh_error *error) WH_MUST_USE;

/* Unmaps everything. walk may be NULL. */
void walk_end(struct walk *walk);

#endif
