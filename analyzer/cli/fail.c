/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

int finish_output(int exit_code)
{
    bool lost = ferror(stdout);
    if (!lost) {
        errno = 0;
        lost = fflush(stdout) != 0;
    }
    int reason = errno;
    clearerr(stdout); /* told once */
    if (!lost || reason == EPIPE)
        return exit_code;
    return fail(WH_ERR_RESOURCE, "cannot write the output: %s", strerror(reason));
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
