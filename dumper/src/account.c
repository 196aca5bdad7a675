/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "account.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { PATH_BYTES = 96 };

/* ---- Text without stdio, which may take locks ---- */

static char *put_text(char *at, const char *text)
{
    size_t length = strlen(text);
    memcpy(at, text, length);
    return at + length;
}

static char *put_number(char *at, unsigned long number)
{
    char digits[24];
    int count = 0;
    do
        digits[count++] = (char)('0' + number % 10);
    while ((number /= 10) != 0);
    while (count)
        *at++ = digits[--count];
    return at;
}

static size_t read_file(const char *path, char *ret, size_t capacity)
{
    size_t length = 0;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return 0;
    while (length + 1 < capacity) {
        ssize_t got = read(file, ret + length, capacity - 1 - length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        length += (size_t)got;
    }
    close(file);
    ret[length] = '\0';
    return length;
}

static size_t read_proc(pid_t process, const char *name, char *ret, size_t capacity)
{
    char path[PATH_BYTES];
    char *at = put_number(put_text(path, "/proc/"), (unsigned long)process);
    *put_text(put_text(at, "/"), name) = '\0';
    return read_file(path, ret, capacity);
}

size_t account_thread_name(pid_t process, unsigned long native_thread, char *ret, size_t capacity)
{
    char path[PATH_BYTES];
    char *at = put_number(put_text(path, "/proc/"), (unsigned long)process);
    at = put_number(put_text(at, "/task/"), native_thread);
    *put_text(at, "/comm") = '\0';
    size_t length = read_file(path, ret, capacity);
    return length && ret[length - 1] == '\n' ? length - 1 : length;
}

/* ---- Rows ---- */

static void write_row(struct walk *walk, const char *name, uint64_t value)
{
    struct cell cells[] = {[ACCOUNT_NAME] = {strlen(name), name}, [ACCOUNT_VALUE] = {value, NULL}};
    snapshot_writer_row(walk->writer, TABLE_ACCOUNT, cells);
}

/* The number behind "Key:" at the start of a line, in bytes; false if there is none. */
static bool find_kilobytes(const char *text, const char *key, uint64_t *ret)
{
    size_t length = strlen(key);
    for (const char *line = text; line && *line; line = strchr(line, '\n'), line = line ? line + 1 : NULL) {
        if (strncmp(line, key, length) != 0 || line[length] != ':')
            continue;
        const char *at = line + length + 1 + strspn(line + length + 1, " \t");
        uint64_t value = 0;
        for (; *at >= '0' && *at <= '9'; at++)
            value = value * 10 + (uint64_t)(*at - '0');
        *ret = value * 1024;
        return true;
    }
    return false;
}

static const struct {
    const char *file, *key, *name;
} sources[] = {
    {"status", "VmRSS", "rss"},
    {"status", "RssAnon", "anonymous"},
    {"status", "RssFile", "file"},
    {"status", "RssShmem", "shmem"},
    {"status", "VmStk", "stack_of_main_thread"},
    {"status", "VmHWM", "peak_rss"},
    {"status", "VmSize", "virtual"},
    {"status", "VmSwap", "swap"},
    {"smaps_rollup", "Pss", "pss"},
    {"smaps_rollup", "AnonHugePages", "anonymous_huge_pages"},
};

static void write_kernel_rows(struct walk *walk)
{
    char *text = walk->file_text;
    const char *file = NULL;
    uint64_t value;
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
        if (!file || strcmp(file, sources[i].file) != 0)
            read_proc(walk->options.process, file = sources[i].file, text, sizeof walk->file_text);
        /* Beside a forked child, which shares all pages, the proportional size is about half of what it was. */
        bool halved = walk->options.guard && strcmp(sources[i].key, "Pss") == 0;
        if (!halved && find_kilobytes(text, sources[i].key, &value))
            write_row(walk, sources[i].name, value);
    }
}

/* What CPython's own allocator has: from 3.12 on its arenas, which it counts; before, it only counts blocks, by walking its pools. */
static void write_pymalloc_rows(struct walk *walk)
{
    struct compat_pymalloc pymalloc;
    if (!compat_pymalloc(walk->interp, &pymalloc))
        return;
    if (pymalloc.arena_bytes)
        write_row(walk, "pymalloc_arenas", pymalloc.arena_bytes);
    if (pymalloc.blocks)
        write_row(walk, "pymalloc_blocks_count", pymalloc.blocks);
}

/* Objects that crashed the child that read them, and their types. */
static void write_unreadable(struct walk *walk)
{
    char name[256];
    if (!walk->unreadable)
        return;
    write_row(walk, "unreadable_count", walk->unreadable);
    for (int i = 0; i < UNREADABLE_TYPES && walk->unreadable_types[i]; i++) {
        char *at = put_text(name, "unreadable:");
        size_t length = strnlen(walk->unreadable_types[i]->tp_name, 200);
        memcpy(at, walk->unreadable_types[i]->tp_name, length);
        *put_text(at + length, "_count") = '\0';
        write_row(walk, name, 1);
    }
}

void account_write(struct walk *walk)
{
    write_kernel_rows(walk);
    write_pymalloc_rows(walk);
    write_unreadable(walk);
}
