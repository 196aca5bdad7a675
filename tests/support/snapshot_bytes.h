/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bytes of a file under construction, for tests of the format. Everything here aborts when memory runs out. */
#ifndef WHOHOLDS_TESTS_SNAPSHOT_BYTES_H
#define WHOHOLDS_TESTS_SNAPSHOT_BYTES_H

#include <stddef.h>
#include <stdint.h>

#include <whoholds/formats/writer.h>

struct snapshot_bytes { uint8_t *bytes; size_t length, capacity; };

void snapshot_bytes_deinit(struct snapshot_bytes *bytes);
void snapshot_bytes_add(struct snapshot_bytes *bytes, const void *more, size_t length);

/* Adds the last value of a snapshot: the nine bytes of the checksum of all that is there. */
void snapshot_bytes_add_checksum(struct snapshot_bytes *bytes);

/* Makes the checksum of a whole snapshot right again. */
void snapshot_bytes_mend_checksum(uint8_t *bytes, size_t length);

/* A writer's sink; the context is a struct snapshot_bytes. */
enum wh_status snapshot_bytes_sink(void *context, const void *bytes, size_t length, struct wh_error *error);

extern const struct snapshot_header snapshot_bytes_header;

#endif
