/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include "python_directory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *find_python_directory(void)
{
    char *executable = realpath("/proc/self/exe", NULL);
    if (!executable)
        return NULL;
    *strrchr(executable, '/') = '\0';
    char *relative = NULL, *directory = NULL;
    if (asprintf(&relative, "%s/../lib/whoholds/python", executable) >= 0)
        directory = realpath(relative, NULL);
    free(relative);
    free(executable);
    return directory;
}
