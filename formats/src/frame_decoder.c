/* SPDX-License-Identifier: MIT */
#include "frame_decoder.h"

#include <zstd.h>

/* A struct frame_decoder is a ZSTD_DCtx. */

struct frame_decoder *frame_decoder_create(void)
{
    return (struct frame_decoder *)ZSTD_createDCtx();
}

void frame_decoder_destroy(struct frame_decoder *decoder)
{
    ZSTD_freeDCtx((ZSTD_DCtx *)decoder);
}

const char *frame_inspect(const uint8_t *frame, uint64_t length, uint32_t *decoded_length)
{
    unsigned long long decoded = ZSTD_getFrameContentSize(frame, length);
    if (decoded == ZSTD_CONTENTSIZE_ERROR || decoded == ZSTD_CONTENTSIZE_UNKNOWN)
        return "is no zstd frame that tells its length";
    if (decoded > FRAME_DECODED_MAX)
        return "claims to hold more than 65536 bytes";
    if (decoded <= length)
        return "is a zstd frame that saves nothing";
    if (ZSTD_findFrameCompressedSize(frame, length) != length)
        return "is not one whole zstd frame";
    *decoded_length = (uint32_t)decoded;
    return NULL;
}

bool frame_decode(struct frame_decoder *decoder, const uint8_t *frame, uint64_t length, uint8_t *to, uint32_t decoded_length)
{
    return ZSTD_decompressDCtx((ZSTD_DCtx *)decoder, to, decoded_length, frame, length) == decoded_length;
}
