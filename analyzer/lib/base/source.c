/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/source.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINE_BYTES_MAX = 400, FILE_BYTES_MAX = 16 << 20, DECORATOR_LINES_MAX = 100 };

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

/* NULL also for a name that no file can have, and without memory, which `text` remembers. */
static FILE *open_named(struct span file, struct text *text)
{
    struct text path = {0};
    text_add_bytes(&path, file.bytes, file.length);
    FILE *stream = file.length && !memchr(file.bytes, 0, file.length) && !path.failed ? open_source(text_string(&path)) : NULL;
    text->failed |= path.failed;
    text_deinit(&path);
    return stream;
}

static void strip(const char **line, size_t *length)
{
    while (*length && isspace((unsigned char)(*line)[*length - 1]))
        (*length)--;
    while (*length && isspace((unsigned char)**line)) {
        (*line)++;
        (*length)--;
    }
}

void source_add_line(struct span file, uint32_t line, struct text *text)
{
    FILE *stream = line ? open_named(file, text) : NULL;
    char *buffer = NULL;
    size_t capacity = 0;
    ssize_t length = -1;
    if (!stream)
        return;
    for (uint32_t at = 0; at < line; at++) {
        length = getline(&buffer, &capacity, stream);
        if (length < 0)
            break;
    }
    const char *start = buffer;
    size_t left = length > 0 ? (size_t)length : 0;
    strip(&start, &left);
    text_add_bytes(text, start, left < LINE_BYTES_MAX ? left : LINE_BYTES_MAX);
    free(buffer);
    fclose(stream);
}

bool source_read(struct span file, struct text *ret)
{
    FILE *stream = open_named(file, ret);
    char buffer[8192];
    size_t length;
    if (!stream)
        return false;
    while ((length = fread(buffer, 1, sizeof(buffer), stream)) > 0)
        text_add_bytes(ret, buffer, length);
    fclose(stream);
    return !ret->failed;
}

static bool begins_with(const char *line, size_t length, const char *word)
{
    size_t size = strlen(word);
    return length > size && !memcmp(line, word, size);
}

uint32_t source_def_line(struct span file, uint32_t line, struct text *text)
{
    FILE *stream = open_named(file, text);
    char *buffer = NULL;
    size_t capacity = 0;
    uint32_t found = line;
    for (uint32_t at = 1; stream && at < line + DECORATOR_LINES_MAX; at++) {
        ssize_t length = getline(&buffer, &capacity, stream);
        if (length < 0)
            break;
        const char *start = buffer;
        size_t left = (size_t)length;
        strip(&start, &left);
        if (at < line)
            continue;
        if (at == line && left && *start != '@')
            break;
        if (begins_with(start, left, "def ") || begins_with(start, left, "async def ") || begins_with(start, left, "class ")) {
            found = at;
            break;
        }
    }
    free(buffer);
    if (stream)
        fclose(stream);
    return found;
}
