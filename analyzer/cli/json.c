/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "json.h"

#include <assert.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "text.h"
#include "utf8.h"

void json_setup(void)
{
    json_set_alloc_funcs(allocate, free);
}

/* `text` with a U+FFFD for each invalid byte: at most three times as long. */
static char *valid_copy(const char *text)
{
    static const char replacement[] = "\xEF\xBF\xBD";
    char *copy = allocate(3 * strlen(text) + 1), *at = copy;
    while (*text) {
        uint32_t code;
        size_t length = utf8_decode(text, &code);
        if (!length) {
            at = stpcpy(at, replacement);
            text++;
            continue;
        }
        memcpy(at, text, length);
        at += length;
        text += length;
    }
    *at = '\0';
    return copy;
}

json_t *json_text(const char *text)
{
    json_t *string = json_string(text ? text : "");
    if (string)
        return string;
    char *copy = valid_copy(text);
    string = json_string(copy);
    free(copy);
    assert(string);
    return string;
}

json_t *json_count(uint64_t number)
{
    return json_integer(number > INT64_MAX ? INT64_MAX : (json_int_t)number);
}

json_t *json_address(uint64_t address)
{
    return json_string(address_text(address).text);
}

json_t *json_share(double share)
{
    bool in_range = share > 0 && share < 1e6; /* also false for a NaN */
    return json_real(in_range ? (double)(int64_t)(share * 1e4 + 0.5) / 1e4 : 0);
}

json_t *json_list(const void *items, size_t count, size_t size, json_t *(*make)(const void *item))
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, make((const char *)items + i * size));
    return list;
}

json_t *json_make(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    json_t *value = json_vpack_ex(NULL, 0, format, arguments);
    va_end(arguments);
    assert(value);
    return value;
}

json_t *json_extend(json_t *object, json_t *more)
{
    json_object_update(object, more);
    json_decref(more);
    return object;
}

/* In JSON, these characters stand only inside strings. */
static const char *html_escape(char character)
{
    switch (character) {
    case '<': return "\\u003c";
    case '>': return "\\u003e";
    case '&': return "\\u0026";
    default: return NULL;
    }
}

static int write_plain(const char *text, size_t length, void *out)
{
    fwrite(text, 1, length, out);
    return 0;
}

static int write_html_safe(const char *text, size_t length, void *out)
{
    for (size_t i = 0; i < length; i++) {
        const char *escape = html_escape(text[i]);
        if (escape)
            fputs(escape, out);
        else
            putc(text[i], out);
    }
    return 0;
}

void json_write(json_t *document, enum json_target target, FILE *out)
{
    /* 15 digits print a number of 4 decimals as it is written. */
    size_t flags = JSON_COMPACT | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(15);
    int failed = json_dump_callback(document, target == JSON_FOR_HTML ? write_html_safe : write_plain, out, flags);
    assert(!failed);
    (void)failed;
    json_decref(document);
    if (target == JSON_FOR_STREAM)
        putc('\n', out);
}
