/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The steps of an expression: from an object to what it refers to. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8_scan.h"
#include "heap/label.h"
#include "naming/expression_query.h"
#include "naming/naming.h"
#include "naming/near_miss.h"
#include "naming/words.h"

static const char to_cell[] = ARROW "cell";

/* --- from all objects to the next ones --- */

/* What one step leads to from one object. */
struct step {
    bool all;
    struct span name;          /* of an attribute */
    const char *key;           /* of an item, as it stands in the brackets */
    struct text literal;       /* the contents of a key in quotes */
    char quote;                /* 's', 'b' or 0 */
};
typedef enum wh_status (*step_taker)(struct expression *expression, uint32_t node, const struct step *step);

static enum wh_status take_from_each(struct expression *expression, step_taker take, const struct step *step, struct node_vector *ret)
{
    struct expression next = *expression;
    enum wh_status status = WH_OK;
    next.nodes = (struct node_vector){0};
    for (uint32_t i = 0; !status && i < expression->nodes.count; i++)
        status = take(&next, expression->nodes.nodes[i], step);
    *ret = next.nodes;
    return status;
}

/* --- labels: whatever a reference is called --- */

/* What is no text is written as U+FFFD, so it cannot be told apart. */
static void make_clean(struct text *text)
{
    struct text clean = {0};
    const char *bytes = text_string(text);
    for (size_t at = 0, length; at < text->length; at += length) {
        length = utf8_sequence_length(bytes + at, text->length - at);
        if (length)
            text_add_bytes(&clean, bytes + at, length);
        else
            text_add(&clean, UTF8_REPLACEMENT);
        length = length ? length : utf8_wrong_length(bytes + at, text->length - at);
    }
    clean.failed |= text->failed;
    text_deinit(text);
    *text = clean;
}

/* How much of the rest is the label of this reference, without `skip` at its beginning; 0 if it is another one. */
static size_t matched_length(const struct expression *expression, uint32_t node, uint32_t ref, const char *skip, struct text *label)
{
    text_clear(label);
    label_write(expression->model->heap, label_of_ref(expression->model->heap, node, ref), label);
    if (strstr(expression->at, UTF8_REPLACEMENT))
        make_clean(label);
    const char *name = text_string(label);
    if (!begins_with(name, skip) || !begins_with(expression->at, name + strlen(skip)))
        return 0;
    size_t length = label->length - strlen(skip);
    return expression_ends_at(expression->at, length) ? length : 0;
}

/* Adds what the references of a node that are called like the rest lead to; the longest name of all nodes counts. */
static enum wh_status add_labelled(struct expression *expression, uint32_t node, const char *skip, size_t *longest)
{
    const struct heap *heap = expression->model->heap;
    struct text label = {0};
    enum wh_status status = WH_OK;
    for (uint32_t ref = heap->first_ref_of_node[node]; !status && ref < heap->first_ref_of_node[node + 1]; ref++) {
        size_t length = heap->target_of_ref[ref] ? matched_length(expression, node, ref, skip, &label) : 0;
        if (!length || length < *longest)
            continue;
        expression->nodes.count = length > *longest ? 0 : expression->nodes.count;
        *longest = length;
        status = expression_add(expression, heap->target_of_ref[ref]);
    }
    if (!status && label.failed)
        status = expression_out_of_memory(expression);
    text_deinit(&label);
    return status;
}

static enum wh_status take_labelled(struct expression *expression, const char *skip, struct node_vector *ret, size_t *length)
{
    struct expression next = *expression;
    enum wh_status status = WH_OK;
    next.nodes = (struct node_vector){0};
    *length = 0;
    for (uint32_t i = 0; !status && i < expression->nodes.count; i++)
        status = add_labelled(&next, expression->nodes.nodes[i], skip, length);
    *ret = next.nodes;
    return status;
}

/* --- local variables --- */

/* A local variable that functions share is in a cell: its name is that of the contents, unless the cell is asked for. */
void expression_leave_cells(struct expression *expression)
{
    const struct heap *heap = expression->model->heap;
    if (begins_with(expression->at, to_cell))
        return;
    for (uint32_t i = 0; i < expression->nodes.count; i++) {
        uint32_t node = expression->nodes.nodes[i];
        uint32_t contents = heap_type_is(heap, node, "builtins", "cell") ? heap_member(heap, node, "cell_contents") : HEAP_NULL;
        expression->nodes.nodes[i] = contents ? contents : node;
    }
}

enum wh_status expression_add_local(struct expression *expression, uint32_t owner, size_t *length)
{
    return add_labelled(expression, owner, "local ", length);
}

/* --- attributes --- */

/* All that an object's fields and its __dict__ hold. */
static enum wh_status append_attributes(struct expression *expression, uint32_t node)
{
    const struct heap *heap = expression->model->heap;
    struct heap_sections sections = heap_sections(heap, node);
    uint32_t dict = heap_member(heap, node, "__dict__");
    struct node_run items = dict ? heap_items(heap, dict) : (struct node_run){NULL, 0};
    enum wh_status status = WH_OK;
    for (uint32_t ref = sections.members; !status && ref < sections.extras; ref++) {
        if (heap->target_of_ref[ref] != dict)
            status = expression_add(expression, heap->target_of_ref[ref]);
    }
    for (uint32_t i = 1; !status && i < items.count; i += 2)
        status = expression_add(expression, items.nodes[i]);
    return status;
}

/* The attribute of a threading.local, of each thread that has it; of one thread, if a place says of which. */
static enum wh_status append_of_threads(struct expression *expression, uint32_t node, const char *name)
{
    const struct heap *heap = expression->model->heap;
    bool local = heap_is_instance(heap, node, "_thread", "_local");
    uint32_t dicts = local ? heap_member(heap, node, "localdicts") : HEAP_NULL;
    struct node_run items = dicts && heap_items_kind(heap, dicts) == FORM_ITEMS_PAIRS ? heap_items(heap, dicts) : (struct node_run){NULL, 0};
    bool one_thread = begins_with(expression->place, "thread ");
    struct text place = {0};
    enum wh_status status = WH_OK;
    for (uint32_t i = 1; !status && i < items.count; i += 2) {
        text_clear(&place);
        if (one_thread)
            naming_write_thread_of_key(expression->model, items.nodes[i - 1], &place);
        if (place.failed)
            status = expression_out_of_memory(expression);
        else if (heap_items_kind(heap, items.nodes[i]) == FORM_ITEMS_PAIRS && (!one_thread || !strcmp(text_string(&place), expression->place)))
            status = expression_add(expression, heap_dict_get(heap, items.nodes[i], name));
    }
    text_deinit(&place);
    return status;
}

/* What an instance has from its class, or a class from those it is derived from: the first in the order in which Python looks. */
static uint32_t find_in_classes(const struct heap *heap, uint32_t node, const char *name)
{
    uint32_t class = heap_is_class(heap, node) ? node : heap_type(heap, node)->node;
    uint32_t order = class ? heap_member(heap, class, "__mro__") : HEAP_NULL;
    struct node_run classes = order ? heap_items(heap, order) : (struct node_run){NULL, 0};
    for (uint32_t i = 0; i < classes.count; i++) {
        uint32_t dict = heap_member(heap, classes.nodes[i], "__dict__");
        uint32_t found = dict ? heap_dict_get(heap, dict, name) : HEAP_NULL;
        if (found)
            return found;
    }
    return HEAP_NULL;
}

static enum wh_status follow_attribute(struct expression *expression, uint32_t node, const struct step *step)
{
    const struct heap *heap = expression->model->heap;
    const char *name = step->key;
    if (step->all)
        return append_attributes(expression, node);
    uint32_t before = expression->nodes.count, member = heap_member(heap, node, name), dict = heap_member(heap, node, "__dict__");
    enum wh_status status = expression_add(expression, member);
    if (!status && dict)
        status = expression_add(expression, heap_dict_get(heap, dict, name));
    if (!status && expression->nodes.count == before && !strcmp(name, "__class__"))
        status = expression_add(expression, heap_type(heap, node)->node);
    if (!status && expression->nodes.count == before)
        status = append_of_threads(expression, node, name);
    if (!status && expression->nodes.count == before)
        status = expression_add(expression, find_in_classes(heap, node, name));
    return status;
}

/* --- items --- */

/* Values of a dict, items of a sequence or a set. */
static enum wh_status append_items(struct expression *expression, uint32_t node)
{
    const struct heap *heap = expression->model->heap;
    bool pairs = heap_items_kind(heap, node) == FORM_ITEMS_PAIRS, weak = heap_items_kind(heap, node) == FORM_ITEMS_WEAK;
    struct node_run items = weak ? (struct node_run){NULL, 0} : heap_items(heap, node);
    enum wh_status status = WH_OK;
    for (uint32_t i = pairs; !status && i < items.count; i += pairs ? 2 : 1)
        status = expression_add(expression, items.nodes[i]);
    return status;
}

static bool is_key(const struct heap *heap, uint32_t node, const struct step *step, struct text *label)
{
    const struct heap_text *value = step->quote ? heap_text(heap, node) : NULL;
    if (value && value->kind == (step->quote == 'b' ? TEXT_BYTES : TEXT_STR) && value->data.length == step->literal.length &&
        !memcmp(value->data.bytes, text_string(&step->literal), step->literal.length))
        return true;
    text_clear(label);
    label_write_value(heap, node, label);
    if (strstr(step->key, UTF8_REPLACEMENT))
        make_clean(label);
    return !strcmp(text_string(label), step->key);
}

/* The values whose keys are written so in Python, such as 'k', 7 or ('a', 1): several, where labels do not tell keys apart. */
static enum wh_status append_by_key(struct expression *expression, uint32_t dict, const struct step *step)
{
    const struct heap *heap = expression->model->heap;
    struct node_run items = heap_items(heap, dict);
    struct text label = {0};
    enum wh_status status = WH_OK;
    for (uint32_t i = 0; !status && i + 1 < items.count; i += 2) {
        if (is_key(heap, items.nodes[i], step, &label))
            status = expression_add(expression, items.nodes[i + 1]);
    }
    if (!status && label.failed)
        status = expression_out_of_memory(expression);
    text_deinit(&label);
    return status;
}

static uint32_t find_index(const struct heap *heap, uint32_t sequence, const char *key)
{
    char *end;
    unsigned long long index = strtoull(key, &end, 10);
    struct node_run items = heap_items(heap, sequence);
    return isdigit((unsigned char)*key) && !*end && index < items.count ? items.nodes[index] : HEAP_NULL;
}

static enum wh_status append_range(struct expression *expression, uint32_t sequence, uint64_t first, uint64_t last)
{
    struct node_run items = heap_items(expression->model->heap, sequence);
    enum wh_status status = WH_OK;
    for (uint64_t i = first; !status && i <= last && i < items.count; i++)
        status = expression_add(expression, items.nodes[i]);
    return status;
}

static enum wh_status follow_subscript(struct expression *expression, uint32_t node, const struct step *step)
{
    const struct heap *heap = expression->model->heap;
    if (step->all)
        return append_items(expression, node);
    uint64_t first, last;
    if (heap_items_kind(heap, node) == FORM_ITEMS_PAIRS)
        return append_by_key(expression, node, step);
    if (heap_items_kind(heap, node) != FORM_ITEMS_SEQUENCE)
        return WH_OK;
    return expression_is_range(step->key, &first, &last) ? append_range(expression, node, first, last)
                                                         : expression_add(expression, find_index(heap, node, step->key));
}

/* The length of what stands in brackets: quotes and nested parentheses are honoured; 0 if it is not closed. */
static size_t subscript_length(const char *text)
{
    char quote = '\0';
    size_t depth = 0;
    for (size_t i = 0; text[i]; i++) {
        if (quote && text[i] == '\\' && text[i + 1])
            i++;
        else if (quote && text[i] == quote)
            quote = '\0';
        else if (quote)
            continue;
        else if (text[i] == '\'' || text[i] == '"')
            quote = text[i];
        else if (text[i] == '[' || text[i] == '(')
            depth++;
        else if (text[i] == ']' && !depth)
            return i;
        else if (text[i] == ')' || text[i] == ']') {
            if (!depth--)
                return 0;
        }
    }
    return 0;
}

/* One character of a literal; returns how many bytes of it were read. */
static size_t read_literal(const char *at, struct text *ret)
{
    static const char escapes[] = "n\nr\rt\t'\'\"\"\\\\";
    if (at[0] != '\\') {
        text_add_bytes(ret, at, 1);
        return 1;
    }
    if (at[1] == 'x' && isxdigit((unsigned char)at[2]) && isxdigit((unsigned char)at[3])) {
        char byte = (char)strtoul((char[]){at[2], at[3], '\0'}, NULL, 16);
        text_add_bytes(ret, &byte, 1);
        return 4;
    }
    const char *found = at[1] ? strchr(escapes, at[1]) : NULL;
    text_add_bytes(ret, found ? found + 1 : at, 1);
    return found ? 2 : 1;
}

/* What is in the quotes, if the key is in quotes as a whole. */
static void read_key(const char *key, struct step *ret)
{
    bool bytes = key[0] == 'b' && (key[1] == '\'' || key[1] == '"');
    const char *at = key + bytes;
    size_t length = strlen(at);
    if (length < 2 || (at[0] != '\'' && at[0] != '"') || at[length - 1] != at[0])
        return;
    ret->quote = bytes ? 'b' : 's';
    for (const char *end = at++ + length - 1; at < end;)
        at += read_literal(at, &ret->literal);
}

/* --- what was meant --- */

enum { LOOK_AT_MOST = 100000 };

static void offer_of_object(const struct heap *heap, uint32_t node, bool attribute, struct near_miss *near)
{
    uint32_t dict = attribute ? heap_member(heap, node, "__dict__") : HEAP_NULL, owner = dict ? dict : node;
    struct heap_sections sections = heap_sections(heap, node);
    for (uint32_t ref = sections.members; attribute && ref < sections.extras; ref++) {
        struct label label = label_of_ref(heap, node, ref);
        near_miss_offer(near, label.name, label.name);
    }
    struct node_run items = heap_items_kind(heap, owner) == FORM_ITEMS_PAIRS ? heap_items(heap, owner) : (struct node_run){NULL, 0};
    for (uint32_t i = 0; i + 1 < items.count && i < LOOK_AT_MOST; i += 2) {
        struct span name;
        if (heap_string(heap, items.nodes[i], &name))
            near_miss_offer(near, name, name);
    }
}

/* `length` bytes of the rest lead nowhere. */
static enum wh_status missing(const struct expression *expression, size_t length, const struct step *step)
{
    const struct heap *heap = expression->model->heap;
    bool attribute = step && *expression->at == '.';
    uint32_t first = expression->nodes.nodes[0];
    int whole = (int)(expression->at + length - expression->text);
    struct near_miss near;
    near_miss_init(&near, !step ? (struct span){"", 0} : attribute ? step->name : (struct span){text_string(&step->literal), step->literal.length});
    for (uint32_t i = 0; near.wanted.length && i < expression->nodes.count && i < LOOK_AT_MOST; i++)
        offer_of_object(heap, expression->nodes.nodes[i], attribute, &near);
    enum wh_status status;
    bool sequence = heap_items_kind(heap, first) == FORM_ITEMS_SEQUENCE && !attribute && expression->nodes.count == 1;
    if (sequence)
        status = wh_error_set(expression->error, WH_ERR_INPUT, "the snapshot has no object '%.*s': there are %u", whole, expression->text,
                              heap_items(heap, first).count);
    else
        status = wh_error_set(expression->error, WH_ERR_INPUT, "the snapshot has no object '%.*s'%s", whole, expression->text,
                              near_miss_question(&near));
    near_miss_deinit(&near);
    return status;
}

/* --- a step --- */

/* Goes on to what the step has found; where that is nothing, whatever reference has the rest as its label is what is meant. */
static enum wh_status go_on(struct expression *expression, enum wh_status status, struct node_vector found, size_t length, const struct step *step)
{
    if (!status && !found.count) {
        size_t labelled;
        node_vector_deinit(&found);
        status = take_labelled(expression, "", &found, &labelled);
        if (!status && !found.count)
            status = missing(expression, length, step);
        length = labelled;
    }
    expression_advance(expression, found);
    expression->at += status ? 0 : length;
    return status;
}

/* A dot that no name follows can only be a reference whose name is none in Python, such as a comprehension's `.0`. */
static enum wh_status take_odd_attribute(struct expression *expression)
{
    struct node_vector found;
    size_t length;
    enum wh_status status = take_labelled(expression, "", &found, &length);
    if (!status && !found.count) {
        expression->at++;
        status = expression_malformed(expression, "a name or * has to follow the dot");
    }
    expression_advance(expression, found);
    expression->at += status ? 0 : length;
    return status;
}

static enum wh_status take_attribute(struct expression *expression)
{
    bool all = expression->at[1] == '*';
    size_t length = all ? 1 : name_length(expression->at + 1);
    if (!length)
        return take_odd_attribute(expression);
    char *name = strndup(expression->at + 1, length);
    if (!name)
        return expression_out_of_memory(expression);
    struct step step = {.all = all, .name = {expression->at + 1, length}, .key = name};
    struct node_vector found;
    enum wh_status status = take_from_each(expression, follow_attribute, &step, &found);
    status = go_on(expression, status, found, length + 1, &step);
    free(name);
    return status;
}

static enum wh_status take_subscript(struct expression *expression)
{
    size_t length = subscript_length(expression->at + 1);
    if (!length) {
        expression->at++;
        return expression_malformed(expression, "a key or an index and a closing bracket have to follow");
    }
    char *key = strndup(expression->at + 1, length);
    if (!key)
        return expression_out_of_memory(expression);
    struct step step = {.all = expression_is_all(key), .key = key};
    struct node_vector found = {0};
    read_key(key, &step);
    enum wh_status status = step.literal.failed ? expression_out_of_memory(expression) : take_from_each(expression, follow_subscript, &step, &found);
    status = go_on(expression, status, found, length + 2, &step);
    text_deinit(&step.literal);
    free(key);
    return status;
}

/* `closure variable seen` of a function: what is in the cell of that name. */
static enum wh_status follow_closure(struct expression *expression, uint32_t node, const struct step *step)
{
    const struct heap *heap = expression->model->heap;
    uint32_t code = heap_member(heap, node, "__code__"), closure = heap_member(heap, node, "__closure__");
    struct node_run cells = closure ? heap_items(heap, closure) : (struct node_run){NULL, 0};
    enum wh_status status = WH_OK;
    for (uint32_t i = 0; !status && i < cells.count; i++) {
        struct span name = code ? label_free_name(heap, code, i) : (struct span){"", 0};
        if (span_compare(name, step->name) == 0)
            status = expression_add(expression, heap_member(heap, cells.nodes[i], "cell_contents"));
    }
    return status;
}

static enum wh_status follow_default(struct expression *expression, uint32_t node, const struct step *step)
{
    const struct heap *heap = expression->model->heap;
    uint32_t defaults = heap_member(heap, node, "__defaults__"), named = heap_member(heap, node, "__kwdefaults__");
    struct node_run values = defaults ? heap_items(heap, defaults) : (struct node_run){NULL, 0};
    enum wh_status status = WH_OK;
    for (uint32_t i = 0; !status && i < values.count; i++) {
        if (span_compare(naming_default_name(heap, node, defaults, i), step->name) == 0)
            status = expression_add(expression, values.nodes[i]);
    }
    return status || !named ? status : expression_add(expression, heap_dict_get(heap, named, step->key));
}

static enum wh_status take_named(struct expression *expression, const char *words, step_taker take)
{
    const char *at = expression->at + sizeof(ARROW) - 1 + strlen(words);
    bool unknown = *at == '?';   /* as naming_write_step() writes a name that the snapshot does not have */
    size_t length = unknown ? 1 : name_length(at);
    char *name = strndup(at, unknown ? 0 : length);
    struct step step = {.name = {at, unknown ? 0 : length}, .key = name};
    struct node_vector found = {0};
    enum wh_status status = name ? take_from_each(expression, take, &step, &found) : expression_out_of_memory(expression);
    if (!status && !found.count)
        status = missing(expression, (size_t)(at + length - expression->at), NULL);
    expression_advance(expression, found);
    expression->at = status ? expression->at : at + length;
    free(name);
    return status;
}

/* What no Python expression reaches: `default argument memo`, `key 'k'`, `set element`, `reference 3`. */
static enum wh_status take_words(struct expression *expression)
{
    static const char closure[] = "closure variable ", by_default[] = "default argument ", local[] = "local ";
    const char *words = expression->at + sizeof(ARROW) - 1;
    if (begins_with(words, closure))
        return take_named(expression, closure, follow_closure);
    if (begins_with(words, by_default))
        return take_named(expression, by_default, follow_default);
    if (begins_with(words, "… "))
        return wh_error_set(expression->error, WH_ERR_USAGE, "the steps that '%.40s' stands for are not told: give the object's address instead", words);
    struct expression next = *expression;
    struct node_vector found;
    size_t length;
    next.at = words;
    enum wh_status status = take_labelled(&next, "", &found, &length);
    if (!status && !found.count)
        status = missing(expression, strlen(expression->at), NULL);
    expression_advance(expression, found);
    expression->at = status ? expression->at : words + length;
    if (!status && begins_with(words, local))
        expression_leave_cells(expression);
    return status;
}

enum wh_status expression_take_step(struct expression *expression)
{
    if (begins_with(expression->at, to_cell) && expression_ends_at(expression->at, sizeof(to_cell) - 1)) {
        expression->at += sizeof(to_cell) - 1;
        return WH_OK;
    }
    if (*expression->at == '.')
        return take_attribute(expression);
    if (*expression->at == '[')
        return take_subscript(expression);
    if (begins_with(expression->at, ARROW))
        return take_words(expression);
    return expression_malformed(expression, "a dot or an opening bracket is expected");
}
