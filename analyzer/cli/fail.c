/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "text.h"

int fail(enum wh_status code, const char *format, ...)
{
    char sentence[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof(sentence), format, arguments);
    va_end(arguments);
    fflush(stdout);
    fprintf(stderr, "whoholds: %s\n", visible(sentence));
    return code;
}

void *allocate(size_t size)
{
    void *memory = malloc(size ? size : 1);
    if (!memory) {
        fputs("whoholds: out of memory\n", stderr);
        exit(WH_ERR_RESOURCE);
    }
    return memory;
}
