/* SPDX-License-Identifier: MIT */
/* Reads compressed columns (FORMAT.md 1.4) of hostile files: memory and time are bounded by FRAME_DECODED_MAX, whatever a frame says. */
#ifndef WHOHOLDS_FORMATS_FRAME_DECODER_H
#define WHOHOLDS_FORMATS_FRAME_DECODER_H

#include <stdbool.h>
#include <stdint.h>

#include "frame.h"

struct frame_decoder;

/* NULL without memory. About 100 KB, whatever is decoded. */
struct frame_decoder *frame_decoder_create(void);
void frame_decoder_destroy(struct frame_decoder *decoder);

/* How many bytes the frame says that it holds; NULL, or what is wrong with it, as the end of a sentence that starts with the column. */
const char *frame_inspect(const uint8_t *frame, uint64_t length, uint32_t *decoded_length);

/* Whether the frame holds exactly `decoded_length` bytes, which are then at `to`. */
bool frame_decode(struct frame_decoder *decoder, const uint8_t *frame, uint64_t length, uint8_t *to, uint32_t decoded_length);

#endif
