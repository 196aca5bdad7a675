/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "mappings.h"

#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

static bool refill(struct mappings *mappings)
{
    memmove(mappings->buffer, mappings->buffer + mappings->at, mappings->length - mappings->at);
    mappings->length -= mappings->at;
    mappings->at = 0;
    ssize_t got;
    do
        got = read(mappings->fd, mappings->buffer + mappings->length, mappings->capacity - 1 - mappings->length);
    while (got < 0 && errno == EINTR);
    if (got > 0)
        mappings->length += (size_t)got;
    return got > 0;
}

/* The next line without its end, or NULL. Of a line that is longer than the buffer, the pieces. */
static char *next_line(struct mappings *mappings)
{
    for (;;) {
        char *line = mappings->buffer + mappings->at;
        char *end = memchr(line, '\n', mappings->length - mappings->at);
        bool full = mappings->at == 0 && mappings->length == mappings->capacity - 1;
        if (!end && full)
            end = line + mappings->length;
        if (end) {
            *end = '\0';
            size_t next = (size_t)(end - mappings->buffer) + 1;
            mappings->at = next < mappings->length ? next : mappings->length;
            return line;
        }
        if (!refill(mappings))
            return NULL;
    }
}

static uint64_t take_number(const char **at, unsigned base)
{
    uint64_t number = 0;
    for (;; ++*at) {
        char c = **at;
        unsigned digit = c >= '0' && c <= '9' ? (unsigned)(c - '0') : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 : base;
        if (digit >= base)
            return number;
        number = number * base + digit;
    }
}

static const char *skip_word(const char *at)
{
    at += strcspn(at, " ");
    return at + strspn(at, " ");
}

/* A copy, as what lies there may go away meanwhile. */
static bool copy_memory(uint64_t from, void *to, size_t length)
{
    struct iovec here = {to, length}, there = {(void *)from, length};
    return process_vm_readv(getpid(), &here, 1, &there, 1, 0) == (ssize_t)length;
}

/*
 * Where a program's or library's data ends in memory, by its program headers: the kernel and malloc put other things directly behind it,
 * and show both as one mapping. 0 if it is none.
 */
static uint64_t end_of_image(uint64_t file_begin)
{
    enum { HEADERS_MAX = 64 };
    ElfW(Ehdr) image;
    ElfW(Phdr) headers[HEADERS_MAX];
    if (!copy_memory(file_begin, &image, sizeof image) || memcmp(image.e_ident, ELFMAG, SELFMAG) != 0 ||
        image.e_phentsize != sizeof *headers || image.e_phnum > HEADERS_MAX ||
        !copy_memory(file_begin + image.e_phoff, headers, image.e_phnum * sizeof *headers))
        return 0;
    uint64_t first = UINT64_MAX, last = 0, page = (uint64_t)sysconf(_SC_PAGESIZE);
    for (size_t i = 0; i < image.e_phnum; i++) {
        if (headers[i].p_type != PT_LOAD)
            continue;
        if (headers[i].p_vaddr < first)
            first = headers[i].p_vaddr;
        if (headers[i].p_vaddr + headers[i].p_memsz > last)
            last = headers[i].p_vaddr + headers[i].p_memsz;
    }
    return last > first ? ((file_begin + last - first / page * page) + page - 1) / page * page : 0;
}

static enum mapping_kind kind_of(const struct mappings *mappings, uint64_t begin, uint64_t inode, const char *name)
{
    if (inode)
        return MAPPING_FILE;
    if (strcmp(name, "[heap]") == 0)
        return MAPPING_HEAP;
    if (strcmp(name, "[stack]") == 0)
        return MAPPING_STACK;
    bool behind_file = mappings->file_inode && begin == mappings->file_end;
    return *name == '\0' && behind_file && end_of_image(mappings->file_begin) > begin ? MAPPING_FILE_ZEROED : MAPPING_OTHER;
}

/* "7f5a…-7f5b… rw-p 00000000 08:01 1234   /usr/lib/…" */
static bool is_head(const char *line, struct mapping *ret)
{
    const char *at = line;
    ret->begin = take_number(&at, 16);
    if (at == line || *at++ != '-')
        return false;
    ret->end = take_number(&at, 16);
    return *at == ' ';
}

static void read_head(struct mappings *mappings, const char *line)
{
    struct mapping head = {0};
    is_head(line, &head);
    const char *at = skip_word(skip_word(skip_word(skip_word(line))));
    uint64_t inode = take_number(&at, 10);
    head.kind = kind_of(mappings, head.begin, inode, at + strspn(at, " "));
    if (inode && (inode != mappings->file_inode || head.begin != mappings->file_end))
        mappings->file_begin = head.begin;
    if (head.kind != MAPPING_FILE_ZEROED)
        mappings->file_inode = inode;
    if (inode)
        mappings->file_end = head.end;
    head.file_begin = head.kind == MAPPING_FILE || head.kind == MAPPING_FILE_ZEROED ? mappings->file_begin : 0;
    if (head.kind == MAPPING_FILE_ZEROED) {
        head.zeroed_end = end_of_image(mappings->file_begin);
        if (head.zeroed_end > head.end)
            head.zeroed_end = head.end;
    }
    mappings->next = head;
    mappings->has_next = true;
}

/* "Rss:        1234 kB" */
static void read_field(const char *line, struct mapping *mapping)
{
    const struct { const char *name; uint64_t *value; } fields[] = {
        {"Rss:", &mapping->resident}, {"Anonymous:", &mapping->anonymous}, {"AnonHugePages:", &mapping->huge}, {"Pss:", &mapping->proportional},
    };
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        size_t length = strlen(fields[i].name);
        if (strncmp(line, fields[i].name, length) != 0)
            continue;
        const char *at = line + length + strspn(line + length, " ");
        *fields[i].value = take_number(&at, 10) * 1024;
        return;
    }
}

bool mappings_open(struct mappings *mappings, const char *path, char *buffer, size_t capacity)
{
    *mappings = (struct mappings){.fd = open(path, O_RDONLY | O_CLOEXEC), .buffer = buffer, .capacity = capacity};
    if (mappings->fd < 0)
        return false;
    const char *line = next_line(mappings);
    struct mapping unused;
    if (line && is_head(line, &unused))
        read_head(mappings, line);
    return true;
}

bool mappings_next(struct mappings *mappings, struct mapping *ret)
{
    if (!mappings->has_next)
        return false;
    *ret = mappings->next;
    mappings->has_next = false;
    struct mapping unused;
    for (const char *line; (line = next_line(mappings)) != NULL;) {
        if (is_head(line, &unused)) {
            read_head(mappings, line);
            break;
        }
        read_field(line, ret);
    }
    return true;
}

void mappings_close(struct mappings *mappings)
{
    close(mappings->fd);
}
