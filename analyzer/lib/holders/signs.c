/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "holders/signs.h"

const struct sign *sign_at(unsigned number)
{
    static const struct sign *const groups[] = {signs_for, signs_against, signs_doubt};
    for (size_t group = 0; group < sizeof(groups) / sizeof(groups[0]); group++) {
        for (const struct sign *sign = groups[group]; sign->name; sign++) {
            if (!number--)
                return sign;
        }
    }
    return NULL;
}
