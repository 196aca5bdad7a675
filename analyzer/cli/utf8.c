/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "utf8.h"

struct lead {
    uint8_t mask, value;
    uint8_t length;
    uint32_t smallest; /* of the code points that need this length */
};

static const struct lead leads[] = {
    {0x80, 0x00, 1, 0},
    {0xE0, 0xC0, 2, 0x80},
    {0xF0, 0xE0, 3, 0x800},
    {0xF8, 0xF0, 4, 0x10000},
};

static const struct lead *lead_of(uint8_t byte)
{
    for (size_t i = 0; i < sizeof(leads) / sizeof(leads[0]); i++)
        if ((byte & leads[i].mask) == leads[i].value)
            return &leads[i];
    return NULL;
}

size_t utf8_decode(const char *text, uint32_t *ret)
{
    const uint8_t *bytes = (const uint8_t *)text;
    const struct lead *lead = lead_of(bytes[0]);
    if (!lead)
        return 0;
    uint32_t code = bytes[0] & (uint8_t)~lead->mask;
    for (size_t i = 1; i < lead->length; i++) {
        if ((bytes[i] & 0xC0) != 0x80) /* also true of the final NUL */
            return 0;
        code = code << 6 | (bytes[i] & 0x3F);
    }
    if (code < lead->smallest || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
        return 0;
    *ret = code;
    return lead->length;
}
