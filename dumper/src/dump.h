/* SPDX-License-Identifier: MIT */
/*
 * One dump: from "now" to a snapshot under its name.
 *
 *     GIL ─ walk_begin ─ clone ─ GIL given back ─ wait for the child          mode fork: the program stands still for the clone
 *                          └─ walk, write, rename, _exit
 *     GIL ─ walk_begin ─ walk, write ─ GIL given back ─ rename                mode inline: for the whole walk
 *
 * If native code does not let go of the GIL, the clone is made in a signal handler of its thread (gil.h).
 *
 * There is one dump at a time in a process: the next one waits for its turn. All functions may be called from any thread.
 */
#ifndef WHOHOLDS_DUMPER_DUMP_H
#define WHOHOLDS_DUMPER_DUMP_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include <whoholds/formats/error.h>

#include "walk.h"

struct dump_settings {
    bool fork;                       /* else inline */
    int values;                      /* VALUES_NONE, … */
    bool compress;                   /* snapshot_header.compress */
    uint64_t gil_patience_ns;        /* how long native code may hold the GIL until a snapshot is made all the same; 0: for ever */
    char pattern[PATH_MAX];          /* sink_name.pattern, checked */
    char directory[PATH_MAX];        /* what relative paths start at, absolute */
};

enum dump_compression { COMPRESS_AS_SET, COMPRESS_NO, COMPRESS_YES };

struct dump_request {
    const char *path;      /* NULL: by the settings' pattern */
    bool is_pattern;       /* path may hold {pid} and the like and is checked, else it is taken as it stands */
    const char *directory; /* what a relative path starts at; NULL: the settings' */
    const char *trigger;   /* "signal", "api", "command", and those of automatic.h */
    uint64_t asked_ns;     /* dump_clock() at the trigger */
    enum dump_compression compress;
    int signal_number;     /* by which the thread that has the GIL may be interrupted; 0: wait for the GIL however long it takes */
};

struct dump_result {
    char path[PATH_MAX];
    uint64_t bytes, pause_ns, dump_ns;
    bool inlined;               /* no child could be made although the settings ask for one; … */
    struct wh_error refusal;    /* … because of this */
    bool interrupted;           /* native code held the GIL: what it was changing may be in disorder */
};

struct dump_statistics {
    uint64_t written, failed;
    bool running;
    struct dump_result last;        /* the last one that was written, if written > 0 */
    struct wh_error last_error;     /* if failed > 0 */
};

/* Monotonic nanoseconds. Async-signal-safe. */
uint64_t dump_clock(void);

/* Applies to the dumps that start from now on. Without the GIL: waits for a running dump. */
void dump_configure(const struct dump_settings *settings);

/*
 * Makes one snapshot. To be called without the GIL, which it takes for as long as the program has to stand still.
 * WH_ERR_RESOURCE: no file, disk or memory; WH_ERR_TARGET: the walk could not be done, or the interpreter is gone.
 * Whatever fails, no file stays behind.
 */
enum wh_status dump_run(const struct dump_request *request, struct dump_result *result, struct wh_error *error) WH_MUST_USE;

void dump_statistics(struct dump_statistics *ret);

/* In a forked child of the program, before any thread is started: forgets what the parent was doing. Settings stay. */
void dump_after_fork_in_child(void);

#endif
