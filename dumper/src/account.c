/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "account.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "mappings.h"
#include "recorder.h"

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
    *ret = '\0';
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

static void name_proc(pid_t process, const char *name, char ret[PATH_BYTES])
{
    char *at = put_number(put_text(ret, "/proc/"), (unsigned long)process);
    *put_text(put_text(at, "/"), name) = '\0';
}

static size_t read_proc(pid_t process, const char *name, char *ret, size_t capacity)
{
    char path[PATH_BYTES];
    name_proc(process, name, path);
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

static uint64_t smaller(uint64_t one, uint64_t other)
{
    return one < other ? one : other;
}

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
    const char *key, *name;
} status_rows[ACCOUNT_STATUS_ROWS] = {
    {"VmRSS", "rss"},      {"RssAnon", "anonymous"}, {"RssFile", "file"},    {"RssShmem", "shmem"},
    {"VmHWM", "peak_rss"}, {"VmSize", "virtual"},    {"VmSwap", "swap"},
};

static void read_status(struct walk *walk)
{
    read_proc(walk->options.process, "status", walk->file_text, sizeof walk->file_text);
    for (size_t i = 0; i < ACCOUNT_STATUS_ROWS; i++)
        if (!find_kilobytes(walk->file_text, status_rows[i].key, &walk->memory.status[i]))
            walk->memory.status[i] = UINT64_MAX;
}

/* Anonymous memory that an mmap object has mapped is shared with child processes by default, and counts as the object's. */
static void leave_objects_out(struct walk *walk)
{
    for (size_t i = 0; i < ACCOUNT_STATUS_ROWS; i++)
        if (strcmp(status_rows[i].name, "shmem") == 0 && walk->memory.status[i] != UINT64_MAX)
            walk->memory.status[i] -= smaller(walk->memory.status[i], walk->mapped_bytes);
}

static void write_status_rows(struct walk *walk)
{
    leave_objects_out(walk);
    for (size_t i = 0; i < ACCOUNT_STATUS_ROWS; i++)
        if (walk->memory.status[i] != UINT64_MAX)
            write_row(walk, status_rows[i].name, walk->memory.status[i]);
}

/* ---- Mappings ---- */

/* A thread's handle is where its library keeps what it knows of it: at the upper end of its stack. */
static bool is_stack_of_a_thread(const struct walk *walk, const struct mapping *mapping)
{
    for (uint32_t i = 0; i < walk->interpreters.count; i++) {
        const PyThreadState *thread = compat_first_thread(walk->interpreters.written[i]);
        for (; thread; thread = thread->next)
            if (thread->thread_id >= mapping->begin && thread->thread_id < mapping->end)
                return true;
    }
    return false;
}

static void add_mapping(const struct walk *walk, const struct mapping *mapping, struct account *sums)
{
    sums->huge += mapping->huge;
    sums->proportional += mapping->proportional;
    if (mapping->kind == MAPPING_FILE)
        sums->library_data += mapping->anonymous;
    else if (mapping->kind == MAPPING_FILE_ZEROED)
        sums->library_data += smaller(mapping->resident, mapping->zeroed_end - mapping->begin);
    else if (mapping->kind == MAPPING_HEAP)
        sums->malloc_heap += mapping->resident;
    else if (mapping->kind == MAPPING_STACK || is_stack_of_a_thread(walk, mapping))
        sums->stacks += mapping->resident;
}

static void read_mappings(struct walk *walk)
{
    char path[PATH_BYTES];
    struct mappings mappings;
    struct mapping mapping;
    name_proc(walk->options.process, "smaps", path);
    walk->memory.mappings_known = mappings_open(&mappings, path, walk->file_text, sizeof walk->file_text);
    if (!walk->memory.mappings_known)
        return;
    while (mappings_next(&mappings, &mapping))
        add_mapping(walk, &mapping, &walk->memory);
    mappings_close(&mappings);
}

static void write_mapping_rows(struct walk *walk)
{
    const struct account *memory = &walk->memory;
    if (!memory->mappings_known)
        return;
    write_row(walk, "library_data", memory->library_data);
    write_row(walk, "thread_stacks", memory->stacks);
    write_row(walk, "malloc_heap", memory->malloc_heap);
    write_row(walk, "anonymous_huge_pages", memory->huge);
    if (!walk->options.guard) /* beside a forked child, which shares all pages, it is about half of what it was */
        write_row(walk, "pss", memory->proportional);
}

static void find_statics(struct walk *walk)
{
    struct mappings mappings;
    struct mapping mapping;
    uint64_t type = (uint64_t)&PyType_Type, file = 0;
    if (!mappings_open(&mappings, "/proc/self/maps", walk->file_text, sizeof walk->file_text))
        return;
    while (mappings_next(&mappings, &mapping)) {
        if (type >= mapping.begin && type < mapping.end)
            file = mapping.file_begin;
        if (file && mapping.file_begin == file) {
            walk->statics_begin = file;
            walk->statics_end = mapping.kind == MAPPING_FILE_ZEROED ? mapping.zeroed_end : mapping.end;
        }
    }
    mappings_close(&mappings);
}

/* ---- Allocators ---- */

/* What CPython's own allocator has: from 3.12 on its arenas can be found; before, it only counts blocks, by walking its pools. */
static void write_pymalloc_rows(struct walk *walk)
{
    struct compat_pymalloc pymalloc;
    if (!compat_pymalloc(walk->interp, &pymalloc))
        return;
    if (pymalloc.arena_bytes) {
        write_row(walk, "pymalloc_arenas", pymalloc.arena_bytes);
        write_row(walk, "pymalloc_headers", pymalloc.header_bytes);
        write_row(walk, "pymalloc_free", pymalloc.free_bytes);
    }
    if (pymalloc.blocks)
        write_row(walk, "pymalloc_blocks_count", pymalloc.blocks);
}

static void write_object_rows(struct walk *walk)
{
    write_row(walk, "rounding", walk->lost_bytes);
    write_row(walk, "static_objects", walk->static_bytes);
    const struct recording *recording = recorder_recording();
    if (recording)
        write_row(walk, "recorder", stacks_resident(recording->stacks) + blocks_resident(recording->blocks));
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

void account_begin(struct walk *walk)
{
    read_status(walk);
    read_mappings(walk);
    find_statics(walk);
}

void account_write(struct walk *walk)
{
    write_object_rows(walk);
    write_pymalloc_rows(walk);
    write_status_rows(walk);
    write_mapping_rows(walk);
    write_unreadable(walk);
}
