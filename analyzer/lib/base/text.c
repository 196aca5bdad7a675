/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void text_deinit(struct text *text)
{
    free(text->bytes);
    *text = (struct text){0};
}

void text_clear(struct text *text)
{
    text->length = 0;
    if (text->bytes)
        text->bytes[0] = '\0';
}

static bool reserve(struct text *text, size_t more)
{
    if (text->failed || text->length + more < text->capacity)
        return !text->failed;
    size_t capacity = (text->length + more + 1) * 2;
    char *bytes = realloc(text->bytes, capacity);
    if (!bytes) {
        text->failed = true;
        return false;
    }
    text->bytes = bytes;
    text->capacity = capacity;
    return true;
}

void text_add_bytes(struct text *text, const char *bytes, size_t length)
{
    if (!length || !reserve(text, length))
        return;
    memcpy(text->bytes + text->length, bytes, length);
    text->length += length;
    text->bytes[text->length] = '\0';
}

void text_add(struct text *text, const char *string)
{
    text_add_bytes(text, string, strlen(string));
}

void text_add_span(struct text *text, struct span span)
{
    const char *at = span.bytes, *end = span.bytes + span.length, *nul;
    for (; at < end && (nul = memchr(at, '\0', (size_t)(end - at))); at = nul + 1) {
        text_add_bytes(text, at, (size_t)(nul - at));
        text_add(text, "\xef\xbf\xbd");
    }
    text_add_bytes(text, at, (size_t)(end - at));
}

/* Do not cut a UTF-8 sequence in two. */
static size_t cut_at(struct span value, size_t limit)
{
    size_t length = value.length < limit ? value.length : limit;
    while (length && length < value.length && ((unsigned char)value.bytes[length] & 0xc0) == 0x80)
        length--;
    return length;
}

void text_add_name(struct text *text, struct span name)
{
    size_t length = cut_at(name, TEXT_NAME_BYTES_MAX);
    text_add_span(text, (struct span){name.bytes, length});
    text_add(text, length < name.length ? "…" : "");
}

void text_addf(struct text *text, const char *format, ...)
{
    char small[256];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(small, sizeof(small), format, arguments);
    va_end(arguments);
    if (length < 0)
        return;
    if ((size_t)length < sizeof(small)) {
        text_add_bytes(text, small, (size_t)length);
        return;
    }
    if (!reserve(text, (size_t)length + 1))
        return;
    va_start(arguments, format);
    vsnprintf(text->bytes + text->length, (size_t)length + 1, format, arguments);
    va_end(arguments);
    text->length += (size_t)length;
}

static void add_escaped(struct text *text, unsigned char byte, unsigned how)
{
    static const char escapes[][3] = {['\n'] = "\\n", ['\r'] = "\\r", ['\t'] = "\\t", ['\''] = "\\'", ['\\'] = "\\\\"};
    if (byte < sizeof(escapes) / sizeof(escapes[0]) && escapes[byte][0])
        text_add(text, escapes[byte]);
    else if (byte < 0x20 || byte == 0x7f || (byte >= 0x80 && how & QUOTED_BYTES))
        text_addf(text, "\\x%02x", byte);
    else
        text_add_bytes(text, (const char *)&byte, 1);
}

void text_add_quoted(struct text *text, struct span value, size_t limit, unsigned how)
{
    bool is_str = !(how & QUOTED_BYTES);
    size_t length = is_str ? cut_at(value, limit) : value.length < limit ? value.length : limit;
    text_add(text, is_str ? "'" : "b'");
    for (size_t i = 0; i < length; i++)
        add_escaped(text, (unsigned char)value.bytes[i], how);
    text_add(text, length < value.length || how & QUOTED_PREFIX ? "…'" : "'");
}

const char *text_string(const struct text *text)
{
    return text->bytes ? text->bytes : "";
}
