/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "holders/line_writer.h"

#include <inttypes.h>

#include "base/source.h"
#include "naming/naming.h"

static const char *take_text(struct line_writer *writer)
{
    const char *string = arena_string(writer->arena, text_string(&writer->text));
    writer->arena->failed |= writer->text.failed;
    text_clear(&writer->text);
    return string;
}

struct wh_line line_writer_place(struct line_writer *writer, struct span file, uint32_t line, struct span function)
{
    struct wh_line made = {.file = arena_span(writer->arena, file), .line = line, .function = arena_span(writer->arena, function),
                           .evidence = "store", .certainty = "", .via = ""};
    source_add_line(file, line, &writer->text);
    made.text = take_text(writer);
    return made;
}

/* `file:line in function`; "" for no code. */
static const char *write_via(struct line_writer *writer, uint32_t code_node, struct span file, uint32_t line, struct span function)
{
    if (!code_node)
        return "";
    text_add_name(&writer->text, file);
    text_addf(&writer->text, ":%" PRIu32 " in ", line);
    text_add_name(&writer->text, function);
    return take_text(writer);
}

struct wh_line line_writer_code(struct line_writer *writer, uint32_t code_node, uint32_t line)
{
    const struct heap *heap = writer->model->heap;
    return line_writer_place(writer, naming_code_file(heap, code_node), line, naming_code_function(heap, code_node));
}

struct wh_line line_writer_def(struct line_writer *writer, uint32_t code_node)
{
    const struct heap_code *code = heap_code(writer->model->heap, code_node);
    uint32_t first = code ? code->firstlineno : 0;
    return line_writer_code(writer, code_node, source_def_line(naming_code_file(writer->model->heap, code_node), first, &writer->text));
}

struct wh_line line_writer_stack(struct line_writer *writer, const struct stack_summary *stack, const char *evidence, const char *certainty)
{
    struct wh_line line = line_writer_place(writer, stack->place.file, stack->place.line, stack->place.function);
    line.via = write_via(writer, stack->via.code_node, stack->via.file, stack->via.line, stack->via.function);
    line.evidence = evidence;
    line.certainty = certainty;
    return line;
}

const char *line_writer_certainty(struct line_writer *writer, uint32_t alternatives, const char *single)
{
    if (alternatives <= 1)
        return single;
    text_addf(&writer->text, "one of %" PRIu32, alternatives);
    return take_text(writer);
}

const char *line_writer_local(struct line_writer *writer, struct span name)
{
    if (!name.length)
        return "";
    text_add(&writer->text, "local ");
    text_add_name(&writer->text, name);
    return take_text(writer);
}

struct wh_line line_writer_site(struct line_writer *writer, const struct store_site *site, uint32_t alternatives)
{
    struct wh_line line = line_writer_place(writer, site->file, site->line, site->function);
    line.via = write_via(writer, site->caller_code_node, site->caller_file, site->caller_line, site->caller_function);
    if (!store_site_adds(site))
        line.evidence = "definition";
    else if (site->executed == EXECUTION_SEEN)
        line.evidence = "store-executed";
    line.certainty = line_writer_certainty(writer, alternatives,
                                           site->executed == EXECUTION_SEEN && site->match == MATCH_EXACT ? "exact" : "only candidate");
    return line;
}

void line_writer_deinit(struct line_writer *writer)
{
    text_deinit(&writer->text);
}
