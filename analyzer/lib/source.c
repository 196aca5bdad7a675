/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "source.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINE_BYTES_MAX = 400 };

/* A name out of a snapshot may be a pipe or a device: those are never read. */
static FILE *open_regular(const char *path)
{
    struct stat status;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return NULL;
    FILE *stream = !fstat(fd, &status) && S_ISREG(status.st_mode) ? fdopen(fd, "r") : NULL;
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
    text_add_span(&path, file);
    FILE *stream = file.length && line && !path.failed ? open_regular(text_string(&path)) : NULL;
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
