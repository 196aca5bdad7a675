/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "cli.h"

struct status {
    char state;
    int tracer, inner_pid;
    unsigned user;
    uint64_t ignored, caught;
};

static void read_status_line(const char *line, struct status *ret)
{
    const char *last = strrchr(line, '\t');
    if (sscanf(line, "State: %c", &ret->state) == 1 || sscanf(line, "TracerPid: %d", &ret->tracer) == 1 ||
        sscanf(line, "Uid: %*u %u", &ret->user) == 1 ||
        sscanf(line, "SigIgn: %" SCNx64, &ret->ignored) == 1 || sscanf(line, "SigCgt: %" SCNx64, &ret->caught) == 1)
        return;
    if (strncmp(line, "NSpid:", strlen("NSpid:")) == 0 && last) /* one for each namespace, the innermost last */
        ret->inner_pid = (int)strtol(last, NULL, 10);
}

/* False if it cannot be read. */
static bool read_status(pid_t pid, struct status *ret)
{
    char path[64], *line = NULL;
    size_t capacity = 0;
    memset(ret, 0, sizeof(*ret));
    snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
    FILE *file = fopen(path, "re");
    if (!file)
        return false;
    while (getline(&line, &capacity, file) > 0)
        read_status_line(line, ret);
    free(line);
    fclose(file);
    return ret->state != 0;
}

static int yama_scope(void)
{
    int scope = 0;
    FILE *file = fopen("/proc/sys/kernel/yama/ptrace_scope", "re");
    if (file) {
        if (fscanf(file, "%d", &scope) != 1)
            scope = 0;
        fclose(file);
    }
    return scope;
}

static enum wh_status refuse_permission(const struct process *process, struct wh_error *error)
{
    struct status status;
    int pid = (int)process->pid, scope = yama_scope();
    bool known = read_status(process->pid, &status);
    if (known && status.tracer)
        return wh_error_set(error, WH_ERR_TARGET, "process %d is being traced by process %d, and there can be one only", pid, status.tracer);
    if (known && geteuid() != 0 && status.user != geteuid())
        return wh_error_set(error, WH_ERR_TARGET, "process %d belongs to another user: run whoholds as that user, or as root", pid);
    if (geteuid() != 0 && scope > 0)
        return wh_error_set(error, WH_ERR_TARGET, "process %d may not be traced, as kernel.yama.ptrace_scope is %d: run whoholds as root, or "
                            "set it to 0 (sysctl kernel.yama.ptrace_scope=0)", pid, scope);
    return wh_error_set(error, WH_ERR_TARGET, "process %d may not be traced: run whoholds as its user or as root; in a container, which "
                        "needs the capability SYS_PTRACE (docker run --cap-add SYS_PTRACE), or on its host", pid);
}

enum wh_status process_refusal(const struct process *process, struct wh_error *error)
{
    if (errno == EPERM || errno == EACCES)
        return refuse_permission(process, error);
    if (errno == ESRCH || errno == ENOENT)
        return wh_error_set(error, WH_ERR_TARGET, "process %d has ended", (int)process->pid);
    return wh_error_set(error, WH_ERR_TARGET, "process %d cannot be looked into: %s", (int)process->pid, strerror(errno));
}

static bool parse_mapping(const char *line, struct mapping *ret)
{
    char rights[5];
    int path_at = 0;
    int fields = sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s %" SCNx64 " %*s %*s %n", &ret->start, &ret->end, rights, &ret->offset, &path_at);
    if (fields < 4)
        return false;
    ret->readable = rights[0] == 'r';
    ret->writable = rights[1] == 'w';
    ret->executable = rights[2] == 'x';
    size_t length = path_at ? strcspn(line + path_at, "\n") : 0;
    ret->path = allocate(length + 1);
    memcpy(ret->path, line + path_at, length);
    ret->path[length] = '\0';
    return true;
}

static void free_mappings(struct process *process)
{
    for (size_t i = 0; i < process->mapping_count; i++)
        free(process->mappings[i].path);
    free(process->mappings);
    process->mappings = NULL;
    process->mapping_count = 0;
}

static void add_mapping(struct process *process, const struct mapping *mapping, size_t *capacity)
{
    if (process->mapping_count == *capacity) {
        *capacity = *capacity ? *capacity * 2 : 256;
        struct mapping *larger = allocate(*capacity * sizeof(*larger));
        if (process->mapping_count)
            memcpy(larger, process->mappings, process->mapping_count * sizeof(*larger));
        free(process->mappings);
        process->mappings = larger;
    }
    process->mappings[process->mapping_count++] = *mapping;
}

enum wh_status process_read_mappings(struct process *process, struct wh_error *error)
{
    char path[64], *line = NULL;
    size_t line_capacity = 0, capacity = 0;
    struct mapping mapping;
    free_mappings(process);
    snprintf(path, sizeof(path), "/proc/%d/maps", (int)process->pid);
    FILE *file = fopen(path, "re");
    if (!file)
        return process_refusal(process, error);
    errno = 0;
    while (getline(&line, &line_capacity, file) > 0)
        if (parse_mapping(line, &mapping))
            add_mapping(process, &mapping, &capacity);
    bool failed = ferror(file);
    free(line);
    fclose(file);
    if (failed)
        return process_refusal(process, error);
    return WH_OK;
}

static enum wh_status check_state(struct process *process, struct wh_error *error)
{
    struct status status;
    int pid = (int)process->pid;
    if (!read_status(process->pid, &status))
        return wh_error_set(error, WH_ERR_TARGET, "there is no process %d", pid);
    if (status.state == 'Z' || status.state == 'X')
        return wh_error_set(error, WH_ERR_TARGET, "process %d has ended, and its parent has not waited for it yet", pid);
    if (status.state == 'T')
        return wh_error_set(error, WH_ERR_TARGET, "process %d is stopped: let it go on first (kill -CONT %d)", pid, pid);
    process->inner_pid = status.inner_pid;
    process->caught = status.caught;
    process->ignored = status.ignored;
    return WH_OK;
}

/* The kernel has one inode for all who have the file open, and drops the lock with us. */
static enum wh_status take_lock(struct process *process, struct wh_error *error)
{
    char path[64];
    snprintf(path, sizeof(path), "/proc/%d/status", (int)process->pid);
    process->lock = open(path, O_RDONLY | O_CLOEXEC);
    if (process->lock < 0)
        return process_refusal(process, error);
    if (flock(process->lock, LOCK_EX | LOCK_NB) == 0)
        return WH_OK;
    return wh_error_set(error, WH_ERR_TARGET, "another whoholds is taking a snapshot of process %d: wait for it", (int)process->pid);
}

/* One byte for all. A thread of the kernel has none. */
static enum wh_status check_access(struct process *process, struct wh_error *error)
{
    char byte;
    for (size_t i = 0; i < process->mapping_count; i++)
        if (process->mappings[i].readable) {
            struct iovec here = {&byte, 1}, there = {(void *)(uintptr_t)process->mappings[i].start, 1};
            if (process_vm_readv(process->pid, &here, 1, &there, 1, 0) == 1)
                return WH_OK;
            process->hidden = errno == EPERM;
            return process_refusal(process, error);
        }
    return wh_error_set(error, WH_ERR_TARGET, "process %d is no Python process: it has no memory", (int)process->pid);
}

enum wh_status process_init(struct process *process, pid_t pid, struct wh_error *error)
{
    *process = (struct process){.pid = pid, .lock = -1};
    enum wh_status status = check_state(process, error);
    if (!status)
        status = take_lock(process, error);
    if (!status)
        status = process_read_mappings(process, error);
    return status ? status : check_access(process, error);
}

void process_deinit(struct process *process)
{
    free_mappings(process);
    if (process->lock >= 0)
        close(process->lock);
}

const struct mapping *process_mapping_at(const struct process *process, uint64_t address)
{
    for (size_t i = 0; i < process->mapping_count; i++)
        if (address >= process->mappings[i].start && address < process->mappings[i].end)
            return &process->mappings[i];
    return NULL;
}

enum wh_status process_read(const struct process *process, uint64_t address, void *to, size_t length, struct wh_error *error)
{
    struct iovec here = {to, length}, there = {(void *)(uintptr_t)address, length};
    errno = EFAULT;
    if (process_vm_readv(process->pid, &here, 1, &there, 1, 0) == (ssize_t)length)
        return WH_OK;
    return process_refusal(process, error);
}

enum wh_status process_write(const struct process *process, uint64_t address, const void *from, size_t length, struct wh_error *error)
{
    struct iovec here = {(void *)(uintptr_t)from, length}, there = {(void *)(uintptr_t)address, length};
    errno = EFAULT;
    if (process_vm_writev(process->pid, &here, 1, &there, 1, 0) == (ssize_t)length)
        return WH_OK;
    return process_refusal(process, error);
}
