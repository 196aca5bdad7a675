/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "naming/condition.h"

#include <ctype.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "graph/below.h"
#include "heap/label.h"
#include "naming/expression_query.h"
#include "naming/words.h"

enum measure { SIZE, RETAINED, OBJECTS, LENGTH, REFCOUNT, TYPE, VALUE, LIVE, GARBAGE, NATIVE, IMMORTAL, UNDER, MEASURES };
static const char *const words[MEASURES] = {"size", "retained", "objects", "len", "refcount", "type", "value", "live", "garbage", "native", "immortal", "under"};

enum comparison { PRESENT, EQUAL, UNEQUAL, LESS, AT_MOST, MORE, AT_LEAST, LIKE, UNLIKE };

struct condition_test {
    enum measure measure;
    enum comparison comparison;
    bool negated;
    char *path;                /* `.a.b`, "" */
    char *text;                /* the value; of a quoted one its contents */
    bool quoted, is_number;
    double number;
    uint64_t *under_bitmap;
    struct below below;
};

enum wh_status condition_init(const struct model *model, struct condition *ret)
{
    *ret = (struct condition){.model = model};
    return WH_OK;
}

void condition_deinit(struct condition *condition)
{
    for (uint32_t i = 0; i < condition->count; i++) {
        free(condition->tests[i].path);
        free(condition->tests[i].text);
        free(condition->tests[i].under_bitmap);
        below_deinit(&condition->tests[i].below);
    }
    free(condition->tests);
    *condition = (struct condition){0};
}

/* --- reading --- */

struct reader {
    const struct model *model;
    const struct lookup *lookup;
    const char *text, *at;
    struct wh_error *error;
};

static enum wh_status malformed(const struct reader *reader, const char *what)
{
    return wh_error_set(reader->error, WH_ERR_USAGE, "cannot read the condition '%.200s' at character %zu: %s", reader->text,
                        (size_t)(reader->at - reader->text) + 1, what);
}

static enum wh_status copy(const struct reader *reader, const char *bytes, size_t length, char **ret)
{
    *ret = strndup(bytes, length);
    return *ret ? WH_OK : wh_error_set(reader->error, WH_ERR_RESOURCE, "out of memory for a condition");
}

static void skip_space(struct reader *reader)
{
    while (isspace((unsigned char)*reader->at))
        reader->at++;
}

static bool takes_word(struct reader *reader, const char *word)
{
    skip_space(reader);
    size_t length = strlen(word);
    if (!begins_with(reader->at, word) || is_name_byte(reader->at[length]))
        return false;
    reader->at += length;
    return true;
}

static enum wh_status read_path(struct reader *reader, char **ret)
{
    const char *first = reader->at;
    do {
        size_t length = *reader->at == '.' ? name_length(reader->at + 1) : 0;
        if (!length)
            return malformed(reader, "an attribute is expected: .name");
        reader->at += 1 + length;
    } while (*reader->at == '.');
    return copy(reader, first, (size_t)(reader->at - first), ret);
}

/* `len`, `len(.rows)`, `.rows` */
static enum wh_status read_measure(struct reader *reader, struct condition_test *ret)
{
    skip_space(reader);
    if (*reader->at == '.') {
        ret->measure = VALUE;
        return read_path(reader, &ret->path);
    }
    size_t measure = 0;
    while (measure < MEASURES && !takes_word(reader, words[measure]))
        measure++;
    if (measure == MEASURES)
        return malformed(reader, "size, retained, objects, len, refcount, type, value, live, garbage, native, immortal, under or an attribute .name is expected");
    ret->measure = (enum measure)measure;
    if (*reader->at != '(' || measure > VALUE)
        return copy(reader, "", 0, &ret->path);
    reader->at++;
    enum wh_status status = read_path(reader, &ret->path);
    if (!status && *reader->at != ')')
        return malformed(reader, "a closing parenthesis is expected");
    reader->at += !status;
    return status;
}

static enum wh_status read_comparison(struct reader *reader, struct condition_test *ret)
{
    static const struct { const char *sign; enum comparison comparison; } signs[] = {
        {"==", EQUAL}, {"=", EQUAL}, {"!=", UNEQUAL}, {"!~", UNLIKE}, {"~", LIKE}, {"<=", AT_MOST}, {">=", AT_LEAST}, {"<", LESS}, {">", MORE}};
    skip_space(reader);
    for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
        if (strncmp(reader->at, signs[i].sign, strlen(signs[i].sign)) != 0)
            continue;
        reader->at += strlen(signs[i].sign);
        ret->comparison = signs[i].comparison;
        return WH_OK;
    }
    bool may_end = ret->measure == VALUE && *ret->path;
    return may_end ? WH_OK : malformed(reader, "one of = != < <= > >= ~ !~ is expected");
}

/* `10`, `1.5`, `-3`, `10K`, `4MiB` */
static bool read_number(const char *text, double *ret)
{
    static const char units[] = "KMG";
    char *end;
    *ret = strtod(text, &end);
    if (end == text || (!isdigit((unsigned char)text[0]) && text[0] != '-' && text[0] != '.'))
        return false;
    const char *unit = *end ? strchr(units, toupper((unsigned char)*end)) : NULL;
    for (const char *at = units; unit && at <= unit; at++)
        *ret *= 1024;
    end += unit ? 1 : 0;
    return !*end || !strcmp(end, "B") || (unit && !strcmp(end, "iB"));
}

static bool wants_order(enum comparison comparison)
{
    return comparison == LESS || comparison == AT_MOST || comparison == MORE || comparison == AT_LEAST;
}

static enum wh_status read_value(struct reader *reader, struct condition_test *ret)
{
    skip_space(reader);
    const char *first = reader->at;
    char quote = *first == '\'' || *first == '"' ? *first : '\0';
    size_t length = quote ? strcspn(first + 1, quote == '"' ? "\"" : "'") : strcspn(first, " \t\n");
    if (quote && !first[1 + length])
        return malformed(reader, "its quote is not closed");
    if (!quote && !length)
        return malformed(reader, "a value is expected");
    enum wh_status status = copy(reader, first + (quote != '\0'), length, &ret->text);
    if (status)
        return status;
    ret->quoted = quote != '\0';
    ret->is_number = !quote && read_number(ret->text, &ret->number);
    if ((ret->measure <= REFCOUNT || wants_order(ret->comparison)) && !ret->is_number)
        return malformed(reader, "a number is expected");
    if (ret->measure <= REFCOUNT && (ret->comparison == LIKE || ret->comparison == UNLIKE))
        return malformed(reader, "a number is like nothing but itself: use =");
    reader->at = first + length + (quote ? 2 : 0);
    return WH_OK;
}

/* The last ` and ` within the first `length` bytes; `length` if there is none. */
static size_t find_and(const char *text, size_t length)
{
    static const char and[] = " and ";
    const size_t size = sizeof(and) - 1;
    for (size_t at = length; at-- > size;) {
        if (memcmp(text + at + 1 - size, and, size) == 0)
            return at + 1 - size;
    }
    return length;
}

/*
 * The expression at the beginning of a text: all of it, or as much as stands before an ` and `, which may also be a part of what is in quotes: so the
 * longest that names something. The error is that of the whole.
 */
static enum wh_status find_beginning(const struct reader *reader, const char *text, size_t *length, struct node_vector *ret)
{
    struct wh_error other;
    enum wh_status status = expression_find(reader->model, reader->lookup, text, reader->error, ret), again = status;
    for (*length = strlen(text); again == WH_ERR_USAGE || again == WH_ERR_INPUT;) {
        size_t shorter = find_and(text, *length);
        char *beginning = shorter < *length ? strndup(text, shorter) : NULL;
        if (!beginning)
            return status;
        *length = shorter;
        again = expression_find(reader->model, reader->lookup, beginning, &other, ret);
        free(beginning);
    }
    if (again == WH_ERR_RESOURCE && again != status && reader->error)
        *reader->error = other;
    return again;
}

static enum wh_status read_under(struct reader *reader, struct condition_test *ret)
{
    struct node_vector nodes;
    size_t length;
    skip_space(reader);
    enum wh_status status = find_beginning(reader, reader->at, &length, &nodes);
    if (status)
        return status;
    status = array_alloc_zeroed(bitmap_word_count(reader->model->dominators->node_count), sizeof(uint64_t), "a condition", reader->error, &ret->under_bitmap);
    for (uint32_t i = 0; !status && i < nodes.count; i++)
        bitmap_set(ret->under_bitmap, nodes.nodes[i]);
    node_vector_deinit(&nodes);
    if (!status)
        status = below_init(reader->model->dominators, ret->under_bitmap, reader->error, &ret->below);
    reader->at += length;
    return status;
}

static enum wh_status read_test(struct reader *reader, struct condition_test *ret)
{
    ret->negated = takes_word(reader, "not");
    enum wh_status status = read_measure(reader, ret);
    if (!status && ret->measure == UNDER)
        return read_under(reader, ret);
    if (status || ret->measure > VALUE)
        return status;
    status = read_comparison(reader, ret);
    return status || ret->comparison == PRESENT ? status : read_value(reader, ret);
}

enum wh_status condition_add(struct condition *condition, const struct lookup *lookup, const char *text, struct wh_error *error)
{
    struct reader reader = {condition->model, lookup, text, text, error};
    enum wh_status status = WH_OK;
    do {
        if (condition->count == condition->capacity) {
            uint32_t capacity = condition->capacity * 2 + 4;
            struct condition_test *tests = realloc(condition->tests, capacity * sizeof(*tests));
            if (!tests)
                return wh_error_set(error, WH_ERR_RESOURCE, "out of memory for a condition");
            condition->tests = tests;
            condition->capacity = capacity;
        }
        condition->tests[condition->count] = (struct condition_test){0};
        status = read_test(&reader, &condition->tests[condition->count++]);
    } while (!status && takes_word(&reader, "and"));
    return status || !*reader.at ? status : malformed(&reader, "'and' or its end is expected");
}

/* --- asking --- */

struct asker {
    const struct model *model;
    struct refcount_walk refcounts;
    struct text text;
};

/* HEAP_NULL if an attribute on the way is not there. */
static uint32_t follow(const struct heap *heap, uint32_t node, const char *path)
{
    while (node && *path) {
        size_t length = strcspn(path + 1, ".");
        node = heap_attribute_named(heap, node, (struct span){path + 1, length});
        path += 1 + length;
    }
    return node;
}

static bool compare(double value, const struct condition_test *test)
{
    switch (test->comparison) {
    case LESS: return value < test->number;
    case AT_MOST: return value <= test->number;
    case MORE: return value > test->number;
    case AT_LEAST: return value >= test->number;
    case UNEQUAL: return value < test->number || value > test->number;
    default: return value >= test->number && value <= test->number;
    }
}

static bool compare_text(const char *text, const struct condition_test *test)
{
    bool like = test->comparison == LIKE || test->comparison == UNLIKE;
    bool same = like ? fnmatch(test->text, text, 0) == 0 : !strcmp(test->text, text);
    return test->comparison == UNEQUAL || test->comparison == UNLIKE ? !same : same;
}

static bool number_of(const struct heap_text *text, double *ret)
{
    if (text->kind == TEXT_FLOAT && text->data.length == sizeof(*ret)) {
        memcpy(ret, text->data.bytes, sizeof(*ret));
        return true;
    }
    char digits[64];
    if (text->kind != TEXT_INT || text->data.length >= sizeof(digits))
        return false;
    memcpy(digits, text->data.bytes, text->data.length);
    digits[text->data.length] = '\0';
    *ret = strtod(digits, NULL);
    return true;
}

/* A value that the snapshot does not have fulfils nothing. */
static bool ask_value(struct asker *asker, uint32_t node, const struct condition_test *test)
{
    const struct heap *heap = asker->model->heap;
    const struct heap_text *text = heap_text(heap, node);
    double number;
    if (test->comparison == PRESENT)
        return true;
    if (test->is_number && text && number_of(text, &number))
        return compare(number, test);
    if (wants_order(test->comparison))
        return false;
    text_clear(&asker->text);
    bool is_text = text && (text->kind == TEXT_STR || text->kind == TEXT_BYTES);
    if (is_text && test->is_number && test->comparison != LIKE && test->comparison != UNLIKE)
        return test->comparison == UNEQUAL;   /* '10' is no number */
    if (is_text)
        text_add_span(&asker->text, text->data);
    else if (!test->quoted || test->comparison == LIKE || test->comparison == UNLIKE)
        label_write_value(heap, node, &asker->text);
    else
        return test->comparison == UNEQUAL;
    return compare_text(text_string(&asker->text), test);
}

static bool ask_type(struct asker *asker, uint32_t node, const struct condition_test *test)
{
    const struct heap_type *type = heap_type(asker->model->heap, node);
    text_clear(&asker->text);
    model_write_type(type, &asker->text);
    if (compare_text(text_string(&asker->text), test))
        return test->comparison != UNEQUAL || !span_is(type->name, test->text);
    return test->comparison == EQUAL && span_is(type->name, test->text);
}

static bool ask_liveness(const struct model *model, uint32_t node, enum measure measure)
{
    enum liveness liveness = model_liveness(model, node);
    if (measure == GARBAGE)
        return liveness == LIVENESS_GARBAGE;
    return measure == NATIVE ? liveness == LIVENESS_NATIVE : liveness != LIVENESS_GARBAGE;
}

static bool ask_number(struct asker *asker, uint32_t node, const struct condition_test *test)
{
    const struct model *model = asker->model;
    uint64_t length;
    switch (test->measure) {
    case SIZE: return compare((double)model_shallow(model, node), test);
    case RETAINED: return compare((double)model_retained(model, node), test);
    case OBJECTS: return compare((double)model->retained->retained_count_of_node[node], test);
    case REFCOUNT:
        return compare((double)(*test->path ? heap_refcount(model->heap, node) : refcount_walk_get(&asker->refcounts, node)), test);
    default:
        length = model_length(model->heap, node);
        return length != UINT64_MAX && compare((double)length, test);
    }
}

static bool ask(struct asker *asker, uint32_t node, struct condition_test *test)
{
    const struct model *model = asker->model;
    if (test->path && !(node = follow(model->heap, node, test->path)))
        return false;
    switch (test->measure) {
    case TYPE: return ask_type(asker, node, test);
    case VALUE: return ask_value(asker, node, test);
    case IMMORTAL: return (model->heap->form_of_node[node] & FORM_IMMORTAL) != 0;
    case UNDER: return below_is_in_or_under(&test->below, model->dominators->idom_of_node[node]);
    case LIVE:
    case GARBAGE:
    case NATIVE: return ask_liveness(model, node, test->measure);
    default: return ask_number(asker, node, test);
    }
}

static const char phase[] = "what fulfils the condition";

/* Some need a search: fewer of them than PROGRESS_INTERVAL take some milliseconds. */
enum { ASKED_AT_ONCE = 1 << 17 };

enum wh_status condition_filter(struct condition *condition, uint32_t *nodes, uint32_t *count, struct wh_error *error)
{
    struct asker asker = {.model = condition->model};
    uint32_t kept = 0;
    uint64_t asked = 0, reported = 0;
    refcount_walk_init(&asker.refcounts, condition->model->heap);
    enum wh_status status = progress_report(condition->model->progress, phase, 0, *count, error);
    for (uint32_t i = 0; !status && i < *count; i++) {
        if (asked - reported >= ASKED_AT_ONCE) {
            status = progress_report(condition->model->progress, phase, i, *count, error);
            reported = asked;
        }
        bool fulfilled = true;
        for (uint32_t test = 0; fulfilled && test < condition->count; test++, asked++)
            fulfilled = ask(&asker, nodes[i], &condition->tests[test]) != condition->tests[test].negated;
        if (fulfilled)
            nodes[kept++] = nodes[i];
    }
    *count = kept;
    bool failed = asker.text.failed;
    text_deinit(&asker.text);
    return !status && failed ? wh_error_set(error, WH_ERR_RESOURCE, "out of memory for a condition") : status;
}
