/* SPDX-License-Identifier: MIT */
#include "frame_encoder.h"

#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>

/*
 * Level 1: of a heap's columns, level 3 makes 3 % less in twice the time.
 * A column of fewer bytes than this is not worth a frame, which has a dozen bytes of its own.
 */
enum { LEVEL = 1, LENGTH_MIN = 32 };

/* What a frame has to save, as its head in msgpack may be longer than that of plain bytes. */
enum { SAVED_MIN = 4 };

struct frame_encoder {
    ZSTD_CCtx *context;
    uint8_t frame[ZSTD_COMPRESSBOUND(FRAME_DECODED_MAX)];
};

/*
 * libzstd calls these where the process has them; those are another library's, and the program's. These here are found first,
 * when the dumper is linked, and say that nobody wants to know.
 */
unsigned long long ZSTD_trace_compress_begin(const ZSTD_CCtx *context);
void ZSTD_trace_compress_end(unsigned long long trace, const void *facts);

unsigned long long ZSTD_trace_compress_begin(const ZSTD_CCtx *context)
{
    (void)context;
    return 0;
}

void ZSTD_trace_compress_end(unsigned long long trace, const void *facts)
{
    (void)trace, (void)facts;
}

/* The context follows the struct, aligned to 8 bytes. */
static size_t own_bytes(void)
{
    return (sizeof(struct frame_encoder) + 7) & ~(size_t)7;
}

size_t frame_encoder_memory(void)
{
    return own_bytes() + ZSTD_estimateCCtxSize(LEVEL);
}

struct frame_encoder *frame_encoder_init(void *memory)
{
    struct frame_encoder *encoder = memory;
    encoder->context = ZSTD_initStaticCCtx((uint8_t *)memory + own_bytes(), ZSTD_estimateCCtxSize(LEVEL));
    return encoder->context ? encoder : NULL;
}

size_t frame_encode(struct frame_encoder *encoder, const uint8_t *bytes, size_t length, const uint8_t **ret)
{
    if (length < LENGTH_MIN || length > FRAME_DECODED_MAX)
        return 0;
    size_t frame = ZSTD_compressCCtx(encoder->context, encoder->frame, sizeof(encoder->frame), bytes, length, LEVEL);
    *ret = encoder->frame;
    return ZSTD_isError(frame) || frame + SAVED_MIN > length ? 0 : frame;
}
