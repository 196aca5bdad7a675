/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/utf8_scan.h"

#include <stdbool.h>

static bool is_continuation(unsigned char byte)
{
    return (byte & 0xc0) == 0x80;
}

size_t utf8_sequence_length(const char *bytes, size_t left)
{
    const unsigned char *at = (const unsigned char *)bytes;
    if (at[0] < 0x80)
        return 1;
    if (at[0] >= 0xc2 && at[0] <= 0xdf)
        return left >= 2 && is_continuation(at[1]) ? 2 : 0;
    if ((at[0] & 0xf0) == 0xe0) {
        if (left < 3 || !is_continuation(at[1]) || !is_continuation(at[2]))
            return 0;
        bool shortest = at[0] != 0xe0 || at[1] >= 0xa0, no_surrogate = at[0] != 0xed || at[1] < 0xa0;
        return shortest && no_surrogate ? 3 : 0;
    }
    if (at[0] >= 0xf0 && at[0] <= 0xf4) {
        if (left < 4 || !is_continuation(at[1]) || !is_continuation(at[2]) || !is_continuation(at[3]))
            return 0;
        bool shortest = at[0] != 0xf0 || at[1] >= 0x90, in_range = at[0] != 0xf4 || at[1] < 0x90;
        return shortest && in_range ? 4 : 0;
    }
    return 0;
}

size_t utf8_wrong_length(const char *bytes, size_t left)
{
    const unsigned char *at = (const unsigned char *)bytes;
    return left >= 3 && at[0] == 0xed && at[1] >= 0xa0 && at[1] <= 0xbf && is_continuation(at[2]) ? 3 : 1;
}

uint32_t utf8_code_point(const char *bytes, size_t length)
{
    static const unsigned char lead_bits[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    uint32_t code = (unsigned char)bytes[0] & lead_bits[length];
    for (size_t i = 1; i < length; i++)
        code = code << 6 | ((unsigned char)bytes[i] & 0x3f);
    return code;
}
