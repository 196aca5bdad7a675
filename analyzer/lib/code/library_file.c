/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "code/library_file.h"

#include <string.h>

static bool has_any(struct span file, const char *const *marks, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (file.length && memmem(file.bytes, file.length, marks[i], strlen(marks[i])))
            return true;
    }
    return false;
}

static bool is_installed(struct span file)
{
    static const char *const marks[] = {"/site-packages/", "/dist-packages/"};
    return has_any(file, marks, sizeof(marks) / sizeof(marks[0]));
}

bool library_file_is(struct span file)
{
    /* The last one: the dumper's own package, where it was built. */
    static const char *const marks[] = {"/lib/python3.", "/lib64/python3.", "/lib/whoholds/python/"};
    static const char frozen[] = "<frozen ";
    bool is_frozen = file.length >= sizeof(frozen) - 1 && !memcmp(file.bytes, frozen, sizeof(frozen) - 1);
    return is_frozen || is_installed(file) || has_any(file, marks, sizeof(marks) / sizeof(marks[0]));
}

bool library_file_is_standard(struct span file)
{
    return library_file_is(file) && !is_installed(file);
}
