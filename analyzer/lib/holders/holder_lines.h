/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stage "holder lines": all that is known of where a holder gets its contents, as lines with their evidence, best first. No evidence, no line.
 */
#ifndef WHOHOLDS_LIB_HOLDER_LINES_H
#define WHOHOLDS_LIB_HOLDER_LINES_H

#include "code/code_index.h"
#include "holders/filling.h"
#include "holders/line_writer.h"
#include "naming/naming.h"

/* What is asked: a holder, the shortest path to it, and the sites that the bytecode shows. */
struct holder_question {
    struct code_index *index;
    uint32_t node;
    const struct naming_path *path;
    const struct store_site_list *sites;
    const struct filling *filling;   /* NULL: not asked for; then nothing is told of what is inside */
    bool one_of_many;                /* the heaviest of many that have no holder: who made it grow says nothing of the others */
};

struct holder_lines { struct wh_line *lines; size_t count; };   /* owned by the writer's arena */

enum wh_status holder_lines_find(struct line_writer *writer, const struct holder_question *question, struct wh_error *error,
                                 struct holder_lines *ret) WH_MUST_USE;

#endif
