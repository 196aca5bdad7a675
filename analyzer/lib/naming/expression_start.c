/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How an expression begins: where a program's text would, or at a root. */
#include <stdlib.h>
#include <string.h>

#include "naming/expression_query.h"
#include "naming/naming.h"
#include "naming/near_miss.h"
#include "naming/query.h"
#include "naming/words.h"

/* The dotted name with which the rest begins. Arrows are no letters. */
static size_t dotted_length(const char *text)
{
    size_t length = 0;
    while (text[length] && (is_name_byte(text[length]) || text[length] == '.'))
        length++;
    return length;
}

/* --- addresses --- */

/* `0x7f0000100040`, `<list at 0x7f0000100040>` as what only native code holds, and garbage, is written. */
static enum wh_status take_address(struct expression *expression, const char *digits)
{
    char *end;
    uint64_t address = strtoull(digits, &end, 16);
    bool angled = *expression->at == '<';
    if (end == digits + 2 || (angled && *end != '>'))
        return expression_malformed(expression, "an address has to be hexadecimal");
    uint32_t node = lookup_address(expression->lookup, address);
    if (node == HEAP_NULL)
        return query_no_object_at(expression->model, address, expression->error);
    expression->at = end + angled;
    return expression_add(expression, node);
}

static const char *find_address(const char *text)
{
    static const char words[] = " at 0x";
    if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X'))
        return text;
    const char *at = text[0] == '<' ? strstr(text, words) : NULL;
    return at && strcspn(at, ">") < strcspn(at, "[") ? at + sizeof(" at ") - 1 : NULL;
}

/* --- modules --- */

/* The interpreter's name in its root, `subinterpreter 1`; empty for the main one's. */
static struct span interpreter_of(const struct heap_root *root)
{
    static const char prefix[] = "sys.modules of ";
    const size_t length = sizeof(prefix) - 1;
    if (root->name.length <= length || memcmp(root->name.bytes, prefix, length) != 0)
        return (struct span){"", 0};
    return (struct span){root->name.bytes + length, root->name.length - length};
}

static bool takes_span(const char **at, struct span span, const char *then)
{
    if (strncmp(*at, span.bytes, span.length) != 0 || !begins_with(*at + span.length, then))
        return false;
    *at += span.length;
    return true;
}

/* `sys.modules['app']`, also of another interpreter: then the dict itself is the beginning. `subinterpreter 1: app`: then its dict is where app is. */
static uint32_t modules_dict(struct expression *expression, bool *itself)
{
    const struct heap *heap = expression->model->heap;
    uint32_t first = HEAP_NULL;
    *itself = false;
    for (uint32_t row = 0; row < heap->root_count; row++) {
        const struct heap_root *root = &heap->roots[row];
        if (root->kind != ROOT_MODULES || !root->node)
            continue;
        struct span interpreter = interpreter_of(root);
        *itself = takes_span(&expression->at, root->name, "[");
        if (*itself)
            return root->node;
        if (interpreter.length && takes_span(&expression->at, interpreter, ": ")) {
            expression->at += 2;
            return root->node;
        }
        first = first ? first : root->node;
    }
    return first;
}

static enum wh_status no_module(const struct expression *expression, uint32_t modules, size_t length)
{
    const struct heap *heap = expression->model->heap;
    struct node_run items = modules ? heap_items(heap, modules) : (struct node_run){NULL, 0};
    struct near_miss near;
    struct span name = {expression->at, strcspn(expression->at, ".")};
    bool main_has_it = false;
    name.length = name.length < length ? name.length : length;
    near_miss_init(&near, name);
    for (uint32_t i = 0; i + 1 < items.count; i += 2) {
        struct span module;
        if (!heap_string(heap, items.nodes[i], &module))
            continue;
        near_miss_offer(&near, module, module);
        main_has_it |= span_is(module, "__main__") && heap_attribute_named(heap, items.nodes[i + 1], name);
    }
    enum wh_status status = wh_error_set(expression->error, WH_ERR_INPUT, "the snapshot has no object '%.200s': there is no module '%.*s'%s%.*s%s",
                                         expression->text, (int)name.length, name.bytes, main_has_it ? "; did you mean '__main__." : "",
                                         main_has_it ? (int)name.length : 0, name.bytes, main_has_it ? "'?" : near_miss_question(&near));
    near_miss_deinit(&near);
    return status;
}

/* A module whose name is none in Python: the longest that is there. */
static uint32_t find_odd_module(const struct expression *expression, uint32_t modules, size_t *length)
{
    const struct heap *heap = expression->model->heap;
    struct node_run items = modules ? heap_items(heap, modules) : (struct node_run){NULL, 0};
    uint32_t found = HEAP_NULL;
    *length = 0;
    for (uint32_t i = 0; i + 1 < items.count; i += 2) {
        struct span name;
        if (!heap_string(heap, items.nodes[i], &name) || name.length <= *length || strncmp(expression->at, name.bytes, name.length) != 0 ||
            !expression_ends_at(expression->at, name.length))
            continue;
        *length = name.length;
        found = items.nodes[i + 1];
    }
    return found;
}

/* The longest dotted prefix that names a module; HEAP_NULL if none does. */
static uint32_t find_module(const struct expression *expression, uint32_t modules, size_t length, size_t *ret_length)
{
    for (size_t stop = length; modules && stop > 0; stop--) {
        char name[256];
        if ((stop != length && expression->at[stop] != '.') || stop >= sizeof(name))
            continue;
        memcpy(name, expression->at, stop);
        name[stop] = '\0';
        uint32_t node = heap_dict_get(expression->model->heap, modules, name);
        *ret_length = stop;
        if (node)
            return node;
    }
    return HEAP_NULL;
}

/* --- roots --- */

/* `codec search path`, `run at app.py:12 in thread ingest`: all roots with the longest name that is there. */
static enum wh_status take_root(struct expression *expression)
{
    const struct model *model = expression->model;
    struct text name = {0};
    size_t longest = 0;
    enum wh_status status = WH_OK;
    for (uint32_t root = 0; !status && root < model->retention->graph.root_count; root++) {
        text_clear(&name);
        naming_write_root(model, root, &name);
        if (name.length < longest || !name.length || !begins_with(expression->at, text_string(&name)) || !expression_ends_at(expression->at, name.length))
            continue;
        expression->nodes.count = name.length > longest ? 0 : expression->nodes.count;
        longest = name.length;
        status = expression_add(expression, model->retention->graph.root_node[root]);
    }
    if (!status && name.failed)
        status = expression_out_of_memory(expression);
    text_deinit(&name);
    expression->at += longest;
    return status;
}

/* --- local variables --- */

static enum wh_status find_frames(const struct expression *expression, struct node_vector *owners)
{
    const struct model *model = expression->model;
    struct text place = {0};
    enum wh_status status = WH_OK;
    for (uint32_t root = 0; !status && root < model->retention->graph.root_count; root++) {
        if (model->retention->roots[root].kind != ROOT_FRAME)
            continue;
        text_clear(&place);
        naming_write_place_of_frame(model, root, &place);
        if (place.failed)
            status = expression_out_of_memory(expression);
        else if (!strcmp(text_string(&place), expression->place))
            status = node_vector_add(owners, model->retention->graph.root_node[root], "frames", expression->error);
    }
    text_deinit(&place);
    return status;
}

/* A coroutine may be a task's, or not. */
static bool is_place_of(const struct expression *expression, uint32_t node, uint32_t locals, struct text *place)
{
    for (int task = 0; task < 2; task++) {
        text_clear(place);
        naming_write_place_of_suspended(expression->model->heap, node, locals, task, place);
        if (!strcmp(text_string(place), expression->place))
            return true;
    }
    return false;
}

static enum wh_status find_suspended(const struct expression *expression, struct node_vector *owners)
{
    static const char *const frames[] = {"gi_frame", "cr_frame", "ag_frame"};
    const struct heap *heap = expression->model->heap;
    struct text place = {0};
    enum wh_status status = WH_OK;
    for (uint32_t node = 1; !status && node < heap->node_count; node++) {
        if (!naming_can_be_suspended(heap, node))
            continue;
        uint32_t locals = node;
        for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]) && locals == node; i++)
            locals = heap_member(heap, node, frames[i]) ? heap_member(heap, node, frames[i]) : node;
        if (is_place_of(expression, node, locals, &place))
            status = node_vector_add(owners, locals, "generators", expression->error);
        if (!status && place.failed)
            status = expression_out_of_memory(expression);
    }
    text_deinit(&place);
    return status;
}

static enum wh_status take_local(struct expression *expression)
{
    struct node_vector owners = {0};
    enum wh_status status = begins_with(expression->place, "local of the ") ? find_suspended(expression, &owners) : find_frames(expression, &owners);
    size_t length = 0;
    for (uint32_t i = 0; !status && i < owners.count; i++)
        status = expression_add_local(expression, owners.nodes[i], &length);
    expression->before = owners;
    expression->at += length;
    if (!status)
        expression_leave_cells(expression);
    if (status || expression->nodes.count)
        return status;
    return wh_error_set(expression->error, WH_ERR_INPUT, "the snapshot has no '%.200s', %.200s", expression->text, expression->place);
}

/* --- context variables --- */

/* `ContextVar 'request'`: its values, in whatever context. */
static enum wh_status take_context_variable(struct expression *expression)
{
    const struct heap *heap = expression->model->heap;
    struct text name = {0};
    size_t length = 0;
    enum wh_status status = WH_OK;
    for (uint32_t node = 1; !status && node < heap->node_count; node++) {
        if (heap_items_kind(heap, node) != FORM_ITEMS_PAIRS)
            continue;
        struct node_run items = heap_items(heap, node);
        for (uint32_t i = 0; !status && i + 1 < items.count; i += 2) {
            if (!naming_is_context_variable(heap, items.nodes[i]))
                continue;
            text_clear(&name);
            naming_write_context_variable(heap, items.nodes[i], &name);
            if (name.failed)
                status = expression_out_of_memory(expression);
            if (!begins_with(expression->at, text_string(&name)) || !expression_ends_at(expression->at, name.length))
                continue;
            length = name.length;
            status = expression_add(expression, items.nodes[i + 1]);
        }
    }
    text_deinit(&name);
    expression->at += length;
    return status;
}

/* --- all of these --- */

/* A module's name comes first, unless what follows it shows that it is no name of a module. */
static enum wh_status take_module_or_root(struct expression *expression)
{
    bool itself;
    uint32_t modules = modules_dict(expression, &itself);
    if (itself)
        return expression_add(expression, modules);
    if (expression->roots_first) {
        enum wh_status status = take_root(expression);
        if (status || expression->nodes.count)
            return status;
    }
    size_t length = dotted_length(expression->at), module_length = 0;
    uint32_t module = find_module(expression, modules, length, &module_length);
    if (module && expression_ends_at(expression->at, length)) {
        expression->at += module_length;
        return expression_add(expression, module);
    }
    enum wh_status status = take_root(expression);
    if (status || expression->nodes.count)
        return status;
    module = module ? module : find_odd_module(expression, modules, &module_length);
    if (module) {
        expression->at += module_length;
        return expression_add(expression, module);
    }
    return length ? no_module(expression, modules, length) : expression_malformed(expression, "it has to begin with a module's name");
}

enum wh_status expression_take_start(struct expression *expression)
{
    if (begins_with(expression->place, "local of "))
        return take_local(expression);
    const char *address = find_address(expression->at);
    if (address)
        return take_address(expression, address);
    if (begins_with(expression->at, "ContextVar '")) {
        enum wh_status status = take_context_variable(expression);
        if (status || expression->nodes.count)
            return status;
    }
    return take_module_or_root(expression);
}
