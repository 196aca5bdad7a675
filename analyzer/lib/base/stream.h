/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A document on its way to a sink, through one buffer. A failure is sticky: later calls do nothing, and the owner looks now and then. */
#ifndef WHOHOLDS_LIB_STREAM_H
#define WHOHOLDS_LIB_STREAM_H

#include <stddef.h>
#include <stdint.h>

#include <whoholds/analyzer.h>
#include <whoholds/formats/reader.h>

enum { STREAM_BUFFER_BYTES = 1 << 16 };

struct stream {
    wh_sink sink;
    void *context;
    struct wh_error *error;
    enum wh_status status;
    size_t length;                       /* of what waits in the buffer */
    char buffer[STREAM_BUFFER_BYTES];
};

/* Nothing is to be freed afterwards. */
void stream_init(struct stream *ret, wh_sink sink, void *context, struct wh_error *error);

void stream_add_bytes(struct stream *stream, const char *bytes, size_t length);
void stream_add(struct stream *stream, const char *string);
void stream_add_number(struct stream *stream, uint64_t number);

/* A JSON string with its quotes, in pure ASCII. The text is well-formed UTF-8. */
void stream_add_json(struct stream *stream, struct span text);

/* Gives the sink what waits, and returns what has become of it all. */
enum wh_status stream_flush(struct stream *stream) WH_MUST_USE;

/* How many bytes stream_add_json() writes. */
uint64_t stream_json_length(struct span text);

#endif
