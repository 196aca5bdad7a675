/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/source.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINE_BYTES_MAX = 400, FILE_BYTES_MAX = 16 << 20 };

/*
 * A name out of a snapshot may be that of anything: a pipe or a device, which are never read, a file of the kernel's, which looks empty, or
 * one that is too large to be source.
 */
static bool may_read(const struct stat *status)
{
    return S_ISREG(status->st_mode) && status->st_size > 0 && status->st_size <= FILE_BYTES_MAX;
}

static FILE *open_source(const char *path)
{
    struct stat status;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return NULL;
    FILE *stream = !fstat(fd, &status) && may_read(&status) ? fdopen(fd, "r") : NULL;
    if (!stream)
        close(fd);
    return stream;
}

static void add_stripped(const char *line, size_t length, struct text *text)
{
    while (length && isspace((unsigned char)line[length - 1]))
        length--;
    while (length && isspace((unsigned char)*line)) {
        line++;
        length--;
    }
    text_add_bytes(text, line, length < LINE_BYTES_MAX ? length : LINE_BYTES_MAX);
}

void source_add_line(struct span file, uint32_t line, struct text *text)
{
    struct text path = {0};
    char *buffer = NULL;
    size_t capacity = 0;
    ssize_t length = -1;
    text_add_bytes(&path, file.bytes, file.length);
    FILE *stream = file.length && !memchr(file.bytes, 0, file.length) && line && !path.failed ? open_source(text_string(&path)) : NULL;
    text->failed |= path.failed;
    text_deinit(&path);
    if (!stream)
        return;
    for (uint32_t at = 0; at < line; at++) {
        length = getline(&buffer, &capacity, stream);
        if (length < 0)
            break;
    }
    if (length > 0)
        add_stripped(buffer, (size_t)length, text);
    free(buffer);
    fclose(stream);
}
