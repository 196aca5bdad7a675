/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the code stands whose local variable holds something: a running function, a suspended generator or coroutine, a function that an
 * exception left (its traceback keeps the frame).
 */
#ifndef WHOHOLDS_LIB_STANDING_H
#define WHOHOLDS_LIB_STANDING_H

#include "heap/model.h"
#include "naming/naming.h"

enum standing_kind { STANDING_RUNNING, STANDING_SUSPENDED, STANDING_TRACEBACK, STANDING_LEFT };

struct standing {
    enum standing_kind kind;
    uint32_t code_node, line;
    struct span local;     /* the variable; empty if it is on the evaluation stack */
    uint32_t thread;       /* RUNNING: row of threads */
    uint32_t alike;        /* of contents: how many of them there are; else 1 */
};

/* The innermost local variable on the way to a holder. False if there is none, or if it is not known where its code stands. */
bool standing_of_path(const struct model *model, const struct naming_path *path, struct standing *ret);

/* The same in what a holder holds: the largest of its exceptions, generators or tasks. */
bool standing_of_contents(const struct model *model, uint32_t holder, struct standing *ret);

/* `frame`, `suspended`, `traceback`: the evidence's name. */
const char *standing_evidence(const struct standing *standing);

#endif
