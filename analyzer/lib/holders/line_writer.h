/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Source lines for output: where code stands, with the text of the line and the evidence for it. */
#ifndef WHOHOLDS_LIB_LINE_WRITER_H
#define WHOHOLDS_LIB_LINE_WRITER_H

#include "base/arena.h"
#include "base/text.h"
#include "holders/growth.h"
#include "holders/store_sites.h"

struct line_writer {
    const struct model *model;
    struct arena *arena;   /* owns the strings of what is made */
    struct text text;      /* scratch */
};
void line_writer_deinit(struct line_writer *writer);

/* A line that nothing but a file tells. */
struct wh_line line_writer_place(struct line_writer *writer, struct span file, uint32_t line, struct span function);

/* A line of a code object. Its evidence and certainty are the caller's to say. */
struct wh_line line_writer_code(struct line_writer *writer, uint32_t code_node, uint32_t line);

/* Its `def`. */
struct wh_line line_writer_def(struct line_writer *writer, uint32_t code_node);

struct wh_line line_writer_stack(struct line_writer *writer, const struct stack_summary *stack, const char *evidence, const char *certainty);

/* `one of 3`; `single` if there is one alone. */
const char *line_writer_certainty(struct line_writer *writer, uint32_t alternatives, const char *single);

/* `local rows`, in the writer's arena; "" for no name. */
const char *line_writer_local(struct line_writer *writer, struct span name);

/* One of `alternatives` sites that may have put the objects there. */
struct wh_line line_writer_site(struct line_writer *writer, const struct store_site *site, uint32_t alternatives);

#endif
