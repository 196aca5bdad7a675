/* SPDX-License-Identifier: MIT */
/*
 * The walk from the inside: what walk.c, frames.c, roots.c and account.c share.
 *
 * All state that a crash must not lose lies here and not in local variables: after one, walk_run goes on from it.
 */
#ifndef WHOHOLDS_DUMPER_WALK_STATE_H
#define WHOHOLDS_DUMPER_WALK_STATE_H

#include "compat.h"

#include "fingerprints.h"
#include "guard.h"
#include "interpreters.h"
#include "references.h"
#include "texts.h"
#include "types.h"
#include "upcoming.h"
#include "visited.h"
#include "walk.h"
#include "worklist.h"

enum phase {
    PHASE_MARK,    /* all objects on the collector's lists are marked as met, so that references do not reach for them */
    PHASE_WRITE,   /* they are written in the order of the lists, each followed by what it leads to */
    PHASE_ROOTS,
    PHASE_OTHER_ROOTS, /* of further interpreters */
    PHASE_THREADS,
    PHASE_RECORDED_CODE, /* code objects that the recorder has seen, as its stacks name them */
    PHASE_RECORDER,
    PHASE_CLOSING, /* regions, account */
    PHASE_DONE,
};

/* What was being done when a crash came. */
enum step {
    STEP_LIST,   /* following a list of the collector */
    STEP_TYPE,   /* finding out about the type of current.object */
    STEP_READ,   /* reading current.object; nothing about it is written yet */
    STEP_REFS,   /* its row is written, current.refs_left references are not */
    STEP_EXPAND, /* looking at what references.at[expand.index] leads to */
    STEP_AHEAD,  /* a look ahead */
    STEP_OTHER,
};

struct current {
    PyObject *object;
    struct type_info *info;
    uint64_t id, refs_left;
};

/* The references of an object that are being looked at, and what they are for. */
struct expand {
    size_t index, count;           /* those at the beginning of the buffer with which there is something left to do */
    size_t first_pushed;           /* of the worklist */
    struct type_info *holder;
    enum text_role member_role, item_role, key_role;
    bool pairs;
};

enum { ACCOUNT_STATUS_ROWS = 7 };

/* account.c */
struct account {
    uint64_t status[ACCOUNT_STATUS_ROWS]; /* UINT64_MAX: not known */
    bool mappings_known;
    uint64_t library_data, stacks, malloc_heap, huge, proportional;
};

enum { UNREADABLE_TYPES = 8, FILE_TEXT_BYTES = 8192 };

struct walk {
    struct walk_options options;
    struct interpreters interpreters;
    uint32_t interp_number;        /* of interpreters.written: the one that is being written */
    PyInterpreterState *interp;    /* that one */
    PyThreadState *caller;         /* the thread that asked */
    bool caller_is_watcher;        /* it runs no Python code: left out */
    bool collecting;

    struct snapshot_writer *writer;
    struct visited visited;
    struct worklist worklist;
    struct types types;
    struct upcoming upcoming;
    struct references references;
    struct texts texts;
    struct fingerprints fingerprints;
    struct guard guard;

    enum phase phase;
    enum step step;
    int generation;                /* from COMPAT_GENERATIONS, the permanent one, down to 0 */
    bool one_way;                  /* a list could not be followed: objects are marked from the front alone */
    uint64_t tracked;              /* objects on the collector's lists, as far as they were marked */
    PyGC_Head *node;               /* the next one of its list, NULL: at its head */
    PyThreadState *thread;         /* the next one to write */
    uint64_t thread_count;
    uint32_t recorded_code;        /* the next code object of the recorder's to write */
    struct current current;
    struct expand expand;

    uint64_t statics_begin, statics_end; /* the interpreter's file: objects in there are in no allocator's block */
    uint64_t static_bytes, lost_bytes;   /* of the objects written; sizes_lost */
    uint64_t mapped_bytes;               /* resident pages of mmap objects */

    uint64_t unreadable;           /* objects that crashed */
    PyTypeObject *unreadable_types[UNREADABLE_TYPES];

    struct account memory;
    char file_text[FILE_TEXT_BYTES]; /* of /proc: a thread of the program may have too small a stack for it */
};

/* Tells the compiler that a crash may come now, and where the walk stands. */
static inline void walk_enter(struct walk *walk, enum step step)
{
    walk->step = step;
    walk->guard.work++;
    __asm__ volatile("" ::: "memory");
}

static inline uint64_t walk_id(struct walk *walk, const void *object)
{
    return object ? visited_id(&walk->visited, object) : 0;
}

/* Writes an object, unless it was met already, and all that it leads to. object may be NULL. */
void walk_reach(struct walk *walk, PyObject *object);

/* Writes the pseudo object of a frame, whose references are in the buffer and described by shape, and all that they lead to. */
struct walk_row {
    uint64_t id, type, form, size, refcount;
};
void walk_write_frame(struct walk *walk, const struct walk_row *row, const struct shape *shape);

#endif
