/* SPDX-License-Identifier: MIT */
/* FORMAT.md 1.4: a compressed column, a zstd frame. What the writer and the reader have to agree on. */
#ifndef WHOHOLDS_FORMATS_FRAME_H
#define WHOHOLDS_FORMATS_FRAME_H

enum {
    FRAME_EXTENSION_TYPE = 1,        /* of msgpack */
    FRAME_DECODED_MAX = 64 * 1024,   /* bytes in one frame */
    FRAME_EXPANSION_MAX = 16,        /* bytes in all frames of a file together, for each byte of the file */
};

#endif
