/* SPDX-License-Identifier: MIT */
/*
 * Compresses columns, for the writer: in memory that the caller gives, without an allocation, a lock or a call of anybody's code.
 */
#ifndef WHOHOLDS_FORMATS_FRAME_ENCODER_H
#define WHOHOLDS_FORMATS_FRAME_ENCODER_H

#include <stddef.h>
#include <stdint.h>

#include "frame.h"

struct frame_encoder;

/* Bytes for frame_encoder_init, which takes 8-byte aligned memory and has no counterpart: nothing has to be released. NULL: that cannot be. */
size_t frame_encoder_memory(void);
struct frame_encoder *frame_encoder_init(void *memory);

/*
 * Makes a frame of at most FRAME_DECODED_MAX bytes. Returns its length, and where it is until the next call; 0 if a frame would save
 * nothing.
 */
size_t frame_encode(struct frame_encoder *encoder, const uint8_t *bytes, size_t length, const uint8_t **ret);

#endif
