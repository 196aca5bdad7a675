/* SPDX-License-Identifier: MIT */
#include "headroom.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pages.h"

/* The walk's own tables are a fiftieth of the heap; buffers and page tables come on top. */
enum { TEXT_MAX = 16 * 1024, BUFFERS = 16 << 20, MEBIBYTE = 1 << 20 };

/* How the two versions name things. */
struct dialect {
    const char *root, *limit, *usage, *reclaimable, *kills_all;
};

static const struct dialect version_1 = {"/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file ", NULL};
static const struct dialect version_2 = {"/sys/fs/cgroup", "memory.max", "memory.current", "inactive_file ", "memory.oom.group"};

struct room {
    uint64_t left;    /* UINT64_MAX: there is no limit */
    bool kills_all;
};

/* A thread of the program may have a small stack, so what is large is mapped while it is needed. */
struct scratch {
    char groups[TEXT_MAX];
    char statistics[TEXT_MAX];
    char group[PATH_MAX];
    char path[PATH_MAX];
};

/* False if there is no such file. The text is cut where it does not fit. */
static bool read_text(const char *path, char *text, size_t capacity)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    size_t length = 0;
    ssize_t got;
    while (length < capacity - 1 && (got = read(fd, text + length, capacity - 1 - length)) > 0)
        length += (size_t)got;
    close(fd);
    text[length] = '\0';
    return length > 0;
}

/* Of the group scratch->group. */
static bool read_group_text(struct scratch *scratch, const char *file, char *text, size_t capacity)
{
    size_t group = strlen(scratch->group), length = file ? strlen(file) : 0;
    if (!file || group + 1 + length >= sizeof(scratch->path))
        return false;
    memcpy(scratch->path, scratch->group, group);
    scratch->path[group] = '/';
    memcpy(scratch->path + group + 1, file, length + 1);
    return read_text(scratch->path, text, capacity);
}

/* UINT64_MAX for "max", and where there is none. */
static uint64_t read_number(struct scratch *scratch, const char *file)
{
    char text[64];
    if (!read_group_text(scratch, file, text, sizeof(text)) || text[0] < '0' || text[0] > '9')
        return UINT64_MAX;
    return strtoull(text, NULL, 10);
}

static uint64_t reclaimable_bytes(struct scratch *scratch, const char *name)
{
    if (!read_group_text(scratch, "memory.stat", scratch->statistics, sizeof(scratch->statistics)))
        return 0;
    for (const char *line = scratch->statistics; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, name, strlen(name)) == 0)
            return strtoull(line + strlen(name), NULL, 10);
    }
    return 0;
}

static void narrow(struct room *room, const struct dialect *dialect, struct scratch *scratch)
{
    uint64_t limit = read_number(scratch, dialect->limit), usage = read_number(scratch, dialect->usage);
    if (limit == UINT64_MAX || usage == UINT64_MAX)
        return;
    uint64_t free = limit > usage ? limit - usage : 0, left = free + reclaimable_bytes(scratch, dialect->reclaimable);
    if (left >= room->left)
        return;
    room->left = left;
    room->kills_all = dialect->kills_all && read_number(scratch, dialect->kills_all) == 1;
}

/* From the group up to the root; a group that is not there (the container shows its own as the root) has no files, and is passed over. */
static void narrow_all(struct room *room, const struct dialect *dialect, struct scratch *scratch, const char *name)
{
    char *group = scratch->group;
    size_t root = strlen(dialect->root), length = strlen(name);
    if (root + length >= sizeof(scratch->group))
        return;
    memcpy(group, dialect->root, root);
    memcpy(group + root, name, length);
    for (size_t end = root + length;;) {
        while (end > root && group[end - 1] == '/')
            end--;
        group[end] = '\0';
        narrow(room, dialect, scratch);
        if (end == root)
            return;
        while (end > root && group[end - 1] != '/')
            end--;
    }
}

/* Lines are "0::/group" for version 2, "4:memory:/group" for version 1. */
static struct room find_room(struct scratch *scratch)
{
    struct room room = {.left = UINT64_MAX};
    if (!read_text("/proc/self/cgroup", scratch->groups, sizeof(scratch->groups)))
        return room;
    for (char *line = scratch->groups, *next; line && *line; line = next) {
        next = strchr(line, '\n');
        if (next)
            *next++ = '\0';
        char *controllers = strchr(line, ':'), *name = controllers ? strchr(controllers + 1, ':') : NULL;
        if (!name)
            continue;
        *name++ = '\0';
        if (controllers[1] == '\0')
            narrow_all(&room, &version_2, scratch, name);
        else if (strstr(controllers, "memory"))
            narrow_all(&room, &version_1, scratch, name);
    }
    return room;
}

/* Resident pages that belong to no file. */
static uint64_t own_bytes(void)
{
    char text[128];
    unsigned long resident, shared;
    if (!read_text("/proc/self/statm", text, sizeof(text)) || sscanf(text, "%*u %lu %lu", &resident, &shared) != 2 || shared > resident)
        return 0;
    return (uint64_t)(resident - shared) * (uint64_t)sysconf(_SC_PAGESIZE);
}

enum wh_status headroom_check(struct wh_error *error)
{
    struct scratch *scratch = pages_map(sizeof(*scratch));
    if (!scratch)
        return WH_OK; /* then a child will not be possible either, and says so */
    struct room room = find_room(scratch);
    pages_unmap(scratch, sizeof(*scratch));
    uint64_t own = room.left == UINT64_MAX ? 0 : own_bytes();
    uint64_t needed = (room.kills_all ? own : own / 8) + BUFFERS;
    if (room.left >= needed)
        return WH_OK;
    errno = 0;
    return wh_error_set(error, WH_ERR_RESOURCE, "its memory cgroup has %" PRIu64 " MiB left, and a child process could need %" PRIu64 " MiB",
                        room.left / MEBIBYTE, needed / MEBIBYTE);
}
