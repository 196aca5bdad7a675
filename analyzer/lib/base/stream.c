/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/stream.h"

#include <string.h>

#include "base/utf8_scan.h"

enum { DIGITS_MAX = 20, ESCAPE_MAX = 12 /* two surrogates, \uXXXX each */ };

void stream_init(struct stream *ret, wh_sink sink, void *context, struct wh_error *error)
{
    ret->sink = sink;
    ret->context = context;
    ret->error = error;
    ret->status = WH_OK;
    ret->length = 0;
}

enum wh_status stream_flush(struct stream *stream)
{
    if (!stream->status && stream->length)
        stream->status = stream->sink(stream->context, stream->buffer, stream->length, stream->error);
    stream->length = 0;
    return stream->status;
}

/* Room for `count` bytes in the buffer, which is larger. */
static char *reserve(struct stream *stream, size_t count)
{
    if (stream->length + count > STREAM_BUFFER_BYTES && stream_flush(stream))
        stream->length = 0;
    return stream->buffer + stream->length;
}

void stream_add_bytes(struct stream *stream, const char *bytes, size_t length)
{
    while (length) {
        char *to = reserve(stream, 1);
        size_t room = STREAM_BUFFER_BYTES - stream->length, part = length < room ? length : room;
        memcpy(to, bytes, part);
        stream->length += part;
        bytes += part;
        length -= part;
    }
}

void stream_add(struct stream *stream, const char *string)
{
    stream_add_bytes(stream, string, strlen(string));
}

void stream_add_number(struct stream *stream, uint64_t number)
{
    char digits[DIGITS_MAX];
    size_t first = DIGITS_MAX;
    do {
        digits[--first] = (char)('0' + number % 10);
        number /= 10;
    } while (number);
    memcpy(reserve(stream, DIGITS_MAX), digits + first, DIGITS_MAX - first);
    stream->length += DIGITS_MAX - first;
}

/* \uXXXX */
static size_t write_unit(uint32_t unit, char *to)
{
    static const char digits[] = "0123456789abcdef";
    memcpy(to, "\\u", 2);
    for (unsigned i = 0; i < 4; i++)
        to[2 + i] = digits[unit >> (12 - 4 * i) & 15];
    return 6;
}

/* Writes one character as it stands in a JSON string; returns how many bytes that takes. */
static size_t write_escaped(uint32_t code, char *to)
{
    if (code >= 0x10000)
        return write_unit(0xd800 + ((code - 0x10000) >> 10), to) + write_unit(0xdc00 + ((code - 0x10000) & 0x3ff), to + 6);
    if (code < 0x20 || code >= 0x7f)
        return write_unit(code, to);
    size_t length = 0;
    if (code == '"' || code == '\\')
        to[length++] = '\\';
    to[length++] = (char)code;
    return length;
}

void stream_add_json(struct stream *stream, struct span text)
{
    stream_add_bytes(stream, "\"", 1);
    for (size_t i = 0, length; i < text.length; i += length) {
        length = utf8_sequence_length(text.bytes + i, text.length - i);
        char *to = reserve(stream, ESCAPE_MAX);
        stream->length += write_escaped(utf8_code_point(text.bytes + i, length), to);
    }
    stream_add_bytes(stream, "\"", 1);
}

uint64_t stream_json_length(struct span text)
{
    char escaped[ESCAPE_MAX];
    uint64_t total = 2;
    for (size_t i = 0, length; i < text.length; i += length) {
        length = utf8_sequence_length(text.bytes + i, text.length - i);
        total += write_escaped(utf8_code_point(text.bytes + i, length), escaped);
    }
    return total;
}
