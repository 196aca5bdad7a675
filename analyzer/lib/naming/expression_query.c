/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "naming/expression_query.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "naming/naming.h"
#include "naming/words.h"

static const char purpose[] = "the objects of an expression";

enum wh_status expression_add(struct expression *expression, uint32_t node)
{
    return node == HEAP_NULL ? WH_OK : node_vector_add(&expression->nodes, node, purpose, expression->error);
}

enum wh_status expression_malformed(const struct expression *expression, const char *what)
{
    return wh_error_set(expression->error, WH_ERR_USAGE, "cannot read the expression '%.200s' at character %zu: %s", expression->text,
                        (size_t)(expression->at - expression->text) + 1, what);
}

enum wh_status expression_out_of_memory(const struct expression *expression)
{
    return wh_error_set(expression->error, WH_ERR_RESOURCE, "out of memory for an expression");
}

bool expression_ends_at(const char *text, size_t length)
{
    const char *rest = text + length;
    return !*rest || *rest == '.' || *rest == '[' || begins_with(rest, ARROW);
}

bool expression_is_all(const char *key)
{
    return !strcmp(key, "*") || !strcmp(key, "…");
}

bool expression_is_range(const char *key, uint64_t *first, uint64_t *last)
{
    static const char to[] = "…";
    size_t digits = strspn(key, "0123456789"), between = key[digits] == ':' ? 1 : strncmp(key + digits, to, sizeof(to) - 1) == 0 ? sizeof(to) - 1 : 0;
    const char *second = key + digits + between;
    if (!digits || !between || !*second || second[strspn(second, "0123456789")])
        return false;
    *first = strtoull(key, NULL, 10);
    *last = strtoull(second, NULL, 10);
    if (between > 1)
        return *first <= *last;
    return *first < (*last)--;
}

/* --- what the reader is given --- */

static void add_utf8(struct text *text, uint32_t point)
{
    char bytes[4];
    size_t length = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    static const unsigned char leads[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (size_t i = length; i-- > 1; point >>= 6)
        bytes[i] = (char)(0x80 | (point & 0x3f));
    bytes[0] = (char)(leads[length] | point);
    text_add_bytes(text, bytes, length);
}

/* The length of an escape `\u202e`, `\U000e0001` of a character that is not written in text for people; else 0. */
static size_t read_escape(const char *text, uint32_t *ret)
{
    size_t digits = text[1] == 'u' ? 4 : text[1] == 'U' ? 8 : 0;
    char number[9] = "";
    strncat(number, text + 2, digits);
    if (!digits || strspn(number, "0123456789abcdefABCDEF") != digits)
        return 0;
    *ret = (uint32_t)strtoul(number, NULL, 16);
    return *ret >= 0x80 && *ret <= 0x10ffff ? digits + 2 : 0;
}

/* As it stands in JSON: what the command line's text for people shows as \u… is the character. */
static void undo_escapes(const char *text, struct text *ret)
{
    for (size_t length = 0; *text; text += length) {
        uint32_t point = 0;
        size_t escape = *text == '\\' ? read_escape(text, &point) : 0;
        length = escape ? escape : *text == '\\' && text[1] ? 2 : 1;
        if (escape)
            add_utf8(ret, point);
        else
            text_add_bytes(ret, text, length);
    }
}

/* Where the place in parentheses begins, behind which there is nothing: ` (local of load at app.py:12, thread ingest)`. NULL if there is none. */
static char *find_place(char *text)
{
    static const char *const beginnings[] = {" (local of ", " (thread ", " (in a context", " (in the context of ", " (held by native code", " (garbage"};
    size_t length = strlen(text);
    for (char *at = text; length && text[length - 1] == ')' && (at = strstr(at, " (")) != NULL; at++) {
        for (size_t i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]); i++) {
            if (strncmp(at, beginnings[i], strlen(beginnings[i])) == 0)
                return at;
        }
    }
    /* `ContextVar 'request' (app.request, in the context of thread MainThread)` */
    return strncmp(text, "ContextVar", sizeof("ContextVar") - 1) == 0 && length && text[length - 1] == ')' ? strstr(text, " (") : NULL;
}

/* --- what it has found --- */

/* If the whole, its place included, is the very name of some, only these are meant. */
static enum wh_status keep_of_place(struct expression *expression, const char *whole)
{
    enum { LOOK_AT_MOST = 10000 };
    struct node_vector *nodes = &expression->nodes;
    struct text name = {0};
    enum wh_status status = WH_OK;
    uint32_t kept = 0;
    for (uint32_t i = 0; !status && i < nodes->count && nodes->count <= LOOK_AT_MOST; i++) {
        text_clear(&name);
        status = naming_expression(expression->model, nodes->nodes[i], false, expression->error, &name);
        if (name.failed)
            status = expression_out_of_memory(expression);
        if (status || strcmp(text_string(&name), whole) != 0)
            continue;
        uint32_t node = nodes->nodes[i];
        nodes->nodes[i] = nodes->nodes[kept];
        nodes->nodes[kept++] = node;
    }
    text_deinit(&name);
    nodes->count = kept ? kept : nodes->count;
    node_vector_keep_each_once(nodes);   /* in order again */
    return status;
}

void expression_advance(struct expression *expression, struct node_vector found)
{
    node_vector_deinit(&expression->before);
    expression->before = expression->nodes;
    expression->nodes = found;
    node_vector_keep_each_once(&expression->nodes);   /* else [*][*][*] would find as many as there are ways */
}

static enum wh_status read_from_start(struct expression *expression)
{
    expression->at = expression->step = expression->text;
    enum wh_status status = expression_take_start(expression);
    while (!status && *expression->at) {
        expression->step = expression->at;
        status = progress_report(expression->model->progress, purpose, (uint64_t)(expression->at - expression->text), strlen(expression->text),
                                 expression->error);
        if (!status)
            status = expression_take_step(expression);
    }
    return status;
}

/* A type's root can be called as something in a module, `sys.thread_info`: what the module does not lead to may be meant from there. */
static enum wh_status read_all(struct expression *expression)
{
    struct wh_error *error = expression->error, second;
    enum wh_status status = read_from_start(expression);
    if (status != WH_ERR_INPUT)
        return status;
    node_vector_deinit(&expression->nodes);
    node_vector_deinit(&expression->before);
    expression->roots_first = true;
    expression->error = &second;
    enum wh_status again = read_from_start(expression);
    expression->error = error;
    if (again == WH_ERR_RESOURCE)
        *error = second;
    return again == WH_ERR_RESOURCE || !again ? again : status;
}

enum wh_status expression_read(const struct model *model, const struct lookup *lookup, const char *text, expression_visitor visit, void *context,
                               struct wh_error *error)
{
    struct text whole = {0};
    undo_escapes(text, &whole);
    char *head = whole.failed ? NULL : strdup(text_string(&whole));
    if (!head) {
        text_deinit(&whole);
        return wh_error_set(error, WH_ERR_RESOURCE, "out of memory for an expression");
    }
    char *place = find_place(head);
    if (place) {
        *place = '\0';
        place += 2;
        place[strlen(place) - 1] = '\0';   /* its closing parenthesis */
    }
    struct expression expression = {.model = model, .lookup = lookup, .text = head, .place = place ? place : "", .error = error};
    enum wh_status status = read_all(&expression);
    if (!status)
        node_vector_keep_each_once(&expression.nodes);
    if (!status && place)
        status = keep_of_place(&expression, text_string(&whole));
    if (!status)
        status = visit(&expression, context);
    node_vector_deinit(&expression.nodes);
    node_vector_deinit(&expression.before);
    free(head);
    text_deinit(&whole);
    return status;
}

static enum wh_status take_nodes(struct expression *expression, void *context)
{
    *(struct node_vector *)context = expression->nodes;
    expression->nodes = (struct node_vector){0};
    return WH_OK;
}

enum wh_status expression_find(const struct model *model, const struct lookup *lookup, const char *text, struct wh_error *error,
                               struct node_vector *ret)
{
    *ret = (struct node_vector){0};
    return expression_read(model, lookup, text, take_nodes, ret, error);
}
