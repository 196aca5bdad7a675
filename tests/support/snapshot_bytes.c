/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snapshot_bytes.h"

#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

enum { CHECKSUM_TAG = 0xcf, CHECKSUM_BYTES = 9 };

const struct snapshot_header snapshot_bytes_header = {
    .created_ns = UINT64_MAX, .pid = 4711, .program = "app.py", .python = "3.11.2", .hexversion = 0x030b02f0,
    .mode = "fork", .trigger = "signal", .values = "short", .collecting = true,
};

void snapshot_bytes_deinit(struct snapshot_bytes *bytes)
{
    free(bytes->bytes);
    *bytes = (struct snapshot_bytes){0};
}

void snapshot_bytes_add(struct snapshot_bytes *bytes, const void *more, size_t length)
{
    if (length > bytes->capacity - bytes->length) {
        bytes->capacity = 2 * (bytes->length + length);
        bytes->bytes = realloc(bytes->bytes, bytes->capacity);
        if (!bytes->bytes)
            abort();
    }
    if (length)
        memcpy(bytes->bytes + bytes->length, more, length);
    bytes->length += length;
}

static void put_checksum(uint8_t *at, const uint8_t *bytes, size_t length)
{
    uint64_t checksum = XXH64(bytes, length, 0);
    at[0] = CHECKSUM_TAG;
    for (int i = 1; i < CHECKSUM_BYTES; i++)
        at[i] = (uint8_t)(checksum >> (64 - 8 * i));
}

void snapshot_bytes_add_checksum(struct snapshot_bytes *bytes)
{
    uint8_t checksum[CHECKSUM_BYTES];
    put_checksum(checksum, bytes->bytes, bytes->length);
    snapshot_bytes_add(bytes, checksum, sizeof(checksum));
}

void snapshot_bytes_mend_checksum(uint8_t *bytes, size_t length)
{
    put_checksum(bytes + length - CHECKSUM_BYTES, bytes, length - CHECKSUM_BYTES);
}

enum wh_status snapshot_bytes_sink(void *context, const void *bytes, size_t length, struct wh_error *error)
{
    (void)error;
    snapshot_bytes_add(context, bytes, length);
    return WH_OK;
}
