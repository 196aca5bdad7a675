/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A snapshot in a directory of its own, and the file beside it in which its results are kept. */
#ifndef WHOHOLDS_TESTS_KEPT_SAMPLE_H
#define WHOHOLDS_TESTS_KEPT_SAMPLE_H

#include <stddef.h>
#include <stdint.h>

#include "heap_builder.h"

struct kept_sample {
    char directory[64], snapshot[96], kept[112];
    uint8_t *bytes;      /* of the kept file as the analysis wrote it; NULL: it wrote none */
    size_t length;
};

/* Writes the heap as a snapshot, has it analysed, and reads the file. */
void kept_sample_init(struct kept_sample *ret, struct heap_builder *builder);
void kept_sample_deinit(struct kept_sample *sample);

void kept_sample_write(const char *path, const void *bytes, size_t length);
uint8_t *kept_sample_read(const char *path, size_t *length);   /* NULL if there is no such file */

/* Where the header ends (kept_file.c). Its last field is its checksum. */
size_t kept_sample_header_length(void);

/* Makes the checksums of all sections and the header's right again; the header's alone. */
void kept_sample_sign(uint8_t *bytes, size_t length);
void kept_sample_sign_header(uint8_t *bytes);

#endif
